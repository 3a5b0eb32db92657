"""What a practice did where it began, beside similar units where it did not: evidence from dates, not proof."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import inf, prod

import numpy as np
import polars as pl

from ranking import before_after
from ranking.before_after import ENOUGH_OTHERS, LONGEST, Stretch
from ranking.intervals import Floats
from ranking.windows import first_month

EARLIER = 3
"""The dates of the check lie so many months before the real ones."""
_EXACT, _DRAWS, _SEED = 20_000, 9_999, 766
_TAIL = 0.025


@dataclass(frozen=True)
class Beginning:
    """A unit and the day on which it began."""

    unit_code: str
    since: date


@dataclass(frozen=True)
class Trial:
    """One unit that began and the similar ones beside it; in each array the unit itself comes first.

    `changes`: of the log odds of the share, from the months before to those after. `by_month`: how far the log odds of
    each of the months −6 … −1, 1 … 6 lie from the mean of those before; NaN where unknown. `before` and `after`: the
    unit's own shares in per cent.
    """

    beginning: Beginning
    changes: Floats
    by_month: Floats
    before: float
    after: float


@dataclass(frozen=True)
class Estimate:
    """The mean of how far `units` units lie from similar ones, in log odds, with a 95 % interval and a p-value.

    An end is infinite where so few units can leave nothing out.
    """

    units: int
    mean: float
    low: float
    high: float
    p: float

    @property
    def is_clear(self) -> bool:
        return self.low > 0 or self.high < 0


@dataclass(frozen=True)
class Evidence:
    """All that is known of a practice and a share.

    `effect`: after against before; `points`, `low` and `high`: the same in percentage points of the average unit, ends
    that are not known being None. `months`: the estimate of each month from the beginning, of −6 … −1 and 1 … 6 those
    that are known. `earlier`: what is found where each unit is taken to have begun `EARLIER` months before it did.
    `left_out`: units that began, without enough months or similar units. `before`, `after`: mean shares in per cent.
    """

    effect: Estimate
    points: float
    low: float | None
    high: float | None
    before: float
    after: float
    months: dict[int, Estimate]
    earlier: Estimate | None
    left_out: int

    @property
    def was_moving(self) -> bool:
        """Whether the units moved away from similar ones before they began: then the effect is not the practice's."""
        return self.earlier is not None and self.earlier.is_clear


def evidence(
    months: pl.DataFrame,
    begun: Sequence[Beginning],
    similar: Mapping[str, Sequence[str]],
    others: Iterable[Beginning],
    rho: float,
) -> Evidence | None:
    """The effect of a practice on a share over all units that began it; None where none can be judged.

    `months`: one row per unit and month as `before_after.changes` takes them; `similar`: by unit those that are like
    it; `others`: all beginnings of any practice, these included: a unit beside which something began between six months
    before and the last month looked at is not used, neither as one that began nor as one beside it. `rho`: how alike a
    unit's dossiers are in a month.

    Difference in differences with a stack for each unit that began, its own dates and its own similar units that began
    nothing then, so no unit is set against one that had begun earlier. Changes are those of log odds: where everybody's
    odds of being late halve, a unit with more late dossiers changes by more points. Each unit counts alike.

    Interval and p-value by randomisation (`randomised`). Sources: Cengiz, Dube, Lindner and Zipperer (2019), Quarterly
    Journal of Economics 134, 1405–1454, and Wing, Freedman and Hollingsworth (2024), NBER working paper 32054, for
    stacks, whose control groups weigh as much as the units that began; Sun and Abraham (2021), Journal of Econometrics
    225, 175–199, for why plain two-way effects mislead where dates differ; Rosenbaum (2002), Observational Studies,
    chapter 2, for matched sets; Anscombe (1956), Biometrika 43, 461–464, for half a dossier more on either side.
    """
    known = _Known(months, begun, list(others), similar, rho)
    trials = [one for start in begun if (one := _trial(known, start))]
    if not trials:
        return None
    effect = randomised([trial.changes for trial in trials])
    before, after = (float(np.mean([getattr(trial, side) for trial in trials])) for side in ("before", "after"))
    low, high = (points(after, by) if np.isfinite(by) else None for by in (effect.low, effect.high))
    return Evidence(
        effect=effect,
        points=points(after, effect.mean),
        low=low,
        high=high,
        before=before,
        after=after,
        months=_by_month(trials),
        earlier=_earlier(known, [trial.beginning for trial in trials]),
        left_out=len(begun) - len(trials),
    )


def randomised(sets: Sequence[Floats]) -> Estimate:
    """The mean over sets of the first member's value less the mean of the others, with interval and p-value.

    `sets`: of each at least two values. Had the practice no effect, any member of a set could as well have been the
    first one: the p-value is the part of all ways to choose one member from each set that give a mean as far from 0 (in
    either direction). The interval holds every constant effect that the same test at 5 % does not refuse: with τ taken
    off the first members, a choice gives A + Bτ, so its ends are quantiles of (mean − A) / (1 + B), without a search.
    All choices are counted where there are 20,000 at most, else 9,999 drawn with a fixed seed, and the real one.
    One unit beside 15 others leaves no effect out (1/16 is more than 2.5 %): both ends are infinite then.
    Source: Ernst (2004), Statistical Science 19, 676–685; Imbens and Rubin (2015), Causal Inference, chapter 5.
    """
    n = len(sets)
    observed = float(np.mean([_against(values)[0] for values in sets]))
    chosen = _choices([len(values) for values in sets])
    shift, slope = np.zeros(len(chosen)), np.zeros(len(chosen))
    for column, values in enumerate(sets):
        at = chosen[:, column]
        shift += _against(values)[at]
        slope += np.where(at == 0, -1.0, 1 / (len(values) - 1))
    shift, slope = shift / n, slope / n
    real = (chosen == 0).all(axis=1)
    p = float((np.abs(shift) >= abs(observed) - 1e-12).mean())
    crossing = np.sort((observed - shift[~real]) / (1 + slope[~real]))
    place = int(np.floor(_TAIL * len(chosen) + 1e-9)) - int(real.sum())
    if place < 0:
        return Estimate(n, observed, -inf, inf, p)
    return Estimate(n, observed, float(crossing[place]), float(crossing[-1 - place]), p)


