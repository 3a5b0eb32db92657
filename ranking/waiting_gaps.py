"""How much longer one group waits than another, field by field and with the mix of fields allowed for."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple, get_args

import numpy as np
import polars as pl
from numpy.typing import NDArray

Untold = Literal["no_group", "few_units", "few", "other_mix"]
"""Why no gap is told: nobody in one of the groups, too few communes or dossiers in one, hardly a field in common."""
_REASONS: tuple[str, ...] = get_args(Untold)
NO_GROUP, FEW_UNITS, FEW, OTHER_MIX = _REASONS

HORIZON = 60
"""Working days, about a quarter of a year: who waits longer counts as having waited so long."""
FEWEST = 100
"""Dossiers that each group needs in a field."""
FEWEST_UNITS = 5
"""Units that each group needs, for the interval comes from how they differ."""
LEAST_SHOWN = 0.9
"""At least this part of either group's dossiers must be of fields that are compared."""
CONFIDENCE = 0.95
ALL = "all"
SCHEMA: dict[str, Any] = {
    "field": pl.String,
    **dict.fromkeys(("units_a", "units_b", "n_a", "n_b"), pl.Int32),
    **dict.fromkeys(("mean_a", "mean_b", "gap", "gap_low", "gap_high", "shown"), pl.Float64),
    "untold": pl.String,
}
_Figures = NDArray[np.float64]


class _Side(NamedTuple):
    """Of one group: `units` by number; `ended` and `open` by unit, field and day; both up to and with the horizon."""

    units: NDArray[np.int64]
    ended: _Figures
    open: _Figures


def gaps(counts: pl.DataFrame, *, paired: bool = False, horizon: int = HORIZON) -> pl.DataFrame:
    """One row (`SCHEMA`) for all fields together (`all`) and one per field, in the order of their names.

    `counts`: one row per `unit`, `group` (True: a, False: b), `field` and number of working `days` with how many
    dossiers `ended` after so many days, in whatever way, and how many are `open` and have waited so long. `paired`:
    every unit has dossiers of both groups, as where online and in person are compared; else a unit is of one group.

    `mean_a`, `mean_b`: the mean days until a dossier has ended, those beyond `horizon` counted as `horizon`: the area
    under the estimate of Kaplan and Meier (restricted mean). `gap` = `mean_a` − `mean_b`. Of all fields both are
    weighted alike, by the dossiers of both groups in each field, so that another mix makes no gap; `shown` is the
    smaller part of a group's dossiers in the fields that are compared. The interval leaves out one unit after the other
    (jackknife over communes, t of Satterthwaite's degrees of freedom): what differs between communes counts as chance.
    Source: Royston and Parmar (2013), BMC Medical Research Methodology 13, 152; Efron and Stein (1981), Annals of
    Statistics 9, 586–596; Satterthwaite (1946), Biometrics Bulletin 2, 110–114.
    """
    fields = sorted(counts["field"].unique())
    a, b = (_side(counts.filter(pl.col("group") == own), fields, horizon) for own in (True, False))
    n_a, n_b = (_sizes(side) for side in (a, b))
    enough = (n_a >= FEWEST) & (n_b >= FEWEST) & (_units(a) >= FEWEST_UNITS) & (_units(b) >= FEWEST_UNITS)
    both = np.where(enough, n_a + n_b, 0.0)
    weights = [("all", both / both.sum() if both.any() else both)]
    weights += [(name, (np.arange(len(fields)) == at).astype(float)) for at, name in enumerate(fields)]
    left_out = _left_out(a, b, paired=paired)
    means_a, means_b = (_means(side.ended.sum(0)[None], side.open.sum(0)[None])[0] for side in (a, b))
    rows = []
    for at, (name, weight) in enumerate(weights):
        used = weight > 0
        shown = min(n[used].sum() / n.sum() if n.sum() else 0.0 for n in (n_a, n_b)) if name == ALL else 1.0
        own = slice(None) if name == ALL else slice(at - 1, at)
        sizes = (_count(a, own), _count(b, own), int(n_a[own].sum()), int(n_b[own].sum()))
        why = _why(sizes, shown)
        figures = _told(weight, means_a, means_b, left_out) if why is None else (None,) * 5
        rows.append((name, *sizes, *figures, shown, why))
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def _why(sizes: tuple[int, int, int, int], shown: float) -> str | None:
    units_a, units_b, n_a, n_b = sizes
    if not (n_a and n_b):
        return NO_GROUP
    if min(units_a, units_b) < FEWEST_UNITS:
        return FEW_UNITS
    if min(n_a, n_b) < FEWEST:
        return FEW
    return OTHER_MIX if shown < LEAST_SHOWN else None


