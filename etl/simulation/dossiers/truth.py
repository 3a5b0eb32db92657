"""What a method should find in simulated dossiers: who began which practice when, and how late each unit should be."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl

from etl.simulation.dossiers.ground import Ground
from etl.simulation.dossiers.rates import average_mix, late_chances
from store.practices import SIMULATED_FILE, kinds


def write_truth(ground: Ground, homes: list[int], folder: Path) -> None:
    """`practices.csv`, `expected.parquet` and the practices as noted, into a folder, which is made."""
    folder.mkdir(parents=True, exist_ok=True)
    units = np.flatnonzero(np.isin(ground.units.home, homes))
    names = pl.DataFrame({"unit_code": list(ground.units.codes), "name": ground.names})
    here = pl.Series(ground.units.codes[units])
    known = ground.practices.planted.filter(pl.col("unit_code").is_in(here.implode()))
    known.join(names, on="unit_code", maintain_order="left").write_csv(folder / "practices.csv")
    noted(known).write_csv(folder / SIMULATED_FILE)
    expected(ground, units).write_parquet(folder / "expected.parquet", compression="zstd")


def noted(planted: pl.DataFrame) -> pl.DataFrame:
    """The planted practices as a province would note them (`store.practices`): those of a known kind, and as `other`
    the dates at which nothing began. Visits are no practice."""
    kind = pl.when(pl.col("practice") == "nothing_new").then(pl.lit("other")).otherwise("practice")
    return planted.select(
        "unit_code",
        kind=kind,
        since=pl.col("since").cast(pl.String),
        until=pl.lit(""),
        what=pl.when(kind == "other").then(pl.lit("chỉ có tên, không đổi gì")).otherwise(pl.lit("")),
        source=pl.lit("mô phỏng"),
    ).filter(pl.col("kind").is_in(list(kinds())))


def expected(ground: Ground, units: np.ndarray) -> pl.DataFrame:
    """One row per unit and month: `received`, and the chance that a dossier of it is late, in three ways.

    `late`: as drawn. `late_without_practice`: had the unit begun nothing. `late_at_average_mix`: with the procedures of
    the average commune (or department), so what is the unit's own. Of dossiers that are decided where they were taken
    in; a second request for papers makes some further ones late.
    """
    parts = []
    for column, position in enumerate(ground.units.months):
        chances = late_chances(ground, units, column)
        bare = late_chances(ground, units, column, practices=False)
        mix = _mix(ground, units, column)
        usual = np.array([average_mix(ground, int(office)) for office in ground.units.office[units]])
        parts.append(
            pl.DataFrame(
                {
                    "unit_code": list(ground.units.codes[units]),
                    "month": [ground.months.periods[position].start] * len(units),
                    "received": ground.block.by_field["received"][:, units, column].sum(axis=0),
                    "late": (mix * chances).sum(axis=1),
                    "late_without_practice": (mix * bare).sum(axis=1),
                    "late_at_average_mix": (usual * chances).sum(axis=1),
                }
            )
        )
    return pl.concat(parts).with_columns(pl.col("^late.*$").fill_nan(None))


def _mix(ground: Ground, units: np.ndarray, column: int) -> np.ndarray:
    """Units × procedures: what part of the month's dossiers each is expected to be; nan where there are none."""
    received = ground.block.by_field["received"][:, units, column].astype(float)
    mix = np.zeros((len(units), len(ground.procedures.names)))
    for number, field in enumerate(received):
        own = np.flatnonzero(ground.procedures.of == number)
        weights = ground.weights[np.ix_(units, own)]
        mix[:, own] = field[:, None] * weights / weights.sum(axis=1, keepdims=True)
    whole = mix.sum(axis=1, keepdims=True)
    part: np.ndarray = np.divide(mix, whole, out=np.full(mix.shape, np.nan), where=whole > 0)
    return part
