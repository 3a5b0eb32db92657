"""Months of many units side by side: from a rows to matrices of units × months."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray


def as_matrix(rows: Sequence[Sequence[float | None]]) -> NDArray[np.float64]:
    """Rows of one length with NaN for gaps; ValueError where a value is infinite."""
    matrix = np.array([[np.nan if value is None else value for value in row] for row in rows], dtype=np.float64)
    if np.isinf(matrix).any():
        raise ValueError(
            f"value {int(np.isinf(matrix).any(axis=0).argmax())} is infinite; a value is a number, None or NaN"
        )
    return matrix


def as_matrices(months: pl.DataFrame, *counts: str) -> tuple[Any, ...]:
    """The sorted unit codes, and their values (and `counts`) as matrices of units × all months, NaN for gaps.

    `months`: one row per unit and month with `unit_code`, `period_start` (date, the first of the month), `value` and
    the columns named by `counts`; the matrices go from the first month of the whole frame to its last, and an absent
    row is a gap. Raises ValueError where a unit has two rows in a month.
    """
    columns = ("value", *counts)
    rows = months.select("unit_code", "period_start", pl.col(columns).cast(pl.Float64))
    if rows.is_empty():
        return [], *(np.empty((0, 0)) for _ in columns)
    units = rows.get_column("unit_code").unique().sort()
    start = pl.col("period_start")
    month = start.dt.year().cast(pl.Int64) * 12 + start.dt.month()
    line = units.search_sorted(rows.get_column("unit_code"))
    placed = rows.with_columns(line=line, month=month - month.min())
    if (twice := placed.filter(pl.struct("line", "month").is_duplicated())).height:
        unit, day, *_ = twice.row(0)
        raise ValueError(f"unit {unit} has more than one row in the month of {day}; one row is right")
    lines, at = placed.get_column("line").to_numpy(), placed.get_column("month").to_numpy()
    found = []
    for column in columns:
        matrix = np.full((len(units), at.max() + 1), np.nan)
        matrix[lines, at] = placed.get_column(column)
        found.append(matrix)
    return units.to_list(), *found
