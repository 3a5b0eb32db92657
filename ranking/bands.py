"""Above, alike or below: which units clearly differ from a level they are compared with."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ranking.intervals import Floats, known

Better = Literal["high", "low", "neutral"]
ABOVE, ALIKE, BELOW = BANDS = ("above", "alike", "below")
"""Their marks, colours and the order in which they are shown: `data/bands.yaml`."""


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
    clear = _discoveries(_two_sided_p(difference, np.hypot(errors, reference_error)), fdr)
    return np.where(clear, np.where(difference > 0, ABOVE, BELOW), ALIKE)


def _two_sided_p(difference: Floats, errors: Floats) -> Floats:
    with np.errstate(over="ignore"):
        z = np.abs(difference) / np.maximum(errors, np.finfo(float).tiny)
    return np.fromiter(map(math.erfc, z / math.sqrt(2)), float, len(z))


def _discoveries(p: Floats, fdr: float) -> NDArray[np.bool_]:
    """Benjamini and Hochberg's step-up: all p up to the largest p_(k) that is at most fdr · k / n."""
    ordered = np.sort(p)
    passing = ordered[ordered <= fdr * np.arange(1, len(p) + 1) / max(1, len(p))]
    return p <= passing[-1] if len(passing) else np.zeros(len(p), bool)
