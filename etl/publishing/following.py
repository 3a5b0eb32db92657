"""What follows from a measure's other periods, or from other measures, once all rows of a publish are known."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache

import polars as pl

from etl.publishing.merge import Merged
from ranking.measures import Measure
from ranking.score_certainty import NEEDED, given_errors
from ranking.stretches import differences
from ranking.vocabulary import CELL
from store.reference import measures

Scores = Callable[[Measure], pl.DataFrame | None]
"""The errors of scores by the counts they rest on, for a measure that is one (`score_certainty`)."""


def by_counts(result: Merged) -> Scores:
    """The errors of scores by the counts of the same period, worked out once, and only if a score is published."""

    @lru_cache(maxsize=1)
    def all_scores() -> pl.DataFrame:
        held = [result.chunk(name) for name in result.names() if name in NEEDED]
        return given_errors(pl.concat(held), measures())

    return lambda measure: all_scores() if measure.kind == "score" else None


def differences_of(result: Merged, registry: dict[str, Measure]) -> tuple[dict[str, pl.DataFrame], list[str]]:
    """(what follows from a measure's periods by subtraction, by measure; what a person should know).

    A figure that the source gives itself, be it in a chart alone, stays.
    """
    found: dict[str, pl.DataFrame] = {}
    doubted: list[str] = []
    for name in result.names():
        if name in registry and registry[name].subtracts:
            rows = result.chunk(name)
            taken, refused = differences(rows, registry[name])
            found[name] = taken.join(rows.select(CELL), on=list(CELL), how="anti", maintain_order="left")
            doubted += [f"not derived: {reason}" for reason in refused]
    return found, doubted


def with_differences(chunks: Iterable[pl.DataFrame], left: dict[str, pl.DataFrame]) -> Iterator[pl.DataFrame]:
    for rows in chunks:
        name = None if rows.is_empty() else rows.item(0, "measure")
        yield pl.concat([rows, left[name]]) if name in left else rows
