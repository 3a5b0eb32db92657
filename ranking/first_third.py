"""What it takes to be among the first third, or to reach a target, next month; and how much of that luck could do."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import polars as pl

from ranking.between_units import true_values_as_given
from ranking.count_odds import CountOdds
from ranking.intervals import Floats
from ranking.rank_sets import Best

SURE = 0.8
"""A level is safe where it shows what is needed with this probability, as a tier asks for it (`tiers.SURE`)."""
_PARTS = 15
_NODES = np.array([NormalDist().inv_cdf((part + 0.5) / _PARTS) for part in range(_PARTS)])
_ROUNDING = 1e-9


@dataclass(frozen=True)
class Step:
    """From what a unit shows to what would do, in dossiers of the kind that should be few, such as late ones.

    `bad` of `n` now, `allowed` of as many at the level asked for (`threshold`, in per cent of the measure). `by_luck`:
    the probability that a unit which changes nothing shows at most `allowed` of n next month; None where it is not
    known how far chance goes. `safe`: the most that may be usual for the unit if it is to show at most `allowed` in
    four months of five; None as before.
    """

    bad: int
    n: int
    threshold: float
    allowed: int
    by_luck: float | None
    safe: int | None

    @property
    def fewer(self) -> int:
        """By how many there must be fewer; 0 where the level is reached."""
        return max(0, self.bad - self.allowed)


@dataclass(frozen=True)
class Gap:
    """One field of work: `bad` of `n`, and as many as there would be at the level of the province in this field."""

    field: str
    bad: int
    n: int
    usual: float | None

    @property
    def fewer(self) -> int:
        """By how many there would be fewer at the level of the province; 0 where the unit is no worse."""
        return 0 if self.usual is None else max(0, self.bad - int(np.floor(self.usual + _ROUNDING)))


def threshold(values: pl.Series, best: Best) -> float | None:
    """The value of the last unit among the first ⌊n/3⌋, at most 100; None for fewer than three units.

    `values`: in per cent, one per ranked unit, none missing. Units with one value share their place, so whoever has
    this one is among the first. A source's share can exceed 100, where it counts more than it should.
    """
    third = values.len() // 3
    return min(100.0, float(values.sort(descending=best == "high").item(third - 1))) if third else None


def allowed(n: int, level: float, best: Best) -> int:
    """How many of `n` dossiers may be of the bad kind for the share to be at `level` (per cent) or better.

    `best` "high": the share is of the good ones, so the others are counted; "low": the share is of the bad ones.
    At least 0 and at most n. ValueError unless 0 ≤ `level` ≤ 100.
    """
    if not 0 <= level <= 100:
        raise ValueError(f"level: must be from 0 to 100 per cent, found {level}")
    part = (100 - level if best == "high" else level) / 100
    return int(np.floor(n * part + _ROUNDING * max(n, 1)))


def counts(numerator: float | None, denominator: float | None) -> tuple[int, int] | None:
    """Both as whole dossiers; None where they are not known, there are none, or they can't both be right."""
    if numerator is None or denominator is None or denominator < 1:
        return None
    part, whole = round(numerator), round(denominator)
    return (part, whole) if 0 <= part <= whole else None


def step(rows: pl.DataFrame, code: str, level: float, best: Best) -> Step | None:
    """What the unit `code` needs to be at `level` (in per cent) with as many dossiers as now.

    `rows`: the ranked units of one ranking of a share with `unit_code`, `value` (per cent), `numerator`,
    `denominator`, `rho` (how alike a unit's dossiers are in one month, null where not known) and `bond` (how alike the
    luck of months that follow each other is, null counts as 0). None where the unit is not among them, or has no counts
    or impossible ones.

    What the unit's level truly is, chance taken out, follows from the values of all (`between_units.true_values`):
    whoever shows the most late dossiers has had bad luck too, and shows fewer next month without doing anything. At
    each of 15 likely levels, moved by `bond` towards what was shown, the count is beta-binomial.
    """
    own = rows.filter(pl.col("unit_code") == code)
    found = None if own.is_empty() else counts(own.item(0, "numerator"), own.item(0, "denominator"))
    if found is None:
        return None
    numerator, whole = found
    bad = whole - numerator if best == "high" else numerator
    most = allowed(whole, level, best)
    rho = own.item(0, "rho")
    if rho is None:
        return Step(bad, whole, level, most, None, None)
    return Step(bad, whole, level, most, _by_luck(rows, code, most, best), _safe(whole, most, rho))


