"""Above, alike or below: which units clearly differ from a level they are compared with."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ranking import beta_binomial
from ranking.intervals import Floats, known

Better = Literal["high", "low", "neutral"]
ABOVE, ALIKE, BELOW = BANDS = ("above", "alike", "below")
"""Their marks, colours and the order in which they are shown: `data/bands.yaml`."""
_MORE = 1.25
_HIGHEST = 0.99


def against(
    reference: float,
    estimates: ArrayLike,
    standard_errors: ArrayLike,
    reference_error: float = 0.0,
    fdr: float = 0.05,
    better: Better = "high",
) -> NDArray[np.str_]:
    """Each unit's band, "above", "alike" or "below" the level `reference`, as an array of n words.

    "above" is always the good side: with `better="low"` (days, overdue dossiers) a unit whose value is
    smaller than the level is "above". With "neutral", where no side is good, "above" is the larger
    value. "alike" means: no clear difference, not: equal. A two-sided z test per unit, z = (value −
    reference) / √(se² + reference_error²), all n together after Benjamini and Hochberg, so that of the
    units called above or below a share of at most `fdr` is wrong on average.
    ValueError names the index of an estimate or error that is NaN or infinite, or a negative error.
    Source: Benjamini and Hochberg (1995), Journal of the Royal Statistical Society B 57, 289–300.
    """
    values, errors = known(estimates, standard_errors)
    known([reference], [reference_error])
    difference = reference - values if better == "low" else values - reference
    clear = discoveries(_two_sided_p(difference, np.hypot(errors, reference_error)), fdr)
    return np.where(clear, np.where(difference > 0, ABOVE, BELOW), ALIKE)


def shares_against(
    level: float,
    numerator: ArrayLike,
    denominator: ArrayLike,
    rho: ArrayLike = 0.0,
    fdr: float = 0.05,
) -> NDArray[np.str_]:
    """Each unit's share beside a level, "above", "alike" or "below", as an array of n words.

    `level`: the proportion that units are compared with, such as that of the middle unit of a scope. `numerator`,
    `denominator`: counts of n units (rounded to whole ones); `rho`: how alike the dossiers of one unit are in one
    period (`overdispersion`), one number or one per unit, at least 0. "above" is the larger share, whichever side
    is good. "alike" means: no clear difference, not: equal; a unit without dossiers, with an unknown figure or with
    more in the numerator than in the denominator is "alike" too. `midp_values`, of all n units together after
    Benjamini and Hochberg, so that of the units called above or below at most `fdr` are wrong on average.
    ValueError where `level` is not between 0 and 1 or a rho is negative, 1 or more, or not known.
    What is published takes the ρ of `cautious`.
    Source: as `midp_values`; Benjamini and Hochberg (1995), Journal of the Royal Statistical Society B 57, 289–300.
    """
    x, n = np.broadcast_arrays(np.asarray(numerator, float), np.asarray(denominator, float))
    p = midp_values(level, x, n, rho)
    return _called(p, x > level * n, fdr)


def cautious(rho: ArrayLike, level: ArrayLike, share: ArrayLike) -> Floats:
    """The ρ that a test of shares against a level should take: a quarter more on the side of the nearer bound.

    `rho`, `level` and `share` (proportions): numbers or arrays of one length. A beta-binomial distribution has a short
    tail towards the nearer of 0 and 1, so there it hangs on the shape of a month's luck, which is not known, whether
    a unit is called above a level of 94 %. With luck that is normal one in ten of those called is called wrongly,
    with a quarter more ρ one in fifteen (docs/truth.md); the long tail is left as it is. At most 0.99.
    """
    rho, level, share = (np.asarray(of, float) for of in (rho, level, share))
    short = np.where(level >= 0.5, share > level, share < level)
    return np.asarray(np.minimum(np.where(short, _MORE * rho, rho), np.maximum(_HIGHEST, rho)))


def midp_values(level: float, numerator: ArrayLike, denominator: ArrayLike, rho: ArrayLike = 0.0) -> Floats:
    """Two-sided mid-p values of n shares against a level, NaN where a share is not known.

    p = 2 · min(P(X < x) + P(X = x)/2, P(X > x) + P(X = x)/2), at most 1, with X beta-binomial: mean n · level,
    variance n · level · (1 − level) · (1 + (n − 1)ρ); for ρ = 0 binomial. Half of what was found counts, because
    a test that counts all of it errs far less often than it may where few values are possible.
    Arguments and errors as in `shares_against`.
    Source: Lancaster (1961), JASA 56, 223–234, for the mid-p; Skellam (1948), JRSS B 10, 257–261, for the
    beta-binomial.
    """
    x, n, rho = np.broadcast_arrays(*(np.asarray(of, float) for of in (numerator, denominator, rho)))
    if not 0 <= level <= 1:
        raise ValueError(f"level: must be between 0 and 1, found {level}")
    if (bad := ~((rho >= 0) & (rho < 1))).any():
        index = int(np.flatnonzero(bad)[0])
        raise ValueError(f"index {index}: rho must be at least 0 and below 1, found {rho[index]}")
    found = np.full(len(x), np.nan)
    known = np.flatnonzero((n > 0) & (x >= 0) & (x <= n) & np.isfinite(n))
    whole = (np.full(len(known), float(level)), np.round(x[known]), np.round(n[known]), rho[known])
    found[known] = beta_binomial.midp(*whole)
    return found


def _called(p: Floats, is_above: NDArray[np.bool_], fdr: float) -> NDArray[np.str_]:
    """The bands by p-values; a unit without one is alike."""
    known = np.isfinite(p)
    clear = np.zeros(len(p), bool)
    clear[known] = discoveries(p[known], fdr)
    return np.where(clear, np.where(is_above, ABOVE, BELOW), ALIKE)


def counts_against(
    level: float,
    count: ArrayLike,
    exposure: ArrayLike,
    dispersion: ArrayLike = 1.0,
    fdr: float = 0.05,
) -> NDArray[np.str_]:
    """Each unit's count beside a rate, "above", "alike" or "below", as an array of n words.

    `level`: the rate that units are compared with, such as that of the middle unit of a scope, per one of `exposure`.
    `count`: things counted in n units (rounded to whole ones); `exposure`: what they are counted per, such as dossiers
    received or residents (1 for a plain count). `dispersion`: by how much the variance of a count exceeds its
    mean, one number or one per unit, at least 1. "above" is the larger rate, whichever side is good. "alike"
    means: no clear difference, not: equal; a unit with an unknown figure or an exposure of 0 is "alike" too.
    `count_midp_values`, of all n units together after Benjamini and Hochberg, so that of the units called above or
    below at most `fdr` are wrong on average.
    ValueError where `level` is negative or not known, or a dispersion is below 1 or not known.
    Source: as `count_midp_values`; Benjamini and Hochberg (1995), Journal of the Royal Statistical Society B 57,
    289–300.
    """
    x, e = np.broadcast_arrays(np.asarray(count, float), np.asarray(exposure, float))
    p = count_midp_values(level, x, e, dispersion)
    return _called(p, x > level * e, fdr)


def count_midp_values(level: float, count: ArrayLike, exposure: ArrayLike, dispersion: ArrayLike = 1.0) -> Floats:
    """Two-sided mid-p values of n counts against a rate, NaN where a count or its exposure is not known.

    p = 2 · min(P(X < x) + P(X = x)/2, P(X > x) + P(X = x)/2), at most 1, with X negative binomial: mean μ = level ·
    exposure, variance dispersion · μ; for a dispersion of 1 Poisson. Arguments and errors as in `counts_against`.
    Source: Lancaster (1961), JASA 56, 223–234, for the mid-p; Greenwood and Yule (1920), Journal of the Royal
    Statistical Society 83, 255–279, for the negative binomial.
    """
    x, e, phi = np.broadcast_arrays(*(np.asarray(of, float) for of in (count, exposure, dispersion)))
    if not 0 <= level < np.inf:
        raise ValueError(f"level: must be a rate of at least 0, found {level}")
    if (bad := ~((phi >= 1) & (phi < np.inf))).any():
        index = int(np.flatnonzero(bad)[0])
        raise ValueError(f"index {index}: a dispersion must be at least 1, found {phi[index]}")
    found = np.full(len(x), np.nan)
    for unit in np.flatnonzero((x >= 0) & (e > 0) & np.isfinite(x) & np.isfinite(e)):
        found[unit] = _count_midp(level * float(e[unit]), round(x[unit]), float(phi[unit]))
    return found


def _count_midp(mean: float, x: int, dispersion: float) -> float:
    if mean == 0:
        return float(x == 0)
    reach = max(x, mean) + 12 * math.sqrt(dispersion * max(x, mean)) + 30 * dispersion
    k = np.arange(math.ceil(reach), dtype=float)
    # P(k + 1) / P(k): with r = μ / (φ − 1) it is (r + k) / (k + 1) · (φ − 1) / φ.
    steps = np.log((mean + k * (dispersion - 1)) / dispersion) - np.log(k + 1)
    logarithms = np.concatenate([[0.0], np.cumsum(steps)])
    weights = np.exp(logarithms - logarithms.max())
    below, at, above = weights[:x].sum(), weights[x], weights[x + 1 :].sum()
    return float(min(1.0, 2 * (min(below, above) + at / 2) / (below + at + above)))


def _two_sided_p(difference: Floats, errors: Floats) -> Floats:
    with np.errstate(over="ignore"):
        z = np.abs(difference) / np.maximum(errors, np.finfo(float).tiny)
    return np.fromiter(map(math.erfc, z / math.sqrt(2)), float, len(z))


def discoveries(p: Floats, fdr: float = 0.05) -> NDArray[np.bool_]:
    """Benjamini and Hochberg's step-up: all p up to the largest p_(k) that is at most fdr · k / n."""
    ordered = np.sort(p)
    passing = ordered[ordered <= fdr * np.arange(1, len(p) + 1) / max(1, len(p))]
    return p <= passing[-1] if len(passing) else np.zeros(len(p), bool)
