"""Ranks: within each period and scope, communes among communes, provinces among provinces."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from ranking.measures import Measure
from ranking.monthly_charts import has_no_counts
from ranking.periods import MERGER
from ranking.tables import Standings, types_of
from ranking.vocabulary import COUNTRY, PERIOD_COLUMNS

_DECIMALS = 9
_GROUP = ["level", *PERIOD_COLUMNS, "series", "basis", "scope"]


def standings(measurements: pl.DataFrame, measure: Measure, scopes: pl.DataFrame) -> pl.DataFrame:
    """The standings (`tables.Standings`) of one measure.

    `measurements`: rows of `tables.Measurements` of this measure. `scopes`: one row per unit with
    `unit_code`, `level`, `province_code`; units that are not in it (old communes) are not ranked.
    Ties share the best rank. Units without a figure, or below the measure's minimum denominator,
    stay in the table with a null rank. A neutral measure is ordered from high to low.
    A share of which the source gives the per cent alone is no part of it: nothing says on how many dossiers it rests.
    A group in which all units have the same value ranks nobody: 148 first places tell nobody anything.
    `of` still counts the units that were compared.
    """
    rows = measurements.filter(
        pl.col("measure") == measure.id,
        pl.col("field") == "all",
        pl.col("level") != "country",
        (pl.col("level") != "commune") | (pl.col("period_end") >= MERGER),
    )
    if measure.kind == "share":
        rows = rows.filter(~has_no_counts())
    values = rows.join(scopes, on=["unit_code", "level"]).with_columns(
        value=measure.value().round(_DECIMALS),
        enough=pl.col("denominator").fill_null(measure.minimum_denominator) >= measure.minimum_denominator,
    )
    scoped = pl.concat([_in_country(values), _in_province(values)])
    return _ranked(scoped, descending=measure.direction != "lower")


def is_alike(row: Mapping[str, Any], measure: Measure) -> bool:
    """Whether a row of standings has no rank because all of its group have the same value.

    `row`: `value`, `rank` and, of shares and rates, `denominator`; a row with too few dossiers is another case.
    """
    if row["value"] is None or row["rank"] is not None:
        return False
    whole = row.get("denominator")
    return whole is None or whole >= measure.minimum_denominator


def unit_scopes(units: pl.DataFrame, provinces: pl.DataFrame, departments: pl.Series) -> pl.DataFrame:
    """One row per unit that can be ranked: communes, provinces and the given department codes."""
    communes = units.select(unit_code="code", level=pl.lit("commune"), province_code="province_code")
    own = provinces.select(unit_code="code", level=pl.lit("province"), province_code="code")
    states = provinces.select("state_code", province_code="code")
    offices = (
        pl.DataFrame({"unit_code": departments.unique(maintain_order=True)})
        .with_columns(level=pl.lit("department"), state_code=pl.col("unit_code").str.split(".").list.first())
        .join(states, on="state_code")
        .select("unit_code", "level", "province_code")
    )
    return pl.concat([communes, own, offices])


def _in_country(values: pl.DataFrame) -> pl.DataFrame:
    return values.filter(pl.col("level") != "department").with_columns(scope=pl.lit(COUNTRY))


def _in_province(values: pl.DataFrame) -> pl.DataFrame:
    return values.filter(pl.col("level") != "province").with_columns(scope="province_code")


def _ranked(scoped: pl.DataFrame, *, descending: bool) -> pl.DataFrame:
    ranked = pl.when("enough").then("value")
    differ = (ranked.min() < ranked.max()) | (ranked.count() == 1)
    rank = pl.when(differ.over(_GROUP)).then(ranked.rank("min", descending=descending).over(_GROUP))
    columns = {name: dtype for name, dtype in types_of(Standings).items() if name not in scoped.columns}
    empty = {name: pl.lit(None, dtype) for name, dtype in columns.items() if name not in ("rank", "of")}
    return (
        scoped.with_columns(rank=rank.cast(pl.UInt32), of=ranked.count().over(_GROUP).cast(pl.UInt32), **empty)
        .select(Standings.column_names())
        .sort(*_GROUP, "rank", "unit_code", nulls_last=True)
    )
