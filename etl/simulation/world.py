"""What exists: the communes and departments of each era, how large they are and how they differ."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from etl.simulation.calibration import PROVINCES, Calibration
from etl.simulation.draws import mixed, standardised, stream

DIGITAL = ("digitised_share", "e_result_share", "data_reuse_share")
_TRAITS = ("on_time", "days", "online", "paid", *DIGITAL)


@dataclass(frozen=True)
class World:
    """The reference tables as the simulation needs them, each sorted by code."""

    units: pl.DataFrame
    lineage: pl.DataFrame
    provinces: pl.DataFrame

    @classmethod
    def of(cls, units: pl.DataFrame, lineage: pl.DataFrame, provinces: pl.DataFrame) -> World:
        """Units with their `row`, their province's position `home`, and `people` even where the count is doubtful."""
        homes = provinces.sort("code").with_row_index("home")
        doubtful = pl.col("quality").fill_null("").str.contains("population")
        own = units.with_columns(known=pl.when(~doubtful).then("population"))
        sized = own.with_columns(people=pl.coalesce("known", pl.col("known").median().over("province_code")))
        placed = sized.join(homes.select(province_code="code", home="home"), on="province_code").sort("code")
        communes_only = lineage.filter(pl.col("old_code").str.len_chars() == 5).sort("old_code", "new_code")
        return cls(placed.with_row_index("row"), communes_only, homes)


@dataclass(frozen=True)
class Units:
    """The communes (and departments) of one era: what they are and how each differs from the average.

    `months`: positions in `Months`. `size`: dossiers in an average month. `home`: position of
    the province. `ward`: which are phường (of today; of the old ones it is not told). `traits`: standard normal, one
    per unit.
    """

    era: str
    months: np.ndarray
    codes: np.ndarray
    office: np.ndarray
    home: np.ndarray
    size: np.ndarray
    ward: np.ndarray
    traits: dict[str, np.ndarray]

    @property
    def shape(self) -> tuple[int, int]:
        """How many units and months."""
        return len(self.codes), len(self.months)

    @property
    def levels(self) -> np.ndarray:
        """For each unit its level as in `tables.Measurements`."""
        return np.where(self.office, "department", "commune")


def new_units(world: World, months: np.ndarray, calibration: Calibration) -> Units:
    """The communes of today, and the departments of their provinces."""
    communes, offices = _commune_sizes(world, calibration), _departments(world, calibration)
    size = np.concatenate([communes, _department_sizes(world, communes, calibration)])
    office = np.repeat([False, True], [len(communes), len(offices)])
    own = np.repeat(np.arange(PROVINCES), calibration["volume"]["departments"])
    home = np.concatenate([world.units["home"].to_numpy(), own])
    codes = np.concatenate([world.units["code"].to_numpy(), offices])
    ward = np.concatenate([(world.units["kind"] == "phường").to_numpy(), np.zeros(len(offices), bool)])
    return Units("new", months, codes, office, home, size, ward, _new_traits(size, home * 2 + office, calibration))


def _commune_sizes(world: World, calibration: Calibration) -> np.ndarray:
    """The size of each commune: log-linear in residents."""
    volume = calibration["volume"]
    rng = stream(calibration, "size")
    people = world.units["people"].to_numpy() / volume["reference_population"]
    elsewhere = volume["other_provinces_log"] + volume["province_spread"] * rng.standard_normal(PROVINCES)
    own = np.where(world.provinces["code"] == volume["reference_province"], 0.0, elsewhere)
    ward = volume["ward_log"] * (world.units["kind"] == "phường").to_numpy()
    noise = volume["unit_spread"] * rng.standard_normal(len(people))
    log = ward + noise + own[world.units["home"].to_numpy()]
    return volume["reference_monthly"] * people ** volume["population_elasticity"] * np.exp(log)


def _departments(world: World, calibration: Calibration) -> np.ndarray:
    numbers = range(1, calibration["volume"]["departments"] + 1)
    return np.array([f"{state}.{n:02d}" for state in world.provinces["state_code"] for n in numbers], dtype=object)


def _department_sizes(world: World, communes: np.ndarray, calibration: Calibration) -> np.ndarray:
    volume = calibration["volume"]
    rng = stream(calibration, "departments")
    steps = volume["departments_decay"] ** np.arange(volume["departments"])
    parts = steps * np.exp(0.2 * rng.standard_normal((PROVINCES, len(steps))))
    totals = np.bincount(world.units["home"].to_numpy(), weights=communes, minlength=PROVINCES)
    whole = volume["departments_to_communes"] * totals[:, None]
    return (whole * parts / parts.sum(axis=1, keepdims=True)).ravel()


def _new_traits(size: np.ndarray, peers: np.ndarray, calibration: Calibration) -> dict[str, np.ndarray]:
    """Busy units are later than their peers, and late ones slower."""
    rng = stream(calibration, "traits", "new")
    traits = {name: rng.standard_normal(len(size)) for name in _TRAITS}
    busy = standardised(np.log(np.maximum(size, 0.5)), peers)
    traits["on_time"] = mixed(busy, traits["on_time"], calibration["on_time"]["volume_correlation"])
    traits["days"] = mixed(traits["on_time"], traits["days"], calibration["processing_days"]["on_time_correlation"])
    return traits


def old_units(world: World, new: Units, months: np.ndarray, calibration: Calibration) -> Units:
    """Old communes share out the size of the new units that hold them, and much of their character."""
    settings = calibration["old_communes"]
    rng = stream(calibration, "old")
    rows = world.lineage.join(world.units.select(new_code="code", row="row"), on="new_code").sort("old_code", "row")
    successor = rows["row"].to_numpy()
    noise = settings["share_spread"] * rng.standard_normal(len(rows))
    weight = np.where(rows["part"] == "whole", 1.0, 0.5) * np.exp(noise)
    given = new.size[successor] * weight / np.bincount(successor, weights=weight)[successor]
    codes, of_row = np.unique(rows["old_code"].to_numpy(), return_inverse=True)
    main = _heaviest(of_row, given, successor)
    fresh = {name: rng.standard_normal(len(codes)) for name in _TRAITS}
    traits = {name: mixed(new.traits[name][main], fresh[name], settings["effect_kept"]) for name in _TRAITS}
    size = np.bincount(of_row, weights=given)
    none = np.zeros(len(codes), bool)
    return Units("old", months, codes, none, new.home[main], size, none, traits)


def _heaviest(group: np.ndarray, weight: np.ndarray, value: np.ndarray) -> np.ndarray:
    """For each group the value with the greatest weight."""
    order = np.lexsort((weight, group))
    last = np.append(np.diff(group[order]) > 0, True)
    return value[order][last]
