"""The years among the periods of a publish: what takes longer than a month is told of years alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import polars as pl

SPAN: dict[str, Any] = {
    "period_start": pl.Date,
    "period_end": pl.Date,
    "period_kind": pl.String,
    "provisional": pl.Boolean,
}
"""The columns that say of which period a row is."""


@dataclass(frozen=True)
class Year:
    """A year, whole or to date: the numbers of its `months`, and the columns of `SPAN` as `literals`."""

    months: list[int]
    literals: dict[str, pl.Expr]


def years(spans: pl.DataFrame) -> Iterator[Year]:
    """The years among `spans`, which has a row per period and `month` of it."""
    for span in spans.group_by(*SPAN, maintain_order=True).agg(months="month").to_dicts():
        if span["period_kind"] == "year" or (span["provisional"] and span["period_start"].month == 1):
            yield Year(span["months"], {name: pl.lit(span[name], kind) for name, kind in SPAN.items()})


def shaped(rows: pl.DataFrame, schema: dict[str, Any]) -> pl.DataFrame:
    """The columns of a schema, in its order and of its types."""
    return rows.select(pl.col(name).cast(kind) for name, kind in schema.items())
