"""Where units likely stand, and the ranks they could have, worked out when asked for: of what publishing leaves out."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from ranking.ages import age
from ranking.certainty import GROUP, with_certainty, with_errors
from ranking.intervals import two_sided_z
from ranking.measures import Measure
from ranking.periods import Period
from ranking.score_certainty import SCHEMA
from ranking.tiers import FILLED, with_tiers
from ranking.vocabulary import PERIOD_COLUMNS
from ranking.windows import MONTHS, USUAL, first_month, windows
from store import sight
from store.kept import kept
from store.reference import measures
from store.snapshot import Snapshot

_RANGES = ("value_low", "value_high", "rank_low", "rank_high", "band", "rho", "known", "bond")
_RULES = ("measure", "level", "series", "basis")


@dataclass(frozen=True)
class _Ranking:
    """What units are ranked by, when, among whom."""

    measure: str
    level: str
    series: str
    basis: str
    scope: str
    period: Period

    @classmethod
    def of(cls, standings: pl.DataFrame) -> _Ranking:
        row = standings.row(0, named=True)
        period = Period(*(row[name] for name in PERIOD_COLUMNS))
        return cls(row["measure"], row["level"], row["series"], row["basis"], row["scope"], period)

    @property
    def rules(self) -> list[pl.Expr]:
        return [pl.col(name) == getattr(self, name) for name in _RULES]

    @property
    def at(self) -> pl.Expr:
        given = (self.period.start, self.period.end, self.period.kind)
        return pl.all_horizontal(pl.col(name) == value for name, value in zip(PERIOD_COLUMNS, given, strict=True))


def completed(snapshot: Snapshot, standings: pl.DataFrame, figures: pl.DataFrame, measure: Measure) -> pl.DataFrame:
    """One ranking (rows of `tables.Standings`) with what publishing leaves to the first reader.

    `figures`: the rows of `tables.Measurements` behind it. Of older periods of the whole country publishing leaves
    out the proven ranges; of older periods, of departments and of the open month, where units likely stand. What
    was withheld from a reader is worked out from what is shown.
    """
    if lacks_ranges(standings):
        ranked = standings.filter(pl.col("rank").is_not_null())
        history = _history(snapshot.of(ranked.item(0, "scope")), _Ranking.of(ranked))
        again = with_certainty(standings, figures, measure, history)
        standings = standings.with_columns(again.select(_RANGES))
    return with_places(snapshot, standings, measure)


def lacks_ranges(standings: pl.DataFrame) -> bool:
    """Whether publishing left out the proven ranges of one ranking whose errors are known."""
    ranked = standings.filter(pl.col("rank").is_not_null())
    return bool(ranked.get_column("band").count() and not ranked.get_column("rank_low").count())


def with_places(snapshot: Snapshot, standings: pl.DataFrame, measure: Measure) -> pl.DataFrame:
    """Rows of one ranking with where units likely stand, over the usual window, where publishing left that out.

    `standings`: rows of `tables.Standings` of one ranking, all or some of them, such as a single unit's.
    """
    ranked = standings.filter(pl.col("rank").is_not_null())
    if measure.direction == "neutral" or ranked.get_column("expected_rank").count():
        return standings
    if not ranked.get_column("band").count():  # no error is known, so each could stand anywhere
        return standings
    found = likely(snapshot, standings, USUAL)
    rows = standings.drop(FILLED).join(found, on="unit_code", how="left", maintain_order="left")
    return rows.select(standings.columns)


def likely(snapshot: Snapshot, standings: pl.DataFrame, window: str) -> pl.DataFrame:
    """`unit_code` and the columns `tiers.FILLED` of one ranking's ranked units, over a window of `windows.MONTHS`."""
    ranked = standings.filter(pl.col("rank").is_not_null())
    if ranked.is_empty():
        return standings.select("unit_code", *FILLED).clear()
    return _likely(snapshot.of(ranked.item(0, "scope")), _Ranking.of(ranked), window)


@kept(megabytes=8)
def _likely(snapshot: Snapshot, asked: _Ranking, window: str) -> pl.DataFrame:
    measure, end = measures()[asked.measure], asked.period.end
    months = (pl.col("period_kind") == "month") & pl.col("period_start").is_between(
        first_month(end, MONTHS[window]), end
    )
    standings = sight.scan(snapshot, "standings").filter(
        *asked.rules, pl.col("scope") == asked.scope, asked.at | months
    )
    rows = standings.collect()
    history = _history(snapshot, asked)
    errors = with_errors(rows, history, measure, history, beside=[age()], given=_given(rows))
    found = with_tiers(rows, errors, measure, rows.filter(asked.at).select(GROUP).unique(), window)
    return found.filter(asked.at, pl.col("rank").is_not_null()).select("unit_code", *FILLED)


def by_themselves(snapshot: Snapshot, standings: pl.DataFrame) -> pl.DataFrame:
    """What the figures of one measure, level, series, basis and scope say, each period by itself.

    `standings`: rows of `tables.Standings` of any periods. Returns the period, `unit_code`, `estimate` and `error` of
    the ranked ones, as `windows.windows` gives them.
    """
    asked = _Ranking.of(standings)
    measure, history = measures()[asked.measure], _history(snapshot.of(asked.scope), asked)
    errors = with_errors(standings, history, measure, history, [age()], given=_given(standings))
    return windows(errors, standings.select(GROUP).unique(), measure, MONTHS["period"])


def _history(snapshot: Snapshot, asked: _Ranking) -> pl.DataFrame:
    rows = sight.scan(snapshot, "measurements").filter(*asked.rules, pl.col("field") == "all")
    return rows.collect()


def _given(standings: pl.DataFrame) -> pl.DataFrame:
    """The errors that published intervals stand for, as `score_certainty.given_errors` gives them."""
    half = pl.max_horizontal(pl.col("value_high") - pl.col("value"), pl.col("value") - pl.col("value_low"))
    return standings.filter(pl.col("value_low").is_not_null()).select(
        *(name for name in SCHEMA if name in standings.columns),
        given_error=half / two_sided_z(0.95),
        given_known=pl.col("known"),
    )
