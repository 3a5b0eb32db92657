"""What form II.06 counts: dossiers of the period, filed online, resolved, still open, overdue."""

from __future__ import annotations

import numpy as np

from etl.simulation.calibration import PROVINCES, Calibration, province_position
from etl.simulation.draws import share_of, stream
from etl.simulation.months import Months
from etl.simulation.world import Units


def form_rates(
    units: Units, on_time: np.ndarray, days: np.ndarray, months: Months, calibration: Calibration
) -> dict[str, np.ndarray]:
    """Probabilities of each unit and month, from the portal's logit of being on time and its days."""
    form, shift = calibration["form"], calibration["on_time"]
    rng, shape = stream(calibration, "form", units.era), units.shape
    rates = {"online": share_of(_online(units, months, calibration))}
    rates["on_time_form"] = share_of(on_time + shift["form_shift"] + shift["form_spread"] * rng.standard_normal(shape))
    wide = np.exp(form["month_spread"] * rng.standard_normal(shape))
    rates["open"] = np.clip(form["open_per_day"] * days * wide, 0.01, 0.7)
    late = form["open_overdue_shift"] - on_time + form["month_spread"] * rng.standard_normal(shape)
    return rates | {"overdue": share_of(late)}


def _online(units: Units, months: Months, calibration: Calibration) -> np.ndarray:
    """Logit of the online share: a straight rise, and the step of the one province with an event."""
    settings, event = calibration["online"], calibration["online"]["event"]
    usual = _usual_online(units, months, calibration)
    province = settings["province_spread"] * stream(calibration, "online provinces").standard_normal(PROVINCES)
    rng = stream(calibration, "online", units.era)
    spread = settings["unit_spread"] * units.traits["online"][:, None]
    noise = spread + settings["month_spread"] * rng.standard_normal(units.shape)
    since = units.months >= months.position(event["month"])
    stepped = np.where(since, event["after_logit"], usual + event["before_logit"])
    here = (units.home == province_position(calibration, event["province"]))[:, None]
    return np.where(here, stepped, usual + province[units.home][:, None]) + noise


def _usual_online(units: Units, months: Months, calibration: Calibration) -> np.ndarray:
    """Logit of the online share of an average unit, by month: steep to `full_month`, then flatter."""
    settings = calibration["online"]
    full = months.position(settings["full_month"])
    rise = (settings["full_logit"] - settings["start_logit"]) * np.minimum(units.months / full, 1)
    return settings["start_logit"] + rise + settings["later_per_month"] * np.maximum(units.months - full, 0)


def filed_figures(
    rng: np.random.Generator, received: np.ndarray, rates: dict[str, np.ndarray], calibration: Calibration
) -> dict[str, np.ndarray]:
    """Dossiers of the period as the form has them, a little fewer than the portal's, and those filed online."""
    in_period = rng.binomial(received, calibration["online"]["form_of_portal"])
    return {"in_period": in_period, "online": rng.binomial(in_period, rates["online"])}


def resolved_figures(
    rng: np.random.Generator, in_period: np.ndarray, rates: dict[str, np.ndarray]
) -> dict[str, np.ndarray]:
    """Dossiers resolved and open, such that carried over + in period = resolved + open."""
    still_open = rng.binomial(in_period, rates["open"])
    overdue = rng.binomial(still_open, rates["overdue"])
    first = rng.binomial(in_period[:, :1], rates["open"][:, :1])
    carried = np.concatenate([first, still_open[:, :-1]], axis=1)
    resolved = carried + in_period - still_open
    on_time = rng.binomial(resolved, rates["on_time_form"])
    return {"open": still_open, "open_overdue": overdue, "resolved": resolved, "on_time_form": on_time}
