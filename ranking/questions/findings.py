"""What a rule finds: whom it concerns, when, how strongly, and the figures that show it."""

from __future__ import annotations

from typing import Literal

import polars as pl

from ranking.frame_types import Columns

Kind = Literal["value", "points", "count", "times", "text"]

FIGURE: Columns = {
    "name": pl.String,
    "kind": pl.String,
    "measure": pl.String,
    "value": pl.Float64,
    "n": pl.Float64,
    "text": pl.String,
    "period_start": pl.Date,
    "period_end": pl.Date,
}
"""One figure of the evidence. `name`: the blank of the sentence that it fills. `kind`: value (in the unit of
`measure`), points (percentage points), count, times (a ratio) or text. `n`: what a share rests on."""
EVIDENCE = pl.List(pl.Struct(FIGURE))
FIRED: Columns = {
    "unit_code": pl.String,
    "question": pl.String,
    "period_start": pl.Date,
    "period_end": pl.Date,
    "strength": pl.Float64,
    "evidence": EVIDENCE,
}


def figure(
    name: str,
    value: pl.Expr | str | None = None,
    *,
    kind: Kind = "value",
    measure: pl.Expr | str | None = None,
    n: str | None = None,
    text: str | None = None,
    start: str = "period_start",
    end: str = "period_end",
) -> pl.Expr:
    """A figure of the evidence from columns of a rule's rows; a `measure` given as str is an id, not a column."""
    parts = {
        "name": pl.lit(name),
        "kind": pl.lit(kind),
        "measure": pl.lit(measure, pl.String) if isinstance(measure, str | None) else measure,
        "value": pl.col(value) if isinstance(value, str) else value,
        "n": None if n is None else pl.col(n),
        "text": None if text is None else pl.col(text),
        "period_start": pl.col(start),
        "period_end": pl.col(end),
    }
    columns = [(pl.lit(None) if p is None else p).cast(FIGURE[key]).alias(key) for key, p in parts.items()]
    return pl.struct(columns)


def strength(column: str, threshold: float, strong: float) -> pl.Expr:
    """½ at the threshold, 1 from `strong` on, in a straight line between; `strong` may lie below it."""
    if strong == threshold:
        return pl.lit(1.0)
    way = (pl.col(column) - threshold) / (strong - threshold)
    return 0.5 + 0.5 * way.clip(0, 1)


def findings(question: str, rows: pl.DataFrame, strong: pl.Expr, figures: list[pl.Expr]) -> pl.DataFrame:
    """Rows of `FIRED` from those rows of a rule that `fires`."""
    firing = rows.filter("fires")
    if firing.is_empty():
        return pl.DataFrame(schema=FIRED)
    columns = {"question": pl.lit(question), "strength": strong, "evidence": pl.concat_list(figures)}
    return firing.with_columns(**columns).select(pl.col(name).cast(dtype) for name, dtype in FIRED.items())
