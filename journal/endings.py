"""Sign-ins that were ended before their time, by an administrator or by signing out."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from threading import Lock, Thread

import sqlalchemy as sa

from journal.database import METADATA, VisitError, tidy, transaction, utc
from journal.place import url

ENDED = sa.Table(
    "ended_sign_ins",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("who", sa.Text, nullable=False, index=True),
    sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("ended_by", sa.Text, nullable=False),
)
FRESH_SECONDS = 5.0
_LOG = logging.getLogger(__name__)


def end(who: str, by: str) -> datetime:
    """End every sign-in of `who` up to now: a mail address, or `sub:` and the provider's own key of a person.

    VisitError where the database cannot be reached: then nothing was ended.
    """
    now = datetime.now(UTC)
    with transaction() as connection:
        connection.execute(sa.insert(ENDED).values(who=key(who), ended_at=now, ended_by=tidy(by)))
    _FOUND.add(key(who), now.timestamp())
    return now


def forget(before: datetime) -> int:
    """Forget what was ended before a moment, when no sign-in from then can hold any more; how many there were.

    VisitError where the database cannot be reached.
    """
    with transaction() as connection:
        gone = connection.execute(sa.delete(ENDED).where(ENDED.c.ended_at < before)).rowcount
    _FOUND.forget()
    return gone


def held() -> tuple[int, datetime | None]:
    """How many ends are in the list, and the earliest; VisitError where the database cannot be reached."""
    with transaction() as connection:
        n, first = connection.execute(sa.select(sa.func.count(), sa.func.min(ENDED.c.ended_at))).one()
    return n, utc(first) if first else None


def key(who: str) -> str:
    """How a person is written in the list: addresses in one case, a `sub:` as it is."""
    return who if who.startswith("sub:") else who.casefold()


def ended() -> Mapping[str, float]:
    """Until when the sign-ins of each person are over, in Unix time; at most some 5 s old.

    Where the database cannot be reached, what was known last: readers are not shut out, and the log tells.
    """
    return _FOUND.now()


class _Found:
    """The list as it was read last. It is read again beside whoever asks, so no page waits for a database; only the
    first one does."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._lock = clock, Lock()
        self._known: dict[str, float] | None = None
        self._read_at, self._of = 0.0, ""
        self.reading: Thread | None = None

    def forget(self) -> None:
        self._known = None

    def add(self, who: str, at: float) -> None:
        """What this process has ended holds in it at once, and stays known where the database goes away."""
        self._known = None if self._known is None else {**self._known, who: at}

    def now(self) -> Mapping[str, float]:
        if self._known is None or self._of != url():
            with self._lock:
                self._read()
        elif self._clock() - self._read_at >= FRESH_SECONDS and self._lock.acquire(blocking=False):
            self.reading = Thread(target=self._read_and_release, daemon=True)
            self.reading.start()
        return self._known or {}

    def _read_and_release(self) -> None:
        try:
            self._read()
        finally:
            self._lock.release()

    def _read(self) -> None:
        place = url()
        try:
            self._known = _read()
        except VisitError as error:
            self._known = self._known or {}
            _LOG.error("ended sign-ins could not be read: %s", error.kind)
        self._read_at, self._of = self._clock(), place


_FOUND = _Found()


def _read() -> dict[str, float]:
    latest = sa.select(ENDED.c.who, sa.func.max(ENDED.c.ended_at)).group_by(ENDED.c.who)
    with transaction() as connection:
        return {who: utc(at).timestamp() for who, at in connection.execute(latest)}
