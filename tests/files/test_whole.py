"""Files are written whole: the old one or the new one, nothing in between, nothing left over."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from files import whole
from files.places import HOME

KILLED = """
import os, signal, sys
from pathlib import Path
from files import whole
with whole.replacing(Path(sys.argv[1])) as partial:
    partial.write_bytes(b"half")
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def file(tmp_path) -> Path:
    path = tmp_path / "figures.json"
    path.write_bytes(b"old")
    return path


def test_a_file_takes_the_place_of_the_one_before(file):
    whole.write(file, b"new")

    assert file.read_bytes() == b"new"
    assert list(file.parent.iterdir()) == [file]


def test_a_new_file_may_be_read_by_whom_the_system_lets(tmp_path):
    """A temporary file of the system's own would be closed to the web server."""
    usual = tmp_path / "usual"
    usual.touch()
    whole.write(tmp_path / "ours", b"")
    assert (tmp_path / "ours").stat().st_mode == usual.stat().st_mode


def test_what_fails_half_way_leaves_the_old_file_and_nothing_else(file):
    with pytest.raises(ValueError, match="no more"), whole.replacing(file) as partial:
        partial.write_bytes(b"half")
        raise ValueError("no more")
    assert file.read_bytes() == b"old"
    assert list(file.parent.iterdir()) == [file]


def test_a_full_disk_leaves_the_old_file_and_nothing_else(file, monkeypatch):
    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, "no space")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="no space"):
        whole.write(file, b"new")
    assert file.read_bytes() == b"old"
    assert list(file.parent.iterdir()) == [file]


def test_who_is_killed_half_way_leaves_the_old_file(file):
    done = subprocess.run([sys.executable, "-c", KILLED, str(file)], cwd=HOME, check=False)

    assert done.returncode == -signal.SIGKILL
    assert file.read_bytes() == b"old"
    assert [path.suffix for path in file.parent.glob(".partial-*")] == [".new"]
    assert list(file.parent.glob("*.json")) == [file]


def test_readers_see_the_old_or_the_new(file):
    with whole.replacing(file) as partial:
        partial.write_bytes(b"new")
        assert file.read_bytes() == b"old"
    assert file.read_bytes() == b"new"


def test_writers_at_once_do_not_meet(file):
    together = threading.Barrier(4)

    def put(number: int) -> None:
        with whole.replacing(file) as partial:
            partial.write_bytes(bytes([number]) * 1000)
            together.wait(10)

    writers = [threading.Thread(target=put, args=(number,)) for number in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert len(set(file.read_bytes())) == 1
    assert len(file.read_bytes()) == 1000
    assert list(file.parent.iterdir()) == [file]


def test_content_is_on_the_disk_before_it_is_seen(file, monkeypatch):
    steps = []
    monkeypatch.setattr(os, "fsync", lambda handle: steps.append(Path(f"/proc/self/fd/{handle}").readlink().name))
    whole.write(file, b"new")

    assert len(steps) == 2
    assert steps[0].endswith("-figures.json.new")
    assert steps[1] == file.parent.name
