"""The database of visits and marks: SQLite in the data folder, or the one that GANDAN_VISITS_URL names.

A database of an older program is upgraded when a process first opens it (`journal.upgrades`), one of a newer
program is left as it is.
"""

from __future__ import annotations

import logging
import sqlite3
import time
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

import sqlalchemy as sa
from filelock import FileLock

from files.faults import FULL
from journal import upgrades
from journal.place import url

_WAIT_MS = 15_000
_SQLITE_FULL = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_SHMSIZE)
"""The second: a file that readers and writers share has no room, which a process needs when it opens the database."""
_PATIENCE_SECONDS = 5
_LOCK = 766_2022  # of PostgreSQL's advisory locks: ours while tables are made or changed
_GIVES_WAY_MS = 400
"""How long an upgrade waits for readers and writers of a table before it lets them go first: less than the second after
which PostgreSQL breaks off one of two that wait for each other, which could be the one that saves a note."""
_UPGRADE_SECONDS = 120
_FULL, _IN_USE = "53100", ("55P03", "40P01")  # PostgreSQL's disk_full, lock_not_available, deadlock_detected
METADATA = sa.MetaData()
PAUSE_SECONDS = 60
_ASLEEP: dict[str, float] = {}
"""Until when a database is left alone, by its address."""
_LOG = logging.getLogger(__name__)
_Row = TypeVar("_Row")


class VisitError(Exception):
    """Something stands in the way of a visit's note; `kind` says what, for a page to put into words.

    no_unit, no_team, no_findings, too_long, future, follow_up (a follow-up before the visit), stale (somebody
    else has changed the note since it was read), unreachable (no database), full (its disk has no room left).
    """

    def __init__(self, kind: str, detail: str = "") -> None:
        super().__init__(f"{kind}: {detail}" if detail else kind)
        self.kind, self.detail = kind, detail


def tidy(text: str) -> str:
    """Composed letters, one kind of line end, no control characters: PostgreSQL refuses a zero byte."""
    lines = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c for c in lines if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs")).strip()


def utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def own_file() -> Path | None:
    """The SQLite file that visits are kept in; None where a server keeps them."""
    place = sa.make_url(url())
    return Path(place.database or "") if place.get_backend_name() == "sqlite" else None


def unless_asleep(read: Callable[[], list[_Row]], what: str) -> list[_Row]:
    """What `read` gives for a page; nothing, and a line in the log, without a database.

    One that could not be reached is left alone for a minute, so no page waits for it again and again.
    """
    if time.monotonic() < _ASLEEP.get(url(), 0.0):
        return []
    try:
        return read()
    except VisitError as error:
        _LOG.error("%s cannot be read: %s", what, error)
        _ASLEEP[url()] = time.monotonic() + PAUSE_SECONDS
        return []


@contextmanager
def transaction(address: str | None = None) -> Iterator[sa.Connection]:
    """A connection whose work is kept as a whole or not at all; VisitError where there is no database to work in.

    `address`: of another database than `url` says.
    """
    try:
        with _engine(address or url()).begin() as connection:
            yield connection
    except upgrades.NewerDatabase as error:
        raise VisitError("newer", str(error)) from error
    except (sa.exc.DBAPIError, sa.exc.ArgumentError, ImportError, OSError) as error:
        # An address can hold a password, so only the kind of trouble is told.
        cause = getattr(error, "orig", None) or error
        raise VisitError("full" if _is_full(cause) else "unreachable", type(cause).__name__) from error


def _is_full(cause: BaseException) -> bool:
    """Whether a disk had no room, as SQLite, PostgreSQL or the system says it."""
    if isinstance(cause, OSError):
        return cause.errno in FULL
    return getattr(cause, "sqlite_errorcode", None) in _SQLITE_FULL or getattr(cause, "sqlstate", None) == _FULL


@lru_cache(maxsize=4)
def _engine(address: str) -> sa.Engine:
    """The engine of a database whose tables are ready."""
    place = sa.make_url(address)
    is_file = place.get_backend_name() == "sqlite"
    engine = _of_a_file(place) if is_file else _of_a_server(place)
    try:
        _prepare_file(engine) if is_file else _prepare_server(engine)
    except BaseException:
        engine.dispose()
        raise
    return engine


def _of_a_file(place: sa.URL) -> sa.Engine:
    if not place.database:
        raise sa.exc.ArgumentError("an SQLite address needs a file: a database in memory would forget its visits")
    engine = sa.create_engine(place)
    sa.event.listen(engine, "connect", _be_patient)
    return engine


def _be_patient(connection: sqlite3.Connection, _: object) -> None:
    connection.execute(f"PRAGMA busy_timeout={_WAIT_MS}")


def _of_a_server(place: sa.URL) -> sa.Engine:
    if place.drivername == "postgresql":
        place = place.set(drivername="postgresql+psycopg")
    return sa.create_engine(place, pool_pre_ping=True, connect_args={"connect_timeout": _PATIENCE_SECONDS})


def _prepare_file(engine: sa.Engine) -> None:
    """One process at a time makes or changes the tables; readers and a writer then don't wait for each other."""
    with FileLock(f"{engine.url.database}.lock"):
        with engine.connect() as connection:
            is_due = upgrades.is_due(connection)
        if is_due:
            _upgrade_file(engine.url)
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA journal_mode=WAL")


def _upgrade_file(place: sa.URL) -> None:
    """SQLite takes changes of tables back with a transaction, but its driver begins none for them: ours does."""
    engine = sa.create_engine(place, poolclass=sa.NullPool)
    sa.event.listen(engine, "connect", _by_hand)
    sa.event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    with engine.begin() as connection:
        upgrades.upgrade(connection)


def _by_hand(connection: sqlite3.Connection, _: object) -> None:
    """No transactions of the driver's own; no foreign keys, or a table made again would empty those that name it."""
    connection.isolation_level = None
    connection.execute("PRAGMA foreign_keys=OFF")
    _be_patient(connection, _)


def _prepare_server(engine: sa.Engine) -> None:
    """`CREATE TABLE` of two machines can collide in PostgreSQL: the lock makes one wait.

    Replicas of the version before write on meanwhile, and whoever waits behind an upgrade that waits waits too: so it
    gives way after a moment, all of it undone, and tries again.
    """
    end = time.monotonic() + _UPGRADE_SECONDS
    while True:
        try:
            return _upgrade_server(engine)
        except sa.exc.OperationalError as error:
            if getattr(error.orig, "sqlstate", None) not in _IN_USE or time.monotonic() > end:
                raise
            time.sleep(_GIVES_WAY_MS / 1000)


def _upgrade_server(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
        if upgrades.is_due(connection):
            connection.exec_driver_sql(f"SET LOCAL lock_timeout = {_GIVES_WAY_MS}")
            upgrades.upgrade(connection)
