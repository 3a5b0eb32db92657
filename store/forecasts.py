"""The next month of communes before it closes: what is expected of it, and how good that was of earlier months.

Expected from the published months alone, when a page asks. `python -m etl forecast` keeps what was expected in
`forecasts/<dataset>/` of the data folder, a file a month that is never written again, so that it can be scored later.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

import polars as pl

from files.places import published_folder
from ranking import forecasts as ranking
from ranking.forecasts import Score
from ranking.measures import values
from ranking.periods import MERGER
from ranking.rank_sets import Best, best_of
from ranking.states import REPORTED
from ranking.windows import first_month
from store import sight
from store.months import latest_series
from store.reference import measures, reference_table
from store.snapshot import Snapshot

FOLDER = "forecasts"
FIGURES = (("index_766", "portal"), ("on_time_share", "portal"), ("online_filing_share", "form"))
"""What is expected: the index, punctuality and filing online."""
KEPT = {"measure": pl.String, "basis": pl.String, "series": pl.String, "period_start": pl.Date, **ranking.SCHEMA}


@dataclass(frozen=True)
class Next:
    """The month after the last one of a province in a figure: its first day, the rules (`series`), one row per commune
    (`ranking.forecasts.SCHEMA`), and how good the same would have been of the past months."""

    start: date
    series: str
    rows: pl.DataFrame
    tried: Score | None


@lru_cache(maxsize=128)
def expected(snapshot: Snapshot, province: str, measure: str, basis: str) -> Next | None:
    """None where nothing can be expected; about 30 ms for a province with ten months, and ten times that to try it."""
    months = _months(snapshot.of(province), province, measure, basis)
    if months.is_empty():
        return None
    best, most = _ends(measure)
    rows = ranking.forecasts(months, best, most=most)
    if rows.is_empty():
        return None
    last = months.get_column("period_start").sort().item(-1)
    return Next(first_month(last, 0), months.item(0, "series"), rows, ranking.tried(months, best, most=most))


def _months(snapshot: Snapshot, province: str, measure: str, basis: str) -> pl.DataFrame:
    """The whole months of a province's communes by the latest rules, in time order."""
    codes = reference_table("units").filter(pl.col("province_code") == province).get_column("code")
    rows = sight.scan(snapshot, "measurements").filter(
        pl.col("measure") == measure,
        pl.col("basis") == basis,
        pl.col("level") == "commune",
        pl.col("unit_code").is_in(codes.implode()),
        pl.col("field") == "all",
        pl.col("period_kind") == "month",
        pl.col("period_start") >= MERGER,
        pl.col("state") == REPORTED,
    )
    found = latest_series(rows.collect()).with_columns(value=values([measures()[measure]]))
    return found.select("unit_code", "period_start", "series", "value").sort("period_start", "unit_code")


def _ends(measure: str) -> tuple[Best, float | None]:
    known = measures()[measure]
    return best_of(known.direction), 100.0 if known.kind == "share" else known.max_score


# --- kept when made, scored afterwards


def folder(dataset: str) -> Path:
    return published_folder().parent / FOLDER / dataset


def of_snapshot(snapshot: Snapshot) -> pl.DataFrame:
    """What is expected of all provinces and figures, as rows of `KEPT`."""
    parts = [pl.DataFrame(schema=KEPT)]
    for province in reference_table("provinces").get_column("code"):
        for measure, basis in FIGURES:
            months = _months(snapshot, province, measure, basis)
            best, most = _ends(measure)
            rows = ranking.forecasts(months, best, most=most)
            if not rows.is_empty():
                start = first_month(months.get_column("period_start").sort().item(-1), 0)
                named = {"measure": measure, "basis": basis, "series": months.item(0, "series"), "period_start": start}
                parts.append(
                    rows.with_columns(pl.lit(what).alias(name) for name, what in named.items()).select(list(KEPT))
                )
    return pl.concat(parts)


def scored(snapshot: Snapshot, province: str, measure: str, basis: str) -> tuple[int, Score] | None:
    """How many months were forecast while they were open and are known now, and how good that was; None without any."""
    place = folder(snapshot.manifest.dataset)
    files = tuple((path, path.stat().st_mtime_ns) for path in sorted(place.glob("*.parquet"))) if place.exists() else ()
    return _scored(snapshot, province, measure, basis, files)


@lru_cache(maxsize=128)
def _scored(
    snapshot: Snapshot, province: str, measure: str, basis: str, files: tuple[tuple[Path, int], ...]
) -> tuple[int, Score] | None:
    if not files:
        return None
    known = _months(snapshot.of(province), province, measure, basis).sort("unit_code", "period_start")
    known = known.with_columns(before=pl.col("value").shift(1).over("unit_code"))
    found = []
    for path, _ in files:
        made = pl.read_parquet(path).filter(pl.col("measure") == measure, pl.col("basis") == basis)
        for (start, series), rows in made.group_by("period_start", "series", maintain_order=True):
            actual = known.filter(pl.col("period_start") == start, pl.col("series") == series)
            if one := ranking.score(rows, actual.select("unit_code", "value", "before"), _ends(measure)[0]):
                found.append(one)
    whole = ranking.together(found)
    return (len(found), whole) if whole else None
