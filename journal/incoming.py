"""Workbooks on their way in: kept aside, looked at and published by a command of its own process.

The app never reads a workbook itself: whatever one holds, it can end that process and nothing else.
"""

from __future__ import annotations

import json
import logging
import os
import re
import secrets
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from files.faults import Fault
from files.places import HOME, published_folder
from journal import audit
from store import retention

FILES_MAX = 10
MEGABYTES_MAX = 10
SECONDS_MAX = 600
DATASET, PLACE = "live", "incoming"
_REPORT, _CHECKED = "report.json", "checked.json"
_LOOK = "--dry-run"
_LOG = logging.getLogger(__name__)
Report = dict[str, Any]
"""What was understood of one workbook, as `etl/forms/report.py` writes it down."""


class IncomingError(Exception):
    """Workbooks cannot be taken; `kind`: too_many, too_large, busy, full, failed, gone, not_allowed."""

    def __init__(self, kind: str, detail: str = "") -> None:
        super().__init__(f"{kind}: {detail}" if detail else kind)
        self.kind, self.detail = kind, detail


class Overtaken(IncomingError):
    """Somebody else has published a province and period since the workbooks were looked at.

    `by`: for each period `province`, `period`, `who`, `at` (as the audit log writes it; both None where it does not
    know) and how many figures `differ` from those of the workbooks.
    """

    def __init__(self, by: list[dict[str, Any]]) -> None:
        super().__init__("overtaken")
        self.by = by


def take(files: Sequence[tuple[str, bytes]]) -> Path:
    """Keep uploaded files (name, content) aside in a folder of their own; IncomingError where they are too many or
    too large, or the disk is full."""
    if len(files) > FILES_MAX:
        raise IncomingError("too_many", str(len(files)))
    for name, content in files:
        if len(content) > MEGABYTES_MAX * 2**20:
            raise IncomingError("too_large", name)
    _forget_old()
    folder = _place() / f"{int(time.time())}-{secrets.token_hex(8)}"
    try:
        folder.mkdir(parents=True, mode=0o700)
        for number, (name, content) in enumerate(files):
            (folder / f"{number:02d}").mkdir()
            (folder / f"{number:02d}" / _safe(name)).write_bytes(content)
    except OSError as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise IncomingError("full", error.strerror or "") from error
    return folder


def looked_at(folder: Path, province: str) -> list[Report]:
    """What was understood of each workbook (`etl/forms/report.py`); nothing is published."""
    (folder / _CHECKED).unlink(missing_ok=True)
    understood = _run(folder, province, "", _LOOK)
    # What the editor has seen is what a publish is held against, also a second one after the first was refused.
    (folder / _REPORT).replace(folder / _CHECKED)
    return understood


def publish(folder: Path, province: str, who: str) -> list[Report]:
    """Publish what was understood, in the name of an editor; the reports once more. The folder is gone afterwards.

    Overtaken where somebody else has published the same since `looked_at`: the folder stays, to be looked at again.
    """
    seen = folder / _CHECKED
    options = ["--checked", str(seen)] if seen.exists() else []
    understood = _run(folder, province, who, *options)
    if by := [one for report in understood for one in report.get("overtaken", ())]:
        raise Overtaken(by)
    discard(folder)
    return understood


def publish_corrections(who: str) -> None:
    """Publish again with the corrections that are in force, in the name of an editor."""
    done = _child(who, "corrections", "--dataset", DATASET, "--data", str(_place().parent))
    if done.returncode or "published" not in done.stdout:
        _LOG.error("corrections ended with %s: %s", done.returncode, done.stderr[-2000:])
        raise IncomingError("failed", _last_line(done.stderr))


def discard(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)


def _run(folder: Path, province: str, who: str, *options: str) -> list[Report]:
    data = _place().parent
    files = sorted(folder.glob("[0-9][0-9]/*"))
    if not files:
        raise IncomingError("gone")
    report = folder / _REPORT
    report.unlink(missing_ok=True)
    where = ["--dataset", DATASET, "--data", str(data)]
    options = (*where, "--report", str(report), *options)
    done = _child(who, "import-form", *map(str, files), "--province", province, "--strict", *options)
    if done.returncode and not report.exists():
        _LOG.error("import-form ended with %s: %s", done.returncode, done.stderr[-2000:])
    try:
        understood: list[Report] = json.loads(report.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise IncomingError("failed", _last_line(done.stderr)) from None
    overtaken = any("overtaken" in one for one in understood)
    wanted = _LOOK not in options and not overtaken and any(not one["refused"] for one in understood)
    if wanted and "published" not in done.stdout:
        raise IncomingError("failed", _last_line(done.stderr))
    return understood


def _child(who: str, *words: str) -> subprocess.CompletedProcess[str]:
    """A command of `python -m etl` in a process of its own, one at a time, in the name of a person."""
    environment = {name: value for name, value in os.environ.items() if "SECRET" not in name and "TOKEN" not in name}
    try:
        with FileLock(_place().parent / ".incoming.lock", timeout=30):
            return subprocess.run(
                [sys.executable, "-m", "etl", *words],
                cwd=HOME,
                env=environment | {audit.ACTOR: who},
                capture_output=True,
                timeout=SECONDS_MAX,
                check=False,
                text=True,
            )
    except Timeout:
        raise IncomingError("busy") from None
    except subprocess.TimeoutExpired:
        raise IncomingError("failed", f"{SECONDS_MAX} s") from None
    except OSError as error:
        raise IncomingError("full", error.strerror or "") from error


def _last_line(text: str) -> str:
    return (text.strip().splitlines() or [""])[-1][:300]


def _place() -> Path:
    return published_folder().parent / PLACE


def _safe(name: str) -> str:
    """A name without anything that a path, a log or a page could stumble over; its end is kept."""
    return re.sub(r"[^\w.\- ]", "_", Path(name).name)[-100:].strip(". ") or "workbook"


def waiting(data: Path) -> dict[Path, datetime]:
    """The uploads of a data folder that were neither published nor discarded, with when they came."""
    found = {folder: folder.name.split("-")[0] for folder in (data / PLACE).glob("*-*")}
    return {folder: datetime.fromtimestamp(int(at), UTC) for folder, at in found.items() if at.isdecimal()}


def left_over(data: Path, now: datetime) -> list[Path]:
    """The uploads that have waited for longer than they are kept: their reader has gone."""
    before = now - timedelta(hours=retention.times(data).uploads.hours)
    return sorted(folder for folder, came in waiting(data).items() if came < before)


def _forget_old() -> None:
    try:
        gone = left_over(_place().parent, datetime.now(UTC))
    except Fault as fault:  # a file that somebody has yet to mend keeps nobody from an import
        _LOG.error("uploads that wait could not be looked through: %s", fault)
        return
    for folder in gone:
        shutil.rmtree(folder, ignore_errors=True)
