"""A commune's share before and after a day that was promised, beside its similar communes of any province."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

import polars as pl

from display.portraits import summary
from display.portraits.summary import Row
from ranking import before_after
from ranking.before_after import Comparison
from store import peer_months, standings, units
from store.snapshot import Snapshot


def row_of(snapshot: Snapshot, code: str, measure: str, basis: str) -> Row | None:
    """The row of the commune's summary of a share, on the basis asked for; None where there is none."""
    found = (row for row in summary.rows(snapshot, code) if (row.measure.id, row.basis) == (measure, basis))
    return next((row for row in found if row.measure.kind == "share"), None)


@lru_cache(maxsize=256)
def comparison(
    snapshot: Snapshot, code: str, measure: str, basis: str, field: str, promised: date, due: date
) -> Comparison | None:
    """The whole months before a promise beside those after its day; None while none is over, or without figures.

    `field`: all of them together ("all"), or one as the source names it.
    """
    row = row_of(snapshot, code, measure, basis)
    if row is None:
        return None
    months = peer_months.months(snapshot, measure, basis, (code, *units.peer_codes(code)), field)
    own = months.filter(pl.col("unit_code") == code).get_column("period_start")
    if own.is_empty():
        return None
    pair = before_after.stretches(promised, due, own.sort().item(-1))
    if pair is None:
        return None
    return before_after.compared(before_after.changes(months, *pair, *luck(snapshot, code, row)), code)


def luck(snapshot: Snapshot, code: str, row: Row) -> tuple[float, float]:
    """ρ and the bond of months of a row's measure in its province; what is assumed of the measure where not known."""
    scope = units.known(code)["province_code"]
    ranked = standings.ranking(snapshot, "commune", row.measure.id, row.basis, row.period, scope)
    known = ranked.select("rho", "bond").drop_nulls()
    if known.is_empty():
        return row.measure.assumed_rho.value, 0.0
    return float(known.item(0, "rho")), float(known.item(0, "bond"))
