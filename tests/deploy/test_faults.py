"""A data folder that cannot be written, or is full: pages go on, and what cannot be kept says so in a sentence.

Real file systems in a mount namespace of their own: read-only, and one of a few megabytes with nothing left.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from etl.publishing.harvest import Harvest, measurement_rows
from etl.publishing.publish import publish
from files.places import HOME
from tests.conftest import CAPTURED, _small_world
from tests.pages.test_in_browser import served
from tests.pages.test_pages import PAGES, markup, open_page, words

READ_ONLY = 'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0"'
FULL = (
    'cp -r "$0" "$0.copy" && mount -t tmpfs -o size=8m tmpfs "$0" && cp -r "$0.copy/." "$0/" && '
    'cat /dev/zero > "$0/filler" 2>/dev/null; true'
)
TRIES = """
import json
from datetime import UTC, date, datetime
from pathlib import Path
from etl.publishing.harvest import Harvest, measurement_rows
from etl.publishing.publish import publish
from files.faults import Fault
from files.places import published_folder
from journal import audit, incoming, pulls, visits
from journal.database import VisitError
from tests.conftest import CAPTURED, _row

data = published_folder().parent
# The last page of a file may have room for a line or two even where the disk has none.
said = {"audit": all(audit.note(data, "lan", "export", file="x" * 90) for _ in range(60))}
pulls.note(data, "live", True)
said["pull"] = sorted(pulls.last(data))
try:
    visits.record(visits.Note("04792", date(2026, 9, 1), "Đoàn 1", "Đã xem " * 500), date(2026, 9, 2))
except visits.VisitError as error:
    said["visit"] = error.kind
try:
    incoming.take([("a.xlsx", bytes(3_000_000))])
except incoming.IncomingError as error:
    said["form"] = error.kind
try:
    later = CAPTURED.replace(day=3)
    rows = measurement_rows([_row(numerator=1.0, captured_at=later)])
    publish(data, "live", Harvest(rows, later, ["portal:test"]), nature="live")
except Fault as fault:
    said["publish"] = str(fault)
print(json.dumps(said))
"""

pytestmark = pytest.mark.skipif(
    os.geteuid() != 0 or shutil.which("unshare") is None, reason="mounts need a superuser and unshare"
)


def inside(data: Path, mount: str, *command: str) -> list[str]:
    """A command that finds `data` mounted so; the mount is seen by nobody else and ends with it."""
    return ["unshare", "-m", "sh", "-c", f'{mount}; exec "$@"', str(data), *command]


@pytest.fixture
def data(tmp_path) -> Path:
    folder = tmp_path / "data"
    publish(folder, "live", Harvest(measurement_rows(_small_world()), CAPTURED, ["portal:test"]), nature="live")
    return folder


def ask(address: str) -> int:
    try:
        return urllib.request.urlopen(address, timeout=30).status
    except urllib.error.HTTPError as error:
        return error.code


@pytest.mark.parametrize("mount", [READ_ONLY, FULL], ids=["read-only", "full"])
def test_readers_notice_nothing_of_a_folder_that_cannot_be_written(data, mount, monkeypatch):
    monkeypatch.setenv("GANDAN_DATA", str(data))
    with served(before=inside(data, mount)) as address:
        assert ask(f"{address}/health") == 200
        assert ask(f"{address}/open/v1/measurements?dataset=live&format=csv") == 200
        assert ask(f"{address}/embed/v1/chart?dataset=live&unit=04792") < 500
        assert ask(f"{address}/minh-bach?dataset=live&unit=04792") == 200


@pytest.mark.parametrize(
    ("mount", "reason", "note"),
    [(READ_ONLY, "Read-only file system", "unreachable"), (FULL, "the disk is full", "full")],
    ids=["read-only", "full"],
)
def test_what_cannot_be_kept_is_said_in_a_sentence(data, mount, reason, note):
    before = sorted(path.name for path in (data / "published" / "live").iterdir())
    done = subprocess.run(
        inside(data, mount, sys.executable, "-c", TRIES), cwd=HOME, env=os.environ | {"GANDAN_DATA": str(data)},
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout.splitlines()[-1])

    assert said["audit"] is False
    assert said["pull"] == []
    assert said["visit"] == note
    assert said["form"] == "full"
    assert "nothing was published" in said["publish"]
    assert reason in said["publish"]
    assert "stays" in said["publish"]
    assert sorted(path.name for path in (data / "published" / "live").iterdir()) == before


def test_figures_from_tomorrow_are_shown_with_their_day(tmp_path, monkeypatch):
    """A clock that was set back: the snapshot in service is younger than now."""
    moment = datetime.now(UTC).replace(microsecond=0) + timedelta(days=400)
    rows = measurement_rows(row | {"captured_at": moment} for row in _small_world())
    monkeypatch.setenv("GANDAN_DATA", str(tmp_path))
    publish(tmp_path, "live", Harvest(rows, moment, ["portal:test"]), nature="live")

    for page in PAGES:
        assert markup(open_page(page, dataset="live")).count("<h1") == 1
    assert f"{moment:%Y}" in words(open_page("overview", dataset="live"))
