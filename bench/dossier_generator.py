"""Simulated dossiers by the million: skewed units, procedures with limits, late corrections, both attributions.

Every month is drawn from its own seed, so the same month comes out the same whatever else is drawn.
The rows have the store's columns (`ranking.dossiers.rows.DOSSIER`); about no real dossier.

`python -m bench.dossier_generator FOLDER --rows 100000000`
"""

from __future__ import annotations

import argparse
from calendar import monthrange
from datetime import date
from pathlib import Path
from time import perf_counter

import numpy as np
import polars as pl

from ranking.dossiers.days import calendar
from ranking.dossiers.rows import DOSSIER
from store.swapped_days import swapped_days

SEED = 766
UNITS, PROVINCES, FIELDS, PROCEDURES = 3321, 34, 30, 320
LAST_MONTH = 12 * 2026 + 8
ROWS_A_MONTH = 1_333_334
AS_OF = date(2026, 9, 30)
TINY = {"size": 2_000}
_EPOCH = date(1970, 1, 1).toordinal()
_LIMITS = np.array([0, 1, 1, 3, 5, 7, 10, 15, 20, 30])
_CALENDAR = calendar(swapped_days())
_FIRST = _CALENDAR["number"][0]
_INDEX = _CALENDAR["index"].to_numpy()
_DAY_OF_INDEX = np.concatenate(
    [[_FIRST], _CALENDAR.filter(pl.col("index") == pl.col("next"))["number"].to_numpy()]
).astype(np.int32)


def run(size: int = ROWS_A_MONTH) -> list[tuple[str, float, str]]:
    """How fast dossiers are drawn, without writing them."""
    started = perf_counter()
    height = dossiers(LAST_MONTH, size).height
    return [("dossiers drawn", height / (perf_counter() - started) / 1e6, "M/s")]


