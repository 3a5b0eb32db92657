"""The process apart in which workbooks are opened: bounded in memory and time, and told nothing it could give away.

The library that reads cells allocates what a file asks for, and a damaged file can ask for hundreds of gigabytes,
which ends the whole process. One bad file ends this one, never the import of the others.

Under systemd it is a unit of its own for each workbook (`deploy/systemd/gan-dan-box@.service`), behind the socket that
`GANDAN_BOX` names: a control group of its own, no network, none of our files. Elsewhere it is a child of this process.
"""

from __future__ import annotations

import json
import os
import resource
import socket
import struct
import subprocess
import sys
import time
from pathlib import Path
from typing import IO, Any

from etl.workbooks.inside import Limits, Refused, answer
from etl.workbooks.kinds import DAMAGED
from etl.workbooks.ole import NotSound
from files.places import HOME

SOCKET = "GANDAN_BOX"
"""The environment's variable for the socket; without it, or where nothing answers there, a child is started."""
SOCKET_MEMORY = 1 << 30
"""What the unit behind the socket is made for: a form. What may take more is read by a command with room of its own."""
_LENGTH = struct.Struct("<Q")
_GRACE_SECONDS = 5
_PIECE = 1 << 20


class Failed(Exception):
    """The workbook is not read; the message says why."""


def read_apart(path: Path, limits: Limits, *, memory: int, seconds: int) -> tuple[dict[str, Any], list[bytes]]:
    """What `etl.workbooks.inside` answers for a file, from a process of its own. Failed where it gives no answer."""
    order = {"limits": limits.plain(), "memory": memory, "seconds": seconds}
    try:
        unit = _unit() if memory <= SOCKET_MEMORY else None
        out = _asked(unit, order, path) if unit else _of_a_child(order | {"path": str(path.resolve())}, seconds)
        known, parts = _unpacked(out)
    except (subprocess.TimeoutExpired, TimeoutError):
        raise Failed(f"took longer than {seconds} s to open and {DAMAGED}") from None
    except (subprocess.CalledProcessError, ConnectionError, ValueError, struct.error):
        raise Failed(DAMAGED) from None
    if "refused" in known:
        raise Failed(known["refused"])
    return known, parts


def _unit() -> socket.socket | None:
    """A connection to a unit of systemd that is started for it, None where there is none."""
    place = os.environ.get(SOCKET, "").strip()
    if not place:
        return None
    unit = socket.socket(socket.AF_UNIX)
    try:
        unit.connect(place)
    except OSError as error:
        unit.close()
        print(f"warning: {SOCKET}: nothing answers there ({error.strerror}); read in a child instead", file=sys.stderr)
        return None
    return unit


def _asked(unit: socket.socket, order: dict[str, Any], path: Path) -> bytes:
    """The unit sees none of our files: it is sent the workbook's bytes behind the order."""
    until = time.monotonic() + order["seconds"] + _GRACE_SECONDS
    out = bytearray()
    with unit:
        unit.settimeout(order["seconds"] + _GRACE_SECONDS)
        unit.sendall(_written(order) + path.read_bytes())
        unit.shutdown(socket.SHUT_WR)
        while piece := unit.recv(_PIECE):
            out += piece
            if time.monotonic() > until:
                raise TimeoutError
    return bytes(out)


def _of_a_child(order: dict[str, Any], seconds: int) -> bytes:
    return subprocess.run(
        [sys.executable, "-m", "etl.workbooks.box"],
        input=_written(order),
        cwd=HOME,
        env=_environment(),
        capture_output=True,
        timeout=seconds + _GRACE_SECONDS,
        check=True,
    ).stdout


def _written(order: dict[str, Any]) -> bytes:
    said = json.dumps(order).encode()
    return _LENGTH.pack(len(said)) + said


def _environment() -> dict[str, str]:
    """What Python needs to start, and nothing of what this process was given."""
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
    return kept | {"PYTHONUTF8": "1", "OMP_NUM_THREADS": "1", "ARROW_DEFAULT_MEMORY_POOL": "system"}


def _unpacked(out: bytes) -> tuple[dict[str, Any], list[bytes]]:
    parts, at = [], 0
    while at < len(out):
        (length,) = _LENGTH.unpack_from(out, at)
        parts.append(out[at + _LENGTH.size : at + _LENGTH.size + length])
        at += _LENGTH.size + length
    return json.loads(parts[0] if parts else b""), parts[1:]


def _bound(memory: int, seconds: int) -> None:
    """Less is never made more: what this process may be is what its parent lets it be, or less."""
    for kind, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
    ):
        _, hard = resource.getrlimit(kind)
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (most, most))


def _ordered(source: IO[bytes]) -> tuple[dict[str, Any], bytes]:
    """(the order, the workbook's bytes): behind the order, or in the file that it names."""
    (length,) = _LENGTH.unpack(source.read(_LENGTH.size))
    order = json.loads(source.read(length))
    _bound(order["memory"], order["seconds"])
    return order, Path(order["path"]).read_bytes() if "path" in order else source.read()


def _main() -> None:
    try:
        order, content = _ordered(sys.stdin.buffer)
        known, parts = answer(content, Limits(**order["limits"]))
    except Refused as error:
        known, parts = {"refused": str(error)}, []
    except (NotSound, MemoryError):
        known, parts = {"refused": DAMAGED}, []
    for part in (json.dumps(known).encode(), *parts):
        sys.stdout.buffer.write(_LENGTH.pack(len(part)) + part)


if __name__ == "__main__":
    _main()
