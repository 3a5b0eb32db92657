"""What every page, card, link, embed and paper opens on: the measure, the basis and the period of a scope.

One rule for all of them, so that a figure that stands in two places is of one period.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from functools import lru_cache
from typing import NamedTuple

import polars as pl

from ranking.frame_types import Row
from ranking.in_period import in_period
from ranking.periods import Period
from store.catalog import catalog
from store.months import is_open_month
from store.reference import measures
from store.snapshot import Snapshot

COMPLETE = 0.9
"""A period is complete for a scope with this part of the units that answered in the fullest period of its rules."""
REACH = timedelta(days=92)
"""A whole month that ended longer before the last complete period than this says nothing about today."""
PREFERRED = ("on_time_share", "index_766", "received")

_OF_ONE = ("level", "scope", "measure", "basis")


class Opening(NamedTuple):
    """What a scope's units are first shown by."""

    measure: str
    basis: str
    series: str
    period: Period


def openings(known: pl.DataFrame, pin: Period | None = None) -> pl.DataFrame:
    """Of `store.catalog` rows, for each level, scope, measure and basis the one that pages open on.

    The last whole month that is complete for the scope, counted by the rules in force; where there is none, of the
    complete stretches the one that ends last, of several the longest. A month that is not over comes last of all.
    Complete: `COMPLETE` of the units have answered that answered in the fullest period. Where any period ranks a unit,
    one that ranks nobody is no answer. Before all that comes the period `pin`, where it has figures.
    """
    fullest = pl.col("answered").max().over(*_OF_ONE, "series")
    asked = [in_period(pin)] if pin else []
    complete = known.filter(pl.any_horizontal(pl.col("answered") >= COMPLETE * fullest, *asked))
    ranked = _in_order(complete, _OF_ONE).sort(*asked, pl.col("of") > 0, descending=True, maintain_order=True)
    return ranked.unique(_OF_ONE, keep="first", maintain_order=True)


def _in_order(rows: pl.DataFrame, key: Sequence[str]) -> pl.DataFrame:
    """Rows of complete periods in the order in which pages would open on them."""
    last = pl.col("period_end").max().over(*key, "series")
    month = (pl.col("period_kind") == "month") & (pl.col("period_end") >= last - REACH)
    order = [pl.col("series"), month, ~is_open_month(), pl.col("period_end"), pl.col("period_start")]
    return rows.sort(order, descending=[True, True, True, True, False], maintain_order=True)


def opening(snapshot: Snapshot, level: str, scope: str, measure: str, basis: str | None = None) -> Opening | None:
    """What a scope's units open on in a measure, on the given basis or the first that the measure names; or None."""
    known = _by_cell(snapshot.of(scope))
    bases = measures()[measure].basis if basis is None else (basis,)
    return next((known[cell] for one in bases if (cell := (level, scope, measure, one)) in known), None)


def first(snapshot: Snapshot, level: str, scope: str) -> Opening | None:
    """What a scope's units open on where the reader has chosen nothing; None where nobody is ranked."""
    here = catalog(snapshot.on(None)).filter(pl.col("level") == level, pl.col("scope") == scope, pl.col("of") > 0)
    return None if here.is_empty() else opening(snapshot, level, scope, first_measure(here))


def first_measure(known: pl.DataFrame) -> str:
    """The preferred measure among those that rank at least half as many units as any; `known` as `store.catalog`."""
    ranked = dict(known.group_by("measure").agg(pl.col("of").max()).iter_rows())
    full = [name for name in measures() if name in ranked and 2 * ranked[name] >= max(ranked.values())]
    return next((name for name in PREFERRED if name in full), full[0])


def in_order(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Pairs of measure and basis in the order that lists offer them: measures as displayed, bases as they name them."""
    place: dict[tuple[str, str], int] = {}
    for name, measure in measures().items():
        place |= {(name, basis): at for at, basis in enumerate(measure.basis)}
    order = list(measures())
    return sorted((pair for pair in pairs if pair in place), key=lambda pair: (order.index(pair[0]), place[pair]))


def of_unit(rows: pl.DataFrame, found: Opening | None) -> pl.DataFrame:
    """Rows of one unit in one measure, that of the opening `found` first; where it has none, by the same rule."""
    own = _in_order(rows, ("measure",))
    if found is None:
        return own
    here = in_period(found.period) & (pl.col("series") == found.series)
    return own.sort(here, pl.col("basis") == found.basis, descending=True, maintain_order=True)


def latest(known: pl.DataFrame, pin: Period | None = None) -> Opening | None:
    """The opening of `store.catalog` rows of one level, scope, measure and basis; None where there are none."""
    return None if known.is_empty() else _opening(openings(known, pin).row(0, named=True))


@lru_cache(maxsize=16)
def _by_cell(snapshot: Snapshot) -> dict[tuple[str, str, str, str], Opening]:
    rows = openings(catalog(snapshot.on(None)), snapshot.pin).iter_rows(named=True)
    return {(row["level"], row["scope"], row["measure"], row["basis"]): _opening(row) for row in rows}


def _opening(row: Row) -> Opening:
    period = Period(row["period_start"], row["period_end"], row["period_kind"])
    return Opening(row["measure"], row["basis"], row["series"], period)
