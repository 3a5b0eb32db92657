"""The open data's table of how long people wait, field by field, as the public may see it."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from ranking.cumulative_incidence import COUNTS
from store import waits
from web.open.query import snapshot_of
from web.open.table import Table, marked, stretch

_NAMED = {"unit": "unit_code", "province": "province", "level": "level", "field": "field"}


def waiting(query: Mapping[str, str]) -> Table:
    """One row per unit, year of reception and field; days alone, for counts stand in the table of measurements."""
    snapshot = snapshot_of(query).seen_in(frozenset())
    where = [pl.col(column) == query[name] for name, column in _NAMED.items() if name in query]
    rows = waits.scan(snapshot).filter(*where).drop("n", *COUNTS).collect()
    return marked("waiting", rows.slice(*stretch(query).values()), rows.height, snapshot)
