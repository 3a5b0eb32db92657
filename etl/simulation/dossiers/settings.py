"""What dossiers are drawn from beside the country's figures: `data/simulated_dossiers.yaml`, read and checked."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from etl.simulation.calibration import Calibration
from files.faults import BadInput
from files.places import DATA
from ranking import yaml_text

Settings = dict[str, Any]

SETTINGS = DATA / "simulated_dossiers.yaml"
_EFFECTS = ("late", "offline", "days", "saturday")


def read_settings(calibration: Calibration, path: Path = SETTINGS) -> Settings:
    """The settings in `path`; BadInput where a procedure is of no field of the calibration, or an effect is unknown."""
    settings: Settings = yaml_text.load(path.read_text(encoding="utf-8"))
    for one in settings["procedures"]:
        if one["of"] not in calibration["fields"]:
            raise BadInput(path.name, f"{one['of']!r} is no field of the country", field=f"procedures.{one['code']}")
    for name, practice in settings["practices"].items():
        if unknown := set(practice) - {"units", *_EFFECTS}:
            raise BadInput(path.name, f"{sorted(unknown)} is none of {list(_EFFECTS)}", field=f"practices.{name}")
    return settings


@dataclass(frozen=True)
class Procedures:
    """The procedures as arrays, in the order of the settings; `of`: the position of the field whose dossiers they are.

    `fields` and `names`: the lists that `field` and their own position point into. `weights`: in communes, in
    departments. `risk`: of being late, `paper`: of not being filed online, both beside the average dossier's.
    """

    names: list[str]
    fields: list[str]
    field: np.ndarray
    of: np.ndarray
    days: np.ndarray
    weights: np.ndarray
    risk: np.ndarray
    paper: np.ndarray
    full: np.ndarray
    fee: np.ndarray

    @classmethod
    def of_settings(cls, settings: Settings, calibration: Calibration) -> Procedures:
        """All procedures, with the risks of their fields in the calibration."""
        rows, traits = settings["procedures"], calibration["fields"]
        fields = sorted({row["field"] for row in rows})
        names = list(traits)
        column = {name: np.array([row[name] for row in rows]) for name in ("days", "late", "full", "fee")}
        late = np.array([traits[row["of"]]["late"] for row in rows]) * column["late"]
        return cls(
            names=[row["code"] for row in rows],
            fields=fields,
            field=np.array([fields.index(row["field"]) for row in rows]),
            of=np.array([names.index(row["of"]) for row in rows]),
            days=column["days"],
            weights=np.array([[row["communes"] for row in rows], [row["departments"] for row in rows]], float),
            risk=late,
            paper=np.array([traits[row["of"]]["paper"] for row in rows], float),
            full=column["full"],
            fee=column["fee"],
        )
