"""Movement: why a unit's rank changed, split into its own value, the others' values, and who took part.

The split is a sequential decomposition by counterfactual ranks, in the order membership, own value, others'
values. Ranks are not additive, so the order matters: with the others moved first, own and others would get
different parts of the same sum. The average over both orders (L. S. Shapley 1953; for decompositions A. F.
Shorrocks, Journal of Economic Inequality 11, 2013) would not depend on it but gives half ranks, which nobody
can recount in a list; so the order is fixed and said.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ranking.ages import age, equally_old
from ranking.periods import Period
from ranking.periods import previous as period_before
from ranking.vocabulary import PERIOD_COLUMNS

Cause = Literal["own", "others", "membership", "mixed", "none"]

MOVEMENTS = ("movement_own", "movement_others", "movement_membership")
MAIN_PART = 2 / 3

_GROUP = ["level", *PERIOD_COLUMNS, "series", "basis", "scope"]
_RESULT = {"previous_rank": pl.UInt32} | dict.fromkeys(MOVEMENTS, pl.Int32)

Integers = NDArray[np.int64]


def with_movement(standings: pl.DataFrame, measure_direction: str, figures: pl.DataFrame | None = None) -> pl.DataFrame:
    """The standings of one measure with `previous_rank` and the three movements filled in.

    `standings`: rows of `tables.Standings`; `measure_direction`: `Measure.direction`. Each month, quarter, half
    and year is compared with the one before it in the same level, series, basis and scope, over the units
    ranked in both. A stretch to date has no like before it and stays null, as does the first period of a
    series. `figures`: the rows of `tables.Measurements` behind the standings; a group in which any unit's
    figures were captured at another age than those before (`ranking.ages`) has no movement. Without them all
    count as equally old. The movements are whole numbers of places (positive = climbed) that always add up to
    previous_rank − rank: `movement_membership` (units that appeared or vanished: previous rank − previous rank
    among the units ranked in both, plus current rank among those − current rank), `movement_own` (from there,
    the places won by this unit's new value among the others' previous values) and `movement_others` (the rest,
    which is what the others' new values did to it). Ties share the best rank. Rows keep their order. Raises
    ValueError for standings of more than one measure.
    """
    if standings.get_column("measure").n_unique() > 1:
        found = ", ".join(standings.get_column("measure").unique().sort())
        raise ValueError(f"standings of one measure are needed, found {found}")
    if measure_direction not in ("higher", "lower", "neutral"):
        raise ValueError(f"measure_direction is higher, lower or neutral, not {measure_direction!r}")
    ranked = standings.filter(pl.col("rank").is_not_null()).select("unit_code", *_GROUP, "value")
    earlier = _as_next_period(ranked)
    moved = _explained(earlier, ranked, descending=measure_direction != "lower")
    if figures is not None:
        moved = moved.join(_of_unequal_age(ranked, figures), on=_GROUP, how="anti", maintain_order="left")
    filled = standings.drop("previous_rank", *MOVEMENTS)
    return filled.join(moved, on=["unit_code", *_GROUP], how="left", maintain_order="left").select(standings.columns)


def cause(own: float, others: float, membership: float) -> Cause:
    """The movement that explains a change of rank: the one with at least two thirds of all places, else "mixed".

    In places, expected ones or whole ones. Places up and down both count, so a climb that others' values undid is
    mixed. "none" where nothing moved.
    """
    parts: dict[Cause, float] = {"own": abs(own), "others": abs(others), "membership": abs(membership)}
    total = sum(parts.values())
    if total == 0:
        return "none"
    largest = max(parts, key=lambda name: parts[name])
    return largest if parts[largest] >= MAIN_PART * total else "mixed"


def _of_unequal_age(ranked: pl.DataFrame, figures: pl.DataFrame) -> pl.DataFrame:
    """The groups in which a unit was captured at another age than in the period before."""
    key = ["unit_code", *(name for name in _GROUP if name != "scope")]
    ages = figures.filter(pl.col("field") == "all").select(*key, age())
    aged = ranked.join(ages, on=key)
    pairs = aged.join(_as_next_period(aged), on=["unit_code", *_GROUP], suffix="_before")
    return pairs.filter(~equally_old("age_before", "age")).select(_GROUP).unique()


def _as_next_period(ranked: pl.DataFrame) -> pl.DataFrame:
    """The rows of each period, dated as the period of the frame that comes after it."""
    keys = list(PERIOD_COLUMNS)
    pairs = [
        (before.start, before.end, *row)
        for row in ranked.select(keys).unique().sort(keys).iter_rows()
        if (before := period_before(Period(*row)))
    ]
    schema = {f"before_{key}": ranked.schema[key] for key in keys[:2]} | {key: ranked.schema[key] for key in keys}
    following = pl.DataFrame(pairs, schema=schema, orient="row").with_columns(before_period_kind="period_kind")
    dated = ranked.rename({key: f"before_{key}" for key in keys})
    return dated.join(following, on=[f"before_{key}" for key in keys]).select(ranked.columns)


def _explained(previous: pl.DataFrame, current: pl.DataFrame, descending: bool) -> pl.DataFrame:
    """Previous rank and movements within each group; one row per group and unit ranked in both frames."""
    columns = ["unit_code", *_GROUP, "value"]
    both = pl.concat([_known(previous, columns, now=False), _known(current, columns, now=True)])
    place = pl.col("value").rank("dense", descending=descending).cast(pl.Int64)
    both = _with_group(both.with_columns(place=place))
    before, after = both.filter(~pl.col("now")), both.filter("now")
    common = before.join(after, on=["unit_code", "group"], suffix="_now")
    ranks = _Ranks.of(common, before, after, places=both.height + 1)
    return common.select("unit_code", *_GROUP).with_columns(
        pl.Series(name, values, dtype=_RESULT[name]) for name, values in ranks.items()
    )


def _known(frame: pl.DataFrame, columns: list[str], *, now: bool) -> pl.DataFrame:
    values = frame.select(columns).with_columns(pl.col("value").cast(pl.Float64).fill_nan(None))
    return values.drop_nulls("value").with_columns(now=pl.lit(now))


def _with_group(rows: pl.DataFrame) -> pl.DataFrame:
    groups = rows.select(_GROUP).unique(maintain_order=True).with_columns(group=pl.int_range(pl.len(), dtype=pl.Int64))
    return rows.join(groups, on=_GROUP, maintain_order="left")


class _Ranks:
    """Ranks by binary search in sorted keys, all groups at once: a key is group · places + place."""

    @staticmethod
    def of(common: pl.DataFrame, before: pl.DataFrame, after: pl.DataFrame, places: int) -> dict[str, Integers]:
        group = common.get_column("group").to_numpy() * places
        old, new = (group + common.get_column(name).to_numpy() for name in ("place", "place_now"))
        rank_before = _rank(_keys(before, places), old, group)
        rank_after = _rank(_keys(after, places), new, group)
        old_common, new_common = _rank(np.sort(old), old, group), _rank(np.sort(new), new, group)
        # The unit's own previous value is among those searched, and must not count as one that is ahead of it.
        own_only = _rank(np.sort(old), new, group) - (old < new)
        return {
            "previous_rank": rank_before,
            "movement_own": old_common - own_only,
            "movement_others": own_only - new_common,
            "movement_membership": (rank_before - old_common) + (new_common - rank_after),
        }


def _keys(rows: pl.DataFrame, places: int) -> Integers:
    return np.sort(rows.get_column("group").to_numpy() * places + rows.get_column("place").to_numpy())


def _rank(pool: Integers, key: Integers, group: Integers) -> Integers:
    """1 + the number of keys in the pool's group that are ahead; `group` is the group's lowest key."""
    return np.searchsorted(pool, key, "left") - np.searchsorted(pool, group, "left") + 1
