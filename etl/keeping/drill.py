"""`python -m etl drill`: restore the last backup aside and compare what is in it, so that nobody finds out too late."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from etl.keeping.archive import counts, in_time_order, lines
from etl.keeping.restore import restore
from files.faults import Fault
from files.places import DATA
from journal import backups
from store.snapshot import SnapshotTrouble, snapshot_at


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `python -m etl drill`."""
    parser.add_argument("--backups", type=Path, required=True, metavar="DIR", help="where backups are kept")
    parser.add_argument("--data", type=Path, default=DATA, metavar="DIR", help="the data folder, where it is noted")


def run(args: argparse.Namespace) -> int:
    """Try the last backup and note how that ended; Fault where it could not be restored as it was."""
    try:
        file, said = drill(args.backups)
    except Fault as fault:
        backups.note(args.data, backups.DRILL, False, str(fault))
        raise
    backups.note(args.data, backups.DRILL, True, file.name)
    print(f"{file.name} was restored aside and is sound")
    for line in said:
        print(f"  {line}")
    return 0


def drill(folder: Path) -> tuple[Path, list[str]]:
    """The last backup of a folder, restored into a folder that is removed again, and what was found in sentences.

    Each dataset is opened as the app opens it, and the counts are those that the backup was made with. Fault where
    there is no backup, or it does not hold.
    """
    files = in_time_order(folder)
    if not files:
        raise Fault(f"{folder}: holds no backup")
    file = files[-1]
    with tempfile.TemporaryDirectory(prefix="gan-dan-drill-") as place:
        data = Path(place) / "data"
        told, _ = restore(file, data)
        found = counts(data, sum(path.is_file() for path in data.rglob("*")))
        if told != found:
            raise Fault(f"{file.name}: restored, it holds other figures than were kept")
        for dataset, one in found.datasets.items():
            try:
                for name in filter(None, dict.fromkeys((one["snapshot"], one.get("released")))):
                    snapshot_at(dataset, data / "published" / dataset / name)
            except SnapshotTrouble as trouble:
                raise Fault(f"{file.name}: {trouble}") from None
        return file, list(lines(found))