def gaps(fields: pl.DataFrame, best: Best) -> list[Gap]:
    """The fields of a unit, the one with the most dossiers of the bad kind first.

    `fields`: one row per field with `field`, `numerator`, `denominator`, and `usual_numerator`, `usual_denominator` of
    the province in the same field (null where not known). Fields without counts or dossiers are left out.
    """
    known = fields.drop_nulls(["numerator", "denominator"]).filter(pl.col("denominator") > 0)
    found = [_gap(row, best) for row in known.iter_rows(named=True)]
    return sorted(found, key=lambda gap: (-gap.bad, gap.field))


def _gap(row: dict[str, float | str | None], best: Best) -> Gap:
    part, whole = round(float(row["numerator"] or 0)), round(float(row["denominator"] or 0))
    bad = whole - part if best == "high" else part
    if not row["usual_denominator"] or row["usual_numerator"] is None:
        return Gap(str(row["field"]), bad, whole, None)
    usual = float(row["usual_numerator"]) / float(row["usual_denominator"])
    return Gap(str(row["field"]), bad, whole, whole * (1 - usual if best == "high" else usual))


def _by_luck(rows: pl.DataFrame, code: str, most: int, best: Best) -> float | None:
    x, n, rho, bond = (
        rows.get_column(name).cast(pl.Float64).fill_null(np.nan).to_numpy()
        for name in ("numerator", "denominator", "rho", "bond")
    )
    at = int(np.flatnonzero((rows.get_column("unit_code") == code).to_numpy())[0])
    inflation = np.maximum(1.0, 1 + (n - 1) * rho)
    shares = np.where(n > 0, x / np.where(n > 0, n, 1), np.nan)
    errors = _errors(x, n, inflation)
    if not np.isfinite(errors[at]):
        return None
    carried = 0.0 if np.isnan(bond[at]) else bond[at]
    found = 0.0
    for weight, means, deviations in true_values_as_given(shares, errors):
        levels = means[at] + deviations[at] * _NODES
        levels = np.clip(levels + carried * (shares[at] - levels), 0.5 / n[at], 1 - 0.5 / n[at])
        found += weight * float(np.mean(_at_most(n[at], 1 - levels if best == "high" else levels, inflation[at], most)))
    return min(1.0, max(0.0, found))


def _errors(x: Floats, n: Floats, inflation: Floats) -> Floats:
    """Each share's standard error at the share of all together.

    At its own share a unit that happens to show few late ones would seem surer than others, and pull all towards it.
    """
    sound = (n > 0) & (x >= 0) & (x <= n)
    level = x[sound].sum() / n[sound].sum() if sound.any() else np.nan
    whole = np.where(sound, n, np.nan)
    return np.asarray(np.sqrt(inflation * np.maximum(level * (1 - level), 0.25 / np.nansum(whole)) / whole))


def _safe(n: int, most: int, rho: float) -> int:
    """The largest count m with P(X ≤ most) of at least `SURE` where m of n are usual; 0 is always safe."""
    counts = np.arange(1, min(most, n - 1) + 1, dtype=float)
    if not len(counts):
        return 0
    chances = _at_most(n, counts / n, max(1.0, 1 + (n - 1) * rho), most)
    enough = np.flatnonzero(chances >= SURE)
    return int(counts[enough[-1]]) if len(enough) else 0


def _at_most(n: float, levels: Floats, inflation: float, most: int) -> Floats:
    """P(X ≤ `most`) of n dossiers at each level, a proportion of the bad kind."""
    alike = np.ones(len(levels))
    (found,) = CountOdds(n * alike, levels, inflation * alike).at_most(most * alike)
    return found
