"""The code lists of dossiers: headings, words of cells and fields, the shipped files and a province's own over them.

The shipped files lie in `data/dossiers/`. What a province adds lies in `local/dossiers/` of its data folder, in files
of the same names and forms, and is read over them: a word that stands in both means what the province says.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import yaml

from files.faults import Fault
from files.places import DATA
from ranking import yaml_text
from ranking.names import fold, tidy
from store.procedures import FILE, Procedure, procedures

SHIPPED = DATA / "dossiers"
LOCAL = Path("local") / "dossiers"
HEADERS, FIELDS = "headers.yaml", "fields.yaml"
NO_FIELD = "(không rõ lĩnh vực)"
"""What is counted of a field that is on no list: its words are never kept."""
_DECIMALS = re.compile(r"(?<=^\d)[.,]0+$")
_NOT_A_WORD = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True)
class Lists:
    """What exports are read by.

    `columns`: heading → our column. `required`: columns without which a file is refused. `values`: by column, and under
    `flag` for all yes/no columns, word → our value. `fields`: spelling → field. All these keys as `plain` makes them.
    """

    columns: Mapping[str, str]
    required: tuple[str, ...]
    values: Mapping[str, Mapping[str, str]]
    fields: Mapping[str, str]
    procedures: Mapping[str, Procedure] = field(default_factory=dict)
    """By the code of a procedure, as `store.procedures` reads them, each with a field of the list."""

    def words_of(self, column: str) -> Mapping[str, str]:
        """The words that a value column knows; those of yes/no columns are the same for all."""
        return self.values.get(column) or self.values["flag"]


@lru_cache(maxsize=4)
def lists_of(data: Path | None = None) -> Lists:
    """The shipped lists with what `data`/local/dossiers adds. Fault where a file is not in the shipped one's form."""
    columns: dict[str, str] = {}
    values: dict[str, dict[str, str]] = {}
    fields: dict[str, str] = {}
    required: tuple[str, ...] = ()
    for folder in (SHIPPED, *((data / LOCAL,) if data else ())):
        said = _loaded(folder / HEADERS)
        own: dict[str, str] = {}
        for name, column in (said.get("columns") or {}).items():
            if folder != SHIPPED and name not in columns.values():
                raise Fault(f"{folder / HEADERS}: there is no column {name!r}")
            for header in _texts(folder / HEADERS, column.get("headers") if isinstance(column, dict) else column):
                if own.setdefault(plain(header), name) != name:
                    raise Fault(f"{HEADERS}: the heading {header!r} is given to {own[plain(header)]} and to {name}")
            if folder == SHIPPED and column.get("required"):
                required = (*required, name)
        columns |= own
        for name, spoken in (said.get("values") or {}).items():
            answers = spoken if isinstance(spoken, dict) else {str(name): spoken}
            column = name if isinstance(spoken, dict) else "flag"
            if folder != SHIPPED and not {*answers} <= {*values.get(column, {}).values()}:
                raise Fault(
                    f"{folder / HEADERS}: {name!r} knows {', '.join(sorted({*values.get(column, {}).values()}))}"
                )
            for value, words in answers.items():
                values.setdefault(column, {}).update(
                    {word_key(word): value for word in _texts(folder / HEADERS, words)}
                )
        for own_name, others in _loaded(folder / FIELDS).items():
            for spelling in (str(own_name), *_texts(folder / FIELDS, others or [])):
                fields[plain(spelling)] = tidy(str(own_name))
    return Lists(columns, required, values, fields, _procedures(data, fields))


def _procedures(data: Path | None, fields: Mapping[str, str]) -> dict[str, Procedure]:
    found = procedures(data)
    for code, known in found.items():
        if fields.get(plain(known.field)) != known.field:
            raise Fault(f"{FILE}: {code}: {known.field!r} is no field of {FIELDS}; add it there first")
    return found


def field_names(lists: Lists) -> frozenset[str]:
    """All names that may be kept for fields."""
    return frozenset({NO_FIELD, *lists.fields.values()})


def plain(text: str) -> str:
    """What headings and values are compared by: `Ngày tiếp nhận (*)` and `NGAY_TIEP_NHAN` are the same."""
    return _NOT_A_WORD.sub("", fold(text))


def word_key(text: str) -> str:
    """What the words of cells are compared by: letters and digits; a mark such as ✓ by itself where there are none.

    A number that gained decimals is the number: `1.0` is `1`.
    """
    return plain(_DECIMALS.sub("", text)) or "".join(text.split())


def first_headings() -> dict[str, str]:
    """Our column → its first heading, of each column that an export may have, in the order of the shipped file."""
    said = _loaded(SHIPPED / HEADERS)["columns"]
    return {name: _texts(SHIPPED / HEADERS, column["headers"])[0] for name, column in said.items()}


def _loaded(path: Path) -> dict:
    if not path.exists():
        return {}
    try:
        said = yaml_text.load(path.read_text(encoding="utf-8")) or {}
    except (yaml.YAMLError, UnicodeDecodeError):
        raise Fault(f"{path}: is no sound YAML file") from None
    if not isinstance(said, dict):
        raise Fault(f"{path}: must hold names with lists behind them")
    return said


def _texts(path: Path, words: object) -> list[str]:
    if not isinstance(words, list):
        raise Fault(f"{path}: a list of words in square brackets is expected")
    return [str(word) for word in words]