def write(folder: Path, rows: int) -> list[Path]:
    """Write the last months up to September 2026, one Parquet file each, until there are `rows` dossiers."""
    folder.mkdir(parents=True, exist_ok=True)
    months = -(-rows // ROWS_A_MONTH)
    paths = []
    for step in range(months):
        size = min(ROWS_A_MONTH, rows - step * ROWS_A_MONTH)
        month = LAST_MONTH - step
        paths.append(folder / f"{month // 12}-{month % 12 + 1:02d}.parquet")
        dossiers(month, size).write_parquet(paths[-1], compression="zstd", compression_level=1)
    return paths


def dossiers(month: int, size: int) -> pl.DataFrame:
    """`size` dossiers received in one month (12 · year + month − 1), as they stand on `AS_OF`."""
    rng = np.random.default_rng([SEED, month])
    intake, province, received = _received(rng, month, size)
    decision = np.where(rng.random(size) < 0.92, intake, _neighbour(rng, intake, province)).astype(np.int16)
    procedure = _zipf(rng, PROCEDURES, size)
    limit = _LIMITS[procedure % len(_LIMITS)]
    start = _INDEX[received - _FIRST]
    waited = np.where(rng.random(size) < 0.03, rng.integers(1, 15, size), 0).astype(np.int16)
    spent = _spent(rng, limit, size) + waited
    due, done = _DAY_OF_INDEX[start + limit], np.maximum(received, _DAY_OF_INDEX[start + spent])
    known = AS_OF.toordinal() - _EPOCH
    ended = done <= known
    fate = rng.random(size)
    given_up = fate < 0.02
    handed_out = done + np.where(rng.random(size) < 0.3, rng.integers(1, 9, size), 0).astype(np.int32)
    chance = {name: rng.random(size, dtype=np.float32) for name in ("channel", "fee", "paid", "e", "d", "r")}
    frame = pl.DataFrame(
        {
            "intake": intake, "decision": decision, "province": province, "procedure": procedure,
            "field": procedure % FIELDS,
            "channel": np.digitize(chance["channel"], [0.38, 0.62, 0.62, 0.96]) + 1,
            "received": received, "due": due, "waited": waited, "serial": np.arange(size, dtype=np.int32),
            "done": done, "returned": handed_out,
            "ended": ended, "given_up": given_up, "no_due": fate > 0.995, "out": handed_out <= known,
            "supplements": (waited > 0).astype(np.int8) + (waited > 12),
            "fee_owed": chance["fee"] < 0.45, "paid_online": chance["paid"] < 0.5, "e_result": chance["e"] < 0.7,
            "digitised": chance["d"] < 0.8, "reused": chance["r"] < 0.3,
        }
    )  # fmt: skip
    return _as_stored(frame)


def _received(rng: np.random.Generator, month: int, size: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(unit, province, day) of each dossier, province after province and day after day, as exports come."""
    weights = np.random.default_rng(SEED).lognormal(0, 0.6, UNITS)
    counts = rng.multinomial(size, weights / weights.sum())
    intake = np.repeat(np.arange(UNITS, dtype=np.int16), counts)
    province = (intake.astype(np.int32) * PROVINCES // UNITS).astype(np.int16)
    day = rng.integers(0, monthrange(month // 12, month % 12 + 1)[1], size, dtype=np.int16)
    order = np.argsort(province * 32 + day, kind="stable")
    first = date(month // 12, month % 12 + 1, 1).toordinal() - _EPOCH
    return intake[order], province[order], (first + day[order]).astype(np.int32)


def _neighbour(rng: np.random.Generator, intake: np.ndarray, province: np.ndarray) -> np.ndarray:
    """Another unit, mostly of the same province."""
    start = -(-province.astype(np.int32) * UNITS // PROVINCES)
    return np.minimum(start + rng.integers(0, UNITS // PROVINCES, len(intake)), UNITS - 1)


def _zipf(rng: np.random.Generator, kinds: int, size: int) -> np.ndarray:
    weights = 1 / np.arange(1, kinds + 1) ** 1.1
    return np.searchsorted(np.cumsum(weights / weights.sum()), rng.random(size)).astype(np.int16).clip(0, kinds - 1)


def _spent(rng: np.random.Generator, limit: np.ndarray, size: int) -> np.ndarray:
    """Working days: mostly less than allowed, heaped on the last day, with a tail of late ones."""
    early = np.floor(limit * np.sqrt(rng.random(size, dtype=np.float32))).astype(np.int32)
    kind = rng.random(size, dtype=np.float32)
    late = limit + rng.geometric(0.15, size)
    return np.where(kind < 0.06, late, np.where(kind < 0.3, limit, early)).astype(np.int32)


def _as_stored(frame: pl.DataFrame) -> pl.DataFrame:
    done = pl.col("ended") & ~pl.col("given_up")
    return frame.select(
        code=pl.format(
            "H{}.{}-{}-{}",
            pl.col("province") + 10,
            pl.col("intake"),
            pl.col("received").cast(pl.Date).dt.strftime("%y%m%d"),
            "serial",
        ),
        intake="intake",
        decision="decision",
        province="province",
        field="field",
        procedure="procedure",
        channel="channel",
        received="received",
        due=pl.when(~pl.col("no_due")).then("due"),
        done=pl.when(done).then("done"),
        returned=pl.when(done & pl.col("out")).then("returned"),
        stopped=pl.when(pl.col("ended") & pl.col("given_up")).then("done"),
        state=pl.when(done).then(3).when(pl.col("ended")).then(6).otherwise(1),
        supplements="supplements",
        waited="waited",
        fee_owed="fee_owed",
        paid_online=pl.when("fee_owed").then("paid_online"),
        e_result=pl.when(done).then("e_result"),
        digitised="digitised",
        reused="reused",
        exported=pl.lit(AS_OF),
    ).cast(DOSSIER)


def day_after(folder: Path, new: int = 64_000, corrected: int = 20_000) -> pl.DataFrame:
    """The next day's export: new dossiers, others ended since, and late corrections of the last three months."""
    month = LAST_MONTH + 1
    today = pl.lit(date(2026, 10, 1))
    fresh = dossiers(month, new).with_columns(
        received=today, done=pl.lit(None, pl.Date), returned=pl.lit(None, pl.Date), stopped=pl.lit(None, pl.Date),
        due=today.dt.offset_by("7d"), state=pl.lit(1, pl.Int8), e_result=pl.lit(None, pl.Boolean),
        code=pl.format("H{}.{}-261001-{}", pl.col("province") + 10, "intake", pl.int_range(pl.len())),
    )  # fmt: skip
    older = [folder / f"2026-{number:02d}.parquet" for number in (9, 8, 7)]
    shares = zip(older, (0.75, 0.2, 0.05), strict=True)
    changed = [_corrected(path, round(corrected * share)) for path, share in shares if path.exists()]
    return pl.concat([fresh, *changed]).with_columns(exported=today).cast(DOSSIER)


def _corrected(path: Path, wanted: int) -> pl.DataFrame:
    """So many dossiers of a month, or all of them where it has fewer, ended on the day of the export."""
    rows = pl.read_parquet(path)
    sample = rows.sample(min(wanted, rows.height), seed=SEED)
    today = pl.lit(date(2026, 10, 1))
    return sample.with_columns(done=today, state=pl.lit(3, pl.Int8), stopped=pl.lit(None, pl.Date))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rows", type=int, default=10_000_000)
    arguments = parser.parse_args()
    started = perf_counter()
    write(arguments.folder, arguments.rows)
    print(f"{arguments.rows / (perf_counter() - started):,.0f} rows per second")
