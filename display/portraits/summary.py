"""The summary of one commune: one row per measure, the same on its page, on its printed brief and in its exports."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from typing import Any

import polars as pl

from display.words import bands
from display.words import numbers as words_numbers
from display.words import places as words_places
from display.words.marks import FEW, quality_words, unranked
from display.words.view import View
from ranking.bands import BANDS
from ranking.measures import Measure
from ranking.peers import rank_among_peers
from ranking.periods import MERGER, Period
from ranking.process_limits import IMPROVEMENT, Assurance, Limits, Point, Shares, assurance, p_prime_each, xmr_each
from ranking.states import NOT_REPORTED, REPORTED
from ranking.vocabulary import PERIOD_COLUMNS
from store import ages, catalog, peers, units
from store.peers import ENOUGH_PEERS
from store.reference import measures
from store.snapshot import Snapshot

VARIATIONS = ("improvement", "concern", "high", "low", "neither", "common", "none")
SPECIAL = frozenset(VARIATIONS[:5])
_CELL = [*PERIOD_COLUMNS, "series", "basis"]
_FIGURES = ("value", "numerator", "denominator")
_Key = tuple[str, str]
"""Measure and basis."""
_Part = tuple[_Key, str, list[date], dict[date, dict]]
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


_History = tuple[tuple[Month, ...], tuple[Point, ...]]


@dataclass(frozen=True)
class Row:
    """One measure of one commune in the period that pages open on.

    `value`, `low`, `high` (95 % interval) and `target` in the measure's unit. `n`: dossiers that a share is out
    of, else those received. `rank` to `of`: in the province; `rank_low` to `rank_high`: the proven range. `place`:
    where it likely stands, by the names of `display.words.places.of_row`; `standing`: the whole row of the standings.
    `peer_rank` of `peer_of`: among the unit and its peers of any province. `variation`: one of `VARIATIONS`,
    from the whole months up to the last of the province; `firm` is False where the limits rest on fewer than
    twelve months, None without limits. `assurance`: whether the unit's own process will meet the target, None
    where there is no target or no limits. Where `value` is None, `state` says why.
    """

    measure: Measure
    basis: str
    series: str
    period: Period
    state: str
    provisional: bool
    quality: str | None
    captured_at: datetime | None
    value: float | None
    low: float | None
    high: float | None
    n: float | None
    target: float | None
    variation: str
    firm: bool | None
    assurance: Assurance | None
    rank: int | None
    rank_low: int | None
    rank_high: int | None
    of: int
    place: Mapping[str, Any]
    standing: Mapping[str, Any]
    band: str | None
    peer_rank: int | None
    peer_of: int | None
    months: tuple[Month, ...]

    @property
    def is_placed(self) -> bool:
        """Whether a tier and an expected rank are known."""
        return words_places.is_placed(self.place)

    @property
    def latest_series(self) -> tuple[Month, ...]:
        """The months that were counted by the rules of the last one."""
        return tuple(month for month in self.months if month.series == self.months[-1].series)


@dataclass(frozen=True)
class Words:
    """A row as it is read, in one language; an empty text where there is nothing to say.

    `place`: tier and expected rank; `rank`: the rank by itself, where no place is known. `known`: how the error of
    either is known.
    """

    measure: str
    basis: str
    period: str
    value: str
    interval: str
    n: str
    target: str
    variation: str
    assurance: str
    place: str
    rank: str
    known: str
    peers: str
    band: str
    notes: tuple[str, ...]


@lru_cache(maxsize=64)
def rows(snapshot: Snapshot, code: str) -> tuple[Row, ...]:
    """One row per measure and basis that the commune has any standing in, in display order.

    The period is the one that pages open on (`store.opening`).
    """
    latest = units.latest(snapshot, code)
    order = list(measures())
    found = [row for row in latest.iter_rows(named=True) if row["measure"] in order]
    found.sort(key=lambda row: (order.index(row["measure"]), row["basis"]))
    keys = [(row["measure"], row["basis"]) for row in found]
    about = _Known(_figures(snapshot, code), _histories(snapshot, code, keys), _among_peers(snapshot, code, found))
    return tuple(_row(snapshot, row, about) for row in found)


@dataclass(frozen=True)
class _Known:
    """What is known of a commune by measure and basis: its figures, its months, its rank among its peers."""

    figures: dict[_Key, list[dict]]
    histories: dict[_Key, _History]
    peers: dict[_Key, tuple[int, int]]


def missing(snapshot: Snapshot, code: str) -> list[Measure]:
    """The measures that the snapshot holds nothing of for this commune, in display order."""
    known = {row.measure.id for row in rows(snapshot, code)}
    return [measure for name, measure in measures().items() if name not in known]


def _row(snapshot: Snapshot, standing: dict, known: _Known) -> Row:
    measure, key = measures()[standing["measure"]], (standing["measure"], standing["basis"])
    period = Period(standing["period_start"], standing["period_end"], standing["period_kind"])
    figure = _figure(known, key, standing, _CELL)
    history, points = known.histories[key]
    limits = points[-1].limits if points else None
    target = measure.target.value if measure.target else None
    peer_rank, peer_of = known.peers.get(key, (None, None))
    return Row(
        measure=measure,
        basis=standing["basis"],
        series=standing["series"],
        period=period,
        state=standing["state"],
        provisional=bool(figure.get("provisional")),
        quality=figure.get("quality"),
        captured_at=figure.get("captured_at"),
        value=standing["value"],
        low=standing["value_low"],
        high=standing["value_high"],
        n=figure.get("denominator") if measure.kind == "share" else _received(snapshot, standing, known),
        target=target,
        variation=history[-1].mark if history else "none",
        firm=None if limits is None else not limits.provisional,
        assurance=assurance(limits, target, IMPROVEMENT[measure.direction]),
        rank=standing["rank"],
        rank_low=standing["rank_low"],
        rank_high=standing["rank_high"],
        of=standing["of"],
        place=words_places.of_row(standing),
        standing=standing,
        band=standing["band"],
        peer_rank=peer_rank,
        peer_of=peer_of,
        months=history,
    )


def _figures(snapshot: Snapshot, code: str) -> dict[_Key, list[dict]]:
    """The measurements of a commune of today, of all fields together, by measure and basis in time order."""
    found: dict[_Key, list[dict]] = {}
    for row in units.figures(snapshot, code).filter(pl.col("field") == "all").iter_rows(named=True):
        found.setdefault((row["measure"], row["basis"]), []).append(row)
    return found


def _figure(known: _Known, key: _Key, standing: dict, columns: Sequence[str]) -> dict:
    alike = (row for row in known.figures.get(key, []) if all(row[name] == standing[name] for name in columns))
    return next(alike, {})


def _received(snapshot: Snapshot, standing: dict, known: _Known) -> float | None:
    """The dossiers received in the same period, on the basis that the rankings show beside the measure."""
    bases = _bases_of_received(snapshot, *(standing[name] for name in PERIOD_COLUMNS))
    if not bases:
        return None
    basis = standing["basis"] if standing["basis"] in bases else bases[0]
    found = _figure(known, ("received", basis), standing, PERIOD_COLUMNS)
    return found["numerator"] if found.get("state") == REPORTED else None


@lru_cache(maxsize=256)
def _bases_of_received(snapshot: Snapshot, start: date, end: date, kind: str) -> tuple[str, ...]:
    """The bases on which communes' dossiers received are known in a period, in falling order."""
    at = zip(PERIOD_COLUMNS, (start, end, kind), strict=True)
    rows = catalog.catalog(snapshot).filter(
        *(pl.col(name) == value for name, value in at), pl.col("measure") == "received", pl.col("level") == "commune"
    )
    return tuple(rows.get_column("basis").unique().sort(descending=True))


