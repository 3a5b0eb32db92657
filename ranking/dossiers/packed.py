"""The parts of a group's key packed into one whole number: one column to hash, not five."""

from __future__ import annotations

import narwhals as nw

# How many bits each part takes; together no more than 62.
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
}
_FIRST_MONTH = 12 * 1990


def packed(names: tuple[str, ...]) -> nw.Expr:
    """The columns `names` of whole numbers from 0 as one; months count from 1990, 0 is none."""
    key = nw.lit(0).cast(nw.Int64)
    for name in names:
        part = nw.col(name).cast(nw.Int64)
        if name.endswith("month"):
            part = nw.when(nw.col(name) == 0).then(nw.lit(0)).otherwise(part - _FIRST_MONTH)
        key = key * (1 << _BITS[name]) + part
    return key


def unpacked(key: str, names: tuple[str, ...]) -> dict[str, nw.Expr]:
    """The parts of the column `key`, by name."""
    parts, rest = {}, nw.col(key)
    for name in reversed(names):
        size = 1 << _BITS[name]
        part = rest % size
        # Only what divides without a rest is divided: Spark does it in floating point, which holds 53 bits.
        rest = (rest - part) // size
        if name.endswith("month"):
            part = nw.when(part == 0).then(nw.lit(0)).otherwise(part + _FIRST_MONTH)
        parts[name] = part
    return parts
