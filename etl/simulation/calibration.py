"""What the simulation is drawn from: `data/simulated.yaml`, read and checked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from files.faults import BadInput
from files.places import DATA
from ranking import yaml_text

Calibration = dict[str, Any]

CALIBRATION = DATA / "simulated.yaml"
SERIES = ("766-2025", "766-2026")
PROVINCES = 34

# the groups of the index in the order of the published scores, with the most that each can reach
GROUPS = {"ckmb": 18.0, "tdgq": 20.0, "clgq": 12.0, "tttt": 10.0, "mdhl": 18.0, "mdsh": 22.0}

_RULE_KEYS = {"before", "during", "quarter_ends", "volume", "volume_times", "repeat"}


def read_calibration(path: Path) -> Calibration:
    """The parameters in `path`; BadInput where a rule has an unknown key or an oddity an unknown rule."""
    calibration = yaml_text.load(path.read_text(encoding="utf-8"))
    for name, rule in calibration["rules"].items():
        if unknown := set(rule) - _RULE_KEYS:
            raise BadInput(path.name, f"{sorted(unknown)} is none of {sorted(_RULE_KEYS)}", field=f"rules.{name}")
    for oddity in calibration["planted"]:
        if oddity["rule"] not in calibration["rules"]:
            raise BadInput(path.name, f"{oddity['rule']!r} is not among the rules", field=oddity["id"])
    return calibration


def check_scores(calibration: Calibration, provinces: pl.DataFrame) -> None:
    """BadInput where a series has scores of an unknown province, or none of a known one."""
    for series, scores in calibration["scores"].items():
        if other := set(scores) ^ set(provinces["code"]):
            raise BadInput(CALIBRATION.name, f"{sorted(other)} not in both, provinces and scores", field=series)


def published_scores(calibration: Calibration, group: str) -> np.ndarray:
    """Published scores of one group, series × province."""
    column = list(GROUPS).index(group)
    return np.array([[row[column] for _, row in sorted(calibration["scores"][name].items())] for name in SERIES])


def province_position(calibration: Calibration, province: str) -> int:
    """Where a province stands among all, sorted by code."""
    return sorted(calibration["scores"][SERIES[0]]).index(province)
