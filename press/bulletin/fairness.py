"""What a bulletin says of a fair comparison: places that hang on the mix of work, and who waits longer."""

from __future__ import annotations

import polars as pl

from display.words import case_mix, gaps, waits
from display.words.selection import Selection
from display.words.view import View
from press.bulletin.parts import MOST_SILENT, Part
from ranking.collation import by_name
from ranking.waiting_gaps import HORIZON
from store import case_mix as allowed_for
from store import gaps as waiting


def fair(view: View, chosen: Selection, rows: pl.DataFrame) -> tuple[Part, ...]:
    """The parts that have something to say; `rows`: of the ranking."""
    return tuple(part for part in (_mix(view, chosen, rows), _longer(view, chosen)) if part)


def _mix(view: View, chosen: Selection, rows: pl.DataFrame) -> Part | None:
    """The places beside those with the mix allowed for, and each unit whose third hangs on the way of counting."""
    where = (chosen.level, chosen.measure.id, chosen.basis, chosen.period, chosen.scope)
    both = allowed_for.beside(view.snapshot, rows, *where)
    if not case_mix.is_told(both):
        return None
    apart = (pl.col("rank").cast(pl.Int64) - pl.col("rank_adjusted").cast(pl.Int64)).abs()
    depends = both.filter("depends").sort(apart, by_name(), "unit_code", descending=[True, False, False])
    lines = [f"{row['name']}: {case_mix.because(view.say, row)}" for row in depends.head(MOST_SILENT).to_dicts()]
    return Part(view.say("bulletin.mix"), case_mix.in_short(view.say, both), tuple(lines), depends.height)


def _longer(view: View, chosen: Selection) -> Part | None:
    """Who waits longer, for readers who see the province whole: a line per kind of communes and way of filing."""
    rows = waiting.of_province(view.snapshot, chosen.scope)
    if rows.is_empty():
        return None
    lines = [" ".join(gaps.sentences(view.say, rows, kind)) for kind in gaps.ORDER if kind in rows["kind"].to_list()]
    when = waits.period(view.say, rows.row(0, named=True))
    reading = view.say("gaps.reading", period=when, horizon=HORIZON)
    return Part(view.say("gaps.title"), reading, tuple(lines), len(lines))
