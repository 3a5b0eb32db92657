"""How much one client may ask of a replica: requests, reruns, open pages, uploads; and who one client is."""

from __future__ import annotations

import time
from collections import Counter, OrderedDict
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address

MOST_CLIENTS = 20_000
_OF_ONE = 64
"""The first bits of an IPv6 address that a household or an office has to itself."""


def client_of(address: str) -> str:
    """One client by its address: of IPv6 the whole /64, an IPv4 address written as IPv6 as itself; else the text."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped:
            return str(found.ipv4_mapped)
        return f"{IPv6Address(int(found) >> (128 - _OF_ONE) << (128 - _OF_ONE))}/{_OF_ONE}"
    return str(found)


class Buckets:
    """How much each client has left: a bucket that fills by `per_minute` a minute and holds as many, or `holds`."""

    def __init__(
        self, per_minute: float, clock: Callable[[], float] = time.monotonic, holds: float | None = None
    ) -> None:
        self._per_minute, self._clock = float(per_minute), clock
        self._holds = float(per_minute if holds is None else holds)
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, client: str, much: float = 1.0) -> bool:
        """Whether a client has as much left now; it is taken if so."""
        left = self._now(client)
        has = left >= much
        self._keep(client, left - much if has else left)
        return has

    def wait(self, client: str) -> float:
        """Take one whether or not it is there; how many seconds the client has to wait until it would be."""
        left = self._now(client) - 1
        self._keep(client, left)
        return max(0.0, -left * 60 / self._per_minute)

    def _now(self, client: str) -> float:
        now = self._clock()
        left, then = self._left.pop(client, (self._holds, now))
        return min(self._holds, left + max(now - then, 0.0) * self._per_minute / 60)

    def _keep(self, client: str, left: float) -> None:
        self._left[client] = (left, self._clock())
        if len(self._left) > MOST_CLIENTS:
            self._left.popitem(last=False)


class Places:
    """The open pages of a replica: how many each client holds, and that some are left for those who are signed in."""

    def __init__(self, most: int, of_one: int, kept: int) -> None:
        """`most` in all, of these `kept` for readers who are signed in, and `of_one` for each client who is not."""
        self._most, self._of_one, self._kept = most, of_one, min(kept, most)
        self._held: Counter[str] = Counter()
        self.open = 0

    def take(self, client: str, known: bool) -> bool:
        """Whether there is a place; `known`: the client is signed in."""
        if self.open >= self._most:
            return False
        if not known and (self.open >= self._most - self._kept or self._held[client] >= self._of_one):
            return False
        self.open += 1
        if not known:
            self._held[client] += 1
        return True

    def leave(self, client: str, known: bool) -> None:
        """Give a place back."""
        self.open -= 1
        if not known:
            self._held[client] -= 1
            if self._held[client] <= 0:
                del self._held[client]