def _among_peers(snapshot: Snapshot, code: str, standings: list[dict]) -> dict[_Key, tuple[int, int]]:
    """The ranks among the unit and its peers, where a value is good or bad and enough of them are ranked."""
    pairs = peers.peers().filter(pl.col("unit_code") == code)
    found: dict[_Key, tuple[int, int]] = {}
    for direction in ("higher", "lower"):
        alike = [row for row in standings if measures()[row["measure"]].direction == direction]
        if not alike:
            continue
        values = pl.concat(
            peer_values(snapshot, code, row).with_columns(
                measure=pl.lit(row["measure"], pl.String), basis=pl.lit(row["basis"], pl.String)
            )
            for row in alike
        )
        ranks = rank_among_peers(values, pairs, direction == "higher", by=["measure", "basis"])
        found |= {
            (row["measure"], row["basis"]): (row["rank"], row["of"])
            for row in ranks.iter_rows(named=True)
            if row["of"] >= ENOUGH_PEERS
        }
    return found


def peer_values(snapshot: Snapshot, code: str, standing: dict) -> pl.DataFrame:
    """`unit_code`, `value` of the unit and its peers where the country ranks them; `standing` says of what and when."""
    cell = (standing[name] for name in ("measure", "basis", "series", *PERIOD_COLUMNS))
    ranked = units.ranked_in_country(snapshot, *cell)
    alike = [one for one in (code, *units.peer_codes(code)) if one in ranked]
    schema = {"unit_code": pl.String, "value": pl.Float64}
    return pl.DataFrame({"unit_code": alike, "value": [ranked[one] for one in alike]}, schema=schema)


# --- months


