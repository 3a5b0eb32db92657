"""The process apart in which workbooks are opened: bounded in memory and time, and told nothing it could give away.

The library that reads cells allocates what a file asks for, and a damaged file can ask for hundreds of gigabytes,
which ends the whole process. One bad file ends this one, never the import of the others.
"""

from __future__ import annotations

import json
import os
import resource
import struct
import subprocess
import sys
from pathlib import Path
from typing import Any

from etl.workbooks.inside import Limits, Refused, answer
from etl.workbooks.kinds import DAMAGED
from etl.workbooks.ole import NotSound
from files.places import HOME

_LENGTH = struct.Struct("<Q")


class Failed(Exception):
    """The workbook is not read; the message says why."""


def read_apart(path: Path, limits: Limits, *, memory: int, seconds: int) -> tuple[dict[str, Any], list[bytes]]:
    """What `etl.workbooks.inside` answers for a file, from a process of its own. Failed where it gives no answer."""
    order = {"path": str(path.resolve()), "limits": limits.plain(), "memory": memory, "seconds": seconds}
    try:
        done = subprocess.run(
            [sys.executable, "-m", "etl.workbooks.box"],
            input=json.dumps(order).encode(),
            cwd=HOME,
            env=_environment(),
            capture_output=True,
            timeout=seconds + 5,
            check=True,
        )
        known, parts = _unpacked(done.stdout)
    except subprocess.TimeoutExpired:
        raise Failed(f"took longer than {seconds} s to open and {DAMAGED}") from None
    except (subprocess.CalledProcessError, ValueError, struct.error):
        raise Failed(DAMAGED) from None
    if "refused" in known:
        raise Failed(known["refused"])
    return known, parts


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


def _main() -> None:
    order = json.load(sys.stdin)
    _bound(order["memory"], order["seconds"])
    try:
        known, parts = answer(Path(order["path"]).read_bytes(), Limits(**order["limits"]))
    except Refused as error:
        known, parts = {"refused": str(error)}, []
    except (NotSound, MemoryError):
        known, parts = {"refused": DAMAGED}, []
    for part in (json.dumps(known).encode(), *parts):
        sys.stdout.buffer.write(_LENGTH.pack(len(part)) + part)


if __name__ == "__main__":
    _main()
