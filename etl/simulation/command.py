"""The simulated country: figures that no commune ever reported, with the shape that real ones have.

It draws from `data/simulated.yaml`, and takes what only dossiers tell from `data/simulated_dossiers.parquet`: the same
calibration gives the same rows, to the last dossier. Provinces and the country are sums of their communes and
departments; before the merger the communes are the old ones, each counted under the province of today that holds it.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import polars as pl

from etl.progress import Progress
from etl.simulation.calibration import CALIBRATION, Calibration, check_scores, read_calibration
from etl.simulation.country import country
from etl.simulation.dossiers import command as dossiers
from etl.simulation.dossiers.aggregate import aggregate_rows, told_beside, wanted
from etl.simulation.months import Months
from etl.simulation.rows import BESIDE, COUNTED, SCORED, beside_rows, counted_rows, score_rows
from etl.simulation.world import World
from files.places import DATA
from store.reference import reference_table

DATASET = "simulated"
_DERIVED = 2  # publishing adds received_per_day and received_per_1000
MEASURES = (*COUNTED, *SCORED, *BESIDE, *wanted())
"""What the country is published with, in the order of the chunks, but for what publishing derives."""
WARNINGS = [
    "Simulated figures: no commune reported any of them.",
    "Departments are counted from July 2025 on, so the figures of provinces and of the country rise there.",
    "The former island districts had no communes: their special zones begin in July 2025.",
    "What only dossiers tell, such as medians of days, is there by month and quarter since July 2026; how long people "
    "wait, of the year to date.",
]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What can be said on the command line after `simulate`."""
    parser.add_argument("--data", type=Path, default=DATA, help="folder that holds published/ (default: data)")
    dossiers.add_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Publish the dataset `simulated` again; or write exports of dossiers, or make their aggregate, instead."""
    if args.dossiers:
        return dossiers.run_exports(args)
    if args.dossiers_aggregate:
        return dossiers.run_aggregate()
    return _publish(args)


def _publish(args: argparse.Namespace) -> int:
    from etl.publishing.publish import publish_chunks

    calibration = read_calibration(CALIBRATION)
    with Progress("simulate", 1 + 2 * (len(MEASURES) + _DERIVED)) as step:
        step("drawing the country")
        manifest = publish_chunks(
            args.data,
            DATASET,
            chunks(reference_table("units"), reference_table("lineage"), reference_table("provinces"), calibration),
            nature="simulated",
            captured_at=calibration["captured_at"],
            sources=[f"simulated from data/{CALIBRATION.name}, seed {calibration['seed']}"],
            warnings=WARNINGS,
            told=told_beside(),
            step=step,
        )
    print(f"{DATASET}: snapshot {manifest.id}, {manifest.rows['measurements']:,} measurements")
    return 0


def chunks(
    units: pl.DataFrame, lineage: pl.DataFrame, provinces: pl.DataFrame, calibration: Calibration
) -> Iterator[pl.DataFrame]:
    """One frame per measure, with all its rows in the columns of `tables.Measurements`.

    `units`, `lineage`, `provinces`: the reference tables, in any order. Fault where a planted
    oddity names a unit or a month that the dataset does not have.
    """
    check_scores(calibration, provinces)
    months = Months.of(calibration)
    blocks = country(World.of(units, lineage, provinces), months, calibration)
    for measure in COUNTED:
        yield pl.concat(counted_rows(blocks, measure, months, calibration))
    for measure in SCORED:
        yield pl.concat(score_rows(blocks, measure, months))
    for measure in BESIDE:
        yield pl.concat(beside_rows(blocks, measure, months))
    yield from aggregate_rows(months)
