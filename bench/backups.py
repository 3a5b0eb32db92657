"""A thousand backups while another process publishes all the time: how many could not be restored as they were."""

from __future__ import annotations

import multiprocessing
import os
import tarfile
import tempfile
import time
from multiprocessing.synchronize import Event
from pathlib import Path

from bench.publish_faults import numbered
from etl.keeping.archive import TOP, counts
from etl.keeping.backup import backup
from etl.publishing.publish import publish
from files.faults import Fault

BACKUPS = int(os.environ.get("GANDAN_BENCH_BACKUPS", 1000))
TINY = {"backups": 3}
_FEW = "snapshots:\n  live: {snapshots: 2}\n"
"""So that snapshots are removed all the time, which is what could spoil a backup."""
_PROCESSES = multiprocessing.get_context("spawn")
Figure = tuple[str, float, str]


def run(backups: int = BACKUPS) -> list[Figure]:
    """(name, value, unit): backups made, refused, and unsound ones; the publishes beside them; seconds of a backup.

    Each archive is unpacked with tar's own rules and looked at apart from the check that the backup made itself.
    """
    with tempfile.TemporaryDirectory() as name:
        data, kept = Path(name) / "data", Path(name) / "kept"
        (data / "local").mkdir(parents=True)
        (data / "local" / "retention.yaml").write_text(_FEW)
        publish(data, "live", numbered(0), nature="live")
        stop, told = _PROCESSES.Event(), _PROCESSES.Queue()
        publisher = _PROCESSES.Process(target=_publish_on, args=(data, stop, told))
        publisher.start()
        told.get(timeout=60)
        counted = {"made": 0, "refused": 0, "unsound": 0}
        started = time.perf_counter()
        for _ in range(backups):
            counted[_one(data, kept)] += 1
        seconds = (time.perf_counter() - started) / max(1, backups)
        stop.set()
        published = told.get(timeout=60)
        publisher.join(60)
    return [
        ("backups made and sound", counted["made"], ""),
        ("backups refused", counted["refused"], ""),
        ("backups unsound", counted["unsound"], ""),
        ("publishes beside them", published, ""),
        ("one backup and the look at it", seconds, "s"),
    ]


def _one(data: Path, kept: Path) -> str:
    try:
        file, _ = backup(data, kept, keep=2)
    except Fault:
        return "refused"
    with tempfile.TemporaryDirectory() as place:
        with tarfile.open(file) as packed:
            packed.extractall(place, filter="data")
        try:
            return "made" if counts(Path(place) / TOP, 0).datasets["live"]["rows"]["measurements"] else "unsound"
        except (Fault, OSError, ValueError, KeyError):
            return "unsound"


def _publish_on(data: Path, stop: Event, told: multiprocessing.Queue[int]) -> None:
    number = 1
    told.put(0)
    while not stop.is_set():
        publish(data, "live", numbered(number), nature="live")
        number += 1
    told.put(number - 1)
