"""The fields of administration: each unit's dossiers, split by field to the last one."""

from __future__ import annotations

import numpy as np

from etl.simulation.calibration import Calibration
from etl.simulation.draws import shared_out, stream
from etl.simulation.months import Months
from etl.simulation.oddities import planted, with_repeats
from etl.simulation.world import Units


def figures_by_field(
    figures: dict[str, np.ndarray], units: Units, months: Months, calibration: Calibration
) -> dict[str, np.ndarray]:
    """Figures of `units`, units × months, as fields × units × months that add up to them."""
    rng = stream(calibration, "fields")
    traits = list(calibration["fields"].values())
    column = {name: np.array([trait[name] for trait in traits])[:, None] for name in traits[0]}
    mix = np.where(units.office, column["departments"], column["communes"])
    mix = mix * np.exp(column["ward"] * units.ward + column["spread"] * rng.standard_normal(mix.shape))
    late, paper = column["late"][..., None], column["paper"][..., None]
    whole = np.broadcast_to(figures["received"], (len(traits), *figures["received"].shape))
    received = shared_out(rng, figures["received"], whole, mix[..., None])
    in_period = shared_out(rng, figures["in_period"], received, received)
    overdue = shared_out(rng, figures["received"] - figures["on_time"], received, received * late)
    offline = shared_out(rng, figures["in_period"] - figures["online"], in_period, in_period * paper)
    on_time, online = received - overdue, in_period - offline
    split = {"received": received, "on_time": on_time, "in_period": in_period, "online": online}
    return with_repeats(split, planted(units, months, calibration))
