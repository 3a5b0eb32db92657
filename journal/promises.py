"""What was promised after a visit: who does what by when about what was found, until it is closed.

Whether a promise was kept is what somebody says who looked; what became of the figures is worked out when asked for
(`display.portraits.promises`) and not kept.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from typing import Any, Literal, get_args

import sqlalchemy as sa

from journal import database
from journal.database import VisitError

LONGEST = {"finding": 1000, "who": 200, "what": 1000}
End = Literal["kept", "dropped"]
ENDS = get_args(End)
"""How a promise is closed: done as promised, or no longer asked for."""
PROMISES = sa.Table(
    "promises",
    database.METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("unit_code", sa.String(5), nullable=False, index=True),
    sa.Column("visit_id", sa.Integer),
    sa.Column("finding", sa.Text, nullable=False),
    sa.Column("who", sa.Text, nullable=False),
    sa.Column("what", sa.Text, nullable=False),
    sa.Column("promised_on", sa.Date, nullable=False),
    sa.Column("due_on", sa.Date, nullable=False),
    sa.Column("measure", sa.Text, nullable=False),
    sa.Column("basis", sa.Text, nullable=False),
    sa.Column("field", sa.Text, nullable=False),
    sa.Column("practice", sa.Boolean, nullable=False),
    sa.Column("signed_in", sa.Text, nullable=False),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("closed_at", sa.DateTime(timezone=True)),
    sa.Column("closed_as", sa.Text),
    sa.Column("closed_by", sa.Text),
)


@dataclass(frozen=True)
class Promise:
    """One promise of a commune: `finding`, what was found; `who` does `what` until the end of `due_on`.

    `measure`, `basis` and `field` ("all" for all of them) name the figure that it is to change; `measure` is empty
    where no figure shows it. `visit_id`: the visit at which it was made, None where it was made without one.
    `practice`: written beside simulated figures. Times in UTC.
    """

    unit_code: str
    finding: str
    who: str
    what: str
    promised_on: date
    due_on: date
    measure: str = ""
    basis: str = ""
    field: str = "all"
    visit_id: int | None = None
    practice: bool = False
    signed_in: str = ""
    id: int = 0
    created_at: datetime = datetime.min
    closed_at: datetime | None = None
    closed_as: str | None = None
    closed_by: str | None = None

    def is_overdue(self, today: date) -> bool:
        """Whether its day has passed and nobody has closed it."""
        return self.closed_at is None and self.due_on < today


def make(promise: Promise, today: date, signed_in: str = "") -> Promise:
    """Keep a new promise. VisitError: no_unit, no_finding, no_who, no_what, too_long, future (made after today), due
    (before it was made), or unreachable where there is no database."""
    values = asdict(_checked(promise, today))
    given = [name for name in values if name not in ("id", "created_at", "closed_at", "closed_as", "closed_by")]
    row = {name: values[name] for name in given}
    row |= {"signed_in": database.tidy(signed_in), "created_at": datetime.now(UTC)}
    with database.transaction() as connection:
        return _promise(connection.execute(sa.insert(PROMISES).values(row).returning(*PROMISES.c)).one())


def close(promise_id: int, unit_code: str, end: End, who: str) -> bool:
    """Close a promise of a commune; False where it is none of that commune, or is closed already."""
    mine = (PROMISES.c.id == promise_id) & (PROMISES.c.unit_code == unit_code) & PROMISES.c.closed_at.is_(None)
    values = {"closed_at": datetime.now(UTC), "closed_as": end, "closed_by": database.tidy(who)}
    with database.transaction() as connection:
        return connection.execute(sa.update(PROMISES).where(mine).values(values)).rowcount == 1


def of_unit(code: str, practice: bool = False) -> list[Promise]:
    """All promises of a commune, the latest first; VisitError without a database."""
    return _chosen([PROMISES.c.unit_code == code, PROMISES.c.practice == practice])


def still_open(practice: bool = False) -> list[Promise]:
    """The promises that nobody has closed, the one that is due first first; none, and a line in the log, without a
    database."""
    where = [PROMISES.c.closed_at.is_(None), PROMISES.c.practice == practice]
    found = database.unless_asleep(lambda: _chosen(where), "promises")
    return sorted(found, key=lambda promise: (promise.due_on, promise.id))


def shown(code: str, practice: bool = False) -> list[Promise]:
    """Those of `of_unit` for a page; none, and a line in the log, without a database."""
    return database.unless_asleep(lambda: of_unit(code, practice), "promises")


def _checked(promise: Promise, today: date) -> Promise:
    texts = {name: database.tidy(getattr(promise, name)) for name in LONGEST}
    if not re.fullmatch(r"[0-9]{5}", promise.unit_code):
        raise VisitError("no_unit", f"unit_code: five digits are needed, found {promise.unit_code!r}")
    for name, text in texts.items():
        if not text:
            raise VisitError(f"no_{name}")
        if len(text) > LONGEST[name]:
            raise VisitError("too_long", f"{name}: {len(text)} characters, at most {LONGEST[name]} are kept")
    if promise.promised_on > today:
        raise VisitError("future", f"promised_on: {promise.promised_on} lies after today, {today}")
    if promise.due_on < promise.promised_on:
        raise VisitError("due", f"due_on: {promise.due_on} lies before {promise.promised_on}")
    return Promise(**asdict(promise) | texts)


def _chosen(where: Sequence[sa.ColumnElement[bool]]) -> list[Promise]:
    with database.transaction() as connection:
        rows = connection.execute(sa.select(PROMISES).where(*where).order_by(PROMISES.c.id.desc())).all()
    return [_promise(row) for row in rows]


def _promise(row: sa.Row[Any]) -> Promise:
    known = dict(row._mapping)
    ended = known["closed_at"]
    times = {"created_at": database.utc(known["created_at"]), "closed_at": database.utc(ended) if ended else None}
    return Promise(**(known | times))
