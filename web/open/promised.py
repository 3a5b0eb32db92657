"""What the columns of `/open/v1` mean: `data/open_v1.yaml`, which keeps its word as long as the address stands."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import lru_cache

import polars as pl

from files.places import HOME
from ranking import yaml_text
from web.open.table import Table, paged

FILE = HOME / "data" / "open_v1.yaml"
TYPES: dict[str, tuple[type[pl.DataType], ...]] = {
    "text": (pl.String,),
    "number": (pl.Float64,),
    "integer": (pl.Int64, pl.Int32, pl.UInt32),
    "date": (pl.Date,),
    "time": (pl.Datetime,),
    "yes/no": (pl.Boolean,),
}
"""The types of the file, by those of frames."""


@lru_cache(maxsize=1)
def promised() -> Mapping[str, Mapping[str, tuple[str, str]]]:
    """Type and meaning of each column of each table."""
    content = yaml_text.load(FILE.read_text(encoding="utf-8"))
    return {
        table: {column: _told(text) for column, text in columns.items()} for table, columns in content["tables"].items()
    }


def _told(text: str) -> tuple[str, str]:
    kind, _, meaning = text.partition(": ")
    if kind not in TYPES or not meaning:
        raise ValueError(f"{FILE.name}: {text!r} must read `<type>: <meaning>`, a type being one of {', '.join(TYPES)}")
    return kind, meaning


def columns(query: Mapping[str, str]) -> Table:
    """One row per table and column."""
    rows = [(table, name, *told) for table, known in promised().items() for name, told in known.items()]
    schema = dict.fromkeys(("table", "column", "type", "meaning"), pl.String)
    return paged("columns", pl.DataFrame(rows, schema=schema, orient="row"), query)


def stamp(query: Mapping[str, str]) -> str:
    return hashlib.sha256(FILE.read_bytes()).hexdigest()
