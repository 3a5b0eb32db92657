"""Scores of the index of Decision 766: from dossiers what dossiers give, the rest such that means come out."""

from __future__ import annotations

import numpy as np

from etl.simulation.blocks import Block
from etl.simulation.calibration import GROUPS, PROVINCES, SERIES, Calibration, published_scores
from etl.simulation.draws import share_of, stream, with_memory
from etl.simulation.months import Months
from etl.simulation.world import Units

PETITIONS = ("petitions", "petitions_on_time", "petitions_satisfied")
SERVICES = ("services", "services_used")


def index_scores(
    communes: Block, provinces: Block, units: Units, months: Months, calibration: Calibration
) -> list[dict[str, np.ndarray]]:
    """Scores of the new era: of communes, of provinces, and of the country as the provinces' mean.

    Beside them what the portal counts that are no dossiers (`PETITIONS`, `SERVICES`), the country's as sums.
    """
    series = months.series[units.months]
    figures = _last_months(provinces, len(units.months))
    of_provinces = _beyond_provinces(figures, series, calibration)
    of_communes = _beyond_communes(of_provinces, units, series, calibration)
    groups = [_groups(communes.figures, of_communes), _groups(figures, of_provinces)]
    groups.append({name: np.round(np.nanmean(groups[1][name], axis=0)[np.newaxis], 2) for name in GROUPS})
    of_provinces |= _services(figures, calibration)
    of_country = {name: of_provinces[name].sum(axis=0)[np.newaxis] for name in (*PETITIONS, *SERVICES)}
    counted = [
        {name: own[name] for name in (*PETITIONS, *SERVICES) if name in own}
        for own in (of_communes, of_provinces, of_country)
    ]
    return [
        own | {"index_766": np.round(sum(own.values()), 2)} | beside
        for own, beside in zip(groups, counted, strict=True)
    ]


def _last_months(block: Block, count: int) -> dict[str, np.ndarray]:
    return {name: values[:, -count:] for name, values in block.figures.items()}


def _beyond_provinces(
    figures: dict[str, np.ndarray], series: np.ndarray, calibration: Calibration
) -> dict[str, np.ndarray]:
    """What a score holds beyond dossiers, so that each province's mean comes to its published score."""
    spread, shape = calibration["groups"]["province_spread"], (PROVINCES, len(series))
    rng = stream(calibration, "scores of provinces")
    target = {name: published_scores(calibration, name)[series].T for name in GROUPS}
    noise = {name: with_memory(rng, shape, spread, 0.6) for name in GROUPS}
    own = {name: target[name] + noise[name] for name in ("ckmb", "clgq")}
    own["petitions"] = target["mdhl"] - _mean_by(series, _handling(figures)) + noise["mdhl"]
    own["rest"] = target["mdsh"] - _mean_by(series, _digitisation(figures)) + noise["mdsh"]
    limits = {"ckmb": 18, "clgq": 12, "petitions": 12, "rest": 10}
    own = {name: np.clip(values, 0, limits[name]) for name, values in own.items()}
    own |= _petitions(stream(calibration, "petitions of provinces"), own.pop("petitions") / 12, calibration)
    for part in ("paid_procedures", "online_procedures"):
        of_series = np.array([calibration["payment"][part][name] for name in SERIES])
        own[part] = np.broadcast_to(of_series[series], shape)
    return own


