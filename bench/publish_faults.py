"""A thousand publishes killed at random moments, while two readers read all the time: how many reads were broken."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import statistics
import tempfile
import time
from datetime import UTC, datetime, timedelta
from multiprocessing.synchronize import Event
from pathlib import Path

import polars as pl

from etl.publishing.harvest import Harvest, measurement_rows
from etl.publishing.in_service import current_snapshot, snapshot_manifest
from etl.publishing.publish import publish
from ranking.tables import SNAPSHOT_TABLES
from store import sight
from store.reference import measures
from store.snapshot import open_snapshot

KILLS = int(os.environ.get("GANDAN_BENCH_KILLS", 1000))
TINY = {"kills": 5, "undisturbed": 1}
READERS = 2
_FIRST = datetime(2026, 9, 2, 1, tzinfo=UTC)
_PROCESSES = multiprocessing.get_context("forkserver")
_PROCESSES.set_forkserver_preload([__name__])
measures()  # read once and kept, in the process from which all others are forked
_CODES = [f"{number:05}" for number in range(4792, 5242, 3)]
"""As many codes as a large province has communes. Nothing of polars may run here: its threads do not survive a fork."""
Figure = tuple[str, float, str]


def run(kills: int = KILLS, undisturbed: int = 5) -> list[Figure]:
    """(name, value, unit): kills before and after the switch, reads, broken reads, and the publish after each ten.

    `undisturbed`: publishes from which it is taken how long one lasts.
    """
    dice = random.Random(766)
    with tempfile.TemporaryDirectory() as name:
        data = Path(name)
        publish(data, "live", numbered(0), nature="live")
        stop, told = _PROCESSES.Event(), _PROCESSES.Queue()
        readers = [_PROCESSES.Process(target=_read, args=(data, stop, told)) for _ in range(READERS)]
        for reader in readers:
            reader.start()
        usual = _usual_seconds(data, undisturbed)  # beside the readers
        counts = {"before": 0, "after": 0, "done": 0, "broken": 0, "failed": 0}
        for number in range(kills):
            _kill_one(data, number + 10, dice.uniform(0, 1.6 * usual), counts)
        stop.set()
        seen = [told.get(timeout=60) for _ in readers]
        for reader in readers:
            reader.join(60)
        _publish(data, kills + 20)
        left_over = len(list((data / "published" / "live").glob(".partial-*")))
    for text in [text for _, _, texts in seen for text in texts][:5]:
        print(f"  {text}")
    return [
        ("publishes started and killed, or done before", kills, ""),
        ("killed before the switch", counts["before"], ""),
        ("killed after the switch", counts["after"], ""),
        ("done before the kill", counts["done"], ""),
        ("snapshots in service that were not whole", counts["broken"], ""),
        ("sound publishes after a killed one that failed", counts["failed"], ""),
        ("reads of all tables by two readers meanwhile", sum(reads for reads, _, _ in seen), ""),
        ("broken reads", sum(broken for _, broken, _ in seen), ""),
        ("left-over folders after one more", left_over, ""),
    ]


def numbered(number: int) -> Harvest:
    """A province's communes that all have the same numerator, so that a reply with two of them is a mixture."""
    captured = _FIRST + timedelta(minutes=number)
    month = {"period_start": datetime(2026, 8, 1).date(), "period_end": datetime(2026, 8, 31).date()}
    rows = [
        {
            "unit_code": code, "level": "commune", **month, "period_kind": "month", "series": "766-2026",
            "measure": measure, "numerator": 500.0 + number, "denominator": 100_000.0, "provisional": False,
            "basis": "portal", "source": "portal:bench", "captured_at": captured,
        }
        for measure in ("on_time_share", "online_filing_share")
        for code in _CODES
    ]  # fmt: skip
    return Harvest(measurement_rows(rows), captured, ["portal:bench"])


def _publish(data: Path, number: int) -> None:
    publish(data, "live", numbered(number), nature="live")


def _usual_seconds(data: Path, tries: int) -> float:
    """How long a publish in a process of its own takes, from the start of the process on."""
    times = []
    for number in range(1, tries + 1):
        started = time.perf_counter()
        process = _PROCESSES.Process(target=_publish, args=(data, number))
        process.start()
        process.join()
        if process.exitcode:
            raise RuntimeError(f"publish {number} ended with {process.exitcode}")
        times.append(time.perf_counter() - started)
    return statistics.median(times)


def _kill_one(data: Path, number: int, after: float, counts: dict[str, int]) -> None:
    folder = data / "published" / "live"
    before = current_snapshot(folder).name
    process = _PROCESSES.Process(target=_publish, args=(data, number))
    process.start()
    process.join(after)
    process.kill()  # nothing happens where it has ended by itself
    process.join()
    if process.exitcode not in (0, -signal.SIGKILL):
        raise RuntimeError(f"publish {number} ended with {process.exitcode} by itself")
    now = current_snapshot(folder)
    if process.exitcode == 0:
        counts["done"] += 1
    else:
        counts["before" if now.name == before else "after"] += 1
    counts["broken"] += not _whole(now)
    if number % 10 == 0:
        try:
            _publish(data, number + 1)
        except Exception as fault:
            counts["failed"] += 1
            print(f"  after kill {number}: {fault}")


def _whole(snapshot: Path) -> bool:
    snapshot_manifest(snapshot)
    numerators = pl.read_parquet(snapshot / "measurements.parquet").get_column("numerator")
    return numerators.len() == 2 * len(_CODES) and numerators.n_unique() == 1


def _read(data: Path, stop: Event, told: multiprocessing.Queue) -> None:
    """Open the snapshot as pages do and read every table of it, until told to stop."""
    os.environ["GANDAN_DATA"] = str(data)
    reads, broken = 0, []
    while not stop.is_set():
        try:
            snapshot = open_snapshot("live")
            tables = {name: sight.scan(snapshot, name).collect() for name in SNAPSHOT_TABLES}
            number = (snapshot.manifest.captured_at - _FIRST) / timedelta(minutes=1)
            if set(tables["measurements"].get_column("numerator")) != {500.0 + number}:
                broken.append(f"{snapshot.folder.name}: a mixture")
            if {name: rows.height for name, rows in tables.items()}.items() - snapshot.manifest.rows.items():
                broken.append(f"{snapshot.folder.name}: rows are missing")
        except Exception as error:
            broken.append(f"{type(error).__name__}: {error}")
        reads += 1
        time.sleep(0.05)  # the cores are for the publishes
    told.put((reads, len(broken), broken[:5]))
