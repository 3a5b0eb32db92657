"""How the works of the night ended last, and how old the figures of each dataset are."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import streamlit as st

from display.words import numbers
from display.words.view import View
from journal import backups, pulls
from journal.last_runs import LastRun
from store import snapshot
from store.snapshot import SnapshotTrouble
from ui.parts import tables


def section(view: View, data: Path, now: datetime) -> None:
    """A row per pull, backup, drill and pruning, and one per dataset."""
    say = view.say
    st.subheader(say("admin.works"), anchor=False)
    headers = [say(f"admin.works.{name}") for name in ("what", "when", "how", "said")]
    known = backups.last(data)
    runs: list[tuple[str, LastRun | None]] = [
        (f"{say('admin.work.pull')}: {name}", run) for name, run in pulls.last(data).items()
    ] or [(say("admin.work.pull"), None)]
    runs += [(say(f"admin.work.{name}"), known.get(name)) for name in (backups.BACKUP, backups.DRILL, backups.PRUNE)]
    rows = [_row(view, name, run, now) for name, run in runs]
    rows += [_dataset(view, name, now) for name in snapshot.datasets(unreleased=True)]
    with st.container(key="admin_works"):
        tables.plain_table(headers, rows, say("admin.works"), figures=())


def _row(view: View, name: str, run: LastRun | None, now: datetime) -> list[str]:
    if run is None:
        return [name, view.say("admin.never"), numbers.MISSING, ""]
    state = view.say("admin.ok" if run.ok else "admin.not_ok")
    return [name, _when(view, run.ended_at, now), state, run.said]


def _dataset(view: View, name: str, now: datetime) -> list[str]:
    title = view.say(f"dataset.{name}")
    try:
        manifest = snapshot.open_snapshot(name, unreleased=True).manifest
    except SnapshotTrouble as trouble:
        return [title, numbers.MISSING, view.say(f"trouble.{trouble.kind}", dataset=title), trouble.detail]
    return [title, _when(view, manifest.captured_at, now), view.say("admin.readable"), manifest.id]


def _when(view: View, moment: datetime, now: datetime) -> str:
    """How long ago, and where there is room also when."""
    gone = numbers.ago(moment, now, view.language)
    return gone if view.narrow else f"{numbers.local_moment(moment, view.language)} · {gone}"
