"""The calendar of releases and the errata as tables of the open data."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime

import polars as pl

from display.words import releases as words
from ranking.periods import local_day
from store import errata as store_errata
from store import releases
from store.snapshot import datasets
from web.open.query import conditions, snapshot_of
from web.open.table import Table, marked, paged, stretch

_SCHEMA = {
    "dataset": pl.String,
    "snapshot": pl.String,
    "state": pl.String,
    "date": pl.Date,
    "released_at": pl.String,
    "captured_at": pl.String,
    "how": pl.String,
    "holds": pl.String,
    "note": pl.String,
    "what_vi": pl.String,
    "what_en": pl.String,
}


def calendar(query: Mapping[str, str]) -> Table:
    """What was released of a dataset, the latest first, after what is announced, the last first."""
    return paged("releases", _calendar(_dataset(query)), query)


def _calendar(dataset: str) -> pl.DataFrame:
    today = local_day(datetime.now(UTC))
    announced = [
        {"dataset": dataset, "state": "announced", "date": one.date, "what_vi": one.what.vi, "what_en": one.what.en}
        for one in reversed(words.announced(dataset, today))
    ]
    known = releases.known(dataset)
    held = releases.in_public(known)
    past = [
        {
            "dataset": dataset,
            "snapshot": one.snapshot,
            "state": "released" if one in held else "withdrawn",
            "date": local_day(one.released_at),
            "released_at": one.released_at.isoformat(),
            "captured_at": one.captured_at.isoformat(),
            "how": one.how,
            "holds": "; ".join(f"{basis} {first}/{last}" for basis, (first, last) in one.holds.items()),
            "note": one.note,
        }
        for one in reversed(known)
    ]
    return pl.DataFrame([*announced, *past], schema=_SCHEMA, orient="row")


def errata(query: Mapping[str, str]) -> Table:
    """What releases changed of figures that were released before, the latest first."""
    snapshot = snapshot_of(query)
    rows = store_errata.public(snapshot).filter(*conditions(query))
    return marked("errata", rows.slice(*stretch(query).values()), rows.height, snapshot)


def stamp(query: Mapping[str, str]) -> str:
    """Of what both tables are made: every release adds a row to the calendar."""
    rows = _calendar(_dataset(query))
    return hashlib.sha256(rows.write_csv().encode()).hexdigest()


def _dataset(query: Mapping[str, str]) -> str:
    return query.get("dataset") or next(iter(datasets()), "recorded")
