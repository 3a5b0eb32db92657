"""How far chance goes in a measure's figures: ρ of each level, series and basis, and how it is known."""

from __future__ import annotations

import polars as pl

from ranking.count_rates import ANSCOMBE
from ranking.intervals import ENOUGH_MONTHS, dispersion
from ranking.measures import Measure
from ranking.month_bonds import bond_of_values
from ranking.overdispersion import ASSUMED, MEASURED, overdispersion
from ranking.periods import MERGER
from ranking.states import REPORTED
from ranking.stretches import is_derived

ALIKE = ["level", "series", "basis"]
"""Figures of one level, one set of rules and one source scatter alike."""
_FOUND = dict.fromkeys(ALIKE, pl.String) | {"rho": pl.Float64, "known": pl.String, "bond": pl.Float64}


def dispersions(history: pl.DataFrame, measure: Measure) -> pl.DataFrame:
    """One row per level, series and basis of `history`: `rho`, how it is `known` (`overdispersion.Known`), and `bond`.

    `history`: rows of `tables.Measurements`, of any measures and periods. Only what a source gave for itself counts:
    no figure that was derived by subtraction, none of a commune before the merger, none of a single field. For shares
    `rho` is that of `overdispersion.overdispersion`. Rates and counts have none (null): theirs is measured where a
    unit has six months, else assumed. `bond`: how alike the luck of months that follow each other is, from 0 to 0.9:
    of shares as `overdispersion` gives it, of anything else by the values of whole months, counts on the scale of
    their root (`month_bonds.bond_of_values`).
    """
    rows = recorded(history, measure)
    parts = rows.partition_by(ALIKE, as_dict=True).items()
    return pl.DataFrame([(*key, *_found(part, measure)) for key, part in parts], _FOUND, orient="row")


def recorded(history: pl.DataFrame, measure: Measure) -> pl.DataFrame:
    """The rows of a measure that its source gave for itself, of the units of today: old codes can mean other places."""
    return history.filter(
        pl.col("measure") == measure.id,
        pl.col("field") == "all",
        pl.col("state") == REPORTED,
        (pl.col("level") != "commune") | (pl.col("period_start") >= MERGER),
        ~is_derived(),
    )


def months(history: pl.DataFrame, measure: Measure) -> pl.DataFrame:
    """The whole months among them."""
    return recorded(history, measure).filter(pl.col("period_kind") == "month")


def inflation_of(history: pl.DataFrame, measure: Measure) -> float:
    """By how much the variance of a share or rate exceeds pure sampling from month to month, one figure for all sizes.

    `history`: rows of `tables.Measurements`; a unit counts again in each level, series and basis. At
    least 1. Exactly 1.0 where no unit has six months. Also 1.0 for scores, quantities and counts, which have no common
    inflation: theirs comes from each unit's own months.
    """
    if measure.kind not in ("share", "rate"):
        return 1.0
    key = pl.concat_str("unit_code", *ALIKE, separator=" ")
    counts = months(history, measure).select("numerator", "denominator", "period_start", unit_code=key)
    return dispersion(counts, "binomial" if measure.kind == "share" else "poisson")


def _found(rows: pl.DataFrame, measure: Measure) -> tuple[float | None, str, float]:
    if measure.kind == "share":
        found = overdispersion(rows, measure.assumed_rho.value)
        return found.rho, found.known, found.bond
    whole = rows.filter(pl.col("period_kind") == "month")
    enough = not whole.is_empty() and whole.group_by("unit_code").len().select(pl.max("len")).item() >= ENOUGH_MONTHS
    value = (pl.col("numerator") + ANSCOMBE).sqrt() if measure.kind == "count" else measure.value()
    bond = bond_of_values(whole.select("unit_code", "period_start", value=value))
    return None, MEASURED if enough else ASSUMED, bond
