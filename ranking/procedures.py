"""Single procedures (thủ tục) among the fields that figures are told by, and all the others together."""

from __future__ import annotations

import polars as pl

_PROCEDURE = "Thủ tục "
OTHERS = "Thủ tục khác"
"""The field of all procedures whose figures are not told by themselves."""


def field_of(code: str) -> str:
    """The field under which a procedure's figures stand: `Thủ tục 2.000815`."""
    return f"{_PROCEDURE}{code}"


def codes(fields: pl.Series) -> list[str]:
    """The codes of the procedures among some fields, sorted."""
    found = {field.removeprefix(_PROCEDURE) for field in fields if field.startswith(_PROCEDURE) and field != OTHERS}
    return sorted(found)


def with_rank_without(rows: pl.DataFrame, others: pl.DataFrame, fewest: float) -> pl.DataFrame:
    """`rows` with `share_others`, `n_others`, `rank_others` and `of_others`: as if these procedures were not there.

    `rows`: one row per unit of one ranking with `unit_code` and `rank`; `others`: `unit_code`, `numerator` and
    `denominator` of all other procedures. Ranked are the ranked units with `fewest` dossiers or more left; the highest
    share (in per cent) is the first, ties share the best rank.
    """
    share = pl.when(pl.col("denominator") > 0).then(100 * pl.col("numerator") / pl.col("denominator"))
    left = others.select("unit_code", n_others=pl.col("denominator").cast(pl.Float64), share_others=share)
    joined = rows.join(left, on="unit_code", how="left", maintain_order="left")
    take_part = pl.col("rank").is_not_null() & (pl.col("n_others") >= fewest).fill_null(False)
    value = pl.when(take_part).then(pl.col("share_others").round(9))
    return joined.with_columns(
        rank_others=value.rank("min", descending=True).cast(pl.UInt32), of_others=value.count().cast(pl.UInt32)
    )
