"""Ranks from one month and from four, beside the months that they were not made from, in the simulated country."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import polars as pl

from bench.truth.worlds import Floats
from ranking.ages import age
from ranking.certainty import GROUP, with_errors
from ranking.likely_ranks import likely_ranks
from ranking.vocabulary import COUNTRY
from ranking.windows import MONTHS, USUAL, first_month, windows
from store import sight
from store.reference import measures
from store.snapshot import datasets, open_snapshot

_MEASURE, _SERIES = "on_time_share", "766-2026"
_LONGEST = 32


@dataclass
class _Held:
    """How far ranks lie from those of the other months, of the list, and the part of the best tenth that is found."""

    errors: list[float] = field(default_factory=list)
    found: list[float] = field(default_factory=list)

    def add(self, ranks: Floats, first: Floats, true: Floats) -> None:
        tenth = max(1, round(len(true) / 10))
        best = set(np.argsort(true)[:tenth])
        self.errors.append(float(np.abs(ranks - true).mean()) / len(true))
        self.found.append(len(best & set(np.argsort(first)[:tenth])) / tenth)


def figures(draws: int) -> list[tuple[str, float, str]]:
    """Over all provinces and the months that have three before them; nothing where the country is not simulated."""
    if "simulated" not in datasets():
        return []
    by_value, likely, of_four = _held()
    return [
        ("unused months: province-months", float(len(likely.errors)), ""),
        ("unused months: rank of one month, mean error", 100 * float(np.mean(by_value.errors)), "% of the list"),
        ("unused months: likely rank of four, mean error", 100 * float(np.mean(likely.errors)), "% of the list"),
        ("unused months: best tenth found by one month", 100 * float(np.mean(by_value.found)), "%"),
        ("unused months: best tenth found by the figures of four", 100 * float(np.mean(of_four.found)), "%"),
        ("unused months: best tenth found by chances", 100 * float(np.mean(likely.found)), "%"),
    ]


def _held() -> tuple[_Held, _Held, _Held]:
    snapshot, measure = open_snapshot("simulated"), measures()[_MEASURE]
    own = [pl.col(name) == value for name, value in (("measure", _MEASURE), ("level", "commune"), ("series", _SERIES))]
    whole = pl.col("period_kind") == "month"
    standings = sight.scan(snapshot, "standings").filter(*own, whole, pl.col("scope") != COUNTRY).collect()
    rows = sight.scan(snapshot, "measurements").filter(*own, pl.col("field") == "all").collect()
    errors = with_errors(standings, rows, measure, rows, beside=[age()])
    by_value, likely, of_four = _Held(), _Held(), _Held()
    for month in sorted(standings.get_column("period_start").unique())[MONTHS[USUAL] - 1 :]:
        at = errors.filter(pl.col("period_start") == month, pl.col("rank").is_not_null())
        window = windows(errors, at.select(GROUP).unique(), measure, MONTHS[USUAL])
        used = pl.col("period_start").is_between(first_month(month, MONTHS[USUAL]), month)
        short = (pl.col("period_end") - pl.col("period_start")).dt.total_days() < _LONGEST
        share = pl.col("numerator").sum() / pl.col("denominator").sum()
        other = rows.filter(short, ~used).group_by("unit_code").agg(true=share)
        known = at.drop("error").join(window, on=[*GROUP, "unit_code"]).join(other, on="unit_code")
        for _, units in known.group_by("scope", maintain_order=True):
            true = units.get_column("true").rank("average", descending=True).to_numpy()
            rank = units.get_column("rank").cast(pl.Float64).to_numpy()
            by_value.add(rank, rank, true)
            ranks = likely_ranks(units.get_column("estimate"), units.get_column("error"))
            likely.add(ranks.expected, -ranks.p_best(max(1, round(len(true) / 10))), true)
            order = units.get_column("estimate").rank("average", descending=True).to_numpy()
            of_four.add(order, order, true)
    return by_value, likely, of_four