def _against(values: Floats) -> Floats:
    """Each member's value less the mean of the others."""
    others: Floats = (values.sum() - values) / (len(values) - 1)
    return values - others


def _choices(sizes: Sequence[int]) -> np.ndarray:
    """Rows that choose one member of each set, the real choice (all 0) being the first."""
    if prod(sizes) <= _EXACT:
        return np.indices(tuple(sizes)).reshape(len(sizes), -1).T
    draws = np.random.default_rng(_SEED).integers(0, sizes, size=(_DRAWS, len(sizes)))
    return np.vstack([np.zeros((1, len(sizes)), dtype=draws.dtype), draws])


def points(after: float, by: float) -> float:
    """By how many points a share of `after` per cent lies from where it would be without `by` on its log odds."""
    part = after / 100
    return after - 100 * part / (part + (1 - part) * float(np.exp(by)))


# --- one unit beside its similar ones


@dataclass(frozen=True)
class _Known:
    """What `evidence` was given."""

    months: pl.DataFrame
    begun: Sequence[Beginning]
    others: Sequence[Beginning]
    similar: Mapping[str, Sequence[str]]
    rho: float


def _trial(known: _Known, start: Beginning, shift: int = 0) -> Trial | None:
    """A unit that began; `shift`: taken to have begun so many months earlier, and nothing later looked at."""
    pair = _stretches(known.months, start.since, shift)
    if pair is None:
        return None
    end = first_month(pair[1].last, 0)
    busy = {one.unit_code for one in known.others if pair[0].first <= one.since < end}
    if start.unit_code in busy:
        return None
    busy |= {one.unit_code for one in known.begun if one.since < end}
    beside = [one for one in known.similar.get(start.unit_code, ()) if one not in busy]
    months = known.months.filter(pl.col("unit_code").is_in([start.unit_code, *beside]))
    found = before_after.changes(months, *pair, known.rho, 0.0)
    is_own = found.get_column("unit_code") == start.unit_code
    own = found.filter(is_own)
    if own.is_empty() or found.height <= ENOUGH_OTHERS:
        return None
    rows = pl.concat([own, found.filter(~is_own)])
    by_month = _monthly(months, rows.get_column("unit_code").to_list(), *pair)
    before, after = (100 * float(own.item(0, f"share_{side}")) for side in ("before", "after"))
    return Trial(start, before_after.odds(rows)[1], by_month, before, after)


def _stretches(months: pl.DataFrame, since: date, shift: int) -> tuple[Stretch, Stretch] | None:
    """The months before a day and those from it on; a month in which something began midway belongs to neither."""
    last = months.get_column("period_start").max()
    if not isinstance(last, date):
        return None
    longest = LONGEST
    if shift:
        since, last, longest = first_month(since, shift + 1), min(last, first_month(since, 2)), shift
    pair = before_after.stretches(since, since - timedelta(days=1), last)
    if pair is None:
        return None
    before, after = pair
    return before, Stretch(after.first, min(after.last, first_month(after.first, 2 - longest)))


def _monthly(months: pl.DataFrame, codes: Sequence[str], before: Stretch, after: Stretch) -> Floats:
    """Units × the months −6 … −1, 1 … 6: log odds less their mean over the known months before; NaN where unknown."""
    x, n = pl.col("numerator"), pl.col("denominator")
    known = pl.concat(before_after.even(months.filter(pl.col("unit_code").is_in(codes)), before, after))
    odds = known.select("unit_code", "period_start", odds=((x + 0.5) / (n - x + 0.5)).log())
    days = [first_month(before.last, back) for back in range(LONGEST, 0, -1)]
    days += [first_month(after.first, 1 - ahead) for ahead in range(LONGEST)]
    found = np.full((len(codes), 2 * LONGEST), np.nan)
    line, column = ({key: at for at, key in enumerate(keys)} for keys in (codes, days))
    for code, day, value in odds.iter_rows():
        found[line[code], column[day]] = value
    have = np.isfinite(found[:, :LONGEST])
    usual = np.where(have, found[:, :LONGEST], 0).sum(axis=1) / np.maximum(have.sum(axis=1), 1)
    level = np.where(have.any(axis=1), usual, np.nan)
    monthly: Floats = found - level[:, None]
    return monthly


def _by_month(trials: Sequence[Trial]) -> dict[int, Estimate]:
    found = {}
    for column in range(2 * LONGEST):
        sets = []
        for trial in trials:
            values = trial.by_month[:, column]
            if np.isfinite(values[0]) and np.isfinite(values).sum() > ENOUGH_OTHERS:
                sets.append(values[np.isfinite(values)])
        if sets:
            found[column - LONGEST + (column >= LONGEST)] = randomised(sets)
    return found


def _earlier(known: _Known, begun: Sequence[Beginning]) -> Estimate | None:
    sets = [trial.changes for start in begun if (trial := _trial(known, start, EARLIER))]
    return randomised(sets) if sets else None
