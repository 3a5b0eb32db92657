"""Whom a row of the portal is about: departments and communes of one province, called by all endpoints."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

import polars as pl

from etl.matching import UnitMatcher, remarks
from etl.portal.figures import Notes
from ranking.names import spelling, without_province

_LEVELS = {
    "COMMUNE": "commune",
    "COMMUNE_PEOPLE_COMMITTEE": "commune",
    "PROVINCE": "department",
    "AGENCY": "department",
    "PROVINCIAL_DEPARTMENT": "department",
}
_LEVEL_COLUMNS = ("level", "childGroup", "departmentType")
_STATE_CODE = re.compile(r"[A-Z]\d{2}(\.\d+)*")
_BACKWARDS = re.compile(r"(?:\d+\.)+[A-Z]\d{2}")


@dataclass(frozen=True)
class Province:
    """One row of `tables.Provinces`."""

    code: str
    name: str
    full_name: str
    kind: str
    state_code: str
    portal_id: str
    gateway_id: str


class Answer(Protocol):
    """What one endpoint said about one province: rows by departmentId, with their places."""

    @property
    def source(self) -> str: ...
    @property
    def captured_at(self) -> datetime: ...
    @property
    def rows(self) -> Mapping[str, Mapping[str, object]]: ...
    @property
    def places(self) -> Mapping[str, int]: ...


@dataclass
class Roll:
    """departmentId → (unit code, level); those that could not be told are in quarantine."""

    found: dict[str, tuple[str, str]] = field(default_factory=dict)


@dataclass
class _Called:
    unit_id: str
    name: str
    state_code: str | None
    level: str | None
    answer: Answer
    near: bool = False


def provinces_by(provinces: pl.DataFrame, column: str) -> dict[str, Province]:
    """The provinces by one of their columns: `code`, `state_code`, `portal_id`, `gateway_id` …"""
    rows = provinces.select(list(Province.__dataclass_fields__)).iter_rows(named=True)
    return {row[column]: Province(**row) for row in rows}


def state_code(text: object) -> str | None:
    """A state identification code as written today: `H44.100`; `000.00.12.H37` is `H37.12`. None for anything else."""
    code = str(text or "").strip().upper()
    if _BACKWARDS.fullmatch(code):
        *parts, province = code.split(".")
        code = ".".join([province, *(part for part in reversed(parts) if part.strip("0"))])
    return code if _STATE_CODE.fullmatch(code) else None


def call_roll(province: Province, scene: str, answers: Iterable[Answer], own_units: pl.DataFrame, notes: Notes) -> Roll:
    """Who is in the answers. Endpoints without departmentCode borrow it from those that have it."""
    roll, matcher = Roll(), UnitMatcher(own_units, province.code)
    claims: dict[tuple[str, str], list[_Called]] = defaultdict(list)
    for called in _called(answers):
        if called.unit_id == province.portal_id:
            continue
        code, reason = _identity(called, matcher)
        called.near = spelling(called.name) in matcher.near
        if code is None or called.level is None:
            _refuse(called, scene, reason, notes)
            continue
        if called.level == "department":
            notes.departments[code] = without_province(called.name)
        claims[code, called.level].append(called)
    notes.warnings += remarks(matcher.near, scene)
    for (code, level), claimants in claims.items():
        _settle(code, level, claimants, scene, own_units, roll, notes)
    return roll


def _called(answers: Iterable[Answer]) -> Iterable[_Called]:
    known: dict[str, _Called] = {}
    for answer in answers:
        for unit_id, row in answer.rows.items():
            level = next((_LEVELS[str(row[name])] for name in _LEVEL_COLUMNS if str(row.get(name)) in _LEVELS), None)
            code = state_code(row.get("departmentCode"))
            name = str(row.get("departmentName") or "")
            called = known.setdefault(unit_id, _Called(unit_id, name, code, level, answer))
            called.state_code = called.state_code or code
            called.level = called.level or level
    return known.values()


def _identity(called: _Called, matcher: UnitMatcher) -> tuple[str | None, str]:
    if called.level is None:
        return None, "neither a commune nor a department"
    if called.level == "department":
        return called.state_code, "a department without a state code in any reply"
    match = matcher.match(called.name, called.state_code)
    return match.code, match.reason or ""


def _settle(
    code: str, level: str, claimants: list[_Called], scene: str, own_units: pl.DataFrame, roll: Roll, notes: Notes
) -> None:
    """One unit, one row: of several that match, only the one with the unit's own state code, or else its exact name."""
    if len(claimants) > 1:
        own = set(own_units.filter(pl.col("code") == code).get_column("state_code"))
        sure = [called for called in claimants if called.state_code and called.state_code in own]
        exact = [called for called in claimants if not called.near]
        winner = sure[0] if len(sure) == 1 else exact[0] if len(exact) == 1 and not sure else None
        codes = ", ".join(str(called.state_code) for called in claimants)
        for called in claimants:
            if called is not winner:
                _refuse(called, scene, f"{len(claimants)} rows claim unit {code} ({codes})", notes)
        claimants = [winner] if winner else []
    roll.found |= {called.unit_id: (code, level) for called in claimants}


def _refuse(called: _Called, scene: str, reason: str, notes: Notes) -> None:
    answer = called.answer
    notes.refuse(
        answer.source,
        f"{answer.source.removeprefix('portal:')}, {scene}",
        reason,
        answer.captured_at,
        row=answer.places.get(called.unit_id),
        column="departmentName",
        value=f"{called.name} ({called.state_code or called.unit_id})",
    )
