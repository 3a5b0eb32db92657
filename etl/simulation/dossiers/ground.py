"""What the dossiers are drawn from: the country's figures since the merger, and what sets units apart beside them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from etl.simulation.blocks import Block
from etl.simulation.calibration import PROVINCES, Calibration
from etl.simulation.country import since_merger
from etl.simulation.dossiers.practices import Practices, practices
from etl.simulation.dossiers.settings import Procedures, Settings, read_settings
from etl.simulation.draws import share_of, stream
from etl.simulation.months import Months
from etl.simulation.world import Units, World
from ranking.great_circle import distances_km
from ranking.periods import local_day


@dataclass(frozen=True)
class Ground:
    """The units, what they receive by field and month, their rates, and what is their own.

    `names`, `states`, `provinces`: of each unit its full name, of each province its state code and code. `own`: by
    name one chance or factor per unit. `nearest`: for each unit those that may decide in its place; `land`: the
    department that takes its land dossiers. `weights`: units × procedures, what each makes of its field's dossiers.
    """

    units: Units
    months: Months
    block: Block
    rates: dict[str, np.ndarray]
    procedures: Procedures
    practices: Practices
    settings: Settings
    calibration: Calibration
    names: list[str]
    states: list[str]
    provinces: list[str]
    own: dict[str, np.ndarray]
    nearest: np.ndarray
    land: np.ndarray
    weights: np.ndarray

    @classmethod
    def of(
        cls, units: pl.DataFrame, lineage: pl.DataFrame, provinces: pl.DataFrame, calibration: Calibration
    ) -> Ground:
        """From the reference tables, in any order, and the calibration of the country."""
        settings, months = read_settings(calibration), Months.of(calibration)
        world = World.of(units, lineage, provinces)
        era = since_merger(world, months, calibration)
        procedures = Procedures.of_settings(settings, calibration)
        offices = era.units.codes[era.units.office]
        return cls(
            units=era.units,
            months=months,
            block=era.block,
            rates=era.rates,
            procedures=procedures,
            practices=practices(era.units, months, settings, calibration),
            settings=settings,
            calibration=calibration,
            names=[*world.units["full_name"], *(f"Sở số {code[4:]} ({code})" for code in offices)],
            states=world.provinces["state_code"].to_list(),
            provinces=world.provinces["code"].to_list(),
            own=_own(era.units, settings, calibration),
            nearest=_nearest(world, settings["elsewhere"]["nearest"]),
            land=_land(era.units),
            weights=_weights(era.units, procedures, settings, calibration),
        )

    @property
    def captured(self) -> date:
        """The day as of which the country is told."""
        return local_day(self.months.captured_at)

    @property
    def first_month(self) -> int:
        """The month of the merger, as 12 · year + month − 1."""
        start = self.months.periods[self.months.merger].start
        return 12 * start.year + start.month - 1

    def column(self, month: int) -> int:
        """The month of the era that a month is drawn like; one outside is drawn like the same month of another year."""
        here = month - self.first_month
        return here if 0 <= here < len(self.units.months) else here % 12


def _own(units: Units, settings: Settings, calibration: Calibration) -> dict[str, np.ndarray]:
    """What a unit keeps through all months, whatever its levels are."""
    rng, count, time = stream(calibration, "dossiers' own"), len(units.codes), settings["time"]
    none, later, post = settings["no_due_date"], settings["returned_later"], settings["post"]
    away = settings["elsewhere"]
    careless = rng.random(count) < none["careless_units"]
    return {
        "last_day": share_of(time["last_day"] + time["last_day_spread"] * rng.standard_normal(count)),
        "no_due_date": np.where(careless, none["careless"], none["usual"]),
        "returned_later": share_of(later["logit"] + later["spread"] * rng.standard_normal(count)),
        "post": share_of(post["logit"] + post["spread"] * rng.standard_normal(count)),
        "away": away["logit"] + away["spread"] * rng.standard_normal(count),
    }


def _nearest(world: World, count: int) -> np.ndarray:
    """For each commune the positions of the nearest ones of its province; those without a place take their list's."""
    lats, lons = (world.units[name].to_numpy().astype(float) for name in ("point_lat", "point_lon"))
    homes = world.units["home"].to_numpy()
    found = np.zeros((len(homes), count), np.int64)
    for home in range(PROVINCES):
        here = np.flatnonzero(homes == home)
        for unit in here:
            far = distances_km(lats[unit], lons[unit], lats[here], lons[here])
            order = here[np.argsort(np.nan_to_num(far, nan=np.inf), kind="stable")]
            found[unit] = order[order != unit][:count]
    return found


def _land(units: Units) -> np.ndarray:
    """For each unit the first department of its province, which has most of the province's land dossiers."""
    offices = np.flatnonzero(units.office)
    first = offices[np.unique(units.home[offices], return_index=True)[1]]
    land: np.ndarray = first[units.home]
    return land


def _weights(units: Units, procedures: Procedures, settings: Settings, calibration: Calibration) -> np.ndarray:
    rng = stream(calibration, "procedures")
    usual = procedures.weights[units.office.astype(int)]
    weights: np.ndarray = usual * np.exp(settings["procedure_spread"] * rng.standard_normal(usual.shape))
    return weights
