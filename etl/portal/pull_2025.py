"""`python -m etl pull-2025`: the index of 2025 from the portal's former gateway.

The gateway gives six group scores and their sum for every unit, but no dossier counts. Its rules
differ from those of 2026, so its figures are a series of their own. `ROW_STT`, its ranking of
departments and communes in one list, is not used: communes are ranked again at publishing.
"""

from __future__ import annotations

import argparse
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from etl.matching import Match, UnitMatcher, remarks
from etl.portal.archive import Item, Request, Run
from etl.portal.client import PortalClient
from etl.portal.figures import Measured, Notes, Spot
from etl.portal.options import add_source_arguments, chosen_provinces, whole_period
from etl.portal.pages import answer_to
from etl.portal.pull import Fetched, Task, carried_out, fetched
from etl.portal.units import Province, provinces_by, state_code
from etl.publishing.harvest import Harvest, department_rows, measurement_rows, quarantine_rows
from files.faults import Fault
from ranking.formulas import SERIES
from ranking.measures import Measure
from ranking.names import spelling, without_province
from ranking.periods import MERGER, Period, as_of, calendar_period, local_day
from store.reference import measures, reference_table

ENDPOINT = "report_tinh_766_service"
PATH = "/jsp/rest.jsp"
SOURCE = f"portal:{ENDPOINT}"
YEARS = (2025,)
SUM_TOLERANCE = 0.011
ALL_PROVINCES = 0
_LEVELS = {"1": "province", "2": "department", "3": "commune"}
_NUMBER = re.compile(r"\d+(\.\d+)?")

Scores = list[tuple[Measure, str]]
"""Measures, each with the column that holds its points."""


@dataclass(frozen=True)
class Line:
    """One row of a reply with what is known about the reply."""

    number: int
    row: Mapping[str, object]
    item: Item
    period: Period
    provisional: bool

    @property
    def place(self) -> str:
        return f"{ENDPOINT}, {self.item.request.scope}, {self.period.id}, {self.row.get('TEN')}"

    def refuse(self, notes: Notes, column: str, reason: str) -> None:
        moment, value = self.item.reply.fetched_at, self.row.get(column)
        notes.refuse(SOURCE, self.place, reason, moment, row=self.number, column=column, value=value)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--year", type=int, default=YEARS[0])
    part = parser.add_mutually_exclusive_group()
    part.add_argument("--month", type=int, metavar="7-12")
    part.add_argument("--quarter", type=int, metavar="3-4")
    part.add_argument("--half", type=int, metavar="2")
    add_source_arguments(parser, dataset="live")


def run(args: argparse.Namespace) -> int:
    """Pull, parse, publish. Without --province: the list of provinces, and the units of all 34."""
    period = whole_period(args.year, month=args.month, quarter=args.quarter, half=args.half)
    if args.year not in YEARS or period.end < MERGER:
        raise Fault(
            f"{period.id}: the gateway's figures are of use for the communes of today, from {MERGER:%d/%m/%Y} "
            f"to the end of {YEARS[-1]}; for later years use pull"
        )
    known = reference_table("provinces")
    tasks = [] if args.province else [Task(ENDPOINT, None)]
    tasks += [Task(ENDPOINT, province) for province in chosen_provinces(known, args.province)]
    request_set = {
        "source": "gateway",
        "base_url": args.base_url.rstrip("/"),
        "period": period.id,
        "scopes": sorted(task.scope for task in tasks),
    }

    def fetch(run: Run, client: PortalClient) -> Fetched:
        def ask(task: Task) -> list[Item]:
            return [answer_to(request_for(args.base_url, period, task), run, client)]

        return fetched(run, tasks, ask)

    def parse(run: Run, got: Fetched) -> Harvest:
        return parse_run(got.items, reference_table("units"), known, day=run.day, warnings=got.failures)

    return carried_out(args, request_set, fetch, parse)


