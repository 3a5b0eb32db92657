"""The simulated country's dossiers by the million, in the store's columns, of as many months as are asked for.

They are drawn as `python -m etl simulate --dossiers` draws them (`etl.simulation.dossiers`) and told as of the
country's day; months before the merger are drawn like the same months after it. About no real dossier.

`python -m bench.dossier_generator FOLDER --rows 100000000`
"""

from __future__ import annotations

import argparse
from datetime import date
from functools import cache
from pathlib import Path
from time import perf_counter

import numpy as np
import polars as pl

from etl.simulation.dossiers.command import ground
from etl.simulation.dossiers.draws import Days, drawn
from etl.simulation.dossiers.ground import Ground
from etl.simulation.dossiers.seen import seen
from ranking.dossiers.rows import DOSSIER
from store.swapped_days import swapped_days

SEED = 766
LAST_MONTH = 12 * 2026 + 8
NEXT_DAY = date(2026, 10, 1)
TINY = {"size": 2_000}
_SPARE = 1.1


def run(size: int = 1_000_000) -> list[tuple[str, float, str]]:
    """How fast dossiers are drawn, without writing them."""
    country()
    started = perf_counter()
    height = dossiers(LAST_MONTH, size).height
    return [("dossiers drawn", height / (perf_counter() - started) / 1e6, "M/s")]


@cache
def country() -> Ground:
    """What they are drawn from; the numbers in the dossiers are positions in its lists."""
    return ground()


def write(folder: Path, rows: int) -> list[Path]:
    """Write the last months up to September 2026, one Parquet file each, until there are `rows` dossiers."""
    folder.mkdir(parents=True, exist_ok=True)
    paths: list[Path] = []
    left, month = rows, LAST_MONTH
    while left > 0:
        path = folder / f"{month // 12}-{month % 12 + 1:02d}.parquet"
        found = dossiers(month, left)
        found.write_parquet(path, compression="zstd", compression_level=1)
        paths.append(path)
        left, month = left - found.height, month - 1
    return paths


def dossiers(month: int, size: int) -> pl.DataFrame:
    """`size` dossiers received in one month (12 · year + month − 1), or all where it has fewer, as of the last day."""
    own, days = country(), Days(swapped_days())
    whole = int(own.block.figures["received"][:, own.column(month)].sum())
    share = min(1.0, _SPARE * size / whole + 100 / whole)
    parts = [seen(drawn(own, days, home, month, share=share), days, own.captured) for home in range(len(own.provinces))]
    rows = pl.concat(parts)
    if rows.height <= size:
        return rows
    kept = np.sort(np.random.default_rng([SEED, month]).choice(rows.height, size, replace=False))
    return rows[kept]


def day_after(folder: Path, new: int = 64_000, corrected: int = 20_000) -> pl.DataFrame:
    """The next day's export: new dossiers, others ended since, and late corrections of the last three months."""
    today = pl.lit(NEXT_DAY)
    states = pl.Series(country().states)
    fresh = dossiers(LAST_MONTH, new).with_columns(
        received=today, done=pl.lit(None, pl.Date), returned=pl.lit(None, pl.Date), stopped=pl.lit(None, pl.Date),
        due=today.dt.offset_by("7d"), state=pl.lit(1, pl.Int8), e_result=pl.lit(None, pl.Boolean),
        code=pl.format("{}.{}-261001-{}", pl.lit(states).gather("province"), "intake", pl.int_range(pl.len())),
    )  # fmt: skip
    older = [folder / f"2026-{number:02d}.parquet" for number in (9, 8, 7)]
    shares = zip(older, (0.75, 0.2, 0.05), strict=True)
    changed = [_corrected(path, round(corrected * share)) for path, share in shares if path.exists()]
    return pl.concat([fresh, *changed]).with_columns(exported=today).cast(pl.Schema(DOSSIER))


def _corrected(path: Path, wanted: int) -> pl.DataFrame:
    """So many dossiers of a month, or all of them where it has fewer, ended on the day of the export."""
    rows = pl.read_parquet(path)
    sample = rows.sample(min(wanted, rows.height), seed=SEED)
    today = pl.lit(NEXT_DAY)
    return sample.with_columns(done=today, state=pl.lit(3, pl.Int8), stopped=pl.lit(None, pl.Date))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rows", type=int, default=10_000_000)
    arguments = parser.parse_args()
    started = perf_counter()
    write(arguments.folder, arguments.rows)
    print(f"{arguments.rows / (perf_counter() - started):,.0f} rows per second")
