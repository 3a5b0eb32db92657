"""What the portal counts: dossiers on time, days, payments, digitisation, satisfaction."""

from __future__ import annotations

import numpy as np

from etl.simulation.calibration import SERIES, Calibration, published_scores
from etl.simulation.draws import logit_of, share_of, stream
from etl.simulation.levels import Levels, before_merger, paid_logit
from etl.simulation.months import Months
from etl.simulation.world import DIGITAL, Units


def portal_rates(
    units: Units, on_time: np.ndarray, levels: Levels, months: Months, calibration: Calibration
) -> dict[str, np.ndarray]:
    """Probabilities, and processing days, of each unit and month; `on_time` is a logit."""
    paid = share_of(paid_logit(units, levels, months, calibration))
    rates = {"on_time": share_of(on_time), "paid": paid, "days": _days(units, calibration)}
    return rates | {name: _digital(units, name, months, calibration) for name in DIGITAL}


def _days(units: Units, calibration: Calibration) -> np.ndarray:
    settings = calibration["processing_days"]
    rng = stream(calibration, "days", units.era)
    usual = np.where(units.office, settings["departments_median"], settings["median"])
    own = np.log(usual) + settings["unit_spread"] * units.traits["days"]
    return np.exp(own[:, None] + settings["month_spread"] * rng.standard_normal(units.shape))


def _digital(units: Units, name: str, months: Months, calibration: Calibration) -> np.ndarray:
    """One of the shares of `DIGITAL`: higher where the province's published score is."""
    settings = calibration["digital"]
    rng = stream(calibration, name, units.era)
    scores = published_scores(calibration, "mdsh")
    level = logit_of(np.array([settings[name][series] for series in SERIES]))[:, None]
    province = level + settings["per_point_of_mdsh"] * (scores - scores.mean(axis=1, keepdims=True))
    own = settings["unit_spread"] * units.traits[name][:, None]
    noise = own + settings["month_spread"] * rng.standard_normal(units.shape)
    before = settings["before_merger_per_month"] * before_merger(units, months)
    return share_of(province[months.series[units.months]][:, units.home].T + noise - before)


def on_time_figures(
    rng: np.random.Generator, received: np.ndarray, rates: dict[str, np.ndarray]
) -> dict[str, np.ndarray]:
    """Dossiers received and on time, and the days that all of them took together."""
    on_time = rng.binomial(received, rates["on_time"])
    return {"received": received, "on_time": on_time, "days_of_all": np.round(rates["days"], 2) * received}


def service_figures(
    rng: np.random.Generator,
    received: np.ndarray,
    on_time: np.ndarray,
    rates: dict[str, np.ndarray],
    calibration: Calibration,
) -> dict[str, np.ndarray]:
    """Dossiers that owe a fee, paid online, digitised in each way, and handled to satisfaction."""
    owing = rng.binomial(received, calibration["payment"]["owing"])
    owing = np.where(received > 0, np.maximum(owing, 1), 0)
    figures = {"owing": owing, "paid": rng.binomial(owing, rates["paid"])}
    figures |= {name: rng.binomial(received, rates[name]) for name in DIGITAL}
    complaints = rng.binomial(on_time, calibration["satisfaction"]["complaints"])
    return figures | {"satisfied": on_time - complaints}
