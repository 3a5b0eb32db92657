"""What waits for release, the way to release it or an earlier snapshot again, and who has released what."""

from __future__ import annotations

from datetime import datetime
from html import escape
from pathlib import Path

import streamlit as st

from display.words import numbers
from display.words import releases as words
from display.words.view import View
from etl.publishing import release
from files.faults import Fault
from journal import holdings
from journal.holdings import begun_capture
from ranking.manifest import CURRENT, RELEASED
from store import calendar, releases, snapshot, waiting
from ui.frame import html, sign_in
from ui.parts import tables, told

MOST = 20
PATIENCE_SECONDS = 10
_TOLD = "release_told"


def section(view: View, data: Path, now: datetime) -> None:
    """A form per dataset that waits, the earlier snapshots in a fold, and the latest releases with who made them."""
    say = view.say
    st.subheader(say("admin.release"), anchor=False)
    html.caption(say("admin.release.about"))
    told.show(view, _TOLD)
    ahead = [name for name in snapshot.datasets(unreleased=True) if releases.is_ahead(name)]
    for name in ahead:
        _form(view, data, name)
    if not ahead:
        html.caption(say("admin.release.nothing"))
    _calendar(view, data, now)
    _again(view, data)
    _past(view)


def _form(view: View, data: Path, name: str) -> None:
    say, latest = view.say, releases.pointer(data / "published" / name, CURRENT) or ""
    what = words.contents(say, waiting.waiting(name)) or say("release.snapshot", snapshot=latest)
    with st.container(border=True, key=f"release_{name}"):
        told = say("admin.release.waits", dataset=say(f"dataset.{name}"), what=what)
        html.show(f'<p class="gd-waiting">{escape(told)}</p>')
        with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
            note = f"release_note_{name}"
            _note(view, note)
            st.button(
                say("admin.release.do"),
                key=f"release_do_{name}",
                type="primary",
                icon=":material/campaign:",
                on_click=_release,
                args=(data, name, latest, note),
            )


def _note(view: View, key: str) -> None:
    say = view.say
    st.text_input(
        say("admin.release.note"),
        key=key,
        max_chars=release.LONGEST,
        placeholder=say("admin.release.note.example"),
        width=420,
    )


def _again(view: View, data: Path) -> None:
    say, dataset = view.say, view.snapshot.manifest.dataset
    folder = data / "published" / dataset
    named = {releases.pointer(folder, CURRENT), releases.pointer(folder, RELEASED)}
    others = sorted({path.name for path in holdings.snapshots(data) if path.parent == folder} - named, reverse=True)
    if not others:
        return
    with st.expander(say("admin.release.again"), icon=":material/history:", key="release_again"):
        html.caption(say("admin.release.again.about"))
        chosen = st.selectbox(
            say("admin.release.again.which"), others, format_func=lambda one: _dated(view, one), key="release_which"
        )
        _note(view, "release_again_note")
        st.button(
            say("admin.release.again.do"),
            key="release_again_do",
            disabled=not (st.session_state.get("release_again_note") or "").strip(),
            on_click=_release,
            args=(data, dataset, chosen, "release_again_note"),
            kwargs={"again": True},
        )


def _dated(view: View, name: str) -> str:
    at = begun_capture(name)
    return f"{numbers.local_date(at, view.language)} · {name}" if at else name


def _release(data: Path, name: str, chosen: str, note: str, *, again: bool = False) -> None:
    reader = sign_in.current()
    if not reader.may("release"):
        told.failed(_TOLD, "admin.release.not_allowed")
        return
    if not again and releases.pointer(data / "published" / name, CURRENT) != chosen:
        told.failed(_TOLD, "admin.release.changed")
        return
    text = st.session_state.get(note) or ""
    try:
        release.release(
            data, name, reader.name or reader.kind, text, snapshot=chosen, patience_seconds=PATIENCE_SECONDS
        )
    except Fault as fault:
        told.failed(_TOLD, "admin.release.failed", detail=fault)
        return
    st.session_state[note] = ""
    told.done(_TOLD, "admin.release.done", snapshot=chosen)


def _calendar(view: View, data: Path, now: datetime) -> None:
    """What is wrong with the file of announced releases, where something is: the public sees none of it meanwhile."""
    try:
        calendar.announced(data, now.date())
    except Fault as fault:
        said = escape(view.say("admin.release.calendar"))
        html.show(f'<div class="gd-notice" role="alert"><p>{said}</p><p lang="en">{escape(str(fault))}</p></div>')


def _past(view: View) -> None:
    known = releases.known(view.snapshot.manifest.dataset)[-MOST:][::-1]
    if not known:
        return
    say = view.say
    headers = [say("about.releases.column.day"), say("admin.release.column.who"), say("about.releases.column.what")]
    headers += [say("about.releases.column.note"), say("admin.release.column.snapshot")]
    rows = [
        [
            numbers.local_moment(one.released_at, view.language),
            one.by or numbers.MISSING,
            words.contents(say, one.holds) or numbers.MISSING,
            words.reason(say, one),
            one.snapshot,
        ]
        for one in known
    ]
    with st.container(key="admin_releases"):
        tables.plain_table(headers, rows, say("admin.release.past"), figures=())
