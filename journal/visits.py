"""The visits of inspection teams: the one thing of Gần Dân that its readers write, kept in a database.

SQLite in the data folder unless GANDAN_VISITS_URL names another database, a PostgreSQL where several machines
serve. Nothing here waits for a page: rows in, rows out, each call a transaction of its own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import UTC, date, datetime
from typing import Any

import sqlalchemy as sa

from files import sheets
from journal.database import METADATA, VisitError, tidy, transaction, utc
from journal.typed import seen

LONGEST = {"team": 200, "findings": 10_000, "author": 100}
VISITS = sa.Table(
    "visits",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("unit_code", sa.String(5), nullable=False, index=True),
    sa.Column("visited_on", sa.Date, nullable=False),
    sa.Column("team", sa.Text, nullable=False),
    sa.Column("findings", sa.Text, nullable=False),
    sa.Column("follow_up_on", sa.Date),
    sa.Column("author", sa.Text, nullable=False),
    sa.Column("practice", sa.Boolean, nullable=False),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("signed_in", sa.Text, nullable=False, server_default=sa.text("''")),
    sqlite_autoincrement=True,
)
WORDINGS = sa.Table(
    "visit_wordings",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("visit_id", sa.Integer, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("visited_on", sa.Date, nullable=False),
    sa.Column("team", sa.Text, nullable=False),
    sa.Column("findings", sa.Text, nullable=False),
    sa.Column("follow_up_on", sa.Date),
    sa.Column("author", sa.Text, nullable=False),
    sa.Column("signed_in", sa.Text, nullable=False),
    sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
    sa.UniqueConstraint("visit_id", "version", name="uq_visit_wordings_visit_id_version"),
)
_WORDED = ("visited_on", "team", "findings", "follow_up_on", "author", "signed_in")


@dataclass(frozen=True)
class Note:
    """What a team writes about a visit. `practice`: written beside simulated figures, so about no real visit."""

    unit_code: str
    visited_on: date
    team: str
    findings: str
    follow_up_on: date | None = None
    author: str = ""
    practice: bool = False


@dataclass(frozen=True)
class Visit(Note):
    """A note as it is kept; times in UTC. `version` starts at 1 and grows with every change.

    `signed_in`: whom the provider of identities vouched for when this wording was written; empty in notes from before
    that was kept. `author` is what somebody typed.
    """

    id: int = 0
    created_at: datetime = datetime.min
    updated_at: datetime = datetime.min
    version: int = 0
    signed_in: str = ""


@dataclass(frozen=True)
class Wording:
    """What a note said at a `version` that has been changed since, who wrote that, and when."""

    visit_id: int
    version: int
    visited_on: date
    team: str
    findings: str
    follow_up_on: date | None
    author: str
    signed_in: str
    written_at: datetime


def record(note: Note, today: date, signed_in: str = "") -> Visit:
    """Keep a new note. VisitError where it is not complete or the database cannot be reached."""
    now = datetime.now(UTC)
    values = asdict(checked(note, today)) | {"created_at": now, "updated_at": now, "version": 1}
    values |= {"signed_in": tidy(signed_in)}
    with transaction() as connection:
        return _visit(connection.execute(sa.insert(VISITS).values(values).returning(*VISITS.c)).one())


def change(visit_id: int, version: int, note: Note, today: date, signed_in: str = "") -> Visit:
    """Add a wording to a note that was read at `version`: it is the one that counts, and the one before it stays.

    VisitError `stale` where the note has changed since or is not there.
    """
    values = asdict(checked(note, today)) | {"updated_at": datetime.now(UTC), "version": version + 1}
    values |= {"signed_in": tidy(signed_in)}
    mine = (VISITS.c.id == visit_id) & (VISITS.c.version == version)
    said = sa.select(*(VISITS.c[name] for name in ("id", "version", *_WORDED, "updated_at"))).where(mine)
    names = ["visit_id", "version", *_WORDED, "written_at"]
    with transaction() as connection:
        # One statement: SQLite would not let a transaction that has read write; PostgreSQL waits for another change.
        connection.execute(sa.insert(WORDINGS).from_select(names, said.with_for_update()))
        rows = connection.execute(sa.update(VISITS).where(mine).values(values).returning(*VISITS.c)).all()
    if not rows:
        raise VisitError("stale", f"visit {visit_id} is no longer at version {version}; read it again")
    return _visit(rows[0])


def checked(note: Note, today: date) -> Note:
    """The note with its texts tidied; VisitError where something is missing or cannot be."""
    texts = {name: tidy(getattr(note, name)) for name in LONGEST}
    for name, text in texts.items():
        if len(text) > LONGEST[name]:
            raise VisitError("too_long", f"{name}: {len(text)} characters, at most {LONGEST[name]} are kept")
    if not re.fullmatch(r"[0-9]{5}", note.unit_code):
        raise VisitError("no_unit", f"unit_code: five digits are needed, found {note.unit_code!r}")
    for name in ("team", "findings"):
        if not texts[name]:
            raise VisitError(f"no_{name}")
    if note.visited_on > today:
        raise VisitError("future", f"visited_on: {note.visited_on} lies after today, {today}")
    if note.follow_up_on and note.follow_up_on < note.visited_on:
        raise VisitError("follow_up", f"follow_up_on: {note.follow_up_on} lies before {note.visited_on}")
    return Note(**asdict(note) | texts)


# --- reading


def wordings(visit_ids: Sequence[int]) -> dict[int, list[Wording]]:
    """What these notes said before, the latest first; notes that were never changed are absent."""
    asked = sa.select(WORDINGS).where(WORDINGS.c.visit_id.in_(visit_ids)).order_by(WORDINGS.c.version.desc())
    found: dict[int, list[Wording]] = {}
    if not visit_ids:
        return found
    with transaction() as connection:
        for row in connection.execute(asked):
            known = {name: row._mapping[name] for name in Wording.__dataclass_fields__}
            wording = Wording(**known | {"written_at": utc(known["written_at"])})
            found.setdefault(wording.visit_id, []).append(wording)
    return found


def one(visit_id: int) -> Visit | None:
    found = _read(VISITS.c.id == visit_id)
    return found[0] if found else None


def of_unit(code: str, practice: bool = False) -> list[Visit]:
    """The visits to a commune, the latest first."""
    return _read(VISITS.c.unit_code == code, VISITS.c.practice == practice)


def all_visits(practice: bool = False) -> list[Visit]:
    """All visits, the latest first."""
    return _read(VISITS.c.practice == practice)


def last_days(practice: bool = False) -> dict[str, date]:
    """The day of the last visit by unit code; units that were never visited are absent."""
    latest = sa.select(VISITS.c.unit_code, sa.func.max(VISITS.c.visited_on)).where(VISITS.c.practice == practice)
    with transaction() as connection:
        return dict(connection.execute(latest.group_by(VISITS.c.unit_code)).all())


def _read(*where: sa.ColumnElement[bool]) -> list[Visit]:
    ordered = sa.select(VISITS).where(*where).order_by(VISITS.c.visited_on.desc(), VISITS.c.id.desc())
    with transaction() as connection:
        return [_visit(row) for row in connection.execute(ordered)]


def _visit(row: sa.Row[Any]) -> Visit:
    """SQLite keeps no time zone: what comes back without one was written in UTC."""
    known: Mapping[str, Any] = dict(row._mapping)
    times = {name: utc(known[name]) for name in ("created_at", "updated_at")}
    return Visit(**{field.name: known[field.name] for field in fields(Visit)} | times)


# --- handing out

COLUMNS = (
    *("id", "unit_code", "visited_on", "team", "findings", "follow_up_on", "author", "practice"),
    *("created_at", "updated_at", "version", "signed_in"),
)


def rows(visits: Sequence[Visit]) -> list[tuple[object, ...]]:
    """Visits as rows of `COLUMNS`, days and times as ISO text."""
    return [tuple(_plain(getattr(visit, name)) for name in COLUMNS) for visit in visits]


def to_csv(visits: Sequence[Visit]) -> bytes:
    return sheets.to_csv(COLUMNS, rows(visits))


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    return seen(value) if isinstance(value, str) else value
