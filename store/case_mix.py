"""On-time shares of communes with the mix of work allowed for, from the figures by field that the reader may see."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from ranking import procedures, standardised
from ranking.periods import Period
from ranking.vocabulary import COUNTRY
from store import sight, standings
from store.kept import kept
from store.reference import measures, reference_table
from store.snapshot import Snapshot

ON_TIME = ("on_time_share", "on_time_share_form", "due_on_time_share")
"""The measures whose dossiers are of fields that are hard or easy to do in time."""
PLACES = ("rank_adjusted", "of_adjusted", "tier_by_value", "tier_adjusted", "depends")
COLUMNS = (*(name for name in standardised.SCHEMA if name != "unit_code"), *PLACES)

_FIELDS = {"unit_code": pl.String, "field": pl.String, "numerator": pl.Float64, "denominator": pl.Float64}

WITHOUT = ("procedures", "n_others", "share_others", "rank_others", "of_others")


def beside(
    snapshot: Snapshot, rows: pl.DataFrame, level: str, measure: str, basis: str, period: Period, scope: str
) -> pl.DataFrame:
    """The rows of a ranking with what `ranking.standardised` says of each unit, and its adjusted place (`COLUMNS`).

    `rows`: as of `store.standings.ranking`. All communes of the scope that show figures by field are the reference.
    Where single procedures are known: with their codes (`procedures`) and the place without them too (`WITHOUT`).
    Without these columns for other levels and measures, and where no commune of the scope shows any field.
    """
    found = of_communes(snapshot, level, measure, basis, period, scope)
    if found.is_empty():
        return rows
    joined = rows.join(found, on="unit_code", how="left", maintain_order="left")
    ranked = standardised.with_adjusted_ranks(joined)
    fields = _by_field(snapshot.of(scope), measure, basis, period, scope)
    codes = procedures.codes(fields.get_column("field").unique())
    if not codes:
        return ranked
    others = fields.filter(pl.col("field") == procedures.OTHERS).unique("unit_code")
    without = procedures.with_rank_without(ranked, others, measures()[measure].minimum_denominator)
    return without.with_columns(procedures=pl.lit(", ".join(codes)))


def of_communes(snapshot: Snapshot, level: str, measure: str, basis: str, period: Period, scope: str) -> pl.DataFrame:
    """One row (`ranking.standardised.SCHEMA`) per commune with dossiers; empty as said in `beside`.

    What is withheld from the reader has no count here either, so nothing of it can be worked out; a unit whose shown
    fields hold less than nine tenths of its dossiers is not told.
    """
    if level != "commune" or measure not in ON_TIME:
        return pl.DataFrame(schema=standardised.SCHEMA)
    return _of_communes(snapshot.of(scope), measure, basis, period, scope)


def by_field(
    snapshot: Snapshot, level: str, measure: str, basis: str, period: Period, scope: str, units: Sequence[str]
) -> pl.DataFrame:
    """`unit_code`, `field`, `numerator`, `denominator` of `units` as far as the reader may see them; empty where the
    measure has no mix of work."""
    if level != "commune" or measure not in ON_TIME:
        return pl.DataFrame(schema=_FIELDS)
    rows = _by_field(snapshot.of(scope), measure, basis, period, scope).filter(pl.col("unit_code").is_in([*units]))
    return rows.select(*_FIELDS)


@kept(megabytes=8)
def _of_communes(snapshot: Snapshot, measure: str, basis: str, period: Period, scope: str) -> pl.DataFrame:
    ranked = standings.ranking(snapshot, "commune", measure, basis, period, scope)
    fields = _by_field(snapshot, measure, basis, period, scope).filter(
        pl.col("series").is_in(ranked.get_column("series").unique().implode())
    )
    if fields.is_empty():
        return pl.DataFrame(schema=standardised.SCHEMA)
    totals = ranked.filter(pl.col("denominator") > 0).select("unit_code", "denominator")
    rho = ranked.select(pl.median("rho")).item()
    return standardised.standardised(fields, totals, measures()[measure].assumed_rho.value if rho is None else rho)


@kept(megabytes=8)
def _by_field(snapshot: Snapshot, measure: str, basis: str, period: Period, scope: str) -> pl.DataFrame:
    communes = reference_table("units")
    here = communes if scope == COUNTRY else communes.filter(pl.col("province_code") == scope)
    rows = sight.scan(snapshot, "measurements").filter(
        pl.col("measure") == measure,
        pl.col("level") == "commune",
        pl.col("basis") == basis,
        pl.col("period_start") == period.start,
        pl.col("period_end") == period.end,
        pl.col("period_kind") == period.kind,
        pl.col("field") != "all",
        pl.col("unit_code").is_in(here.get_column("code").implode()),
        pl.col("denominator") > 0,
        pl.col("numerator").is_not_null(),
    )
    return rows.select("unit_code", "series", "field", "numerator", "denominator").collect()
