"""Turns of readers without a role: their pages are drawn one after the other, so that those who work are not slowed.

Python draws one page at a time whatever the number of threads, so strangers lose nothing by waiting for each other,
while fifty of their pages drawn side by side would leave a fiftieth of the time to everybody else. While somebody with
a role is at work, they take a quarter of the time at most, however many they are.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Lock, Timer

AT_ONCE = 1
PATIENCE_SECONDS = 20.0
"""One page that takes minutes, such as the first after a publish, must not keep everybody out."""

AT_WORK_SECONDS = 10.0
"""So long after a page was drawn for somebody with a role, that reader counts as being at work."""
REST, LONGEST_REST_SECONDS = 3.0, 3.0
"""While somebody is at work, the next turn begins so many times later as the last one took."""


class _Queue:
    """A semaphore that lets in whoever came first: one of `threading` can be taken by a newcomer while whoever was
    called is still waking up."""

    def __init__(self, at_once: int) -> None:
        self._free, self._lock = at_once, Lock()
        self._waiting: deque[Event] = deque()

    def acquire(self, timeout: float) -> bool:
        with self._lock:
            if self._free and not self._waiting:
                self._free -= 1
                return True
            turn = Event()
            self._waiting.append(turn)
        if turn.wait(timeout):
            return True
        with self._lock:
            if turn.is_set():  # called in the meantime
                return True
            self._waiting.remove(turn)
        return False

    def release(self) -> None:
        with self._lock:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._free += 1


class Turns:
    """One client waits with one page at most: its others wait behind that, not in front of other clients' pages."""

    def __init__(self, at_once: int = AT_ONCE, patience: float = PATIENCE_SECONDS) -> None:
        self._free, self._lock, self._patience = _Queue(at_once), Lock(), patience
        self._clients: dict[str, tuple[Lock, int]] = {}
        self._at_work = float("-inf")

    def waiting(self) -> int:
        """How many pages of readers without a role wait or are being drawn."""
        with self._lock:
            return sum(pages for _, pages in self._clients.values())

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """A page is drawn for somebody with a role, at once."""
        self._at_work = time.monotonic()
        try:
            yield
        finally:
            self._at_work = time.monotonic()

    @contextmanager
    def of(self, client: str) -> Iterator[None]:
        """Wait for a turn, not for ever, and have it while the block runs; whatever ends the block gives it back."""
        with self._lock:
            own, waiting = self._clients.get(client, (Lock(), 0))
            self._clients[client] = (own, waiting + 1)
        try:
            with own:
                has = self._free.acquire(timeout=self._patience)
                started = time.monotonic()
                try:
                    yield
                finally:
                    if has:
                        self._next(time.monotonic() - started)
        finally:
            with self._lock:
                own, waiting = self._clients[client]
                self._clients[client] = (own, waiting - 1)
                if waiting == 1:
                    del self._clients[client]

    def _next(self, taken: float) -> None:
        """Call the next one: at once, or after a rest from a turn that took so many seconds."""
        if time.monotonic() - self._at_work > AT_WORK_SECONDS:
            self._free.release()
            return
        rest = Timer(min(REST * taken, LONGEST_REST_SECONDS), self._free.release)
        rest.daemon = True
        rest.start()


TURNS = Turns()
"""Those of this replica."""
