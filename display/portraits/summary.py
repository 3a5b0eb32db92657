"""The summary of one commune: one row per measure, the same on its page, on its printed brief and in its exports."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

import polars as pl

from display.portraits.histories import History, Key, Month, figures, histories
from display.words import places as words_places
from ranking.bands import BANDS
from ranking.measures import Measure
from ranking.peers import rank_among_peers
from ranking.periods import Period
from ranking.process_limits import IMPROVEMENT, Assurance, assurance
from ranking.states import REPORTED
from ranking.vocabulary import PERIOD_COLUMNS
from store import catalog, peers, units
from store.peers import ENOUGH_PEERS
from store.reference import measures
from store.snapshot import Snapshot

RISING_IS_GOOD = {"higher": True, "lower": False, "neutral": None}
_CELL = [*PERIOD_COLUMNS, "series", "basis"]


@dataclass(frozen=True)
class Row:
    """One measure of one commune in the period that pages open on.

    `value`, `low`, `high` (95 % interval) and `target` in the measure's unit. `n`: dossiers that a share is out
    of, else those received; `numerator` and `denominator`: what the value was worked out from, where it says. `rank`
    to `of`: in the province; `rank_low` to `rank_high`: the proven range. `place`: where it likely stands, by the names
    of `display.words.places.of_row`; `standing`: the whole row of the standings. `peer_rank` of `peer_of`: among the
    unit and its peers of any province. `variation`: one of `VARIATIONS`, from the whole months up to the last of the
    province; `firm` is False where the limits rest on fewer than twelve months, None without limits. `assurance`:
    whether the unit's own process will meet the target, None where there is no target or no limits. Where `value` is
    None, `state` says why.
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
    numerator: float | None
    denominator: float | None
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
    about = _Known(figures(snapshot, code), histories(snapshot, code, keys), _among_peers(snapshot, code, found))
    return tuple(_row(snapshot, row, about) for row in found)


@dataclass(frozen=True)
class _Known:
    """What is known of a commune by measure and basis: its figures, its months, its rank among its peers."""

    figures: dict[Key, list[dict]]
    histories: dict[Key, History]
    peers: dict[Key, tuple[int, int]]


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
        numerator=figure.get("numerator"),
        denominator=figure.get("denominator"),
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


def _figure(known: _Known, key: Key, standing: dict, columns: Sequence[str]) -> dict:
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


def _among_peers(snapshot: Snapshot, code: str, standings: list[dict]) -> dict[Key, tuple[int, int]]:
    """The ranks among the unit and its peers, where a value is good or bad and enough of them are ranked."""
    pairs = peers.peers().filter(pl.col("unit_code") == code)
    found: dict[Key, tuple[int, int]] = {}
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
