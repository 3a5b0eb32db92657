"""Sums by several keys at once, which are packed into one whole number: one column to hash, not five."""

from __future__ import annotations

from typing import Any

import narwhals as nw

_BITS = {
    "intake": 14,
    "decision": 14,
    "province": 14,
    "field": 10,
    "procedure": 15,
    "received_month": 12,
    "end_month": 12,
    "working_days": 11,
    "calendar_days": 11,
    "last": 15,
    "outcome": 2,
    "way": 2,
    "received_year": 11,
}
"""How many bits each part of a key takes, of 63."""
_FIRST_MONTH = 12 * 1990


def added_up(
    rows: nw.LazyFrame[Any], keys: tuple[str, ...], sums: tuple[str, ...], by: tuple[str, ...], *, packed: bool
) -> nw.LazyFrame[Any]:
    """One row per `by` and `keys` with the `sums`. `packed`: grouped by one number, the keys being each group's only
    values."""
    added = [nw.col(name).sum() for name in sums]
    columns = [nw.col(name).cast(nw.Int32) for name in keys] + [nw.col(name).cast(nw.Int64) for name in sums]
    if not packed:
        return rows.group_by(*by, *keys).agg(*added).select(*by, *columns)
    parts = [nw.col(name).max() for name in keys]
    return rows.with_columns(key=_packed(keys)).group_by(*by, "key").agg(*parts, *added).select(*by, *columns)


def _packed(keys: tuple[str, ...]) -> nw.Expr:
    key = nw.lit(0).cast(nw.Int64)
    for name in keys:
        part = nw.col(name).cast(nw.Int64)
        if name.endswith("month"):  # 0 where it has not ended
            part = nw.when(nw.col(name) == 0).then(nw.lit(0)).otherwise(part - _FIRST_MONTH)
        key = key * (1 << _BITS[name]) + part
    return key
