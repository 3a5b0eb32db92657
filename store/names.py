"""The units whose name, or the name of an old commune inside, holds what the reader has typed."""

from __future__ import annotations

from functools import lru_cache

import polars as pl

from ranking.collation import by_name
from ranking.names import fold, spelling
from store.reference import reference_table


def found(units: pl.DataFrame, query: str) -> pl.DataFrame:
    """The rows of `units` whose name, or the name of an old commune inside, holds `query`.

    Case and diacritics don't count, but names written as typed come before those that are only near ("Quang Kim" before
    "Quảng Kim"); within each the order of `units` stays. `because` names the old communes that made a row a hit.
    """
    wanted = fold(query)
    if not wanted:
        return units.with_columns(because=pl.lit(None, pl.String))
    own = pl.col("name").map_elements(fold, return_dtype=pl.String).str.contains(wanted, literal=True)
    old = (
        _old_names()
        .filter(pl.col("old").str.contains(wanted, literal=True))
        .group_by("unit_code")
        .agg(because=pl.col("old_name").sort_by(by_name("old_name")).str.join(", "))
    )
    hits = units.join(old, on="unit_code", how="left").filter(own | pl.col("because").is_not_null())
    hits = hits.with_columns(because=pl.when(~own).then("because"))
    named = pl.coalesce("because", "name").map_elements(_as_written, return_dtype=pl.String)
    exact = named.str.contains(_as_written(query), literal=True)
    return hits.sort(exact, descending=True, maintain_order=True)


def _as_written(text: str) -> str:
    """One spelling of tone marks' places and of case, with all diacritics."""
    return spelling(text).casefold()


@lru_cache(maxsize=1)
def _old_names() -> pl.DataFrame:
    """One row per new unit: the folded names of the old communes in it."""
    return reference_table("lineage").select(
        unit_code="new_code", old=pl.col("old_name").map_elements(fold, return_dtype=pl.String), old_name="old_name"
    )
