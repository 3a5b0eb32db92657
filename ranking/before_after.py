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
    """How far a unit's share lies from where it would be had it changed as `others` similar units did, in points.

    `low` to `high`: the 95 % interval of `points`. `common`: by how much it would have changed with them, in points.
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
    `error`, `size` (how many dossiers it is worth by pure chance), `part`, `whole` (of an average month) and `months`,
    each with `_before` and `_after`. Months are averaged by their precision n/φ, φ = 1 + (n − 1)ρ, as in
    `windows.windows`.
    """
    sides = []
    for rows, name in zip(even(months, before, after), ("before", "after"), strict=True):
        summed = _summed(rows, rho, bond)
        sides.append(summed.rename({column: f"{column}_{name}" for column in summed.columns if column != "unit_code"}))
    return sides[0].join(sides[1], on="unit_code").sort("unit_code")


def even(months: pl.DataFrame, before: Stretch, after: Stretch) -> list[pl.DataFrame]:
    """The known rows of either stretch that `changes` sets against each other: of each unit months of one age."""
    known = _known(months)
    one, other = (_within(known, stretch) for stretch in (before, after))
    reference = other.group_by("unit_code").agg(reference=pl.col("age").max())
    return [rows.join(reference, on="unit_code").filter(equally_old("age", "reference")) for rows in (one, other)]


def compared(found: pl.DataFrame, code: str) -> Comparison | None:
    """The unit `code` of what `changes` gave, beside all others there; None where it is not among them.

    Changes are set against each other as log odds: where everybody's odds of being late halve, a unit with more late
    dossiers changes by more points. The effect is the unit's share less what it would be had its odds changed as the
    others' did, whose changes are weighted by their precision. By how much units that are alike change differently,
    beyond pure chance, is seen in the others (τ²) and counts as what the unit would have changed by anyhow: luck that
    lasts, seasons of its own and all else. The interval is ± t(k − 1) · √(chance² + τ² + error of the mean²).
    Source: DerSimonian and Laird (1986), Controlled Clinical Trials 7, 177–188, for τ²; Higgins, Thompson and
    Spiegelhalter (2009), Journal of the Royal Statistical Society A 172, 137–159, for the interval of one more unit;
    Anscombe (1956), Biometrika 43, 461–464, for half a dossier more on either side of the odds.
    """
    own = found.filter(pl.col("unit_code") == code)
    if own.is_empty():
        return None
    row = own.row(0, named=True)
    before, after = (_side(row, name) for name in ("before", "after"))
    low, high = square_and_add(*(([side.share], [side.low], [side.high]) for side in (before, after)))
    effect = _effect(own, found.filter(pl.col("unit_code") != code))
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
            by_chance=precise**2 / (n / phi**2).sum(),
            part=x.mean(),
            whole=n.mean(),
            months=pl.len(),
        )
    )
    share, size, alone = (sums.get_column(name).cast(pl.Float64).to_numpy() for name in ("share", "size", "by_chance"))
    low, high = wilson(share * size, size)
    centre = (share * size + _Z2 / 2) / (size + _Z2)
    ends = {"low": low, "high": high, "error": np.sqrt(centre * (1 - centre) / size), "size": alone}
    return sums.with_columns(pl.Series(name, values) for name, values in ends.items()).drop("by_chance")


def _side(row: dict[str, float], name: str) -> Side:
    share, low, high = (100 * float(row[f"{part}_{name}"]) for part in ("share", "low", "high"))
    return Side(share, low, high, row[f"part_{name}"], row[f"whole_{name}"], int(row[f"months_{name}"]))


def _effect(own: pl.DataFrame, others: pl.DataFrame) -> Effect | None:
    k = others.height
    if k < ENOUGH_OTHERS:
        return None
    from scipy.special import expit, stdtrit  # a third of a second, and most pages need none

    first, _, error = (float(part[0]) for part in odds(own))
    changed, errors = odds(others)[1:]
    weights = 1 / errors**2
    centre = float(weights @ changed / weights.sum())
    excess = float(weights @ (changed - centre) ** 2) - (k - 1)
    tau2 = max(0.0, excess / float(weights.sum() - (weights**2).sum() / weights.sum()))
    weights = 1 / (errors**2 + tau2)
    common = float(weights @ changed / weights.sum())
    reach = float(stdtrit(k - 1, 0.975)) * float(np.sqrt(error**2 + tau2 + 1 / float(weights.sum())))
    before, after = (100 * float(own.item(0, f"share_{side}")) for side in ("before", "after"))
    likely, least, most = (
        before + 100 * float(expit(first + common + by) - expit(first)) for by in (0.0, -reach, reach)
    )
    return Effect(k, likely - before, after - likely, after - most, after - least)


def odds(rows: pl.DataFrame) -> tuple[Floats, Floats, Floats]:
    """Of each unit the log odds of its share before, by how much they changed, and the standard error of that.

    `rows`: of what `changes` gave, in their order.
    """
    logs, variances = [], []
    for side in ("before", "after"):
        share, size = (rows.get_column(f"{name}_{side}").cast(pl.Float64).to_numpy() for name in ("share", "size"))
        p = (share * size + 0.5) / (size + 1)
        logs.append(np.log(p / (1 - p)))
        variances.append(1 / ((size + 1) * p * (1 - p)))
    return logs[0], logs[1] - logs[0], np.sqrt(variances[0] + variances[1])


def reached(found: pl.DataFrame, level: float, best: Best) -> pl.DataFrame:
    """The rows of `changes` whose units were worse than `level` (per cent) before, and have clearly come to it.

    Clearly: told from no change for all units of `found` together after Benjamini and Hochberg (`bands.against`). The
    largest change first.
    """
    if found.is_empty():
        return found
    changed = (found.get_column("share_after") - found.get_column("share_before")).to_numpy()
    error = np.hypot(*(found.get_column(f"error_{side}").to_numpy() for side in ("before", "after")))
    sign = 1 if best == "high" else -1
    rows = found.with_columns(
        change=pl.Series(changed), clear=pl.Series(against(0.0, changed, error, better=best) == ABOVE)
    )
    before, after = (sign * (100 * pl.col(f"share_{side}") - level) for side in ("before", "after"))
    chosen = rows.filter("clear", before < 0, after >= 0)
    return chosen.sort(sign * pl.col("change"), "unit_code", descending=[True, False])
