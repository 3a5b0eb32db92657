"""Dossiers for tests: one plain dossier to change, and the sums that one or several of them come to."""

from __future__ import annotations

from datetime import date

import polars as pl

from ranking.dossiers.days import calendar
from ranking.dossiers.rows import DONE, DOSSIER, FULL, KEYS, partial_sums
from store.swapped_days import swapped_days

CALENDAR = calendar(swapped_days())
# August 2026 begins on a Saturday: 3, 10, 17, 24 are Mondays.
PLAIN = {
    "code": "H44.100-260803-0001", "intake": 1, "decision": 1, "province": 0, "field": 0, "procedure": 0,
    "channel": FULL, "received": date(2026, 8, 3), "due": date(2026, 8, 10), "done": date(2026, 8, 6),
    "returned": None, "stopped": None, "state": DONE, "supplements": 0, "waited": 0, "fee_owed": None,
    "paid_online": None, "e_result": None, "digitised": None, "reused": None, "apologised": None,
    "exported": date(2026, 9, 1),
}  # fmt: skip


def dossiers(*changes: dict[str, object]) -> pl.DataFrame:
    """One row per set of changes to the plain dossier: received Monday 3, due Monday 10, done Thursday 6 August."""
    rows = [PLAIN | {"code": f"H44.100-260803-{n:04d}"} | change for n, change in enumerate(changes, 1)]
    return pl.DataFrame(rows, schema=DOSSIER, orient="row")


def sums(rows: pl.DataFrame, limits: pl.DataFrame | None = None) -> dict[str, pl.DataFrame]:
    """The partial sums of `rows`, each table in order of its keys."""
    tables = partial_sums(rows.lazy(), CALENDAR.lazy(), None if limits is None else limits.lazy())
    return {name: table.collect().sort(KEYS[name]) for name, table in tables.items()}


def counted(limits: pl.DataFrame | None = None, **change: object) -> dict[str, int]:
    """What a single changed dossier counts for."""
    return sums(dossiers(change), limits)["events"].row(0, named=True)


def days_of(**change: object) -> tuple[int, int]:
    """(working days, calendar days) of a single changed dossier."""
    row = sums(dossiers(change))["days"].row(0, named=True)
    return row["working_days"], row["calendar_days"]
