"""How alike the dossiers of one batch are, such as those that a unit receives in a month: ρ from shares of batches."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl


def rho(batches: pl.DataFrame, group: Sequence[str]) -> float:
    """ρ, from 0 to below 1, so that Var(x/n) = p(1 − p)/n · (1 + (n − 1)ρ) of a batch, p being that of its group.

    `batches`: one row per batch with the columns of `group`, `n` and how many of them count (`x`). All groups together
    give one ρ: Σ(X² − (K − 1)) / Σ(nₖ − 1)(1 − nₖ/N), X² Pearson's of the K batches of a group against their own share.
    Groups of one batch, or at none or all, tell nothing; 0 where nothing is told. Steady change from batch to batch
    counts as alikeness.
    Source: Williams, D. A. (1982), Applied Statistics 31, 144–148 (the moment equation, weights nₖ).
    """
    n, x = pl.col("n").cast(pl.Float64), pl.col("x").cast(pl.Float64)
    p = (x.sum() / n.sum()).over(group)
    rows = batches.filter(n > 0).with_columns(p=p, whole=n.sum().over(group), parts=pl.len().over(group))
    rows = rows.filter(pl.col("parts") > 1, pl.col("p") > 0, pl.col("p") < 1)
    if rows.is_empty():
        return 0.0
    p = pl.col("p")
    found = rows.select(
        excess=((x - n * p).pow(2) / (n * p * (1 - p))).sum() - (1 - 1 / pl.col("parts")).sum(),
        room=((n - 1) * (1 - n / pl.col("whole"))).sum(),
    )
    excess, room = found.row(0)
    return min(max(excess / room, 0.0), 0.99) if room > 0 else 0.0


def inflation(sizes: pl.DataFrame, key: Sequence[str], rho: float) -> pl.DataFrame:
    """One row per `key`: by what a variance by pure chance grows, 1 + (m − 1)ρ, m = Σn²/Σn of its batches' `n`."""
    size = pl.col("n").cast(pl.Float64).pow(2).sum() / pl.col("n").sum()
    found = sizes.filter(pl.col("n") > 0).group_by(key).agg(size=size)
    return found.select(*key, inflation=1 + (pl.col("size") - 1).clip(lower_bound=0) * rho)
