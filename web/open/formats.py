"""A page of a table as JSON, CSV or Parquet, and which of them a reader wants."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping

import polars as pl

from files import sheets
from web.open.query import FORMATS, Problem
from web.open.table import Table

TYPES = {
    "json": "application/json",
    "csv": "text/csv; charset=utf-8",
    "parquet": "application/vnd.apache.parquet",
}
GEOJSON = "application/geo+json"
_ACCEPTED = {
    "application/json": "json",
    GEOJSON: "json",
    "application/*": "json",
    "*/*": "json",
    "text/csv": "csv",
    "text/*": "csv",
    "application/vnd.apache.parquet": "parquet",
}


def wanted(query: Mapping[str, str], accept: str) -> str:
    """The format of a reply; Problem 406 where the reader accepts none that we have."""
    if "format" in query:
        return query["format"]
    ranges = sorted(filter(None, map(_range, (accept or "*/*").split(","))), reverse=True, key=lambda found: found[0])
    for quality, kind in ranges:
        if quality > 0 and kind in _ACCEPTED:
            return _ACCEPTED[kind]
    raise Problem(406, "No such format", f"there are {', '.join(TYPES[name] for name in FORMATS)}")


def media_type(table: str, name: str) -> str:
    return GEOJSON if (table, name) == ("boundaries", "json") else TYPES[name]


def encoded(table: Table, name: str, page: Mapping[str, object]) -> bytes:
    """The bytes of a page; `page` are its offset, limit and the address of the next one."""
    if name == "csv":
        rows = _plain(table.rows)
        return sheets.to_csv(rows.columns, rows.iter_rows())
    if name == "parquet":
        out = io.BytesIO()
        about = {key: str(value) for key, value in table.said.items() if value is not None}
        table.rows.write_parquet(out, metadata=about)
        return out.getvalue()
    return _json(table, page)


def _json(table: Table, page: Mapping[str, object]) -> bytes:
    geo = table.name == "boundaries"
    head = {"type": "FeatureCollection"} if geo else {"table": table.name}
    rows = (
        json.dumps(table.records, ensure_ascii=False) if table.records is not None else _plain(table.rows).write_json()
    )
    text = json.dumps({**head, **table.said, "total": table.total, **page}, ensure_ascii=False)
    return f'{text[:-1]}, "{"features" if geo else "rows"}": {rows}}}\n'.encode()


def _plain(rows: pl.DataFrame) -> pl.DataFrame:
    """Moments as they are written in ISO 8601, and days without any need to be quoted."""
    moments = [name for name, dtype in rows.schema.items() if isinstance(dtype, pl.Datetime)]
    return rows.with_columns(
        *(pl.col(name).dt.strftime("%Y-%m-%dT%H:%M:%SZ") for name in moments),
        *(pl.col(name).dt.to_string("iso") for name, dtype in rows.schema.items() if dtype == pl.Date),
    )


def _range(text: str) -> tuple[float, str] | None:
    """(quality, media type) of one part of an Accept header; None where it is no such part."""
    kind, *rest = (part.strip() for part in text.split(";"))
    quality = next((part.removeprefix("q=") for part in rest if part.startswith("q=")), "1")
    try:
        return float(quality), kind.lower()
    except ValueError:
        return None
