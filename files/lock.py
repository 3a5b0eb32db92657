"""One writer at a time in a folder."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from files.faults import FULL, Fault


@contextmanager
def sole_publisher(folder: Path, lock: str, work: str, seconds: float) -> Iterator[None]:
    """`sole_writer` for what appears whole or not at all: Fault, with the reason, where the disk does not take it."""
    try:
        with sole_writer(folder, lock, work, seconds):
            yield
    except OSError as error:
        reason = "the disk is full" if error.errno in FULL else str(error)
        raise Fault(f"{folder}: nothing was published: {reason}; what was published before stays") from error


@contextmanager
def sole_writer(folder: Path, lock: str, work: str, seconds: float) -> Iterator[None]:
    """Hold a folder by its file `lock`; what a writer that was killed has left, `.partial-…`, is removed.

    Fault where another `work`, such as a publish, holds it for longer than `seconds`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    held = FileLock(folder / lock)
    try:
        held.acquire(timeout=seconds)
    except Timeout:
        raise Fault(f"{folder}: another {work} has been running for {seconds} s; try again later") from None
    try:
        for left_over in folder.glob(".partial-*"):
            shutil.rmtree(left_over, ignore_errors=True) if left_over.is_dir() else left_over.unlink(missing_ok=True)
        yield
    finally:
        held.release()
