"""Which column of an export is which, by the headings in `data/dossiers/headers.yaml`."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from etl.dossiers.personal import personal_header
from files.faults import BadInput, Fault
from files.places import DATA
from ranking import yaml_text
from ranking.names import fold

HEADERS = DATA / "dossiers" / "headers.yaml"
_NOT_A_WORD = re.compile(r"[^a-z0-9]+")
_LIKE_ENOUGH = 0.6
FEWEST_HEADERS = 3


@dataclass(frozen=True)
class Layout:
    """The columns of one file: those read (our name → heading), those dropped as personal, those not known."""

    read: dict[str, str]
    personal: list[str]
    unknown: list[str]


@dataclass(frozen=True)
class Mapping:
    """What `headers.yaml` says: heading → our column, and our columns' spoken values → our values."""

    columns: dict[str, str]
    required: tuple[str, ...]
    values: dict[str, dict[str, str]]


def plain(text: str) -> str:
    """What headings and values are compared by: `Ngày tiếp nhận (*)` and `NGAY_TIEP_NHAN` are the same."""
    return _NOT_A_WORD.sub("", fold(text))


@lru_cache(maxsize=4)
def mapping(path: Path = HEADERS) -> Mapping:
    """The mapping of a file like `headers.yaml`; Fault where one heading is given to two columns."""
    said = yaml_text.load(path.read_text(encoding="utf-8"))
    columns: dict[str, str] = {}
    for name, column in said["columns"].items():
        for header in column["headers"]:
            if columns.setdefault(plain(header), name) != name:
                raise Fault(f"{path.name}: the heading {header!r} is given to {columns[plain(header)]} and to {name}")
    required = tuple(name for name, column in said["columns"].items() if column.get("required"))
    values = {
        name: {plain(str(word)): value for value, words in spoken.items() for word in words}
        for name, spoken in said["values"].items()
        if isinstance(spoken, dict)
    }
    values["flag"] = {plain(str(word)): answer for answer in ("yes", "no") for word in said["values"][answer]}
    return Mapping(columns, required, values)


def header_row(rows: Sequence[Sequence[object]]) -> int | None:
    """The first row where at least three cells are known headings; exports put titles above."""
    known = mapping().columns
    for number, row in enumerate(rows):
        if (
            len({known[key] for cell in row if cell is not None and (key := plain(str(cell))) in known})
            >= FEWEST_HEADERS
        ):
            return number
    return None


def layout(place: str, headers: Sequence[str]) -> Layout:
    """Which of a file's headings are read; a heading that also says "person" is never read.

    Raises BadInput where a needed column is not there, or two headings mean the same one: with the headings
    seen, the nearest guesses and how to add them.
    """
    known = mapping()
    read: dict[str, str] = {}
    personal: list[str] = []
    unknown: list[str] = []
    for header in headers:
        name = known.columns.get(plain(header))
        if name is None:
            (personal if personal_header(header) else unknown).append(header)
        elif name in read:
            raise BadInput(place, f"the headings {read[name]!r} and {header!r} both mean {name}; leave one out")
        else:
            read[name] = header
    missing = [name for name in known.required if name not in read]
    if missing:
        raise BadInput(place, _unknown_layout(headers, missing))
    return Layout(read, personal, unknown)


def _unknown_layout(headers: Sequence[str], missing: list[str]) -> str:
    seen = ", ".join(repr(header) for header in headers[:40])
    guesses = "; ".join(_guess(name, headers) for name in missing)
    return (
        f"no column for {', '.join(missing)}. Headings seen: {seen or 'none'}. {guesses}. "
        f"Add the heading your system writes to the list of that column in {HEADERS.name} (folder data/dossiers)"
    )


def _guess(name: str, headers: Sequence[str]) -> str:
    spoken = [word for word, column in mapping().columns.items() if column == name]
    likeness = {header: max(_alike(plain(header), word) for word in spoken) for header in headers}
    near = sorted((h for h in headers if likeness[h] >= _LIKE_ENOUGH), key=lambda h: -likeness[h])[:3]
    return f"Nearest to {name}: {', '.join(map(repr, near)) or 'none'}"


def _alike(a: str, b: str) -> float:
    return difflib.SequenceMatcher(None, a, b).ratio()
