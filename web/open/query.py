"""What is asked of the open data: parameters that are checked one by one, and what is wrong in words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from files.places import published_folder
from ranking.periods import MERGER, Period, parse
from ranking.vocabulary import BASES, COUNTRY, LEVELS
from store import releases, snapshot
from store.reference import measures, province_names, reference_table
from store.snapshot import Snapshot, SnapshotTrouble

MOST_ROWS = 10_000
USUAL_ROWS = 1_000
SNAPSHOT = r"^[0-9]{8}T[0-9]{6}Z-[0-9a-f]{8}$"
PERIOD = r"^(20[0-9]{2}(-(Q[1-4]|H[12]|0[1-9]|1[0-2]))?|20[0-9]{2}-[0-9]{2}-[0-9]{2}_20[0-9]{2}-[0-9]{2}-[0-9]{2})$"
UNIT = r"^([0-9]{5}|[0-9]{2}|VN|[A-Z][0-9]{2}(\.[0-9]{1,4}){0,4})$"
UNITS = r"^[0-9]{5}(,[0-9]{5}){0,3}$"
FIELD = r"^[0-9A-Za-zÀ-ỹ ,.()/-]{1,80}$"
FORMATS = ("json", "csv", "parquet")


class Problem(Exception):
    """A request that cannot be answered: HTTP status, title and detail of a `application/problem+json`."""

    def __init__(self, status: int, title: str, detail: str, **headers: str) -> None:
        super().__init__(detail)
        self.status, self.title, self.detail = status, title, detail
        self.headers = headers


@dataclass(frozen=True)
class Parameter:
    """One parameter of a query: its JSON schema, and what it chooses."""

    name: str
    schema: Mapping[str, Any]
    description: str

    def checked(self, value: str) -> str:
        """The value itself; Problem 400 where the schema does not allow it."""
        allowed = self.schema.get("enum")
        if allowed is not None:
            if value not in allowed:
                raise _bad(self.name, value, f"one of {', '.join(allowed)}")
        elif self.schema["type"] == "integer":
            self._check_number(value)
        elif not re.search(str(self.schema["pattern"]), value) or value.endswith("\n"):
            raise _bad(self.name, value, f"text that matches {self.schema['pattern']}")
        return value

    def _check_number(self, value: str) -> None:
        low, high = self.schema["minimum"], self.schema["maximum"]
        if not re.fullmatch(r"[0-9]{1,9}", value) or not low <= int(value) <= high:
            raise _bad(self.name, value, f"a whole number from {low} to {high}")


def parameters() -> dict[str, Parameter]:
    """All parameters by name."""
    provinces = sorted(province_names())
    known = [
        Parameter("dataset", _enum(snapshot.DATASETS), "Dataset; the best one that is published unless given."),
        Parameter("snapshot", _text(SNAPSHOT), "An earlier snapshot by its id (see `datasets`)."),
        Parameter("province", _enum(provinces), "Province of today by its code: its own rows and those inside."),
        Parameter("unit", _text(UNIT), "One unit by its code: commune, province, department or VN."),
        Parameter("measure", _enum(measures()), "One measure by its id (see `measures`)."),
        Parameter("period", _text(PERIOD), "One period: 2026-08, 2026-Q3, 2026-H1, 2026 or 2026-01-01_2026-09-26."),
        Parameter("level", _enum(LEVELS), "Level of the units."),
        Parameter("scope", _enum([COUNTRY, *provinces]), "Among whom units are ranked: VN, or a province's code."),
        Parameter("basis", _enum(BASES), "Whose count it is: the portal's, the form's, or dossier lists."),
        Parameter("field", _text(FIELD), "Field of administration (lĩnh vực), or `all`."),
        Parameter("format", _enum(FORMATS), "Format of the reply; goes before the Accept header."),
        Parameter("limit", _number(1, MOST_ROWS, USUAL_ROWS), "At most so many rows."),
        Parameter("offset", _number(0, 100_000_000, 0), "Rows to leave out; `next` in the reply has the right one."),
        Parameter("units", _text(UNITS), "Up to four communes by their codes, with commas between."),
        Parameter("lang", _enum(("vi", "en")), "Language of the page."),
    ]
    return {parameter.name: parameter for parameter in known}


def checked(pairs: Iterable[tuple[str, str]], allowed: Iterable[str]) -> dict[str, str]:
    """The query as a dict; Problem 400 for a parameter that is unknown, given twice, or has a wrong value."""
    known, allowed, found = parameters(), list(allowed), {}
    for name, value in pairs:
        if name not in allowed:
            raise Problem(400, "Unknown parameter", f"{name[:40]!r}; known here are {', '.join(allowed) or 'none'}")
        if name in found:
            raise Problem(400, "Parameter given twice", name)
        found[name] = known[name].checked(value)
    return found


def snapshot_of(query: Mapping[str, str]) -> Snapshot:
    """The released snapshot that a query means; Problem 404 where there is none, 503 where it is damaged."""
    dataset = query.get("dataset") or next(iter(snapshot.datasets()), "recorded")
    try:
        if "snapshot" not in query:
            return snapshot.open_snapshot(dataset)
        folder = published_folder() / dataset / query["snapshot"]
        if not folder.is_dir() or not releases.is_public(dataset, query["snapshot"]):
            raise Problem(404, "No such snapshot", f"{query['snapshot']} of {dataset} is not kept here")
        return snapshot.snapshot_at(dataset, folder)
    except SnapshotTrouble as trouble:
        if trouble.kind == "missing":
            raise Problem(404, "No such dataset", f"{dataset} is not published here") from None
        raise Problem(503, "Damaged snapshot", f"{dataset} cannot be read now", **{"retry-after": "600"}) from None


def conditions(query: Mapping[str, str]) -> list[pl.Expr]:
    """What a query asks of the keys of measurements and standings."""
    own = {"unit": "unit_code", "measure": "measure", "level": "level", "scope": "scope", "basis": "basis"}
    own["field"] = "field"
    where = [pl.col(column) == query[name] for name, column in own.items() if name in query]
    if "period" in query:
        period = _period(query["period"])
        where += [pl.col("period_start") == period.start, pl.col("period_end") == period.end]
        where.append(pl.col("period_kind") == period.kind)
    return [*where, _within(query["province"])] if "province" in query else where


def _period(text: str) -> Period:
    try:
        return parse(text)
    except ValueError:
        raise Problem(404, "No such period", f"{text} is no period of the calendar") from None


def _within(province: str) -> pl.Expr:
    """Rows of a province and of what lies in it; codes from before the merger are those of old communes."""
    level, code = pl.col("level"), pl.col("unit_code")
    units, provinces = reference_table("units"), reference_table("provinces")
    now = units.filter(pl.col("province_code") == province).get_column("code")
    old = reference_table("lineage").filter(pl.col("new_code").is_in(now.implode())).get_column("old_code")
    state = provinces.filter(pl.col("code") == province).item(0, "state_code")
    today = pl.col("period_end") >= MERGER
    communes = pl.when(today).then(code.is_in(now.implode())).otherwise(code.is_in(old.str.zfill(5).implode()))
    return (
        ((level == "commune") & communes)
        | ((level == "province") & (code == province))
        | ((level == "department") & ((code == state) | code.str.starts_with(f"{state}.")))
    )


def _bad(name: str, value: str, right: str) -> Problem:
    return Problem(400, "Parameter not understood", f"{name}: found {value[:60]!r}; right is {right}")


def _enum(values: Iterable[str]) -> dict[str, object]:
    return {"type": "string", "enum": list(values)}


def _text(pattern: str) -> dict[str, object]:
    return {"type": "string", "pattern": pattern}


def _number(low: int, high: int, usual: int) -> dict[str, object]:
    return {"type": "integer", "minimum": low, "maximum": high, "default": usual}


def of_units(rows: pl.DataFrame, query: Mapping[str, str], code: str) -> pl.DataFrame:
    """The rows of the unit and province that are asked for; `code`: the column of the unit's own code."""
    own = {"unit": code, "province": "province_code"}
    return rows.filter(*(pl.col(column) == query[name] for name, column in own.items() if name in query))
