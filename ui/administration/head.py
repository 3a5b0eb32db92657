"""The head of the administrator's page: what needs a look, and four figures."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from pathlib import Path

from display.words import numbers
from display.words.view import View
from journal import backups, pulls
from journal.last_runs import LastRun
from store.access import people
from ui.frame.html import Figure

WORKS = (backups.BACKUP, backups.DRILL)


@dataclass(frozen=True)
class Runs:
    """How the works of the night ended last, read once for the whole page: pulls by dataset, and all others."""

    pulls: Mapping[str, LastRun]
    kept: Mapping[str, LastRun]

    @classmethod
    def of(cls, data: Path) -> Runs:
        return cls(pulls.last(data), backups.last(data))


def sentence(view: View, known: Runs) -> str:
    """What has failed last, or that nothing has, or that nothing has run yet. Markup."""
    say = view.say
    runs = {f"{say('admin.work.pull')} ({name})": run for name, run in known.pulls.items()}
    runs |= {say(f"admin.work.{name}"): known.kept[name] for name in (*WORKS, backups.PRUNE) if name in known.kept}
    failed = [name for name, run in runs.items() if not run.ok]
    said = say("admin.sound" if runs else "admin.none_ran")
    if failed:
        said = say("admin.failed", what=", ".join(failed))
    damaged = f" {escape(say('admin.sentence.damaged'))}" if people.damage() else ""
    return f"<b>{escape(said)}</b>{damaged} {escape(say('admin.sentence'))}"


def figures(view: View, data: Path, known: Runs, now: datetime) -> Sequence[Figure]:
    """The last pull, backup and drill with how long ago they ended, and what is free on the disk."""
    pulled = max(known.pulls.values(), key=lambda run: run.ended_at, default=None)
    found = {"pull": pulled, **{name: known.kept.get(name) for name in WORKS}}
    cards = [_run(view, view.say(f"admin.work.{name}"), run, now) for name, run in found.items()]
    return [*cards, _disk(view, data)]


def _run(view: View, name: str, run: LastRun | None, now: datetime) -> Figure:
    if run is None:
        return Figure(name, view.say("admin.never"), ())
    state = view.say("admin.ok" if run.ok else "admin.not_ok")
    when = numbers.ago(run.ended_at, now, view.language)
    return Figure(name, when, (f"{state} · {numbers.local_moment(run.ended_at, view.language)}",))


def _disk(view: View, data: Path) -> Figure:
    name = view.say("admin.disk")
    try:
        disk = shutil.disk_usage(data)
    except OSError:
        return Figure(name, numbers.MISSING, ())
    free, whole = (numbers.number(size / 2**30, view.language, 1) for size in (disk.free, disk.total))
    return Figure(name, f"{free} GB", (view.say("admin.disk.of", whole=whole),))