def request_for(base_url: str, period: Period, task: Task) -> Request:
    """The question for the units of one province, or for the provinces themselves."""
    number = {
        "month": period.start.month,
        "quarter": (period.start.month + 2) // 3,
        "half": (period.start.month + 5) // 6,
    }
    part = {kind: number[kind] if period.kind == kind else 0 for kind in number}
    body: dict[str, str | int] = {
        "type": "ref",
        "service": ENDPOINT,
        "p_nam": str(period.start.year),
        "p_6thang": part["half"],
        "p_quy": part["quarter"],
        "p_thang": part["month"],
        "p_tinh_id": int(task.province.gateway_id) if task.province else ALL_PROVINCES,
        "p_loaidonvi": 1,
        "loaichitieu": 0,
        "pageIndex": 1,
        "pageSize": 1000,
    }
    return Request(base_url, PATH, ENDPOINT, task.scope, body, encoding="form", period=period.id)


def parse_run(
    items: Iterable[Item],
    units: pl.DataFrame,
    provinces: pl.DataFrame,
    *,
    day: date | None = None,
    warnings: Iterable[str] = (),
) -> Harvest:
    """The measurements in archived replies of the gateway; arguments as of `etl.portal.rows.parse_run`."""
    items, scores = list(items), _scores(measures())
    notes = Notes(warnings=list(warnings))
    rows = [row for item in items for row in _item_rows(item, units, provinces, scores, day, notes)]
    return Harvest(
        measurements=measurement_rows(rows),
        captured_at=max(item.reply.fetched_at for item in items),
        sources=[SOURCE],
        quarantine=quarantine_rows(notes.quarantine),
        warnings=notes.warnings,
        departments=department_rows(notes.departments),
    )


def _scores(known: Mapping[str, Measure]) -> Scores:
    """The measures whose points the gateway gives, with the column of each; the sums of others come last."""
    made = ((measure, measure.formula.gateway_2025) for measure in known.values())
    scores = [(measure, formula.score) for measure, formula in made if formula]
    return sorted(scores, key=lambda scored: bool(scored[0].formula.sum_of))


def asked_period(request: Request) -> Period:
    """The calendar period that a request means."""
    body = request.body
    year = int(body["p_nam"])
    for kind, name in (("month", "p_thang"), ("quarter", "p_quy"), ("half", "p_6thang")):
        if int(body[name]):
            return calendar_period(kind, year, int(body[name]))
    return calendar_period("year", year)


def _item_rows(
    item: Item, units: pl.DataFrame, provinces: pl.DataFrame, scores: Scores, day: date | None, notes: Notes
) -> Iterator[Measured]:
    asked, found = asked_period(item.request), item.content
    what = f"{ENDPOINT} of {item.request.scope}, {asked.id}"
    if asked.end < MERGER or not found:
        reason = "ended before the communes of today existed" if found else "is empty"
        notes.warnings.append(f"{what}: {reason}; nothing was taken from it")
        return
    period, provisional = as_of(asked, day or local_day(item.reply.fetched_at))
    lines = [
        Line(number, row if isinstance(row, dict) else {}, item, period, provisional)
        for number, row in enumerate(found, start=1)
    ]
    spots = _spots(lines, units, provinces, notes)
    for line, spot in spots:
        yield from _unit_rows(line, spot, scores, notes)
    _check_fields(what, lines, scores, notes)
    _check_absent(what, item, units, provinces, spots, notes)


def _spots(lines: list[Line], units: pl.DataFrame, provinces: pl.DataFrame, notes: Notes) -> list[tuple[Line, Spot]]:
    """Each line with the unit it is about; two lines for one unit are both refused."""
    found = []
    by_gateway_id = provinces_by(provinces, "gateway_id")
    province = by_gateway_id.get(str(lines[0].item.request.body["p_tinh_id"]))
    matcher = UnitMatcher(units, province.code) if province else None
    for line in lines:
        code, level, column, reason = _identity(line.row, by_gateway_id, matcher)
        if code is None:
            line.refuse(notes, column, reason)
        else:
            if level == "department":
                notes.departments[code] = without_province(str(line.row.get("TEN") or code))
            moment = line.item.reply.fetched_at
            found.append(
                (line, Spot(code, level, line.period, line.provisional, SERIES["gateway_2025"], SOURCE, moment))
            )
    near = matcher.near if matcher else {}
    notes.warnings += remarks(near, SOURCE)
    exact = {spot.unit_code for line, spot in found if not _is_near(line, near)}
    for line, spot in found:
        if _is_near(line, near) and spot.unit_code in exact:
            line.refuse(notes, "TEN", f"another row has the exact name of unit {spot.unit_code}")
    found = [(line, spot) for line, spot in found if not (_is_near(line, near) and spot.unit_code in exact)]
    times = Counter(spot.unit_code for _, spot in found)
    for line, spot in found:
        if times[spot.unit_code] > 1:
            line.refuse(notes, "TEN", f"{times[spot.unit_code]} rows claim unit {spot.unit_code}")
    return [(line, spot) for line, spot in found if times[spot.unit_code] == 1]


