"""One way to write a file whole: readers see the old file or the new one, after a power cut too."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import get_ident


def write(path: Path, content: bytes) -> None:
    """Put a file in the place of `path`, or leave what is there."""
    with replacing(path) as partial:
        partial.write_bytes(content)


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A name beside `path` to write to; on leaving it takes the place of `path`, unless something failed.

    The name is of this thread alone, so writers don't meet, and no pattern such as `*.parquet` finds it.
    """
    partial = path.with_name(f".partial-{os.getpid()}-{get_ident()}-{path.name}.new")
    try:
        yield partial
        to_disk(partial)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    to_disk(path.parent)


def to_disk(path: Path) -> None:
    """Wait until a file's content, or a folder's names, are on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
