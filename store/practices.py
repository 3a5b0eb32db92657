"""What communes and provinces began to do differently, and when: kinds from `data/practices.yaml`, notes from a file.

`local/practices.csv` of the data folder holds what a province writes down of its real communes,
`local/simulated_practices.csv` what belongs to simulated figures.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from pydantic import Field, model_validator

from files.faults import BadInput, Fault
from files.places import DATA, published_folder
from ranking.measures import Text
from ranking.names import unit_code
from store.local_csv import LOCAL, rows_of
from store.reference import measures, reference_table
from store.yaml_rows import Entry, whole

PATH = DATA / "practices.yaml"
FILE, SIMULATED_FILE = "practices.csv", "simulated_practices.csv"
LONGEST = 300
FIRST = date(2025, 7, 1)
"""The communes of today exist since then."""
_COLUMNS = ("unit_code", "kind", "since", "until", "what", "source")


class Kind(Entry):
    """One kind of practice; `figures`: the shares that it could change, as `measure.basis`."""

    name: Text
    about: Text
    figures: list[str] = Field(min_length=1)

    @property
    def shares(self) -> list[tuple[str, str]]:
        """The pairs of measure and basis."""
        return [(one.partition(".")[0], one.partition(".")[2]) for one in self.figures]


class _Kinds(Entry):
    reviewed: date
    next_review: date
    kinds: dict[str, Kind] = Field(min_length=1)

    @model_validator(mode="after")
    def _figures_are_shares(self) -> _Kinds:
        for name, kind in self.kinds.items():
            for measure, basis in kind.shares:
                known = measures().get(measure)
                if known is None or basis not in known.basis or known.kind != "share" or known.direction == "neutral":
                    raise ValueError(f"kinds.{name}.figures: {measure}.{basis} is no share with a good side")
        return self


@dataclass(frozen=True)
class Practice:
    """Something that a commune (five digits) or all communes of a province (two digits) began on a day.

    `until`: its last day, None while it goes on. `what`: in words; `source`: the document or person that says so.
    """

    unit_code: str
    kind: str
    since: date
    until: date | None = None
    what: str = ""
    source: str = ""


@lru_cache(maxsize=1)
def kinds() -> dict[str, Kind]:
    """The kinds by name, in the order of the file; Fault where it is wrong."""
    return whole(PATH, f"data/{PATH.name}", _Kinds).kinds


def listed(*, simulated: bool) -> tuple[Practice, ...]:
    """The rows of the file, in its order; BadInput with file, row and column where one cannot be."""
    name = SIMULATED_FILE if simulated else FILE
    path = published_folder().parent / LOCAL / name
    return _listed(path, path.stat().st_mtime_ns) if path.exists() else ()


def trouble() -> str:
    """What is wrong with either file; empty where nothing is."""
    for simulated in (False, True):
        try:
            listed(simulated=simulated)
        except Fault as error:
            return str(error)
    return ""


@lru_cache(maxsize=4)
def _listed(path: Path, stamp: int) -> tuple[Practice, ...]:
    del stamp  # another time of writing is another file
    name, communes = path.name, frozenset(reference_table("units")["code"])
    provinces = frozenset(reference_table("provinces")["code"])
    found: dict[tuple[str, str, date], Practice] = {}
    for row, cells in rows_of(path.parent.parent, name, _COLUMNS):
        code = cells["unit_code"] if cells["unit_code"] in provinces else str(unit_code(cells["unit_code"]))
        if code not in communes | provinces:
            raise BadInput(
                name, f"{cells['unit_code']!r} is no commune or province of today", row=row, field="unit_code"
            )
        one = _practice(name, row, cells, code)
        key = (one.unit_code, one.kind, one.since)
        if key in found:
            raise BadInput(name, f"{code} has {one.kind} from {one.since} on already", row=row, field="since")
        found[key] = one
    return tuple(found.values())


def _practice(name: str, row: int, cells: dict[str, str], code: str) -> Practice:
    if cells["kind"] not in kinds():
        raise BadInput(name, f"{cells['kind']!r} must be one of {', '.join(kinds())}", row=row, field="kind")
    since = _day(name, row, cells, "since")
    until = _day(name, row, cells, "until") if cells["until"] else None
    if since < FIRST:
        raise BadInput(name, f"{since} lies before {FIRST}, when today's communes began", row=row, field="since")
    if until and until < since:
        raise BadInput(name, f"{until} lies before {since}", row=row, field="until")
    if len(cells["what"]) > LONGEST:
        raise BadInput(name, f"{len(cells['what'])} characters, at most {LONGEST} are shown", row=row, field="what")
    if not cells["source"]:
        raise BadInput(name, "the document or person that says so is missing", row=row, field="source")
    return Practice(code, cells["kind"], since, until, cells["what"], cells["source"])


def _day(name: str, row: int, cells: dict[str, str], field: str) -> date:
    try:
        return date.fromisoformat(cells[field])
    except ValueError:
        raise BadInput(name, f"{cells[field]!r} is no day such as 2026-03-02", row=row, field=field) from None
