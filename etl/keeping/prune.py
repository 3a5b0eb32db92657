"""`python -m etl prune`: remove what is over its time by `data/retention.yaml`, and say what."""

from __future__ import annotations

import argparse
import math
import shutil
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from etl.keeping import needed
from etl.publishing.old_snapshots import forget
from etl.publishing.publish import current_snapshot, snapshot_manifest
from files import lock
from files.faults import Fault
from files.places import published_folder
from journal import audit, backups, database, endings, holdings, incoming, replies
from journal.database import VisitError
from store.access import people
from store.retention import Times, times

FURTHEST = timedelta(days=45)
"""How far the clock may have moved on since the last pruning before it is doubted."""
PATIENCE_SECONDS = 300.0
_BACK = timedelta(hours=1)


@dataclass
class Pruned:
    """How many of each kind were removed, and what could not be."""

    gone: dict[str, int] = field(default_factory=dict)
    left: list[str] = field(default_factory=list)

    def remove(self, kind: str, paths: Iterable[Path], data: Path) -> None:
        """Remove files and folders; one that somebody else has removed meanwhile is no trouble and not counted."""
        for path in paths:
            try:
                shutil.rmtree(path) if path.is_dir() else path.unlink()
            except FileNotFoundError:
                continue
            except OSError as error:
                place = path.relative_to(data) if path.is_relative_to(data) else path
                self.left.append(f"{place}: cannot be removed: {error.strerror or type(error).__name__}")
                continue
            self.count(kind, 1)

    def count(self, kind: str, n: int) -> None:
        if n:
            self.gone[kind] = self.gone.get(kind, 0) + n

    @property
    def sentence(self) -> str:
        return ", ".join(f"{kind} {n}" for kind, n in self.gone.items()) or "nothing was over its time"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `python -m etl prune`."""
    place = published_folder().parent
    parser.add_argument("--data", type=Path, default=place, metavar="DIR", help="the data folder")


def run(args: argparse.Namespace) -> int:
    """Prune, print what is gone and note it; 1 where something could not be removed."""
    try:
        done = prune(args.data, datetime.now(UTC))
    except Fault as fault:
        backups.note(args.data, backups.PRUNE, False, str(fault))
        raise
    said = "; ".join([done.sentence, *done.left])
    backups.note(args.data, backups.PRUNE, not done.left, said)
    print(f"removed: {done.sentence}" if done.gone else done.sentence)
    for trouble in done.left:
        print(trouble, file=sys.stderr)
    return 1 if done.left else 0


def prune(data: Path, now: datetime) -> Pruned:
    """Remove what is over its time at `now`; Fault where the rules or the clock cannot be trusted, and nothing went.

    What cannot be removed, or cannot be judged, is told of and keeps nothing else from going.
    """
    if not data.is_dir():
        raise Fault(f"{data}: is no folder, so there is nothing to remove")
    rules = times(data)
    _check_clock(data, now)
    done = Pruned()
    for work in (_replies, _forms, _uploads, _snapshots, _sign_ins, _objections, _audit):
        try:
            work(data, now, rules, done)
        except Fault as fault:
            done.left.append(str(fault))
    if done.gone:
        audit.note(data, audit.actor(), "prune", **done.gone)
    return done


def _check_clock(data: Path, now: datetime) -> None:
    """A clock that leaps makes all look old. The night after it is believed, so nothing is stuck where it was right."""
    last = backups.last(data).get(backups.PRUNE)
    if last and not -_BACK <= now - last.ended_at <= FURTHEST:
        raise Fault(
            f"the clock says {now:%Y-%m-%d %H:%M} UTC, and the last pruning was noted at "
            f"{last.ended_at:%Y-%m-%d %H:%M}; nothing was removed. Set the clock if it is wrong: "
            "the next run believes it"
        )


def _replies(data: Path, now: datetime, rules: Times, done: Pruned) -> None:
    if not (since := rules.replies.since(now)):
        return
    old = _before(since, holdings.runs(data), holdings.begun)
    if old:
        done.remove("replies", sorted({*old} - needed.replies(data)), data)


def _forms(data: Path, now: datetime, rules: Times, done: Pruned) -> None:
    if not (since := rules.forms.since(now)):
        return
    old = _before(since, holdings.forms(data), holdings.changed)
    if old:
        done.remove("forms", sorted({*old} - needed.forms(data)), data)


def _uploads(data: Path, now: datetime, rules: Times, done: Pruned) -> None:
    done.remove("uploads", incoming.left_over(data, now), data)


def _snapshots(data: Path, now: datetime, rules: Times, done: Pruned) -> None:
    published = data / "published"
    for folder in sorted(path for path in published.iterdir() if path.is_dir()) if published.is_dir() else []:
        current = current_snapshot(folder)
        if current is None:
            continue
        rule = getattr(rules.snapshots, snapshot_manifest(current).nature)
        if rule.snapshots == "all":
            continue
        try:
            with lock.sole_writer(folder, ".publish.lock", "publish", PATIENCE_SECONDS):
                current = current_snapshot(folder) or current
                gone, left = forget(folder, [current.name], now, rule)
        except OSError as error:
            done.left.append(f"published/{folder.name}: cannot be pruned: {error.strerror or type(error).__name__}")
            continue
        done.count("snapshots", len(gone))
        done.left += [f"published/{folder.name}/{name}: cannot be removed" for name in left]


def _sign_ins(data: Path, now: datetime, rules: Times, done: Pruned) -> None:
    """An end is kept for as long as a sign-in from before it could hold, whatever the file says."""
    if not _is_own_database(data):
        return
    days = max(rules.sign_ins.days, math.ceil(people.Settings.from_environment().hours / 24) + 1)
    try:
        done.count("sign_ins", endings.forget(now - timedelta(days=days)))
    except VisitError as error:
        done.left.append(f"ended sign-ins: the database cannot be used ({error.kind})")


def _objections(data: Path, now: datetime, rules: Times, done: Pruned) -> None:
    """What communes have said, each objection with its file."""
    since = rules.objections.since(now)
    if since is None or not _is_own_database(data):
        return
    try:
        done.count("objections", replies.forget(since))
    except VisitError as error:
        done.left.append(f"objections: the database cannot be used ({error.kind})")


def _is_own_database(data: Path) -> bool:
    """Whether the journal is a server's, or a file that lies in this data folder."""
    file = database.own_file()
    return file is None or (file.exists() and file.parent.resolve() == data.resolve())


def _audit(data: Path, now: datetime, rules: Times, done: Pruned) -> None:
    if since := rules.audit.since(now):
        done.remove("audit", _before(since, audit.files(data), audit.month_end), data)


def _before(since: datetime, paths: list[Path], dated: Callable[[Path], datetime | None]) -> list[Path]:
    """Those that say they are older; what does not say when it is from stays."""
    return [path for path in paths if (at := dated(path)) is not None and at < since]
