"""An attacker in the house: what of the withheld figures follows from the public tables.

It reads files that anybody can download (`public_files`) and the definitions of measures, writes down every equation it
knows (`identities`), and solves (`solve`). The whole tables
are opened afterwards alone, to say which of its finds are right (`score`).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl

from bench.attack.figures import figures, long
from bench.attack.identities import System, system
from bench.attack.public_files import download, measurements, told_beside
from bench.attack.score import Count, score
from bench.attack.solve import Known, solved
from etl.publishing.in_service import current_snapshot
from files.faults import Fault
from files.places import published_folder
from ranking.manifest import table_file
from ranking.states import COUNTED, SUPPRESSED
from ranking.suppression import places_of
from ranking.vocabulary import CELL
from store.policy import policy
from store.reference import measures, reference_table

PROTECTED = ("form", "dossiers")
_SEEN = ("numerator", "denominator", "score", "max_score", "state")
TINY: dict[str, Any] = {"dataset": "recorded", "programs": 5}


def attack(public: pl.DataFrame, basis: str, *, programs: int = 200) -> tuple[System, Known]:
    """The equations about a basis in the public's measurements, and what follows from them."""
    places = places_of(reference_table("units"), reference_table("lineage"), reference_table("provinces"))
    found = system(figures(long(public, measures(), basis)), places)
    return found, solved(found, programs=programs)


def attacked(
    public: pl.DataFrame, whole: pl.DataFrame, bases: Sequence[str] = PROTECTED, *, programs: int = 200
) -> dict[str, Count]:
    """How many withheld small figures were found out, by the kind of reasoning that found them."""
    found: dict[str, Count] = {}
    for basis in bases:
        if public.filter(pl.col("basis") == basis).is_empty():
            continue
        equations, known = attack(public, basis, programs=programs)
        for kind, count in score(equations, known, whole, measures(), basis, policy().minimum).items():
            found[kind] = found.get(kind, Count()).with_more(count)
    return found


def remembered(snapshots: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """The public's measurements of the last of some snapshots, its gaps filled with what those before it showed."""
    *earlier, last = snapshots
    for before in reversed(earlier):
        seen = before.filter(pl.col("state").is_in(COUNTED)).select(
            *CELL, *(pl.col(n).alias(f"seen_{n}") for n in _SEEN)
        )
        gap = (pl.col("state") == SUPPRESSED) & pl.col("seen_state").is_not_null()
        last = (
            last.join(seen, on=list(CELL), how="left", maintain_order="left")
            .with_columns(pl.when(gap).then(f"seen_{name}").otherwise(name).alias(name) for name in _SEEN)
            .select(last.columns)
        )
    return last


def run(
    dataset: str = "simulated", programs: int = 200, provinces: Sequence[str] = (), public: Path | None = None
) -> list[tuple[str, float, str]]:
    """Figures of the attack on a published dataset; `provinces`: only these, all unless given.

    `public`: a folder of downloaded files (`public_files`); downloaded from the app's routes here unless given. The
    whole tables are opened for the score alone.
    """
    folder = current_snapshot(published_folder() / dataset)
    if folder is None:
        raise Fault(f"{dataset}: nothing is published")
    if public is not None:
        return report(public, folder, programs=programs, provinces=provinces)
    with TemporaryDirectory() as place:
        download(Path(place), dataset, PROTECTED, provinces)
        return report(Path(place), folder, programs=programs, provinces=provinces)


def report(files: Path, folder: Path, *, programs: int, provinces: Sequence[str] = ()) -> list[tuple[str, float, str]]:
    """As `run`, of downloaded `files` and a snapshot's `folder`: the share withheld by basis, and the finds by kind."""
    public, whole = measurements(files), _whole(folder, provinces)
    withheld = public.filter(pl.col("state") == SUPPRESSED)
    counted = whole.filter(pl.col("state").is_in(COUNTED)).group_by("basis").len()
    gone = dict(withheld.group_by("basis").len().iter_rows())
    rows = [(f"{b}: share of rows withheld", 100 * gone.get(b, 0) / n, "%") for b, n in sorted(counted.iter_rows())]
    rows.append(("standings and packages: figures of withheld cells", told_beside(files, withheld), ""))
    for kind, count in sorted(attacked(public, whole, programs=programs).items()):
        rows += [
            (f"{kind}: small figures", count.small, ""),
            (f"{kind}: found exactly", count.exact, ""),
            (f"{kind}: found within ±1", count.within_1, ""),
            (f"{kind}: found within ±2", count.within_2, ""),
        ]
    return rows


def _whole(folder: Path, provinces: Sequence[str]) -> pl.DataFrame:
    rows = pl.scan_parquet(folder / table_file("measurements")).filter(pl.col("basis").is_in(PROTECTED))
    if provinces:
        places = places_of(reference_table("units"), reference_table("lineage"), reference_table("provinces"))
        inside = places.filter(pl.col("province").is_in(list(provinces))).get_column("unit_code")
        code = pl.col("unit_code").str.split(".").list.first()
        rows = rows.filter(code.is_in([*inside, *provinces]))
    return rows.collect()
