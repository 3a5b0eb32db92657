"""A province that was added up from its communes, where editors have corrected one of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import polars as pl

from etl.publishing.province_sums import is_sum
from ranking.measures import Measure
from ranking.states import NO_DOSSIERS, REPORTED
from ranking.vocabulary import CELL

_KEY = [name for name in CELL if name not in ("unit_code", "level")]
_FIGURES = ("numerator", "denominator")


def of_sums(
    corrections: pl.DataFrame,
    own: pl.DataFrame,
    own_of: Callable[[pl.DataFrame], pl.DataFrame],
    measures: Mapping[str, Measure],
    units: pl.DataFrame,
) -> pl.DataFrame:
    """What corrections of communes change of their provinces' sums, as rows of `corrected.in_force`.

    `own`: what sources say of the corrected cells; `own_of` the same of any cells (columns of `CELL`). A sum moves by
    what its communes are corrected by; its source is the first of their corrections. What a province says itself stays.
    """
    summable = {(one.id, basis) for one in measures.values() for basis in one.basis if one.adds_up(basis)}
    pairs = pl.DataFrame(list(summable), schema={"measure": pl.String, "basis": pl.String}, orient="row")
    communes = corrections.filter(pl.col("level") == "commune").join(pairs, on=["measure", "basis"], how="semi")
    moved = (
        communes.join(own.select(*CELL, *_FIGURES), on=list(CELL), suffix="_own")
        .join(units.select(unit_code="code", province="province_code"), on="unit_code")
        .group_by("province", *_KEY, maintain_order=True)
        .agg(
            *(_moved(name).alias(f"{name}_moved") for name in _FIGURES),
            pl.col("source").first(),
            pl.col("corrected_at").max(),
        )
        .rename({"province": "unit_code"})
        .with_columns(level=pl.lit("province"))
    )
    if moved.is_empty():
        return corrections.clear()
    sums = own_of(moved.select(CELL)).filter(is_sum()).select(*CELL, *_FIGURES)
    rows = sums.join(moved, on=list(CELL)).with_columns(pl.col(name) + pl.col(f"{name}_moved") for name in _FIGURES)
    state = pl.when(pl.col("denominator") == 0).then(pl.lit(NO_DOSSIERS)).otherwise(pl.lit(REPORTED))
    return rows.with_columns(state=state).select(corrections.columns)


def _moved(name: str) -> pl.Expr:
    """By how much the figures of a sum's communes are corrected; a commune that was silent gave it nothing."""
    return (pl.col(name) - pl.col(f"{name}_own").fill_null(0)).sum()
