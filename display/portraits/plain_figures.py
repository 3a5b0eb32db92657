"""What the public may know of each commune, for the page and the static site: figures only, no words.

Everything comes from `store.public`, so the suppression policy holds, and levels of many units are added up from
what is shown: a figure that is withheld cannot be worked out from them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

import polars as pl

from display.portraits.plain_months import ONLINE, Month, months_of, own_months
from display.words.places import is_placed, of_row
from files.places import HOME
from ranking import yaml_text
from ranking.frame_types import Row
from ranking.levels import common, together
from ranking.measures import Measure
from ranking.periods import Period
from ranking.states import ABSENT, NOT_REPORTED, REPORTED
from ranking.tiers import FILLED
from ranking.vocabulary import COUNTRY
from store import catalog, coverage, opening, public, waits
from store.coverage import Coverage
from store.reference import measures, reference_table
from store.snapshot import Snapshot
from store.units import peer_codes

ENOUGH_PEERS = 10

_ROW = ("unit_code", "state", "numerator", "denominator", "score", "max_score", "provisional", "captured_at")
_RANKED = ("unit_code", "value", "value_low", "value_high", "rank", "of", "band", "known", *FILLED)


@dataclass(frozen=True)
class Question:
    """One question of `data/policies/public.yaml`: the measures that answer it, the best first."""

    icon: str
    measures: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """One measure of one commune, or of all communes of a province together, in the province's latest period.

    `value`, `low`, `high` (95 % interval): None where `state` says why. `n`: dossiers that a share is out of.
    `place`: where the commune likely stands in its province (`display.words.places.of_row`); None where
    it has no row or other units were withheld. `band`: above, alike, below the middle commune of the province, whose
    value is `level`; `known`: how the error of both is known. `peers`: that of the dossiers of `peer_count` like
    communes together, None where fewer than `ENOUGH_PEERS` are known.
    """

    measure: str
    icon: str
    basis: str
    period: Period
    state: str
    provisional: bool
    captured_at: datetime | None
    value: float | None
    low: float | None = None
    high: float | None = None
    n: float | None = None
    rank: int | None = None
    of: int = 0
    place: Mapping[str, Any] | None = None
    known: str | None = None
    band: str | None = None
    level: float | None = None
    units: int = 0
    peers: float | None = None
    peer_count: int = 0


@dataclass(frozen=True, slots=True)
class Portrait:
    """All that the public reads of a commune; `waits`: how long people wait, as of `store.waits.of_unit`."""

    code: str
    answers: tuple[Answer, ...]
    months: tuple[Month, ...]
    waits: tuple[Row, ...] = ()

    @property
    def is_known(self) -> bool:
        """Whether there is any figure to show."""
        return any(answer.value is not None for answer in self.answers)


@dataclass(frozen=True)
class Province:
    """All that the public reads of a province: its communes together, and each of them.

    `online`: the share filed online of the whole province, departments included, where its communes have none.
    `reported`: who of the communes has reported, by each source and period that an answer is of.
    """

    code: str
    answers: tuple[Answer, ...]
    months: tuple[Month, ...]
    communes: tuple[Portrait, ...]
    online: Answer | None
    reported: tuple[Coverage, ...] = ()

    def portrait(self, code: str) -> Portrait:
        return next(portrait for portrait in self.communes if portrait.code == code)


@dataclass(frozen=True)
class _Asked:
    """A measure as one province's communes report it last."""

    measure: Measure
    icon: str
    basis: str
    period: Period


@lru_cache(maxsize=1)
def questions() -> tuple[tuple[Question, ...], int]:
    """The questions in their order, and how many at most are shown."""
    content: Any = yaml_text.load((HOME / "data" / "policies" / "public.yaml").read_text(encoding="utf-8"))
    return tuple(Question(q["icon"], tuple(q["measures"])) for q in content["questions"]), content["most"]


@lru_cache(maxsize=12)
def province(snapshot: Snapshot, code: str) -> Province:
    """The public's figures of a province and its communes."""
    units = reference_table("units").filter(pl.col("province_code") == code).get_column("code").sort().to_list()
    asked = _asked(snapshot, code)
    frames = [(one, _latest(snapshot, one.measure.id, one.basis, one.period)) for one in asked]
    levels = [_level(one, frame.filter(pl.col("unit_code").is_in(units))) for one, frame in frames]
    months = months_of(snapshot, code)
    answers: dict[str, list[Answer]] = {unit: [] for unit in units}
    for (one, frame), level in zip(frames, levels, strict=True):
        rows = {row["unit_code"]: row for row in frame.iter_rows(named=True)}
        for unit in units:
            answers[unit].append(_answer(one, rows.get(unit), level, _peers(one, rows, unit)))
    waited: dict[str, list[Row]] = {unit: [] for unit in units}
    for row in waits.of_communes(snapshot.seen_in(frozenset()), code).iter_rows(named=True):
        waited[row["unit_code"]].append(row)
    communes = tuple(
        Portrait(unit, tuple(answers[unit]), own_months(months, unit), tuple(waited[unit])) for unit in units
    )
    online, shown = _whole_province(snapshot, code, asked), snapshot.seen_in(frozenset())
    spoken = dict.fromkeys((one.basis, one.period) for one in asked)
    reported = tuple(coverage.coverage(shown, "commune", code, *one) for one in spoken)
    return Province(code, tuple(levels), own_months(months, ""), communes, online, reported)


