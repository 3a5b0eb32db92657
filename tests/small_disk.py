"""A real disk of a few megabytes that a test can fill, empty again and fill once more."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

NEEDS = "a disk of one's own needs a superuser and mount"


def possible() -> bool:
    """Whether this machine lets a test mount a file system."""
    return os.geteuid() == 0 and shutil.which("mount") is not None


@contextmanager
def mounted(folder: Path, megabytes: int) -> Iterator[Path]:
    """`folder` as a disk of that size, until the end of the block."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0777", "tmpfs", folder], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


def fill(disk: Path) -> None:
    """Leave no block free."""
    try:
        with (disk / "filler").open("ab", buffering=0) as filler:
            for size in (2**16, 2**12, 1):
                try:
                    while True:
                        filler.write(bytes(size))
                except OSError:
                    continue
    except OSError:
        return


def make_room(disk: Path) -> None:
    """Take away what `fill` has put there."""
    (disk / "filler").unlink()
