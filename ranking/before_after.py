"""Before and after a promise: what a unit's shares did, beside what those of similar units did meanwhile."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np
import polars as pl

from ranking.ages import equally_old
from ranking.bands import ABOVE, against
from ranking.differences import square_and_add
from ranking.intervals import Floats, wilson
from ranking.month_bonds import in_common
from ranking.rank_sets import Best
from ranking.windows import first_month

Word = Literal["rose", "alike", "fell"]
"""What became of a share: clearly higher, not to be told from before, clearly lower."""
ROSE: Word = "rose"
ALIKE: Word = "alike"
FELL: Word = "fell"
LONGEST = 6
"""At most so many whole months stand on either side."""
ENOUGH_OTHERS = 5
"""With fewer similar units what they share cannot be told from what each does."""
_Z2 = 1.96**2


@dataclass(frozen=True)
class Stretch:
    """Whole months from that of `first` to that of `last`, both first days of a month and included."""

    first: date
    last: date


@dataclass(frozen=True)
class Side:
    """The share of some months in per cent with its 95 % interval; `part` of `whole` dossiers in an average month."""

    share: float
    low: float
    high: float
    part: float
    whole: float
    months: int


@dataclass(frozen=True)
class Effect:
    """How much more a unit's share changed than those of `others` similar units, in points, with a 95 % interval.

    `common`: by how much these changed, in points.
    """

    others: int
    common: float
    points: float
    low: float
    high: float


@dataclass(frozen=True)
class Comparison:
    """A unit before and after, in points: `change` with `low` and `high` by itself, `effect` beside similar units.

    No effect is known where fewer than `ENOUGH_OTHERS` of these have figures on both sides.
    """

    before: Side
    after: Side
    change: float
    low: float
    high: float
    effect: Effect | None

    @property
    def word(self) -> Word:
        """Clear where the interval leaves out 0: of the effect, or of the change where no effect is known."""
        low, high = (self.low, self.high) if self.effect is None else (self.effect.low, self.effect.high)
        return ROSE if low > 0 else FELL if high < 0 else ALIKE


def stretches(promised: date, due: date, last: date) -> tuple[Stretch, Stretch] | None:
    """The months to set against each other for a promise made on one day and due on another.

    Up to six months that were over before the month of the promise, and up to six that begin after it was due, none
    later than the month of `last`. None while no month has begun and ended since.
    """
    begins = first_month(due, 0)
    ends = min(first_month(begins, 2 - LONGEST), first_month(last, 1))
    if ends < begins:
        return None
    return Stretch(first_month(promised, LONGEST + 1), first_month(promised, 2)), Stretch(begins, ends)


def changes(months: pl.DataFrame, before: Stretch, after: Stretch, rho: float, bond: float) -> pl.DataFrame:
    """One row per unit with figures on both sides, sorted by `unit_code`.

    `months`: one row per unit and whole month of a share with `unit_code`, `period_start`, `numerator`, `denominator`
    and `age` (`ages.age`); rows without figures don't count. Only months of one age are set against each other: settled
    ones where the later stretch has any. `rho`: how alike a unit's dossiers are in a month, `bond`: how alike the luck
    of months that follow each other is.

    Returns `share`, `low`, `high` (proportions, the interval of Wilson with the size that the months are worth),
    `error`, `part`, `whole` (of an average month) and `months`, each with `_before` and `_after`. Months are averaged
    by their precision n/φ, φ = 1 + (n − 1)ρ, as in `windows.windows`.
    """
    known = _known(months)
    one, other = (_within(known, stretch) for stretch in (before, after))
    reference = other.group_by("unit_code").agg(reference=pl.col("age").max())
    sides = []
    for rows, name in ((one, "before"), (other, "after")):
        even = rows.join(reference, on="unit_code").filter(equally_old("age", "reference"))
        summed = _summed(even, rho, bond)
        sides.append(summed.rename({column: f"{column}_{name}" for column in summed.columns if column != "unit_code"}))
    return sides[0].join(sides[1], on="unit_code").sort("unit_code")


def compared(found: pl.DataFrame, code: str) -> Comparison | None:
    """The unit `code` of what `changes` gave, beside all others there; None where it is not among them.

    The effect is the difference of two changes: the unit's less the mean of the others', weighted by their precision.
    How much units' changes really differ (τ²) is taken from the others, and counts as what the unit would have changed
    by anyhow; so the interval is ± t(k − 1) · √(error² + τ² + error of the mean²).
    Source: DerSimonian and Laird (1986), Controlled Clinical Trials 7, 177–188, for τ²; Higgins, Thompson and
    Spiegelhalter (2009), Journal of the Royal Statistical Society A 172, 137–159, for the interval of one more unit.
    """
    own = found.filter(pl.col("unit_code") == code)
    if own.is_empty():
        return None
    row = own.row(0, named=True)
    before, after = (_side(row, name) for name in ("before", "after"))
    low, high = square_and_add(*(([side.share], [side.low], [side.high]) for side in (before, after)))
    effect = _effect(row, found.filter(pl.col("unit_code") != code))
    return Comparison(before, after, after.share - before.share, float(low[0]), float(high[0]), effect)


def _known(months: pl.DataFrame) -> pl.DataFrame:
    x, n = pl.col("numerator"), pl.col("denominator")
    return months.drop_nulls(["numerator", "denominator", "age"]).filter(n > 0, x >= 0, x <= n)


def _within(months: pl.DataFrame, stretch: Stretch) -> pl.DataFrame:
    return months.filter(pl.col("period_start").is_between(stretch.first, stretch.last))


def _summed(rows: pl.DataFrame, rho: float, bond: float) -> pl.DataFrame:
    x, n = pl.col("numerator"), pl.col("denominator")
    phi = pl.max_horizontal(pl.lit(1.0), 1 + (n - 1) * rho)
    precise = (n / phi).sum()
    sums = (
        rows.with_columns(at=pl.col("period_start"), bond=pl.lit(bond))
        .sort("unit_code", "at")
        .group_by("unit_code", maintain_order=True)
        .agg(
            share=(x / phi).sum() / precise,
            size=precise**2 / (precise + rho * in_common(n / phi)),
            part=x.mean(),
            whole=n.mean(),
            months=pl.len(),
        )
    )
    share, size = (sums.get_column(name).cast(pl.Float64).to_numpy() for name in ("share", "size"))
    low, high = wilson(share * size, size)
    centre = (share * size + _Z2 / 2) / (size + _Z2)
    error = np.sqrt(centre * (1 - centre) / size)
    return sums.with_columns(low=pl.Series(low), high=pl.Series(high), error=pl.Series(error)).drop("size")


def _side(row: dict[str, float], name: str) -> Side:
    share, low, high = (100 * float(row[f"{part}_{name}"]) for part in ("share", "low", "high"))
    return Side(share, low, high, row[f"part_{name}"], row[f"whole_{name}"], int(row[f"months_{name}"]))


def _effect(own: dict[str, float], others: pl.DataFrame) -> Effect | None:
    k = others.height
    if k < ENOUGH_OTHERS:
        return None
    from scipy.special import stdtrit  # a third of a second, and most pages need none

    changed, error = _changes(others)
    weights = 1 / error**2
    centre = float(weights @ changed / weights.sum())
    excess = float(weights @ (changed - centre) ** 2) - (k - 1)
    tau2 = max(0.0, excess / float(weights.sum() - (weights**2).sum() / weights.sum()))
    weights = 1 / (error**2 + tau2)
    common = float(weights @ changed / weights.sum())
    variance = own["error_before"] ** 2 + own["error_after"] ** 2 + tau2 + 1 / float(weights.sum())
    reach = float(stdtrit(k - 1, 0.975)) * float(np.sqrt(variance))
    points = own["share_after"] - own["share_before"] - common
    return Effect(k, *(100 * value for value in (common, points, points - reach, points + reach)))


def _changes(rows: pl.DataFrame) -> tuple[Floats, Floats]:
    one, other, before, after = (
        rows.get_column(name).cast(pl.Float64).to_numpy()
        for name in ("share_before", "share_after", "error_before", "error_after")
    )
    return other - one, np.hypot(before, after)


def reached(found: pl.DataFrame, level: float, best: Best) -> pl.DataFrame:
    """The rows of `changes` whose units were worse than `level` (per cent) before, and have clearly come to it.

    Clearly: told from no change for all units of `found` together after Benjamini and Hochberg (`bands.against`). The
    largest change first.
    """
    if found.is_empty():
        return found
    changed, error = _changes(found)
    sign = 1 if best == "high" else -1
    rows = found.with_columns(
        change=pl.Series(changed), clear=pl.Series(against(0.0, changed, error, better=best) == ABOVE)
    )
    before, after = (sign * (100 * pl.col(f"share_{side}") - level) for side in ("before", "after"))
    chosen = rows.filter("clear", before < 0, after >= 0)
    return chosen.sort(sign * pl.col("change"), "unit_code", descending=[True, False])
