"""Corrections of single figures by editors: both values, the reason and the author; in force until taken back.

A correction changes no figure by itself. The next publish puts it in the place of the source's own figure
(`etl.publishing.corrected`), and once it is taken back, the next publish shows the source's figure again.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from journal import database
from journal.database import VisitError
from store.reference import measures

LONGEST = 500
CORRECTIONS = sa.Table(
    "corrections",
    database.METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("dataset", sa.Text, nullable=False),
    sa.Column("province_code", sa.String(2), nullable=False, index=True),
    sa.Column("unit_code", sa.String(5), nullable=False),
    sa.Column("measure", sa.Text, nullable=False),
    sa.Column("period", sa.Text, nullable=False),
    sa.Column("series", sa.Text, nullable=False),
    sa.Column("basis", sa.Text, nullable=False),
    sa.Column("old_numerator", sa.Float),
    sa.Column("old_denominator", sa.Float),
    sa.Column("new_numerator", sa.Float, nullable=False),
    sa.Column("new_denominator", sa.Float),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("author", sa.Text, nullable=False),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("withdrawn_at", sa.DateTime(timezone=True)),
    sa.Column("withdrawn_by", sa.Text),
)
_CELL = ("dataset", "unit_code", "measure", "period", "series", "basis")


@dataclass(frozen=True)
class Correction:
    """Another figure for one commune, measure and period, of all fields together.

    `old_…` is what was published when it was written, None where nothing was; a count has no denominator.
    """

    dataset: str
    province_code: str
    unit_code: str
    measure: str
    period: str
    series: str
    basis: str
    new_numerator: float
    reason: str
    new_denominator: float | None = None
    old_numerator: float | None = None
    old_denominator: float | None = None
    author: str = ""
    id: int = 0
    created_at: datetime = datetime.min
    withdrawn_at: datetime | None = None
    withdrawn_by: str | None = None


def correct(one: Correction) -> Correction:
    """Keep a correction; an earlier one of the same figure is taken back by it.

    VisitError: no_words, too_long, no_number (not finite, below 0, or a part of more than the whole), same (as what
    is published), or unreachable.
    """
    reason = database.tidy(one.reason)
    if not reason:
        raise VisitError("no_words")
    if len(reason) > LONGEST:
        raise VisitError("too_long", f"{len(reason)} characters, at most {LONGEST} are kept")
    _check_figures(one)
    now = datetime.now(UTC)
    values = {name: getattr(one, name) for name in (*_CELL, "province_code", *_FIGURES)}
    values |= {"reason": reason, "author": database.tidy(one.author), "created_at": now}
    earlier = sa.and_(CORRECTIONS.c.withdrawn_at.is_(None), *(CORRECTIONS.c[name] == values[name] for name in _CELL))
    with database.transaction() as connection:
        connection.execute(
            sa.update(CORRECTIONS).where(earlier).values(withdrawn_at=now, withdrawn_by=values["author"])
        )
        return _correction(connection.execute(sa.insert(CORRECTIONS).values(values).returning(*CORRECTIONS.c)).one())


_FIGURES = ("old_numerator", "old_denominator", "new_numerator", "new_denominator")


def _check_figures(one: Correction) -> None:
    part, whole = one.new_numerator, one.new_denominator
    kind = measures()[one.measure].kind
    if any(not math.isfinite(value) or value < 0 for value in (part, whole) if value is not None):
        raise VisitError("no_number")
    if (whole is None) == (kind in ("share", "rate")) or (kind == "share" and part > (whole or 0)):
        raise VisitError("no_number")
    if (one.new_numerator, one.new_denominator) == (one.old_numerator, one.old_denominator):
        raise VisitError("same")


def withdraw(correction_id: int, province: str, who: str) -> bool:
    """Take a correction of a province back; False where it is none of that province, or was taken back already."""
    table = CORRECTIONS.c
    mine = (table.id == correction_id) & (table.province_code == province) & table.withdrawn_at.is_(None)
    change = sa.update(CORRECTIONS).where(mine).values(withdrawn_at=datetime.now(UTC), withdrawn_by=database.tidy(who))
    with database.transaction() as connection:
        return connection.execute(change).rowcount == 1


def known(
    dataset: str, province: str | None = None, *, in_force: bool = False, address: str | None = None
) -> list[Correction]:
    """The corrections of a dataset, the latest first; VisitError where they cannot be read.

    `address`: of another database than the service's own (`journal.place.url`).
    """
    where = [CORRECTIONS.c.dataset == dataset]
    where += [CORRECTIONS.c.province_code == province] if province else []
    where += [CORRECTIONS.c.withdrawn_at.is_(None)] if in_force else []
    with database.transaction(address) as connection:
        rows = connection.execute(sa.select(CORRECTIONS).where(*where).order_by(CORRECTIONS.c.id.desc())).all()
    return [_correction(row) for row in rows]


def shown(dataset: str) -> list[Correction]:
    """The corrections of a dataset for a page; none, and a line in the log, without a database."""
    return database.unless_asleep(lambda: known(dataset), "corrections")


def _correction(row: sa.Row[Any]) -> Correction:
    found = dict(row._mapping)
    back = found["withdrawn_at"]
    moments = {"created_at": database.utc(found["created_at"]), "withdrawn_at": database.utc(back) if back else None}
    return Correction(**(found | moments))
