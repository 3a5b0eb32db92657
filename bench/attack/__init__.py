"""An attacker in the house: what of the withheld figures follows from the public tables.

It reads what anybody can download – the public tables of snapshots, as open data, site and embeds hand them out – and
the definitions of measures, writes down every equation it knows (`identities`), and solves (`solve`). The whole tables
are opened afterwards alone, to say which of its finds are right (`score`).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl

from bench.attack.figures import figures, long
from bench.attack.identities import System, system
from bench.attack.score import Count, score
from bench.attack.solve import Known, solved
from etl.publishing.in_service import current_snapshot
from files.places import published_folder
from ranking.manifest import table_file
from ranking.suppression import places_of
from ranking.vocabulary import BASES
from store.policy import policy
from store.reference import measures, reference_table

PROTECTED = ("form", "dossiers")
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


def run(dataset: str = "simulated", programs: int = 200, provinces: Sequence[str] = ()) -> list[tuple[str, float, str]]:
    """Figures of the attack on a published dataset; `provinces`: only these, all unless given."""
    folder = current_snapshot(published_folder() / dataset)
    return report(folder, programs=programs, provinces=provinces)


def report(folder: Path, *, programs: int, provinces: Sequence[str] = ()) -> list[tuple[str, float, str]]:
    """As `run`, of a snapshot's folder: the share withheld by basis, and the finds by kind."""
    public, whole = (_read(folder, table, provinces) for table in ("measurements_public", "measurements"))
    counted = whole.filter(pl.col("state").is_in(["reported", "no_dossiers"])).group_by("basis").len()
    gone = dict(public.filter(pl.col("state") == "suppressed").group_by("basis").len().iter_rows())
    rows = [(f"{b}: share of rows withheld", 100 * gone.get(b, 0) / n, "%") for b, n in sorted(counted.iter_rows())]
    for kind, count in sorted(attacked(public, whole, BASES, programs=programs).items()):
        rows += [
            (f"{kind}: small figures", count.small, ""),
            (f"{kind}: found exactly", count.exact, ""),
            (f"{kind}: found within ±1", count.within_1, ""),
            (f"{kind}: found within ±2", count.within_2, ""),
        ]
    return rows


def _read(folder: Path, table: str, provinces: Sequence[str]) -> pl.DataFrame:
    rows = pl.scan_parquet(folder / table_file(table))
    if provinces:
        places = places_of(reference_table("units"), reference_table("lineage"), reference_table("provinces"))
        inside = places.filter(pl.col("province").is_in(list(provinces))).get_column("unit_code")
        code = pl.col("unit_code").str.split(".").list.first()
        rows = rows.filter(code.is_in([*inside, *provinces]))
    return rows.collect()