def _asked(snapshot: Snapshot, code: str) -> list[_Asked]:
    known = catalog.catalog(snapshot).filter(pl.col("level") == "commune", pl.col("scope") == code, pl.col("of") > 0)
    order, most = questions()
    found = [_first_known(known, question, snapshot.pin) for question in order]
    return [one for one in found if one][:most]


def _first_known(known: pl.DataFrame, question: Question, pin: Period | None) -> _Asked | None:
    """The first measure that answers a question, in the period that pages open on (`store.opening`)."""
    for name in question.measures:
        rows, measure = known.filter(pl.col("measure") == name), measures()[name]
        for basis in measure.basis:
            if found := opening.latest(rows.filter(pl.col("basis") == basis), pin):
                return _Asked(measure, question.icon, basis, found.period)
    return None


@lru_cache(maxsize=128)
def _latest(snapshot: Snapshot, measure: str, basis: str, period: Period) -> pl.DataFrame:
    """One row per commune of the country: figures, `value` and its place within its province."""
    where = [
        pl.col("measure") == measure,
        pl.col("level") == "commune",
        pl.col("basis") == basis,
        pl.col("period_start") == period.start,
        pl.col("period_end") == period.end,
        pl.col("period_kind") == period.kind,
    ]
    figures = public.measurements(snapshot, *where, pl.col("field") == "all").rows
    ranked = public.standings(snapshot, *where, pl.col("scope") != COUNTRY).rows
    newest = pl.col("series") == pl.col("series").max()
    own = figures.filter(newest).select(*_ROW)
    return own.join(ranked.filter(newest).select(*_RANKED), on="unit_code", how="left")


def _level(one: _Asked, rows: pl.DataFrame) -> Answer:
    """All communes of a province together, of what is shown."""
    return Answer(
        measure=one.measure.id,
        icon=one.icon,
        basis=one.basis,
        period=one.period,
        state=REPORTED if rows.filter(pl.col("state") == REPORTED).height else NOT_REPORTED,
        provisional=bool(rows.get_column("provisional").any()),
        captured_at=rows.select(pl.max("captured_at")).item(),
        value=together(rows, one.measure),
        level=common(rows, one.measure),
        units=rows.filter(pl.col("state") == REPORTED).height,
    )


def _answer(one: _Asked, row: dict | None, level: Answer, peers: tuple[float | None, int]) -> Answer:
    alike, count = peers
    told: dict[str, Any] = {
        "measure": one.measure.id,
        "icon": one.icon,
        "basis": one.basis,
        "period": one.period,
        "level": level.level,
        "units": level.units,
        "peers": alike,
        "peer_count": count,
    }
    if row is None:
        return Answer(state=ABSENT, provisional=False, captured_at=None, value=None, **told)
    return Answer(
        state=row["state"],
        provisional=row["provisional"],
        captured_at=row["captured_at"],
        value=row["value"],
        low=row["value_low"],
        high=row["value_high"],
        n=row["denominator"] if one.measure.kind == "share" else None,
        rank=row["rank"],
        of=row["of"] or 0,
        place=_place(one.period, row),
        known=row["known"],
        band=row["band"],
        **told,
    )


def _place(period: Period, row: dict) -> dict[str, Any] | None:
    place = of_row({**row, "period_start": period.start, "period_end": period.end})
    return place if is_placed(place) else None


def _peers(one: _Asked, rows: dict[str, dict], unit: str) -> tuple[float | None, int]:
    """The value of the like communes together, and how many of them have a figure."""
    known = [rows[code] for code in peer_codes(unit) if code in rows and rows[code]["value"] is not None]
    if len(known) < ENOUGH_PEERS:
        return None, len(known)
    return _together(known, one.measure), len(known)


def _together(rows: list[dict], measure: Measure) -> float:
    """As `ranking.levels.together`, for the few rows of one commune's peers; of a count the middle one."""
    if measure.kind in ("share", "rate"):
        factor = 100 if measure.kind == "share" else measure.per
        whole = sum(row["denominator"] for row in rows)
        return factor * sum(row["numerator"] for row in rows) / whole
    values = sorted(row["value"] for row in rows)
    middle = len(values) // 2
    return values[middle] if len(values) % 2 else (values[middle - 1] + values[middle]) / 2


# --- the share filed online, month by month


def _whole_province(snapshot: Snapshot, code: str, asked: list[_Asked]) -> Answer | None:
    """The province's own share filed online, where that of its communes is not known."""
    if any(one.measure.id == ONLINE for one in asked):
        return None
    rows = public.measurements(
        snapshot,
        pl.col("measure") == ONLINE,
        pl.col("level") == "province",
        pl.col("unit_code") == code,
        pl.col("field") == "all",
    ).rows
    known = rows.with_columns(value=measures()[ONLINE].value()).drop_nulls("value")
    if known.is_empty():
        return None
    at = opening.opening(snapshot, "province", COUNTRY, ONLINE)
    row = opening.of_unit(known, at).row(0, named=True)
    return Answer(
        measure=ONLINE,
        icon="screen",
        basis=row["basis"],
        period=Period(row["period_start"], row["period_end"], row["period_kind"]),
        state=row["state"],
        provisional=row["provisional"],
        captured_at=row["captured_at"],
        value=row["value"],
        n=row["denominator"],
    )
