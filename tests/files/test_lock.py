"""One writer at a time: others wait, then hear of it; what a killed one has left is removed."""

from __future__ import annotations

import errno

import pytest

from files import lock
from files.faults import Fault


def test_another_writer_waits_and_then_hears_of_it(tmp_path):
    with (
        lock.sole_writer(tmp_path, ".x.lock", "import", 1),
        pytest.raises(Fault, match=r"another import has been running for 0\.1 s; try again later"),
        lock.sole_writer(tmp_path, ".x.lock", "import", 0.1),
    ):
        pytest.fail("two writers at once")


def test_a_folder_is_free_again_after_a_writer_that_failed(tmp_path):
    with pytest.raises(ValueError, match="bad"), lock.sole_writer(tmp_path, ".x.lock", "import", 1):
        raise ValueError("bad")
    with lock.sole_writer(tmp_path, ".x.lock", "import", 0.1):
        pass


def test_what_a_killed_writer_has_left_is_removed(tmp_path):
    (tmp_path / ".partial-1").mkdir()
    (tmp_path / ".partial-1" / "figures").touch()
    (tmp_path / ".partial-2-current.new").touch()
    (tmp_path / "current").touch()
    with lock.sole_writer(tmp_path, ".x.lock", "import", 1):
        assert sorted(path.name for path in tmp_path.iterdir()) == [".x.lock", "current"]


@pytest.mark.parametrize(
    ("number", "reason"), [(errno.ENOSPC, "the disk is full"), (errno.EROFS, "[Errno 30] read-only")]
)
def test_a_disk_that_does_not_take_it_is_told(tmp_path, number, reason):
    with pytest.raises(Fault) as fault, lock.sole_publisher(tmp_path, ".x.lock", "publish", 1):
        raise OSError(number, "read-only")
    assert str(fault.value) == f"{tmp_path}: nothing was published: {reason}; what was published before stays"


def test_a_fault_of_the_work_itself_stays_as_it_is(tmp_path):
    with pytest.raises(Fault, match=r"^row 3$"), lock.sole_publisher(tmp_path, ".x.lock", "publish", 1):
        raise Fault("row 3")
