"""The open data's table of on-time shares with the mix of work allowed for: one ranking at a time."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from ranking.periods import parse
from ranking.vocabulary import COUNTRY
from store import case_mix, standings
from store.opening import opening
from web.open.query import Problem, snapshot_of
from web.open.table import Table, marked, stretch

_RANKED = (
    "unit_code",
    "period_start",
    "period_end",
    "period_kind",
    "series",
    "measure",
    "basis",
    "scope",
    "value",
    "rank",
)


def adjusted(query: Mapping[str, str]) -> Table:
    """One row per ranked commune of a ranking, as the public may see it.

    The ranking is that of `scope` (the country unless given), `measure` (the first that is told by field), `basis` and
    `period` (those that pages open on); no rows where no commune of it shows figures by field.
    """
    snapshot = snapshot_of(query).seen_in(frozenset())
    measure, scope = query.get("measure", case_mix.ON_TIME[0]), query.get("scope", COUNTRY)
    opens = opening(snapshot, "commune", scope, measure, query.get("basis"))
    basis = query.get("basis", opens.basis if opens else "portal")
    try:
        period = parse(query["period"]) if "period" in query else opens.period if opens else None
    except ValueError:
        raise Problem(404, "No such period", f"{query['period']} is no period of the calendar") from None
    rows = pl.DataFrame(schema=_schema())
    if period is not None:
        where = ("commune", measure, basis, period, scope)
        found = case_mix.beside(snapshot, standings.ranking(snapshot, *where), *where)
        if "rank_adjusted" in found.columns:
            rows = found.filter(pl.col("rank").is_not_null()).select(*rows.columns)
    if "unit" in query:
        rows = rows.filter(pl.col("unit_code") == query["unit"])
    return marked("adjusted", rows.slice(*stretch(query).values()), rows.height, snapshot)


def _schema() -> dict[str, type[pl.DataType]]:
    dates, numbers = dict.fromkeys(("period_start", "period_end"), pl.Date), {"value": pl.Float64, "rank": pl.UInt32}
    known = dict.fromkeys(_RANKED, pl.String) | dates | numbers
    told: dict[str, type[pl.DataType]] = dict.fromkeys(case_mix.COLUMNS, pl.Float64)
    ranks = dict.fromkeys(("rank_adjusted", "of_adjusted"), pl.UInt32)
    words = dict.fromkeys(("untold", "tier_by_value", "tier_adjusted"), pl.String)
    return known | told | words | {"depends": pl.Boolean} | ranks
