"""The tables of figures of a snapshot: measurements, standings, and what the public sees of both.

Three things go on at once, for the whole country takes long: figures are checked and written in the order in which they
come; what is written is ranked beside, measure by measure; and when all are written it is decided what to withhold,
while the last are still being ranked.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from pathlib import Path

import polars as pl

from etl.progress import Step, untold
from etl.publishing.appender import ROWS_TOGETHER, Appender
from etl.publishing.beside import Beside, Standing
from etl.publishing.beside import beside as working_beside
from etl.publishing.following import Scores
from etl.publishing.withhold import Withheld, write_public
from files.faults import Fault
from ranking.derived import received_per_1000, received_per_day
from ranking.measures import Measure
from ranking.tables import Measurements, Standings
from ranking.vocabulary import CELL
from store import states
from store.reference import measures, reference_table
from store.swapped_days import swapped_days

_ORDER = list(dict.fromkeys(["period_start", "level", "unit_code", "field", "basis", *CELL]))


def write_figures(
    partial: Path,
    chunks: Iterable[pl.DataFrame],
    step: Step = untold,
    scores: Scores | None = None,
    before: Path | None = None,
) -> dict[str, int]:
    """Write the tables of `chunks`, each the rows of one measure, into a folder; how many rows each has.

    `before`: the snapshot that this one follows. `step` is told of each measure as it is taken in, and again as it is
    shown to the public.
    """
    with working_beside(partial) as beside:
        standings = _Ranked(beside, scores)
        with Appender(partial, "measurements") as file:
            counts = {"measurements": sum(_taken_in(chunks, file, standings, step))}
        withheld = beside.alone(counts["measurements"], Withheld, partial, before)
        with Appender(partial, "standings", Standings.validate) as file:
            counts["standings"] = sum(file.append(rows) for rows in standings.rows())
        return counts | _public(partial, withheld.found(), beside, step)


def write_public_tables(partial: Path) -> dict[str, int]:
    """The public tables of a folder that holds `measurements` and `standings`; how many rows each has."""
    with working_beside(partial) as beside:
        return _public(partial, Withheld(partial), beside, untold)


def _public(partial: Path, withheld: Withheld, beside: Beside, step: Step) -> dict[str, int]:
    with Appender(partial, "measurements_public") as measured, Appender(partial, "standings_public") as kept:
        return write_public(partial, withheld, measured.append, kept.append, beside, step)


def _taken_in(chunks: Iterable[pl.DataFrame], file: Appender, standings: _Ranked, step: Step) -> Iterator[int]:
    registry = measures()
    for rows in with_derived(chunks, registry, reference_table("units")):
        measure = registry[rows.item(0, "measure")]
        step(f"ranking {measure.id}")
        yield file.append(rows)
        standings.add(rows, measure)


class _Ranked:
    """The standings of measures, worked out `beside` what else goes on, in the order in which these were added."""

    def __init__(self, beside: Beside, scores: Scores | None) -> None:
        self._beside, self._scores = beside, scores
        self._waiting: deque[Standing] = deque()

    def add(self, rows: pl.DataFrame, measure: Measure) -> None:
        given = self._scores(measure) if self._scores else None
        self._waiting.append(self._beside.standing(rows, measure, given))

    def rows(self) -> Iterator[pl.DataFrame]:
        while self._waiting:
            yield self._waiting.popleft().rows()


def with_derived(
    chunks: Iterable[pl.DataFrame], registry: dict[str, Measure], units: pl.DataFrame
) -> Iterator[pl.DataFrame]:
    """Each non-empty chunk, validated and sorted; after `received` the measures derived from it.

    Small chunks are validated together: each look at the rules costs the same, however few the rows are.
    """
    waiting: list[pl.DataFrame] = []
    for chunk in chunks:
        if chunk.is_empty():
            continue
        names = chunk.get_column("measure").unique()
        if names.len() != 1 or names[0] not in registry:
            raise Fault(f"a chunk must hold one measure of data/measures, not {sorted(names)}")
        waiting.append(chunk)
        if names[0] == "received":
            waiting += [received_per_day(chunk, swapped_days()), received_per_1000(chunk, units)]
        if sum(frame.height for frame in waiting) >= ROWS_TOGETHER:
            yield from _validated(waiting)
            waiting = []
    yield from _validated(waiting)


def _validated(frames: list[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    frames = [frame for frame in frames if not frame.is_empty()]
    if not frames:
        return
    rows = pl.concat(frames, how="vertical_relaxed")
    states.check(rows, "measurements")
    rows = Measurements.validate(rows, cast=True)
    start = 0
    for frame in frames:
        yield rows.slice(start, frame.height).sort(_ORDER)
        start += frame.height