def _side(rows: pl.DataFrame, fields: list[str], horizon: int) -> _Side:
    units = rows["unit"].unique().sort()
    ended, still = (np.zeros((units.len(), len(fields), horizon + 1)) for _ in range(2))
    at = {code: place for place, code in enumerate(units)}
    of = {name: place for place, name in enumerate(fields)}
    for unit, field, days, gone, there in rows.select("unit", "field", "days", "ended", "open").iter_rows():
        place = at[unit], of[field], min(days, horizon)
        ended[place] += gone
        still[place] += there
    return _Side(units.to_numpy().astype(np.int64), ended, still)


def _sizes(side: _Side) -> _Figures:
    return np.asarray((side.ended + side.open).sum((0, 2)))


def _units(side: _Side) -> NDArray[np.int64]:
    """How many units have dossiers of each field."""
    return np.asarray(((side.ended + side.open).sum(2) > 0).sum(0))


def _count(side: _Side, fields: slice) -> int:
    return int(((side.ended + side.open)[:, fields].sum((1, 2)) > 0).sum())


def _means(ended: _Figures, still: _Figures) -> _Figures:
    """Restricted means by the last axis of days, the last of which is the horizon and all beyond it."""
    at_risk = np.cumsum((ended + still)[..., ::-1], -1)[..., ::-1]
    stays = np.cumprod(np.where(at_risk > 0, 1 - ended / np.maximum(at_risk, 1), 1.0), -1)
    return np.asarray(stays[..., :-1].sum(-1))


def _left_out(a: _Side, b: _Side, *, paired: bool) -> list[tuple[_Figures, _Figures]]:
    """Strata of units: the means of both groups by field (the last axis) with each unit of it left out."""
    alone_a, alone_b = (_means(side.ended.sum(0) - side.ended, side.open.sum(0) - side.open) for side in (a, b))
    all_a, all_b = (_means(side.ended.sum(0)[None], side.open.sum(0)[None]) for side in (a, b))
    if not paired:
        return [(alone_a, all_b), (all_a, alone_b)]
    units = np.union1d(a.units, b.units)
    found = []
    for side, alone, everyone in ((a, alone_a, all_a), (b, alone_b, all_b)):
        rows = np.repeat(everyone, len(units), 0)
        rows[np.searchsorted(units, side.units)] = alone
        found.append(rows)
    return [(found[0], found[1])]


def _told(
    weight: _Figures, means_a: _Figures, means_b: _Figures, left_out: list[tuple[_Figures, _Figures]]
) -> tuple[float, ...]:
    from scipy.special import stdtrit

    mean_a, mean_b = float(weight @ means_a), float(weight @ means_b)
    variances, freedoms = [], []
    for without_a, without_b in left_out:
        drawn = (without_a - without_b) @ weight
        m = len(drawn)
        variances.append((m - 1) / m * float(((drawn - drawn.mean()) ** 2).sum()))
        freedoms.append(m - 1)
    variance = sum(variances)
    if variance == 0:
        return mean_a, mean_b, mean_a - mean_b, mean_a - mean_b, mean_a - mean_b
    freedom = variance**2 / sum(v**2 / k for v, k in zip(variances, freedoms, strict=True))
    width = float(stdtrit(freedom, (1 + CONFIDENCE) / 2)) * variance**0.5
    gap = mean_a - mean_b
    return mean_a, mean_b, gap, gap - width, gap + width
