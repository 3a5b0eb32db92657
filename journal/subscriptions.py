"""Who asked to be told what, where the message goes, and what each was told already.

A message is decided on when it is made: by the roles that its reader holds then, not by those of the day on which it
was asked for.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import sqlalchemy as sa

from journal import database
from journal.database import VisitError

ROLES = ("leader", "editor", "inspector")
"""What can be asked for: changes of communes (leaders), late and revised data (who brings them in), promises."""
MAIL, HOOK = "mail", "hook"
MOST_OF_ONE = 20
"""Subscriptions of one person: more than a person can want is a mistake or worse."""
_ADDRESS = {
    MAIL: re.compile(r"[^\s@<>,;:\"]+@[^\s@<>,;:\"]+\.[^\s@<>,;:\"]+"),
    HOOK: re.compile(r"https?://[^\s/]+/?\S*"),
}
SUBSCRIPTIONS = sa.Table(
    "subscriptions",
    database.METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("who", sa.Text, nullable=False, index=True),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("place", sa.Text, nullable=False),
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("address", sa.Text, nullable=False),
    sa.Column("language", sa.Text, nullable=False),
    sa.Column("token", sa.Text, nullable=False, unique=True),
    sa.Column("secret", sa.Text, nullable=False),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("sent_on", sa.Date),
)
TOLD = sa.Table(
    "messages_told",
    database.METADATA,
    sa.Column("subscription_id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("news", sa.Text, primary_key=True),
    sa.Column("told_on", sa.Date, nullable=False),
)


@dataclass(frozen=True)
class Subscription:
    """`who` (a sign-in's name) is told, as `role`, of a province `place`, by `channel` at `address`.

    `token`: ends it, for whoever holds a message. `secret`: signs what goes to a hook. `sent_on`: the last digest.
    """

    who: str
    role: str
    place: str
    channel: str
    address: str
    language: str
    token: str = ""
    secret: str = ""
    id: int = 0
    created_at: datetime = datetime.min
    sent_on: date | None = None


def ask(wanted: Subscription) -> Subscription:
    """Keep a subscription; the one that says the same already is given back.

    VisitError: no_address (none that a message could go to), too_many, or unreachable.
    """
    if wanted.role not in ROLES or not _ADDRESS[wanted.channel].fullmatch(wanted.address) or len(wanted.address) > 300:
        raise VisitError("no_address", wanted.address)
    table, now = SUBSCRIPTIONS.c, datetime.now(UTC)
    same = [getattr(table, name) == getattr(wanted, name) for name in ("who", "role", "place", "channel", "address")]
    values = {name: getattr(wanted, name) for name in ("who", "role", "place", "channel", "address", "language")}
    values |= {"token": secrets.token_urlsafe(24), "secret": secrets.token_urlsafe(32), "created_at": now}
    with database.transaction() as connection:
        if found := connection.execute(sa.select(SUBSCRIPTIONS).where(*same)).first():
            return _subscription(found)
        mine = sa.select(sa.func.count()).where(table.who == wanted.who)
        if connection.execute(mine).scalar_one() >= MOST_OF_ONE:
            raise VisitError("too_many", str(MOST_OF_ONE))
        return _subscription(connection.execute(sa.insert(SUBSCRIPTIONS).values(values).returning(*table)).one())


def of(who: str) -> list[Subscription]:
    """The subscriptions of a person; none, and a line in the log, without a database."""
    return database.unless_asleep(lambda: _chosen(SUBSCRIPTIONS.c.who == who), "subscriptions")


def all_of() -> list[Subscription]:
    """Every subscription; VisitError without a database."""
    return _chosen()


def end(subscription_id: int, who: str) -> bool:
    """End one of a person's own; False where it is none of theirs."""
    return _ended((SUBSCRIPTIONS.c.id == subscription_id) & (SUBSCRIPTIONS.c.who == who))


def end_by(token: str) -> bool:
    """End the one whose messages carry this token; False where there is none (any more)."""
    return bool(token) and _ended(SUBSCRIPTIONS.c.token == token)


def untold(subscription_id: int, news: Iterable[str]) -> set[str]:
    """Which of these the subscription was not told yet."""
    asked = sa.select(TOLD.c.news).where(TOLD.c.subscription_id == subscription_id)
    with database.transaction() as connection:
        return set(news) - set(connection.execute(asked).scalars())


def claim(subscription_id: int, today: date) -> bool:
    """Take the one digest of a day: of two that try only one gets it, so nobody is sent two."""
    table = SUBSCRIPTIONS.c
    free = (table.id == subscription_id) & (table.sent_on.is_(None) | (table.sent_on < today))
    with database.transaction() as connection:
        return connection.execute(sa.update(SUBSCRIPTIONS).where(free).values(sent_on=today)).rowcount == 1


def give_back(subscription_id: int, today: date, before: date | None) -> None:
    """The digest of today did not leave: the next round may try again."""
    mine = (SUBSCRIPTIONS.c.id == subscription_id) & (SUBSCRIPTIONS.c.sent_on == today)
    with database.transaction() as connection:
        connection.execute(sa.update(SUBSCRIPTIONS).where(mine).values(sent_on=before))


def note_told(subscription_id: int, news: Iterable[str], today: date) -> None:
    """Remember what a digest said, so that no later one says it again."""
    rows = [{"subscription_id": subscription_id, "news": one, "told_on": today} for one in sorted(set(news))]
    if rows:
        with database.transaction() as connection:
            connection.execute(sa.insert(TOLD), rows)


def _ended(where: sa.ColumnElement[bool]) -> bool:
    """Nothing of it is kept: an address is personal."""
    table = SUBSCRIPTIONS.c
    with database.transaction() as connection:
        gone = connection.execute(sa.delete(SUBSCRIPTIONS).where(where).returning(table.id)).scalars().all()
        connection.execute(sa.delete(TOLD).where(TOLD.c.subscription_id.in_(gone)))
    return bool(gone)


def _chosen(*where: sa.ColumnElement[bool]) -> list[Subscription]:
    with database.transaction() as connection:
        rows = connection.execute(sa.select(SUBSCRIPTIONS).where(*where).order_by(SUBSCRIPTIONS.c.id)).all()
    return [_subscription(row) for row in rows]


def _subscription(row: sa.Row[Any]) -> Subscription:
    known = dict(row._mapping)
    return Subscription(**(known | {"created_at": database.utc(known["created_at"])}))
