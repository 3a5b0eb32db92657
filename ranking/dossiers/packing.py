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
    """One row per `by` and `keys` with the `sums`. `packed`: grouped by one number, which is taken apart again in the
    small result."""
    added = [nw.col(name).sum() for name in sums]
    columns = [nw.col(name).cast(nw.Int32) for name in keys] + [nw.col(name).cast(nw.Int64) for name in sums]
    if not packed:
        return rows.group_by(*by, *keys).agg(*added).select(*by, *columns)
    grouped = rows.with_columns(key=packed_key(keys)).group_by(*by, "key").agg(*added)
    return grouped.with_columns(**taken_apart("key", keys)).select(*by, *columns)


def packed_key(keys: tuple[str, ...]) -> nw.Expr:
    """The columns `keys` of whole numbers from 0 as one number; months count from 1990."""
    key = nw.lit(0).cast(nw.Int64)
    for name in keys:
        part = nw.col(name).cast(nw.Int64)
        if name.endswith("month"):  # 0 where it has not ended
            part = nw.when(nw.col(name) == 0).then(nw.lit(0)).otherwise(part - _FIRST_MONTH)
        key = key * (1 << _BITS[name]) + part
    return key


def taken_apart(key: str, keys: tuple[str, ...]) -> dict[str, nw.Expr]:
    """The `keys` of the column `key` that `packed_key` gave."""
    parts, rest = {}, nw.col(key)
    for name in reversed(keys):
        size = 1 << _BITS[name]
        part = rest % size
        # Only what divides without a rest is divided: Spark does it in floating point, which holds 53 bits.
        rest = (rest - part) // size
        if name.endswith("month"):
            part = nw.when(part == 0).then(nw.lit(0)).otherwise(part + _FIRST_MONTH)
        parts[name] = part
    return parts
