"""How the works of the night ended last, and how old the figures of each dataset are."""

from __future__ import annotations

from datetime import datetime

import streamlit as st

from display.words import numbers
from display.words.view import View
from journal import backups
from journal.last_runs import LastRun
from store import snapshot
from store.retention import Times
from store.snapshot import SnapshotTrouble
from ui.administration.head import Runs
from ui.parts import tables


def section(view: View, known: Runs, now: datetime) -> None:
    """A row per pull, backup, drill and pruning, and one per dataset."""
    say = view.say
    st.subheader(say("admin.works"), anchor=False)
    headers = [say(f"admin.works.{name}") for name in ("what", "when", "how", "said")]
    runs: list[tuple[str, LastRun | None]] = [
        (f"{say('admin.work.pull')}: {name}", run) for name, run in known.pulls.items()
    ] or [(say("admin.work.pull"), None)]
    runs += [
        (say(f"admin.work.{name}"), known.kept.get(name)) for name in (backups.BACKUP, backups.DRILL, backups.PRUNE)
    ]
    rows = [_row(view, name, run, now) for name, run in runs]
    rows += [_dataset(view, name, now) for name in snapshot.datasets(unreleased=True)]
    with st.container(key="admin_works"):
        tables.plain_table(headers, rows, say("admin.works"), figures=())


def _row(view: View, name: str, run: LastRun | None, now: datetime) -> list[str]:
    if run is None:
        return [name, view.say("admin.never"), numbers.MISSING, ""]
    state = view.say("admin.ok" if run.ok else "admin.not_ok")
    return [name, _when(view, run.ended_at, now), state, _said(view, run.said)]


def _said(view: View, said: str) -> str:
    """The sentences that commands say often, in words of ours; what a fault says stays as it was said."""
    if said == "not everything was pulled":
        return view.say("admin.said.not_all")
    return view.say("admin.said.nothing") if said == "nothing was over its time" else _removed(view, said)


def _removed(view: View, said: str) -> str:
    """`forms 3, replies 12` of a pruning, by what is kept; other texts as they are."""
    parts = [part.rpartition(" ") for part in said.split(", ")]
    if not all(name in Times.model_fields and n.isdigit() for name, _, n in parts):
        return said
    return ", ".join(f"{view.say(f'admin.kept.{name}')}: {n}" for name, _, n in parts)


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
