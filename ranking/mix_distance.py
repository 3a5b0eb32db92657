"""How unlike the work of two units is: the part of the dossiers that would have to be of another field."""

from __future__ import annotations

import polars as pl

MOST = 0.3
"""Beyond this the shares of two units over all fields are no fair comparison: a convention."""


def unlike(fields: pl.DataFrame) -> float | None:
    """The largest index of dissimilarity between any two units, ½ Σ |pᵢ − qᵢ|, from 0 (the same mix) to 1 (no field in
    common); None with fewer than two units that have dossiers.

    `fields`: one row per `unit_code` and `field` with `denominator`, the dossiers.
    Source: Duncan, O. D. and Duncan, B. (1955), American Sociological Review 20, 210–217.
    """
    n = pl.col("denominator")
    parts = fields.filter(n > 0).select("unit_code", "field", part=(n / n.sum()).over("unit_code"))
    if parts["unit_code"].n_unique() < 2:
        return None
    wide = parts.pivot("unit_code", index="field", values="part").fill_null(0.0).drop("field")
    pairs = [(a, b) for at, a in enumerate(wide.columns) for b in wide.columns[at + 1 :]]
    return max(float((wide[a] - wide[b]).abs().sum()) / 2 for a, b in pairs)