def _is_near(line: Line, near: Mapping[str, Match]) -> bool:
    return spelling(str(line.row.get("TEN") or "")) in near


def _identity(
    row: Mapping[str, object], by_gateway_id: Mapping[str, Province], matcher: UnitMatcher | None
) -> tuple[str | None, str, str, str]:
    """(unit code or None, level, the column that decided, why there is no code)."""
    level, own_code = _LEVELS.get(str(row.get("LOAI_COQUAN"))), state_code(row.get("MA_COQUAN"))
    if level == "province":
        province = by_gateway_id.get(str(row.get("ID")))
        return (province.code if province else None), level, "ID", "no province has this gateway ID"
    if level == "department":
        return own_code, level, "MA_COQUAN", "a department without a state code"
    if level == "commune" and matcher:
        match = matcher.match(str(row.get("TEN") or ""), own_code)
        return match.code, level, "TEN", match.reason or ""
    return None, "", "LOAI_COQUAN", "must be 1 (province), 2 (department) or, inside a province, 3 (commune)"


def _unit_rows(line: Line, spot: Spot, scores: Scores, notes: Notes) -> Iterator[Measured]:
    found: dict[str, float | None] = {}
    for measure, column in scores:
        parts = [points for name in measure.formula.sum_of if (points := found.get(name)) is not None]
        score = _score(line, column, measure.full_marks, notes)
        if score is not None and parts and len(parts) == len(measure.formula.sum_of):
            added = round(sum(parts), 2)
            if round(abs(score - added), 6) > SUM_TOLERANCE:
                line.refuse(notes, column, f"must be the sum of its six groups, {added:g}")
                score = None
        found[measure.id] = score
        if score is None:
            yield spot.row(measure.id, "not_reported")
        else:
            yield spot.row(measure.id, score=score, max_score=measure.full_marks)


def _score(line: Line, column: str, limit: float, notes: Notes) -> float | None:
    """The points in a column; None where it is empty or, with a line in quarantine, no such number."""
    text = str(line.row.get(column) if line.row.get(column) is not None else "").strip()
    if not text:
        return None
    if not _NUMBER.fullmatch(text) or float(text) > limit:
        line.refuse(notes, column, f"must be a number from 0 to {limit:g}, with a point")
        return None
    return float(text)


def _check_fields(what: str, lines: list[Line], scores: Scores, notes: Notes) -> None:
    for _, column in scores:
        if not any(column in line.row for line in lines):
            notes.warnings.append(f"{what}: no row has {column}; the gateway may have changed its replies")


def _check_absent(
    what: str, item: Item, units: pl.DataFrame, provinces: pl.DataFrame, spots: list[tuple[Line, Spot]], notes: Notes
) -> None:
    """Name the units that the reply should have and has not."""
    province = provinces_by(provinces, "gateway_id").get(str(item.request.body["p_tinh_id"]))
    expected = units.filter(pl.col("province_code") == province.code) if province else provinces
    absent = expected.filter(~pl.col("code").is_in([spot.unit_code for _, spot in spots]))
    if absent.height:
        listed = ", ".join(absent.get_column("full_name").head(5)) + (" …" if absent.height > 5 else "")
        notes.warnings.append(f"{what}: {absent.height} units are missing or did not match: {listed}")
