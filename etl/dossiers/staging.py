"""One file of an export: read, judged as columns, checked row by row and set aside in the store, with a report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from pathlib import Path

import polars as pl

from etl.dossiers.batch import Rows
from etl.dossiers.dates import TakenApart
from etl.dossiers.files import Export, read
from etl.dossiers.headers import Rearranged
from etl.dossiers.lists import Lists, lists_of
from etl.dossiers.row_checks import REFUSED
from etl.dossiers.rows import dossiers
from etl.dossiers.store import LIVE, SIMULATED, Store
from etl.dossiers.survey import Reading, Survey
from etl.dossiers.units import Units
from files.faults import BadInput, Fault
from ranking.periods import VIETNAM, local_day

SERIES = "dossiers"
REFUSED_KEPT = 10_000
REARRANGED = "the headings stand again over other columns, as where files that differ are joined; give each by itself"
_REASONS_SHOWN = 10


def stage_file(
    store: Store, path: Path, units: Units, province: str | None, exported: date | None,
    *, dates: str | None = None, lists: Lists | None = None,
) -> list[dict]:  # fmt: skip
    """Read one file and set its dossiers aside; the rows it refused, for quarantine."""
    day = exported or local_day(datetime.fromtimestamp(path.stat().st_mtime, UTC))
    if day > local_day(datetime.now(UTC)):
        raise BadInput(path.name, f"the export's day, {day}, lies in the future; correct --exported")
    lists = lists or lists_of()
    taken, survey, reading = _Taken(), Survey(path.name, lists, day, dates), None
    try:
        export = read(path, lists)
        store.note_nature(SIMULATED if any(SIMULATED in one.layout.read for one in export.tables) else LIVE, path.name)
        # Columns are judged by what is seen of them: where the whole file tells otherwise than its beginning, again.
        while True:
            used = _stage_all(store, export, units, province, day, lists, survey, reading, taken)
            reading = survey.reading()
            if used is None or used == reading:
                break
            for part in taken.parts:
                part.unlink()
            taken, survey = _Taken(), Survey(path.name, lists, day, dates)
    except Exception as error:
        if isinstance(error, Rearranged):
            error = BadInput(path.name, REARRANGED, row=error.row)
        for part in taken.parts:
            part.unlink(missing_ok=True)
        if isinstance(error, Fault):
            raise error from None
        # A library's words may quote a row, so none of them are said.
        raise BadInput(path.name, "cannot be read to its end: a part of it is damaged") from None
    remarks_of = [*export.remarks, *survey.remarks(reading)]
    print("\n".join(_report_lines(path, day, taken, export, remarks_of)))
    number = taken.reasons.total()
    stamp = {"source": f"{SERIES}:{path.name}", "captured_at": end_of(day)}
    if number > len(taken.refused):
        more = f"{number - len(taken.refused)} more rows were refused"
        taken.refused.append({"row": None, "column": None, "value": None, "reason": more, "place": path.name})
    return [row | stamp for row in taken.refused]


@dataclass
class _Taken:
    """What one file brought: rows read, left out as headings or totals, the first refused ones, and why how many."""

    seen: int = 0
    left_out: int = 0
    refused: list[dict] = field(default_factory=list)
    reasons: Counter[str] = field(default_factory=Counter)
    parts: list[Path] = field(default_factory=list)

    def refuse(self, bad: pl.DataFrame, place: str) -> None:
        self.reasons.update(dict(bad.group_by("reason").len().iter_rows()))
        self.refused += [row | {"place": place} for row in bad.head(REFUSED_KEPT - len(self.refused)).to_dicts()]


def _stage_all(
    store: Store, export: Export, units: Units, province: str | None, day: date, lists: Lists, survey: Survey,
    reading: Reading | None, taken: _Taken,
) -> Reading | None:  # fmt: skip
    """Stage all rows of a file; the reading that was used, which the survey of all rows may not confirm."""
    salt, dates = store.salt(), TakenApart()
    for table in export.tables:
        for batch in table.batches():
            if batch.broken:
                told = [{"row": one.row, "column": None, "value": None, "reason": one.reason} for one in batch.broken]
                taken.refuse(pl.DataFrame(told, schema=REFUSED, orient="row"), table.place)
                taken.seen += len(told)
            if batch.rows.is_empty():
                continue
            rows = Rows(batch.rows, lists, salt, dates)
            taken.left_out += rows.left_out
            if not rows.numbers.len():
                continue
            rows.survey(survey)
            reading = reading or survey.so_far()
            sound, bad = dossiers(rows, table.layout, reading, lists, units, survey, province=province, exported=day)
            taken.parts += store.stage(sound)
            taken.refuse(bad, table.place)
            taken.seen += rows.numbers.len()
    return reading


def _report_lines(path: Path, day: date, taken: _Taken, export: Export, remarks_of: list[str]) -> Iterable[str]:
    """The report on one file as lines."""
    yield f"{path.name}: export of {day}, {taken.seen} rows read, {taken.reasons.total()} refused"
    layouts = [table.layout for table in export.tables]
    kinds = (("personal, dropped", [one.personal for one in layouts]), ("not used", [one.unknown for one in layouts]))
    for kind, headings in kinds:
        if told := list(dict.fromkeys(heading for some in headings for heading in some)):
            yield f"  columns {kind}: {', '.join(' '.join(heading.split()) for heading in told)}"
    if taken.left_out:
        yield f"  {taken.left_out} rows that say the headings again, or a total, were left out"
    for remark in remarks_of:
        yield f"  {remark}"
    for reason, number in taken.reasons.most_common(_REASONS_SHOWN):
        yield f"  refused: {number} × {reason}"


def end_of(day: date) -> datetime:
    """The end of the export's day, in Vietnam."""
    return datetime.combine(day, time(23, 59), VIETNAM).astimezone(UTC)
