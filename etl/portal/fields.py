"""The fields of one row of a reply, found by their paths as `ranking.formulas` writes them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from ranking.formulas import terms

Row = Mapping[str, object]


class Unusable(ValueError):
    """A field holds something that its figure cannot be; says which field, what it holds and why not."""

    def __init__(self, column: str, value: object, reason: str) -> None:
        super().__init__(reason)
        self.column, self.value, self.reason = column, value, reason


def has(row: Row, path: str) -> bool:
    """Whether the row has the field at all, be it null."""
    return any(True for _ in _found(row, path.split(".")))


def number(row: Row, path: str) -> float | None:
    """The number at a path; None where it is null or absent; Unusable where it is anything else."""
    if "." not in path:
        return _number(path, row.get(path))
    values = [_number(path, value) for value in _found(row, path.split("."))]
    known = [value for value in values if value is not None]
    return sum(known) if known and len(known) == len(values) else None


def total(row: Row, text: str) -> float | None:
    """What a sum of fields comes to; None where one of them is null or absent; Unusable below 0."""
    parts = terms(text)
    known = [sign * value for sign, path in parts if (value := number(row, path)) is not None]
    if len(known) < len(parts):
        return None
    found = sum(known)
    if found < 0:
        raise Unusable(text, found, f"must be 0 or more, but comes to {found:g}")
    return found


def _found(value: object, steps: list[str]) -> Iterator[object]:
    """The values at the end of a path: one or none, or one for each entry of a list where a step is `*`."""
    if not steps:
        yield value
        return
    step, *rest = steps
    if isinstance(value, Mapping):
        if step in value:
            yield from _found(value[step], rest)
    elif isinstance(value, list):
        entries = [entry for entry in value if isinstance(entry, Mapping)]
        if step != "*":
            yield from _found(next((entry for entry in entries if entry.get("code") == step), None), rest)
        for entry in entries if step == "*" else ():
            yield from list(_found(entry, rest)) or [None]


def _number(path: str, value: object) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Unusable(path, value, f"must be a number, found {type(value).__name__} {value!r}"[:300])
    if not math.isfinite(value) or value < 0:
        raise Unusable(path, value, f"must be a finite number of 0 or more, found {value!r}")
    return float(value)
