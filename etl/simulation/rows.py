"""From blocks of figures to rows of `tables.Measurements`, one per measure, unit, month and field."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import polars as pl

from etl.simulation.blocks import Block
from etl.simulation.calibration import GROUPS, SERIES, Calibration
from etl.simulation.months import Months
from ranking.states import NO_DOSSIERS, NOT_REPORTED, REPORTED
from ranking.tables import Measurements, types_of

_SOURCE = "simulated"
_STATES = pl.Series([REPORTED, NO_DOSSIERS, NOT_REPORTED])
_REPORTED, _NO_DOSSIERS, _NOT_REPORTED = range(3)


class _Counted(NamedTuple):
    """Which figures a measure is made of, and which must be above 0 for it to count as reported."""

    numerator: str
    denominator: str | None
    above_zero: str | None
    basis: str


_COUNTED = {
    "received": _Counted("received", None, "received", "portal"),
    "on_time_share": _Counted("on_time", "received", "received", "portal"),
    "processing_days": _Counted("days_of_all", None, "received", "portal"),
    "online_filing_share": _Counted("online", "in_period", "in_period", "form"),
    "online_payment_share": _Counted("paid", "owing", "owing", "portal"),
    "digitised_share": _Counted("digitised_share", "received", "received", "portal"),
    "e_result_share": _Counted("e_result_share", "received", "received", "portal"),
    "data_reuse_share": _Counted("data_reuse_share", "received", "received", "portal"),
    "handling_satisfaction": _Counted("satisfied", "received", "received", "portal"),
    "open_overdue": _Counted("open_overdue", None, None, "form"),
    "open_overdue_share": _Counted("open_overdue", "open", "open", "form"),
    "on_time_share_form": _Counted("on_time_form", "resolved", "resolved", "form"),
}
_BY_FIELD = ("received", "on_time_share", "online_filing_share")

_BESIDE = {
    "petition_on_time_share": ("petitions_on_time", "petitions"),
    "petition_satisfaction_share": ("petitions_satisfied", "petitions"),
    "online_services_used_share": ("services_used", "services"),
}

COUNTED = tuple(_COUNTED)
SCORED = ("index_766", *GROUPS)
BESIDE = tuple(_BESIDE)
"""What the portal counts since 2026 that are no dossiers."""


def counted_rows(blocks: list[Block], measure: str, months: Months, calibration: Calibration) -> Iterator[pl.DataFrame]:
    """All rows of a measure of `COUNTED`: first field `all`, then each field where the measure has them."""
    for block in blocks:
        yield _counted(block, block.figures, len(block.months), measure, months)
        if measure not in _BY_FIELD or not block.by_field:
            continue
        last = calibration["on_time"]["fields_last_months"] if measure == "on_time_share" else len(months.new())
        for number, field in enumerate(calibration["fields"]):
            figures = {figure: cube[number] for figure, cube in block.by_field.items()}
            yield _counted(block, figures, last, measure, months, field)


def _counted(
    block: Block, figures: dict[str, np.ndarray], last: int, measure: str, months: Months, field: str = "all"
) -> pl.DataFrame:
    """The rows of the last months of one block and field."""
    of = _COUNTED[measure]
    figures = {figure: values[:, -last:] for figure, values in figures.items()}
    is_known = np.True_ if of.above_zero is None else figures[of.above_zero] > 0
    silent = block.silent[of.basis][:, -last:]
    values = {"numerator": _numerator(figures, measure)}
    if of.denominator:
        values["denominator"] = figures[of.denominator].astype(float)
    values = {column: np.where(silent, np.nan, array) for column, array in values.items()}
    return _rows(block, measure, months, of.basis, _state(silent, is_known), values, field)


def _numerator(figures: dict[str, np.ndarray], measure: str) -> np.ndarray:
    """The numerator as a number of dossiers; of processing days the mean, nan where there are none."""
    numerator = figures[_COUNTED[measure].numerator].astype(float)
    if measure != "processing_days":
        return numerator
    mean = np.round(numerator / np.maximum(figures["received"], 1), 2)
    return np.where(figures["received"] == 0, np.nan, mean)


def _state(silent: np.ndarray, is_known: np.ndarray | np.bool_) -> np.ndarray:
    return np.where(silent, _NOT_REPORTED, np.where(is_known, _REPORTED, _NO_DOSSIERS))


def score_rows(blocks: list[Block], measure: str, months: Months) -> Iterator[pl.DataFrame]:
    """All rows of a measure of `SCORED`; departments have no score."""
    for block in (block for block in blocks if block.scores):
        ranked = block.levels != "department"
        score = block.scores[measure][ranked]
        silent = block.silent["portal"][ranked, -score.shape[1] :]
        kept = Block(block.codes[ranked], block.levels[ranked], block.months, {}, {})
        top = np.full(score.shape, GROUPS.get(measure, 100.0))
        values = {"score": np.where(silent, np.nan, score), "max_score": top}
        yield _rows(kept, measure, months, "portal", _state(silent, ~np.isnan(score)), values)


def beside_rows(blocks: list[Block], measure: str, months: Months) -> Iterator[pl.DataFrame]:
    """All rows of a measure of `BESIDE`, of the months that the rules of 2026 are for; departments have none."""
    numerator, denominator = _BESIDE[measure]
    last = int((months.series == SERIES.index("766-2026")).sum())
    for block in (block for block in blocks if denominator in block.scores):
        kept = block.levels != "department"
        part, whole = (block.scores[name][kept, -last:].astype(float) for name in (numerator, denominator))
        silent = block.silent["portal"][kept, -last:]
        own = Block(block.codes[kept], block.levels[kept], block.months, {}, {})
        values = {"numerator": np.where(silent, np.nan, part), "denominator": np.where(silent, np.nan, whole)}
        yield _rows(own, measure, months, "portal", _state(silent, whole > 0), values)


def _rows(
    block: Block,
    measure: str,
    months: Months,
    basis: str,
    state: np.ndarray,
    values: dict[str, np.ndarray],
    field: str = "all",
) -> pl.DataFrame:
    """Rows of `tables.Measurements`, one per unit and month of `state`."""
    units, count = state.shape
    of_unit, of_month = np.repeat(np.arange(units), count), np.tile(block.months[-count:], units)
    rows = pl.DataFrame(
        [column.gather(of_unit) for column in _unit_columns(block)]
        + [column.gather(of_month) for column in _month_columns(months, basis)]
        + [pl.Series(column, array.ravel(), nan_to_null=True) for column, array in values.items()]
        + [_STATES.gather(state.ravel()).alias("state")]
    )
    same = {"measure": measure, "field": field, "basis": basis, "source": _SOURCE}
    schema = types_of(Measurements)
    rows = rows.with_columns(**{column: pl.lit(value) for column, value in same.items()})
    missing = {column: pl.lit(None) for column in schema if column not in rows.columns}
    return rows.with_columns(**missing).select(pl.col(column).cast(dtype) for column, dtype in schema.items())


def _unit_columns(block: Block) -> list[pl.Series]:
    columns = {"unit_code": block.codes, "level": block.levels}
    return [pl.Series(column, items.astype(object), pl.String) for column, items in columns.items()]


def _month_columns(months: Months, basis: str) -> list[pl.Series]:
    by_rules = [SERIES[position] for position in months.series]
    return [
        pl.Series("period_start", [period.start for period in months.periods]),
        pl.Series("period_end", [period.end for period in months.periods]),
        pl.Series("period_kind", [period.kind for period in months.periods]),
        pl.Series("provisional", months.provisional),
        pl.Series("captured_at", months.captured, types_of(Measurements)["captured_at"]),
        pl.Series("series", by_rules if basis == "portal" else ["ii06"] * len(by_rules)),
    ]
