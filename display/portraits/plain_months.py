"""The months of a commune's plain figures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import polars as pl

from ranking.levels import together
from ranking.periods import MERGER
from ranking.states import ABSENT, REPORTED
from store import public
from store.reference import measures, reference_table
from store.snapshot import Snapshot

ONLINE = "online_filing_share"


@dataclass(frozen=True, slots=True)
class Month:
    """The share filed online in a month: `own` of the commune, `level` of all of its province; None for no figure."""

    start: date
    state: str
    own: float | None
    level: float | None


def months_of(snapshot: Snapshot, code: str) -> dict[str, dict[date, tuple[str, float | None]]]:
    """By commune, and under the empty code of all of them together, the months of the share filed online."""
    rows = _all_months(snapshot).filter(pl.col("province") == code)
    found: dict[str, dict[date, tuple[str, float | None]]] = {"": {}}
    for start, unit, state, value in rows.select("period_start", "unit_code", "state", "value").iter_rows():
        found.setdefault(unit, {})[start] = (state, value)
    for (start,), part in rows.group_by("period_start", maintain_order=True):
        found[""][start] = (REPORTED, together(part, measures()[ONLINE]))
    return found


@lru_cache(maxsize=4)
def _all_months(snapshot: Snapshot) -> pl.DataFrame:
    rows = public.measurements(
        snapshot,
        pl.col("measure") == ONLINE,
        pl.col("level") == "commune",
        pl.col("field") == "all",
        pl.col("period_kind") == "month",
        pl.col("period_end") >= MERGER,
    ).rows
    basis = rows.get_column("basis").sort().last() if rows.height else ""
    places = reference_table("units").select(unit_code="code", province="province_code")
    known = rows.filter(pl.col("basis") == basis).with_columns(value=measures()[ONLINE].value())
    return known.join(places, on="unit_code").sort("period_start", "unit_code")


def own_months(months: dict[str, dict[date, tuple[str, float | None]]], unit: str) -> tuple[Month, ...]:
    """Every month of the province; one without a row of the commune's own is a gap."""
    own = months.get(unit, {})
    return tuple(
        Month(start, *own.get(start, (ABSENT, None)), level=level) for start, (_, level) in sorted(months[""].items())
    )
