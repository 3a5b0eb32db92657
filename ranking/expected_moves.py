"""Expected moves: how a unit's expected rank changed, split into its own figure, the others' figures and the list."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from ranking.between_units import true_values_as_given
from ranking.intervals import Floats
from ranking.normal import cumulative
from ranking.rank_sets import Best

EXPECTED_MOVES = {
    "unit_code": pl.String,
    "expected_before": pl.Float64,
    "expected_now": pl.Float64,
    "expected_own": pl.Float64,
    "expected_others": pl.Float64,
    "expected_membership": pl.Float64,
}

Parts = list[tuple[float, Floats, Floats]]
"""What is known of true values: weight by weight, their means and standard deviations."""


def expected_moves(before: pl.DataFrame, now: pl.DataFrame, units: Sequence[str], best: Best = "high") -> pl.DataFrame:
    """One row (`EXPECTED_MOVES`) for each of `units` that is in both frames, in their order.

    `before`, `now`: one row for each unit ranked in that period, with `unit_code`, `estimate` and `error` (null where
    nothing is known), all on one scale. `best`: whether high or low values come first.

    `expected_before` and `expected_now`: 1 + Σ over j ≠ i of P(θⱼ better than θᵢ) in each period's own ranking, with
    true values after `between_units.true_values`, so that what chance put at an end has gone back to the middle. Own
    and others are measured among the units ranked in both: `expected_own` is won by the unit's new figure among the
    others' old ones, `expected_others` by the others' new ones, and `expected_membership` is the rest, what appeared
    or vanished. Positive means climbed; the three add up to `expected_before` − `expected_now`.
    Source: as `movement.with_movement` and `likely_ranks.likely_ranks`.
    """
    common = before.select("unit_code").join(now, on="unit_code", how="semi").sort("unit_code")
    asked = pl.DataFrame({"unit_code": list(units)}, {"unit_code": pl.String}).join(common, on="unit_code", how="semi")
    if asked.is_empty():
        return pl.DataFrame(schema=EXPECTED_MOVES)
    old, new = (common.join(rows, on="unit_code", maintain_order="left") for rows in (before, now))
    at = _positions(common, asked)
    then, after = _parts(old, best), _parts(new, best)
    among_old = _expected(at, then)
    own = among_old - _expected_among(at, after, then)
    others = among_old - _expected(at, after) - own
    first, last = (_expected(_positions(rows, asked), _parts(rows, best)) for rows in (before, now))
    found = {"expected_before": first, "expected_now": last, "expected_own": own, "expected_others": others}
    return asked.with_columns(
        **{name: pl.Series(values) for name, values in found.items()},
        expected_membership=pl.Series(first - last - own - others),
    )


def _positions(rows: pl.DataFrame, asked: pl.DataFrame) -> np.ndarray:
    return asked.join(rows.with_row_index("at"), on="unit_code", maintain_order="left").get_column("at").to_numpy()


def _parts(rows: pl.DataFrame, best: Best) -> Parts:
    """High always first."""
    estimates, errors = (
        rows.get_column(name).cast(pl.Float64).fill_null(np.nan).to_numpy() for name in ("estimate", "error")
    )
    sign = 1 if best == "high" else -1
    return [(weight, sign * means, errors) for weight, means, errors in true_values_as_given(estimates, errors)]


def _expected(at: np.ndarray, parts: Parts) -> Floats:
    """The expected rank of the units `at`: they and the others have one τ."""
    return _mean([(weight, _rank(at, (means, of), (means, of))) for weight, means, of in parts])


def _expected_among(at: np.ndarray, own: Parts, others: Parts) -> Floats:
    """The expected rank of the units `at` as they are in `own`, each among all others as these are in `others`."""
    return _mean([(a * b, _rank(at, mine, theirs)) for a, *mine in own for b, *theirs in others])


def _mean(parts: list[tuple[float, Floats]]) -> Floats:
    return np.asarray(np.sum([weight * ranks for weight, ranks in parts], axis=0))


def _rank(at: np.ndarray, mine: Sequence[Floats], theirs: Sequence[Floats]) -> Floats:
    own, error = mine[0][at, None], mine[1][at, None]
    better = cumulative((theirs[0] - own) / np.sqrt(theirs[1] ** 2 + error**2))
    return np.asarray(1 + better.sum(axis=1) - better[np.arange(len(at)), at])
