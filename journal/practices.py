"""Practices that people write down: what a commune or province began on which day, until somebody takes it back.

What a practice changed is worked out when asked for (`display.portraits.practices`) and not kept.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from typing import Any

import sqlalchemy as sa

from journal import database
from journal.database import VisitError
from store.practices import FIRST, LONGEST, Practice, kinds

PRACTICES = sa.Table(
    "practices",
    database.METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("unit_code", sa.String(5), nullable=False, index=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("since", sa.Date, nullable=False),
    sa.Column("until", sa.Date),
    sa.Column("what", sa.Text, nullable=False),
    sa.Column("simulated", sa.Boolean, nullable=False),
    sa.Column("signed_in", sa.Text, nullable=False),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("withdrawn_at", sa.DateTime(timezone=True)),
    sa.Column("withdrawn_by", sa.Text),
)
_PLACE = re.compile(r"[0-9]{2}|[0-9]{5}")


@dataclass(frozen=True)
class Noted(Practice):
    """A practice as somebody wrote it down: `source` says who. `created_at` in UTC."""

    id: int = 0
    created_at: datetime = datetime.min


def write_down(practice: Practice, today: date, signed_in: str, *, simulated: bool) -> Noted:
    """Keep a practice; `simulated`: written beside simulated figures.

    VisitError: no_unit, no_kind, no_what (of the kind `other`), too_long, early (before today's communes existed),
    future (begun after today), until (ended before it began), again (the same from that day on), or unreachable.
    """
    what = database.tidy(practice.what)
    _check(practice, what, today)
    values = asdict(practice) | {"what": what, "simulated": simulated, "signed_in": database.tidy(signed_in)}
    values.pop("source")
    table = PRACTICES.c
    same = sa.and_(*(table[name] == values[name] for name in ("unit_code", "kind", "since", "simulated")))
    with database.transaction() as connection:
        row = connection.execute(
            sa.insert(PRACTICES).values(values | {"created_at": datetime.now(UTC)}).returning(*PRACTICES.c)
        ).one()
        before = sa.select(sa.func.count()).where(same, table.withdrawn_at.is_(None), table.id != row.id)
        if connection.execute(before).scalar_one():
            raise VisitError("again")
    return _noted(row)


def withdraw(practice_id: int, unit_code: str, who: str) -> bool:
    """Take a practice back, as written by mistake; False where it is none of that place, or was taken back before."""
    table = PRACTICES.c
    mine = (table.id == practice_id) & (table.unit_code == unit_code) & table.withdrawn_at.is_(None)
    values = {"withdrawn_at": datetime.now(UTC), "withdrawn_by": database.tidy(who)}
    with database.transaction() as connection:
        return connection.execute(sa.update(PRACTICES).where(mine).values(values)).rowcount == 1


def all_of(*, simulated: bool) -> list[Noted]:
    """All that stand, the latest beginning first; none, and a line in the log, without a database."""
    return database.unless_asleep(lambda: _standing(simulated), "practices")


def _standing(simulated: bool) -> list[Noted]:
    table = PRACTICES.c
    asked = sa.select(PRACTICES).where(table.simulated == simulated, table.withdrawn_at.is_(None))
    with database.transaction() as connection:
        return [_noted(row) for row in connection.execute(asked.order_by(table.since.desc(), table.id.desc())).all()]


def _check(practice: Practice, what: str, today: date) -> None:
    if not _PLACE.fullmatch(practice.unit_code):
        raise VisitError("no_unit", f"unit_code: two or five digits are needed, found {practice.unit_code!r}")
    if practice.kind not in kinds():
        raise VisitError("no_kind", f"kind: {practice.kind!r} is none of {', '.join(kinds())}")
    if practice.kind == "other" and not what:
        raise VisitError("no_what")
    if len(what) > LONGEST:
        raise VisitError("too_long", f"what: {len(what)} characters, at most {LONGEST} are kept")
    if practice.since < FIRST:
        raise VisitError("early", f"since: {practice.since} lies before {FIRST}")
    if practice.since > today:
        raise VisitError("future", f"since: {practice.since} lies after today, {today}")
    if practice.until is not None and practice.until < practice.since:
        raise VisitError("until", f"until: {practice.until} lies before {practice.since}")


def _noted(row: sa.Row[Any]) -> Noted:
    known = row._mapping
    given = {name: known[name] for name in ("unit_code", "kind", "since", "until", "what", "id")}
    return Noted(**given, source=known["signed_in"], created_at=database.utc(known["created_at"]))
