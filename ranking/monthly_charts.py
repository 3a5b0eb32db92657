"""Figures that a source's monthly chart gives: of the whole alone, without the counts behind them."""

from __future__ import annotations

import polars as pl

MONTHLY_CHART = "monthly_chart"
"""The quality of such a figure. Of a share it has the per cent alone, as a score out of 100."""


def is_from_chart(column: str = "quality") -> pl.Expr:
    """Rows that a chart gave: they give way to any figure of the unit's own reply."""
    return pl.col(column).fill_null("") == MONTHLY_CHART


def has_no_counts() -> pl.Expr:
    """Shares of which the source gives the per cent alone. Used on rows of a share."""
    return pl.col("numerator").is_null() & pl.col("score").is_not_null()
