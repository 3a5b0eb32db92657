"""A province whose own row could not be taken: its units are added up instead, and the figure says so."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import polars as pl

from ranking.measures import Measure
from ranking.monthly_charts import is_from_chart
from ranking.periods import Period
from ranking.states import COUNTED, NO_DOSSIERS, NOT_REPORTED, REPORTED
from ranking.tables import Measurements, types_of
from ranking.vocabulary import CELL, PERIOD_COLUMNS

SUMMED = "summed_from_units"
"""The quality of such a figure: `summed_from_units: 147/148`, where there are departments `…, 15 departments`."""
_KEY = [name for name in CELL if name not in ("unit_code", "level")]


def with_sums(
    taken: pl.DataFrame,
    harvested: pl.DataFrame,
    measures: Mapping[str, Measure],
    units: pl.DataFrame,
    provinces: pl.DataFrame,
) -> tuple[pl.DataFrame, list[str]]:
    """(the rows that were taken, with a sum for each cell of a province that has no figure; what a person should know).

    `taken`: rows of `tables.Measurements` that keep its rules; `harvested`: all that the source gave. A province
    has no figure where its own row was refused, or says nothing while its units do; one from a chart gives way.
    Only counts, and shares of counts, whose units are known to add up to their province are summed
    (`Measure.adds_up`): no median, no score. The units are the communes and, where the source lists them, the
    departments.
    """
    wanted = _without_figure(taken, harvested, measures)
    if wanted.is_empty():
        return taken, []
    sums = _sums(wanted, taken, _homes(units, provinces))
    if sums.is_empty():
        return taken, []
    sizes = units.group_by("province_code").agg(of=pl.len()).rename({"province_code": "unit_code"})
    sums = sums.join(sizes, on="unit_code").with_columns(quality=_quality())
    rows = sums.select(pl.col(name).cast(kind) for name, kind in types_of(Measurements).items())
    rest = taken.join(rows.select(CELL), on=list(CELL), how="anti", maintain_order="left")
    return pl.concat([rest, rows]), list(_told(sums))


def _without_figure(taken: pl.DataFrame, harvested: pl.DataFrame, measures: Mapping[str, Measure]) -> pl.DataFrame:
    """The cells of provinces that could be summed and have no figure."""
    known = taken.filter(pl.col("state") != NOT_REPORTED, ~is_from_chart()).select(CELL)
    whole = harvested.filter(pl.col("level") == "province").select(CELL).unique(maintain_order=True)
    summable = [(m.id, basis) for m in measures.values() for basis in m.basis if m.adds_up(basis)]
    pairs = pl.DataFrame(summable, schema={"measure": pl.String, "basis": pl.String}, orient="row")
    return whole.join(pairs, on=["measure", "basis"], how="semi").join(known, on=list(CELL), how="anti")


def _homes(units: pl.DataFrame, provinces: pl.DataFrame) -> pl.DataFrame:
    """The province of each commune, and of each state that departments' codes begin with."""
    communes = units.select(home="code", level=pl.lit("commune"), province="province_code")
    states = provinces.select(home="state_code", level=pl.lit("department"), province="code")
    return pl.concat([communes, states])


def _sums(wanted: pl.DataFrame, taken: pl.DataFrame, homes: pl.DataFrame) -> pl.DataFrame:
    department = pl.col("level") == "department"
    home = pl.when(department).then(pl.col("unit_code").str.split(".").list.first()).otherwise("unit_code")
    parts = (
        taken.filter(pl.col("state").is_in(COUNTED))
        .with_columns(home=home)
        .join(homes, on=["home", "level"])
        .join(wanted.select(*_KEY, province="unit_code"), on=["province", *_KEY], how="semi", nulls_equal=True)
    )
    added = {name: pl.when(pl.col(name).is_not_null().all()).then(pl.col(name).sum()) for name in _FIGURES}
    sums = parts.group_by("province", *_KEY, maintain_order=True).agg(
        *(sum_.alias(name) for name, sum_ in added.items()),
        state=pl.when((pl.col("state") == REPORTED).any()).then(pl.lit(REPORTED)).otherwise(pl.lit(NO_DOSSIERS)),
        communes=(~department).sum(),
        departments=department.sum(),
        provisional=pl.col("provisional").any(),
        source=pl.col("source").first(),
        captured_at=pl.col("captured_at").max(),
        **dict.fromkeys(("score", "max_score"), pl.lit(None, pl.Float64)),
    )
    return sums.filter(pl.col("communes") > 0).rename({"province": "unit_code"}).with_columns(level=pl.lit("province"))


_FIGURES = ("numerator", "denominator")


def _quality() -> pl.Expr:
    departments = pl.when(pl.col("departments") > 0).then(pl.format(", {} departments", "departments"))
    return pl.format(f"{SUMMED}: {{}}/{{}}{{}}", "communes", "of", departments.otherwise(pl.lit("")))


def _told(sums: pl.DataFrame) -> Iterator[str]:
    """One remark for each province, period and source."""
    for key, rows in sums.group_by("unit_code", *PERIOD_COLUMNS, "basis", maintain_order=True):
        province, *period, basis = key
        named = ", ".join(rows.get_column("measure").unique(maintain_order=True))
        least, of = rows.select(pl.min("communes"), pl.max("of")).row(0)
        yield (
            f"province {province}, {Period(*period).id}, {basis}: its own row could not be taken or says nothing, "
            f"so {least} of {of} communes were added up: {named}"
        )


def is_sum(column: str = "quality") -> pl.Expr:
    """Rows that are such a sum."""
    return pl.col(column).fill_null("").str.starts_with(SUMMED)