def _mean_by(series: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Each unit's mean over the months of the same series, in place of each month's value."""
    means = [np.nanmean(values[:, series == number], axis=1) for number in range(len(SERIES))]
    return np.stack(means, axis=1)[:, series]


def _beyond_communes(
    provinces: dict[str, np.ndarray], units: Units, series: np.ndarray, calibration: Calibration
) -> dict[str, np.ndarray]:
    """The same for communes: their province's, and what sets each apart from it."""
    settings, fees = calibration["groups"], calibration["payment"]["fee_procedures"]
    rng = stream(calibration, "scores of communes")
    count = len(units.codes)
    home = {name: values[units.home] for name, values in provinces.items()}
    unsynchronised = np.where(rng.random(count) < settings["ckmb_deviating"], rng.uniform(0.3, 3, count), 0)
    part = np.array([settings["commune_clgq"][name] for name in SERIES])[series]
    lasting = settings["clgq_spread"] * rng.standard_normal((count, 1))
    clgq = part * home["clgq"] + lasting + 0.04 * rng.standard_normal(units.shape)
    petitions = np.where(rng.random(units.shape) < settings["petition_months"], rng.geometric(0.5, units.shape), 0)
    answered = {name: rng.binomial(petitions, 0.5) for name in PETITIONS[1:]}
    own = {
        "ckmb": np.clip(home["ckmb"] - unsynchronised[:, None], 0, 18),
        "clgq": np.clip(clgq, 0, 12),
        **_with_points({"petitions": petitions} | answered),
        "rest": np.clip(home["rest"] + settings["mdsh_rest_spread"] * rng.standard_normal((count, 1)), 0, 10),
    }
    for name in ("paid_procedures", "online_procedures"):
        own[name] = rng.binomial(fees, home[name]) / fees
    return own


def _petitions(rng: np.random.Generator, share: np.ndarray, calibration: Calibration) -> dict[str, np.ndarray]:
    """Petitions of provinces, `share` of them answered on time and to the senders' satisfaction; never none."""
    petitions = 1 + rng.poisson(calibration["groups"]["province_petitions"], share.shape)
    apart = np.minimum(share, 1 - share) * rng.uniform(-0.2, 0.2, share.shape)
    shares = zip(PETITIONS[1:], (share + apart, share - apart), strict=True)
    answered = {name: np.round(part * petitions).astype(int) for name, part in shares}
    return _with_points({"petitions": petitions} | answered)


def _with_points(counted: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The petitions with the `points` that the portal gives for them: 6 for each share, both full without any."""
    whole = np.maximum(counted["petitions"], 1)
    points = sum(np.round(6 * counted[name] / whole, 2) for name in PETITIONS[1:])
    return counted | {"points": np.where(counted["petitions"] > 0, points, 12.0)}


def _services(figures: dict[str, np.ndarray], calibration: Calibration) -> dict[str, np.ndarray]:
    """How many services a province offers, and how many of them somebody used online: more where more is filed."""
    settings = calibration["groups"]
    rng = stream(calibration, "services")
    offered = rng.poisson(settings["services"], (PROVINCES, 1))
    busy = np.log(np.maximum(figures["received"], 1) / np.maximum(figures["received"].mean(axis=1, keepdims=True), 1))
    used = share_of(
        settings["services_used_logit"] + busy + settings["services_spread"] * rng.standard_normal(offered.shape)
    )
    whole = np.broadcast_to(offered, figures["received"].shape)
    return {"services": whole, "services_used": rng.binomial(whole, used)}


def _groups(figures: dict[str, np.ndarray], own: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The six group scores as the portal computes them from dossiers; nan where there are none."""
    on_time = np.round(100 * _ratio(figures["on_time"], figures["received"]), 2)
    payment = 6 * _ratio(figures["paid"], figures["owing"])
    procedures = np.minimum(2, 2.5 * own["paid_procedures"]) + 2.5 * own["online_procedures"]
    known = np.where(figures["received"] > 0, 0, np.nan)
    groups = {
        "ckmb": own["ckmb"] + known,
        "tdgq": on_time / 5,
        "clgq": own["clgq"] + known,
        "tttt": np.minimum(payment + procedures, 10),
        "mdhl": own["points"] + _handling(figures),
        "mdsh": own["rest"] + _digitisation(figures),
    }
    return {name: np.round(values, 2) for name, values in groups.items()}


def _handling(figures: dict[str, np.ndarray]) -> np.ndarray:
    """Satisfaction with the handling of dossiers: 6, full at 90 %."""
    return np.minimum(6, 6 * _ratio(figures["satisfied"], figures["received"]) / 0.9)


def _digitisation(figures: dict[str, np.ndarray]) -> np.ndarray:
    """E-results 6, digitised 4, reuse 2 (full at 80 %)."""
    result, digitised, reused = (
        _ratio(figures[name], figures["received"]) for name in ("e_result_share", "digitised_share", "data_reuse_share")
    )
    return 6 * result + 4 * digitised + 2 * np.minimum(1, reused / 0.8)


def _ratio(numerator: np.ndarray, denominator: np.ndarray) -> np.ndarray:
    return np.divide(numerator, denominator, out=np.full(numerator.shape, np.nan), where=denominator > 0)
