"""The months of a commune's measures since the merger, each with what the unit's own process says of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import polars as pl

from ranking.periods import MERGER
from ranking.process_limits import IMPROVEMENT, Limits, Point, Shares, p_prime_each, xmr_each
from ranking.states import NOT_REPORTED
from store import ages, units
from store.reference import measures
from store.snapshot import Snapshot

VARIATIONS = ("improvement", "concern", "high", "low", "neither", "common", "none")
SPECIAL = frozenset(VARIATIONS[:5])
_FIGURES = ("value", "numerator", "denominator")
Key = tuple[str, str]
"""Measure and basis."""
_Part = tuple[Key, str, list[date], dict[date, dict]]
"""The months of one rule-set: its name, all its months, and the rows of those that are known."""


@dataclass(frozen=True, slots=True)
class Month:
    """One whole month of a measure since the merger; `value` is None where `state` says why, or at a gap.

    `mark`: one of `VARIATIONS`. `limits`: what the unit's own process lets expect under the rules of that month.
    """

    start: date
    series: str
    value: float | None
    state: str
    n: float | None
    mark: str
    limits: Limits | None


History = tuple[tuple[Month, ...], tuple[Point, ...]]


def figures(snapshot: Snapshot, code: str) -> dict[Key, list[dict]]:
    """The measurements of a commune of today, of all fields together, by measure and basis in time order."""
    found: dict[Key, list[dict]] = {}
    for row in units.figures(snapshot, code).filter(pl.col("field") == "all").iter_rows(named=True):
        found.setdefault((row["measure"], row["basis"]), []).append(row)
    return found


def histories(snapshot: Snapshot, code: str, keys: Sequence[Key]) -> dict[Key, History]:
    """By measure and basis the whole months since the merger, each with its mark, and the points of the last rules.

    Every rule-set (series) is a baseline of its own. A month that is not as old as the one before has no mark. An
    absent month is a gap; the last month is the last one of the province, so that a unit which has fallen silent is
    not judged by what it was. All charts are computed at once.
    """
    known = figures(snapshot, code)
    parts: list[_Part] = []
    for key in keys:
        own = [row for row in known.get(key, []) if row["period_kind"] == "month" and row["period_start"] >= MERGER]
        parts += [(key, *part) for part in _by_series(snapshot, code, key, own)]
    found: dict[Key, History] = dict.fromkeys(keys, ((), ()))
    for (key, series, starts, rows), points in zip(parts, _charts(parts), strict=True):
        uneven = ages.uneven_months(snapshot, "commune", *key, units.known(code)["province_code"])
        history = [_month(start, series, rows.get(start), point) for start, point in zip(starts, points, strict=True)]
        history = [replace(month, mark="none") if month.start in uneven else month for month in history]
        found[key] = ((*found[key][0], *history), points)
    return found


def _charts(parts: Sequence[_Part]) -> list[tuple[Point, ...]]:
    """The chart of each part: p′ of shares, XmR of anything else."""
    charts: list[tuple[Point, ...]] = [()] * len(parts)
    for shares in (True, False):
        places = [n for n, ((measure, _), *_) in enumerate(parts) if (measures()[measure].kind == "share") is shares]
        rows = [_shares(starts, known) for _, _, starts, known in (parts[place] for place in places)]
        ways = [IMPROVEMENT[measures()[parts[place][0][0]].direction] for place in places]
        found = p_prime_each(rows, ways) if shares else xmr_each([row.values for row in rows], ways)
        for place, points in zip(places, found, strict=True):
            charts[place] = points
    return charts


def _shares(starts: Sequence[date], rows: dict[date, dict]) -> Shares:
    return Shares(*([rows.get(start, {}).get(name) for start in starts] for name in _FIGURES))


def _by_series(
    snapshot: Snapshot, code: str, key: Key, own: list[dict]
) -> list[tuple[str, list[date], dict[date, dict]]]:
    """For each rule-set its name, all its months, and the rows of those that are known."""
    series: dict[str, dict[date, dict]] = {}
    for row in sorted(own, key=lambda row: row["period_start"]):
        series.setdefault(row["series"], {})[row["period_start"]] = row
    if not series:
        return []
    end = units.last_month(snapshot, *key, units.known(code)["province_code"]) or date.min
    last_of_all = max(end, *(start for rows in series.values() for start in rows))
    found = []
    for number, (name, rows) in enumerate(series.items(), 1):
        last = last_of_all if number == len(series) else max(rows)
        found.append((name, _month_starts(min(rows), last), rows))
    return found


def _month_starts(first: date, last: date) -> list[date]:
    """The first days of all months from one to the other."""
    numbers = range(12 * first.year + first.month - 1, 12 * last.year + last.month)
    return [date(number // 12, number % 12 + 1, 1) for number in numbers]


def _month(start: date, series: str, row: dict | None, point: Point) -> Month:
    state, n = (row["state"], row["denominator"]) if row else (NOT_REPORTED, None)
    return Month(start, series, point.value, state, n, _variation(point), point.limits)


def _variation(point: Point) -> str:
    """The mark of a point; where no side is good, whether it speaks for a high or a low level."""
    if point.mark != "neither" or point.value is None or point.limits is None:
        return point.mark
    return "high" if point.value > point.limits.mean else "low"