def _histories(snapshot: Snapshot, code: str, keys: Sequence[_Key]) -> dict[_Key, _History]:
    """By measure and basis the whole months since the merger, each with its mark, and the points of the last rules.

    Every rule-set (series) is a baseline of its own. A month that is not as old as the one before has no mark. An
    absent month is a gap; the last month is the last one of the province, so that a unit which has fallen silent is
    not judged by what it was. All charts are computed at once.
    """
    known = _figures(snapshot, code)
    parts: list[_Part] = []
    for key in keys:
        own = [row for row in known.get(key, []) if row["period_kind"] == "month" and row["period_start"] >= MERGER]
        parts += [(key, *part) for part in _by_series(snapshot, code, key, own)]
    found: dict[_Key, _History] = dict.fromkeys(keys, ((), ()))
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
    snapshot: Snapshot, code: str, key: _Key, own: list[dict]
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


# --- words


def row_words(view: View, row: Row) -> Words:
    """A row as the page, the brief and the exports write it."""
    say, language, measure = view.say, view.language, row.measure
    known = row.value is not None
    return Words(
        measure=measure.short.in_language(language),
        basis=say(f"basis.{row.basis}"),
        period=words_numbers.period(row.period, language),
        value=words_numbers.with_unit(row.value, measure, language) if known else say(f"state.{row.state}"),
        interval=_interval(row, language),
        n="" if row.n is None or measure.id == "received" else words_numbers.number(row.n, language),
        target=words_numbers.target_value(measure, language) if measure.target else "",
        variation=say(f"unit.variation.{row.variation}"),
        assurance=say(f"unit.assurance.{row.assurance}") if row.assurance else "",
        place=words_places.place_words(say, row.place) if row.is_placed else "",
        rank=rank_and_of(view, row) if row.rank is not None and not row.is_placed else "",
        known=_known_how(view, row),
        peers=f"{row.peer_rank}/{row.peer_of}" if row.peer_rank is not None else "",
        band=bands.marked(say, measure, row.band) if row.band else "",
        notes=tuple(_notes(view, row)),
    )


def rank_and_of(view: View, row: Row) -> str:
    """`12/148`."""
    return "/".join(words_numbers.number(n, view.language) for n in (row.rank, row.of))


def _known_how(view: View, row: Row) -> str:
    """How the error of a rank or band is known; that it is not, where it is good or bad to stand somewhere."""
    if row.rank is None or row.measure.direction == "neutral":
        return ""
    known = row.place["known"] if row.is_placed or row.band else None
    return words_places.known_words(view.say, known) if known else view.say("places.known.not")


def _interval(row: Row, language: str) -> str:
    """`93,1–95,8`, in the unit of the value beside it."""
    if row.value is None or row.low is None or row.high is None:
        return ""
    low, high = (words_numbers.number(end, language, row.measure.decimals) for end in (row.low, row.high))
    return f"{low}–{high}"


def _notes(view: View, row: Row) -> list[str]:
    """What must be read with the figure: how firm it is, how few dossiers, what its source doubts."""
    found = [view.say("rankings.provisional")] if row.provisional else []
    if row.value is not None and row.rank is None:
        whole = row.n if row.measure.kind == "share" else None
        found.append(unranked(view.say, row.measure, {"value": row.value, "rank": None, "denominator": whole}))
    elif row.value is not None and row.n is not None and row.n < FEW and row.measure.kind != "count":
        found.append(view.say("table.few", n=words_numbers.number(row.n, view.language)))
    return found + quality_words(view, row.quality)


def counts(found: Sequence[Row]) -> dict[str, int]:
    """How many rows stand clearly above, below or alike the middle unit, are in which tier, improve or worsen."""
    banded = [row.band for row in found if row.band and row.measure.direction != "neutral"]
    tiers = [row.place["tier"] for row in found if row.is_placed]
    marks = [row.variation for row in found]
    return {
        "compared": len(banded),
        **{band: banded.count(band) for band in BANDS},
        "placed": len(tiers),
        **{tier: tiers.count(tier) for tier in words_places.TIERS},
        "improvement": marks.count("improvement"),
        "concern": marks.count("concern"),
    }


def usual_place(found: Sequence[Row]) -> Mapping[str, Any] | None:
    """A place that comes from the months which most rows' places come from; None where none is known."""
    placed = [row.place for row in found if row.is_placed]
    usual = Counter(map(window_of, placed)).most_common(1)
    return next(place for place in placed if window_of(place) == usual[0][0]) if usual else None


def window_of(place: Mapping[str, Any]) -> tuple[Any, ...]:
    """The months that a place comes from, to compare with those of others."""
    return (place["window"], place["window_start"], place["window_end"])


def source_line(view: View, code: str) -> str:
    """Nature, sources and day of capture of what the summary shows."""
    found = rows(view.snapshot, code)
    captured = max((row.captured_at for row in found if row.captured_at), default=view.snapshot.manifest.captured_at)
    bases = dict.fromkeys(row.basis for row in found)
    words = "; ".join(view.say(f"basis.{basis}") for basis in bases) or words_numbers.MISSING
    day = words_numbers.local_date(captured, view.language)
    return view.say(f"unit.source.{view.snapshot.manifest.nature}", bases=words, captured=day)


RISING_IS_GOOD = {"higher": True, "lower": False, "neutral": None}
