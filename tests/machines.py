"""Machines of a test: network namespaces of their own, each with a line to this one, and a folder that all share."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import lru_cache

NET = "10.213"
"""Addresses of the machines begin so: `10.213.1.2` is the first one, `10.213.1.1` this one as it sees it."""
ALL = f"{NET}.0.0/16"
NEEDS = "machines of one's own need a superuser and ip netns"


@dataclass(frozen=True)
class Machine:
    """A network namespace: its name, its address, and ours as it reaches us."""

    name: str
    address: str
    ours: str

    def inside(self, *words: str) -> list[str]:
        """A command as it is run there."""
        return ["ip", "netns", "exec", self.name, *words]

    def cut_off(self) -> None:
        """Pull the cable."""
        _ip("-n", self.name, "link", "set", "line", "down")

    def connect(self) -> None:
        _ip("-n", self.name, "link", "set", "line", "up")


@lru_cache(maxsize=1)
def possible() -> bool:
    """Whether this machine lets a test make others."""
    if os.geteuid() != 0 or shutil.which("ip") is None:
        return False
    name = f"gandan-{os.getpid()}-try"
    made = subprocess.run(["ip", "netns", "add", name], capture_output=True).returncode == 0
    subprocess.run(["ip", "netns", "del", name], capture_output=True)
    return made


@contextmanager
def made(count: int) -> Iterator[Sequence[Machine]]:
    """So many machines, which reach this one and not each other; gone at the end of the block."""
    with ExitStack() as opened:
        found = []
        for number in range(1, count + 1):
            name = f"gandan-{os.getpid()}-{number}"
            _ip("netns", "add", name)
            opened.callback(_ip, "netns", "del", name)
            own = f"gd{os.getpid() % 10**6}-{number}"
            _ip("link", "add", own, "type", "veth", "peer", "name", "line", "netns", name)
            _ip("addr", "add", f"{NET}.{number}.1/24", "dev", own)
            _ip("link", "set", own, "up")
            for words in (("addr", "add", f"{NET}.{number}.2/24", "dev", "line"), ("link", "set", "line", "up")):
                _ip("-n", name, *words)
            _ip("-n", name, "link", "set", "lo", "up")
            found.append(Machine(name, f"{NET}.{number}.2", f"{NET}.{number}.1"))
        yield found


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)
