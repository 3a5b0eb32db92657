"""How sure a score of Quyết định 766 is: the errors of the counts it rests on, carried into group and index.

Each part of a group gives points · min(1, share / full), as the portal scored in September 2026 (data/measures and
the caveats there). A share of n dossiers has the variance p(1 − p)/n · (1 + (n − 1)ρ) (`overdispersion`). Sources:
G. W. Oehlert, A note on the delta method, The American Statistician 46(1), 1992; M. Fréchet, Sur les tableaux de
corrélation dont les marges sont données, Annales de l'Université de Lyon A 14, 1951, for the most that two counts of
the same dossiers can have in common.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from ranking import normal
from ranking.index_sensitivity import GROUPS
from ranking.intervals import Floats, standard_errors

INDEX = "index_766"


@dataclass(frozen=True)
class Part:
    """A part of a group: the measure whose counts it rests on, its points at full marks, the share that gives them.

    `like`: a measure that counts the same dossiers as good or bad, so that both are wrong together.
    """

    group: str
    measure: str
    points: float
    full: float = 1.0
    like: str = ""


PARTS = (
    Part("tdgq", "on_time_share", 20),
    Part("tttt", "online_payment_share", 6),
    # In August 2026 the portal's satisfied dossiers are those on time, to a few: 0.9995 is their correlation.
    Part("mdhl", "handling_satisfaction", 6, full=0.9, like="on_time_share"),
    Part("mdhl", "petition_on_time_share", 6),
    Part("mdhl", "petition_satisfaction_share", 6),
    Part("mdsh", "e_result_share", 6),
    Part("mdsh", "digitised_share", 4),
    Part("mdsh", "data_reuse_share", 2, full=0.8),
)
OTHERS = {"ckmb": "copied", "clgq": "no_counts", "tttt": "procedures", "mdsh": "no_counts"}
"""Why the rest of a group has no error: copied from the province, no counts known of a commune, or no dossiers."""

SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "unit_code": pl.String,
    "measure": pl.String,
    "score": pl.Float64,
    "standard_error": pl.Float64,
    "at_most": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
    "points_known": pl.Float64,
    "without_error": pl.List(pl.String),
}

_Z = 1.96


@dataclass(frozen=True)
class _Carried:
    """The errors that one part carries into a score, unit by unit, in points; NaN where its counts are not known."""

    part: Part
    error: Floats
    share: Floats
    dossiers: Floats


def score_errors(measurements: pl.DataFrame, rho: Mapping[str, float]) -> pl.DataFrame:
    """The standard error of each group's score and of the index, of one period, series and basis.

    `measurements`: rows of `tables.Measurements` of one level, field "all", with `unit_code`, `measure`, `numerator`,
    `denominator`, `score`. `rho`: by measure of `PARTS`, how alike the dossiers of a unit are, from 0 to below 1.

    Returns one row per unit and score that it has, in the order of `GROUPS` and the index last: `score`,
    `standard_error` in points (0 where no part has an error, as CKMB, which is copied from the province), `at_most`
    (the same if the parts that count the same dossiers have as much in common as their shares allow; else
    they are taken as independent), `low` and `high` (95 %, within 0 and full marks), `points_known` (the points at
    full marks whose error is in it) and `without_error`: what has none, as "group: why" (`OTHERS`), and "measure:
    counts" where the counts of a part are missing.
    Petitions of a unit that had none give full marks by rule, without any error. Where a share is near the one
    that gives full marks, the error is that of min(share, full) with a normal share.
    ValueError where a unit has two rows of a measure, or a rho is missing or not from 0 to below 1.
    """
    _check(measurements, rho)
    scores = _wide(measurements, "score", [*GROUPS, INDEX])
    units = scores.get_column("unit_code")
    carried = [_carried(part, _counts(measurements, part.measure, units), rho[part.measure]) for part in PARTS]
    frames = []
    for name in (*GROUPS, INDEX):
        groups = list(GROUPS) if name == INDEX else [name]
        own = [one for one in carried if one.part.group in groups]
        most = sum(GROUPS.values()) if name == INDEX else GROUPS[name]
        frames.append(_of_score(units, name, scores.get_column(name), own, groups, most))
    order = {name: place for place, name in enumerate((*GROUPS, INDEX))}
    found = pl.concat(frames).drop_nulls("score")
    return found.sort("unit_code", pl.col("measure").replace_strict(order, return_dtype=pl.Int64)).select(*SCHEMA)


def _check(measurements: pl.DataFrame, rho: Mapping[str, float]) -> None:
    for part in PARTS:
        value = rho.get(part.measure)
        if value is None or not 0 <= value < 1:
            raise ValueError(f"rho of {part.measure}: from 0 to below 1 is right, found {value}")
    twice = measurements.filter(pl.struct("unit_code", "measure").is_duplicated())
    if twice.height:
        unit, measure = twice.select("unit_code", "measure").row(0)
        raise ValueError(f"unit {unit} has more than one row of {measure}; one of one period is right")


def _wide(measurements: pl.DataFrame, column: str, measures: Sequence[str]) -> pl.DataFrame:
    """One row per unit that has any of the measures, with one column for each."""
    rows = measurements.filter(pl.col("measure").is_in(measures))
    wide = rows.select("unit_code").unique().sort("unit_code")
    for measure in measures:
        own = rows.filter(pl.col("measure") == measure)
        wide = wide.join(own.select("unit_code", pl.col(column).cast(pl.Float64).alias(measure)), "unit_code", "left")
    return wide.sort("unit_code")


def _counts(measurements: pl.DataFrame, measure: str, units: pl.Series) -> tuple[Floats, Floats]:
    """Numerators and denominators of the units in their order, NaN where they make no share or are not known."""
    own = measurements.filter(pl.col("measure") == measure).select("unit_code", "numerator", "denominator")
    rows = units.to_frame("unit_code").join(own, on="unit_code", how="left", maintain_order="left")
    x, n = (
        rows.get_column(name).cast(pl.Float64).fill_null(np.nan).to_numpy() for name in ("numerator", "denominator")
    )
    sound = (x >= 0) & (x <= n)
    return np.where(sound, x, np.nan), np.where(sound, n, np.nan)


def _carried(part: Part, counts: tuple[Floats, Floats], rho: float) -> _Carried:
    x, n = counts
    error = standard_errors(x, n, 1 + np.maximum(n - 1, 0) * rho)
    share = x / np.where(n > 0, n, np.nan)
    # Nothing counted, nothing to err about: the points are given by rule.
    in_points = np.where(n == 0, 0.0, part.points / part.full * _below(share, error, part.full))
    return _Carried(part, in_points, np.where(n == 0, 1.0, share), n)


def _below(share: Floats, error: Floats, full: float) -> Floats:
    """The standard deviation of min(X, full), X normal about the share; where `full` is 1 that of the share itself."""
    if full == 1:
        return error
    z = (full - share) / error
    under, density = normal.cumulative(z), np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)
    # What X lacks to `full`, in errors: its mean and its mean square.
    mean, square = z * under + density, (z**2 + 1) * under + z * density
    return np.asarray(error * np.sqrt(np.maximum(square - mean**2, 0.0)))


def _of_score(
    units: pl.Series, name: str, score: pl.Series, own: Sequence[_Carried], groups: Sequence[str], most: float
) -> pl.DataFrame:
    known = np.array([np.isfinite(one.error) for one in own]).reshape(len(own), len(units))
    errors = np.array([np.nan_to_num(one.error) for one in own]).reshape(len(own), len(units))
    independent, together = np.zeros(len(units)), np.zeros(len(units))
    for at, one in enumerate(own):
        for beside, other in enumerate(own):
            product = errors[at] * errors[beside]
            alike = at == beside or one.part.like == other.part.measure or other.part.like == one.part.measure
            independent += product if alike else 0.0
            together += product * (1.0 if alike else _most_in_common(one, other))
    error = np.sqrt(independent)
    values = score.cast(pl.Float64).fill_null(np.nan).to_numpy()
    points = np.array([[one.part.points] for one in own]).reshape(len(own), 1)
    return pl.DataFrame(
        {
            "unit_code": units,
            "measure": [name] * len(units),
            "score": score,
            "standard_error": error,
            "at_most": np.sqrt(np.maximum(together, independent)),
            "low": np.maximum(values - _Z * error, 0.0),
            "high": np.minimum(values + _Z * error, most),
            "points_known": (points * known).sum(axis=0),
            "without_error": [_without(own, known[:, unit], groups) for unit in range(len(units))],
        },
        schema_overrides=SCHEMA,
    ).with_columns(pl.col("low", "high").fill_nan(None))


def _most_in_common(one: _Carried, other: _Carried) -> Floats:
    """The largest correlation that two shares of the same dossiers can have; 0 where the dossiers are others."""
    high, low = np.maximum(one.share, other.share), np.minimum(one.share, other.share)
    with np.errstate(divide="ignore", invalid="ignore"):
        correlation = np.sqrt(low * (1 - high) / (high * (1 - low)))
    same = (one.dossiers == other.dossiers) & np.isfinite(correlation)
    return np.where(same, np.where(same, correlation, 0.0), 0.0)


def _without(own: Sequence[_Carried], known: np.ndarray, groups: Sequence[str]) -> list[str]:
    missing = [f"{one.part.measure}: counts" for one, is_known in zip(own, known, strict=True) if not is_known]
    return [*(f"{group}: {OTHERS[group]}" for group in groups if group in OTHERS), *missing]
