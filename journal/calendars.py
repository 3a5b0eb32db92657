"""The secret addresses of calendars: whoever has one reads what its owner may see; the owner can revoke it.

The secret itself is shown once and not kept, only its hash: a copy of the database opens no calendar.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from journal import database
from journal.database import VisitError

MOST_OF_ONE = 10
CALENDARS = sa.Table(
    "calendars",
    database.METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("who", sa.Text, nullable=False, index=True),
    sa.Column("place", sa.Text, nullable=False),
    sa.Column("language", sa.Text, nullable=False),
    sa.Column("secret_hash", sa.String(64), nullable=False, unique=True),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
)


@dataclass(frozen=True)
class Calendar:
    """`who` reads the dates of a province `place`, in a language."""

    who: str
    place: str
    language: str
    id: int = 0
    created_at: datetime = datetime.min


def make(who: str, place: str, language: str) -> tuple[Calendar, str]:
    """A new calendar and its secret, which nobody can be told again. VisitError: too_many, or unreachable."""
    secret = secrets.token_urlsafe(32)
    values = {"who": who, "place": place, "language": language, "secret_hash": _hash(secret)}
    mine = sa.select(sa.func.count()).where(CALENDARS.c.who == who)
    with database.transaction() as connection:
        if connection.execute(mine).scalar_one() >= MOST_OF_ONE:
            raise VisitError("too_many", str(MOST_OF_ONE))
        row = sa.insert(CALENDARS).values(values | {"created_at": datetime.now(UTC)}).returning(*CALENDARS.c)
        return _calendar(connection.execute(row).one()), secret


def of(who: str) -> list[Calendar]:
    """A person's calendars; none, and a line in the log, without a database."""
    return database.unless_asleep(lambda: _chosen(CALENDARS.c.who == who), "calendars")


def by(secret: str) -> Calendar | None:
    """The calendar of a secret; None where there is none (any more). VisitError without a database."""
    return next(iter(_chosen(CALENDARS.c.secret_hash == _hash(secret))), None)


def revoke(calendar_id: int, who: str) -> bool:
    """Close one of a person's own addresses for good; False where it is none of theirs."""
    mine = (CALENDARS.c.id == calendar_id) & (CALENDARS.c.who == who)
    with database.transaction() as connection:
        return connection.execute(sa.delete(CALENDARS).where(mine)).rowcount == 1


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _chosen(*where: sa.ColumnElement[bool]) -> list[Calendar]:
    with database.transaction() as connection:
        rows = connection.execute(sa.select(CALENDARS).where(*where).order_by(CALENDARS.c.id)).all()
    return [_calendar(row) for row in rows]


def _calendar(row: sa.Row[Any]) -> Calendar:
    return Calendar(row.who, row.place, row.language, row.id, database.utc(row.created_at))
