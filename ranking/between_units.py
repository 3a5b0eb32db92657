"""How much units really differ, once chance is taken out: the true values behind n estimates."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike

from ranking.intervals import Floats

_EQUAL = 0.9
"""The probability, before any figure is seen, that the units do not differ at all: they must show that they do."""
_POINTS = 3
_CLOSE_BY = 0.13
"""Where τ is known to within such a part of it, its mean alone changes no probability by more than 0.001."""
_FEW = 40
_MIDDLES = ((-np.sqrt(3), 1 / 6), (0.0, 2 / 3), (np.sqrt(3), 1 / 6))
_STEPS = 120
_CERTAIN = 1e-6


def true_values(estimates: ArrayLike, standard_errors: ArrayLike) -> Iterator[tuple[float, Floats, Floats]]:
    """What is known of the true values of n units: weight by weight, their means and standard deviations.

    `estimates`, `standard_errors`: as in `likely_ranks.likely_ranks`; means and deviations come on a scale of their
    own. The weights add up to 1. Within each part the true values are independent and normal.

    The model: θᵢ ~ N(μ, τ²), estimates ~ N(θᵢ, seᵢ²). The prior of τ gives nine tenths to τ = 0, that all units
    are equal, and spreads the rest evenly over the share τ²/(τ² + s²) of true differences among all, s² the
    harmonic mean of se²; μ has a flat one. The posterior of the root of that share is summed up in three points
    and weights that have its first five moments, that of μ too where there are up to 40 units; where there are
    more it is narrow.
    ValueError where the two are not of one length, or, naming the index, where an error is negative.
    Source: Laird and Louis (1989), Journal of Educational Statistics 14, 29–46, for integrating over τ; Daniels
    (1999), Canadian Journal of Statistics 27, 567–578, for the even prior of the share; Golub and Welsch (1969),
    Mathematics of Computation 23, 221–230, for the points.
    """
    values, errors, _, _ = _given(estimates, standard_errors)
    known = np.isfinite(errors)
    if not known.any():
        yield 1.0, np.zeros(len(values)), np.ones(len(values))
        return
    for weight, spread in _spreads(values[known], errors[known]):
        middle, of_middle = _middle(values[known], errors[known], spread)
        precision = 1 / errors**2 + 1 / spread**2
        for z, part in _MIDDLES if len(values) <= _FEW else ((0.0, 1.0),):
            mu = middle + z * of_middle
            yield weight * part, (values / errors**2 + mu / spread**2) / precision, 1 / np.sqrt(precision)


def true_values_as_given(estimates: ArrayLike, standard_errors: ArrayLike) -> Iterator[tuple[float, Floats, Floats]]:
    """The same as `true_values`, on the scale of the estimates."""
    _, _, middle, scale = _given(estimates, standard_errors)
    for weight, means, deviations in true_values(estimates, standard_errors):
        yield weight, middle + scale * means, scale * deviations


def _given(estimates: ArrayLike, standard_errors: ArrayLike) -> tuple[Floats, Floats, float, float]:
    """Both as arrays, on a scale where the known values spread over 1, with its middle and its unit; nothing known is
    0 ± infinite."""
    values, errors = np.asarray(estimates, float), np.asarray(standard_errors, float)
    if values.ndim != 1 or values.shape != errors.shape:
        raise ValueError(f"estimates {values.shape} and standard_errors {errors.shape}: must be two equal lists")
    if (errors < 0).any():
        index = int(np.flatnonzero(errors < 0)[0])
        raise ValueError(f"index {index}: a standard error must not be negative, found {errors[index]}")
    known = np.isfinite(values) & np.isfinite(errors)
    if not known.any():
        return np.zeros(len(values)), np.full(len(values), np.inf), 0.0, 1.0
    scale = float(np.ptp(values[known])) or float(errors[known].max()) or 1.0
    middle = float(np.median(values[known]))
    return (
        np.where(known, (np.where(known, values, middle) - middle) / scale, 0.0),
        np.where(known, np.maximum(np.where(known, errors, 0.0) / scale, _CERTAIN), np.inf),
        middle,
        scale,
    )


def _spreads(values: Floats, errors: Floats) -> list[tuple[float, float]]:
    """The posterior of τ as a few (weight, τ), τ > 0; where all are equal ranks are what they are for a tiny τ."""
    typical = float(1 / np.sqrt(np.mean(1 / errors**2)))
    share, density = _likely_shares(values, errors, typical)
    equal = _log_likelihood(values, errors, np.array([0.0]))[0]
    top = max(equal, float(density.max()))
    different = (1 - _EQUAL) * np.exp(density - top) * np.gradient(share)
    weights = np.append(different, _EQUAL * np.exp(equal - top))
    roots, weights = np.append(np.sqrt(share), 0.0), weights / weights.sum()
    points, parts = _summed_up(roots, weights)
    found = typical * np.maximum(1e-3, points / np.sqrt(1 - points**2))
    middle = float(parts @ found)
    if float(parts @ (found - middle) ** 2) <= (_CLOSE_BY * middle) ** 2:
        return [(1.0, middle)]
    return [(float(part), float(spread)) for part, spread in zip(parts, found, strict=True)]


def _likely_shares(values: Floats, errors: Floats, typical: float) -> tuple[Floats, Floats]:
    """The shares τ²/(τ² + s²) where the likelihood is, close together, and its logarithm there."""
    low, high = -8.0, 2 * np.log((np.ptp(values) + errors.max()) / typical) + 4
    for _ in range(3):
        logit = np.linspace(low, max(high, low + 1), _STEPS)
        found = _log_likelihood(values, errors, typical * np.exp(logit / 2))
        near = np.flatnonzero(found > found.max() - 20)
        low, high = logit[max(near[0] - 1, 0)], logit[min(near[-1] + 1, _STEPS - 1)]
    return 1 / (1 + np.exp(-logit)), found


def _log_likelihood(values: Floats, errors: Floats, spreads: Floats) -> Floats:
    """The logarithm of the likelihood at each τ, μ integrated out."""
    precision = 1 / (errors**2 + spreads[:, None] ** 2)
    total = precision.sum(axis=1)
    middle = precision @ values / total
    squares = precision @ values**2 - total * middle**2
    return np.asarray(0.5 * (np.log(precision).sum(axis=1) - np.log(total) - squares))


def _middle(values: Floats, errors: Floats, spread: float) -> tuple[float, float]:
    """μ given τ, and its standard error."""
    precision = 1 / (errors**2 + spread**2)
    return float(precision @ values / precision.sum()), float(1 / np.sqrt(precision.sum()))


def _summed_up(atoms: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """The Gaussian quadrature of a discrete distribution, by Lanczos' recursion: points and weights."""
    basis = [np.sqrt(weights)]
    diagonal, beside = [float(weights @ atoms)], []
    for _ in range(_POINTS - 1):
        rest = atoms * basis[-1]
        for vector in (*basis, *basis):
            rest = rest - (vector @ rest) * vector
        norm = float(np.linalg.norm(rest))
        if norm < 1e-9:
            break
        basis.append(rest / norm)
        beside.append(norm)
        diagonal.append(float(basis[-1] @ (atoms * basis[-1])))
    points, vectors = np.linalg.eigh(np.diag(diagonal) + np.diag(beside, 1) + np.diag(beside, -1))
    return np.clip(points, 0.0, atoms.max()), np.asarray(vectors[0] ** 2)
