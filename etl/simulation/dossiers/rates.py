"""The chances of one province and month, for each unit and procedure: what a dossier of that cell is drawn with."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from etl.simulation.dossiers.ground import Ground
from etl.simulation.draws import share_of
from etl.simulation.world import DIGITAL

MOST_LATE, MOST_OFFLINE = 0.95, 0.97


@dataclass(frozen=True)
class Cells:
    """Chances by cell: unit · `wide` + procedure; `units`: positions in the ground; `saturday`: a factor by unit.

    `received`: fields × units, what the units' figures say.
    """

    units: np.ndarray
    wide: int
    received: np.ndarray
    saturday: np.ndarray
    late: np.ndarray
    offline: np.ndarray
    slowness: np.ndarray
    asked: np.ndarray
    away: np.ndarray
    to_department: np.ndarray
    no_due_date: np.ndarray
    returned_later: np.ndarray
    last_day: np.ndarray
    post: np.ndarray
    paid: np.ndarray
    digital: dict[str, np.ndarray]


def cells(ground: Ground, home: int, column: int) -> Cells:
    """The cells of a province in a month of the era, with what planted practices do to them."""
    units = np.flatnonzero(ground.units.home == home)
    wide = len(ground.procedures.names)
    rates = {name: values[units, column] for name, values in ground.rates.items()}
    effect = {kind: values[units, column] for kind, values in ground.practices.factors.items()}
    risk = ground.procedures.risk / mean_risk(ground)
    paper = ground.procedures.paper / _mean(ground, ground.procedures.paper)

    def by_cell(values: np.ndarray) -> np.ndarray:
        return np.repeat(values, wide)

    own = {name: by_cell(values[units]) for name, values in ground.own.items() if name != "away"}
    time, away = ground.settings["time"], ground.settings["elsewhere"]
    slowness = rates["days"] / ground.calibration["processing_days"]["median"] * effect["days"]
    office = ground.units.office[units]
    asked = ground.settings["supplement"]["asked"] * np.broadcast_to(risk, (len(units), wide))
    return Cells(
        units=units, wide=wide, received=ground.block.by_field["received"][:, units, column],
        saturday=effect["saturday"],
        late=late_chances(ground, units, column).ravel(),
        offline=np.clip(((1 - rates["online"]) * effect["offline"])[:, None] * paper, 0, MOST_OFFLINE).ravel(),
        slowness=by_cell(np.clip(slowness, 1 / time["slowest"], time["slowest"])),
        asked=np.clip(asked, 0, 0.3).ravel(),
        away=by_cell(np.where(office, 0, share_of(ground.own["away"][units] + away["per_month"] * column))),
        to_department=(~office[:, None] & _is_land(ground)).ravel() * away["land_to_department"],
        paid=by_cell(rates["paid"]), digital={name: by_cell(rates[name]) for name in DIGITAL}, **own,
    )  # fmt: skip


def late_chances(ground: Ground, units: np.ndarray, column: int, *, practices: bool = True) -> np.ndarray:
    """Units × procedures: how likely a dossier is late that is decided where it was taken in.

    The unit's own rate, times the procedure's risk beside that of the average dossier of communes or departments: so a
    unit's lateness is its own and its mix's.
    """
    own = 1 - ground.rates["on_time"][units, column]
    effect = ground.practices.factors["late"][units, column] if practices else np.ones(len(units))
    means = np.array([_mean(ground, ground.procedures.risk, office) for office in (0, 1)])
    beside = ground.procedures.risk[None, :] / means[ground.units.office[units].astype(int)][:, None]
    return np.clip((own * effect)[:, None] * beside, 0, MOST_LATE)


def mean_risk(ground: Ground) -> float:
    """The risk of the average dossier of communes."""
    return _mean(ground, ground.procedures.risk)


def average_mix(ground: Ground, office: int = 0) -> np.ndarray:
    """Shares of the procedures among all dossiers of communes, or of departments, as the settings have them."""
    usual = ground.procedures.weights[office]
    fields = np.array([
        trait["departments" if office else "communes"] for trait in ground.calibration["fields"].values()
    ])  # fmt: skip
    whole = np.bincount(ground.procedures.of, weights=usual, minlength=len(fields))
    mix: np.ndarray = fields[ground.procedures.of] * usual / whole[ground.procedures.of]
    return mix / mix.sum()


def _mean(ground: Ground, values: np.ndarray, office: int = 0) -> float:
    return float((average_mix(ground, office) * values).sum())


def _is_land(ground: Ground) -> np.ndarray:
    land = ground.procedures.fields.index("Đất đai")
    return ground.procedures.field[None, :] == land
