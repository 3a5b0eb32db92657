"""The whole months of a share of some communes of any province, to set before beside after."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import polars as pl

from ranking.ages import age
from ranking.periods import MERGER
from ranking.states import REPORTED
from store import sight
from store.months import latest_series
from store.snapshot import Snapshot


def months(snapshot: Snapshot, measure: str, basis: str, codes: Sequence[str], field: str = "all") -> pl.DataFrame:
    """One row per commune and whole month since the merger that it reports, by the latest rules: `unit_code`,
    `period_start`, `numerator`, `denominator`, `age` (`ranking.ages.age`), in time order."""
    return _months(snapshot, measure, basis, tuple(sorted(codes)), field)


@lru_cache(maxsize=64)
def _months(snapshot: Snapshot, measure: str, basis: str, codes: tuple[str, ...], field: str) -> pl.DataFrame:
    rows = sight.scan(snapshot, "measurements").filter(
        pl.col("measure") == measure,
        pl.col("basis") == basis,
        pl.col("level") == "commune",
        pl.col("unit_code").is_in(codes),
        pl.col("field") == field,
        pl.col("period_kind") == "month",
        pl.col("period_start") >= MERGER,
        pl.col("state") == REPORTED,
    )
    found = latest_series(rows.collect())
    return found.select("unit_code", "period_start", "numerator", "denominator", age().alias("age")).sort(
        "period_start", "unit_code"
    )
