"""Practices on a page: what is noted, with a button to take back what people wrote, and the form for a new one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from html import escape

import streamlit as st

from display.portraits import practices as portraits
from display.portraits import promises
from display.portraits.visits import is_practice
from display.words import practices as words
from display.words.view import View
from files.faults import Fault
from journal import audit
from journal import practices as journal
from journal.database import VisitError
from journal.practices import Noted
from store.practices import FIRST, LONGEST, Practice, kinds
from ui.frame import html, sign_in
from ui.parts import panel, told

_TOLD = "practice_told"
_MOST = 20


def section(view: View, code: str) -> None:
    """On a commune's page: what is noted of it and its province, and the form for who may write."""
    found, may_note = of_unit(view, code), portraits.may_note(view, code)
    if found:
        st.subheader(view.say("practices.title"), anchor=False)
        listed(view, found)
    told.show(view, _TOLD)
    if may_note:
        with panel.part(view.say("practices.new"), "practice", ":material/calendar_month:") as box:
            if box.open:
                form(view, code)


def of_unit(view: View, code: str) -> list[Practice]:
    """What is noted of a commune; nothing where the file is wrong, which the leader's list tells."""
    try:
        return portraits.of_unit(view, code)
    except Fault:
        return []


def listed(view: View, found: Sequence[Practice]) -> None:
    """One after the other, at most twenty, with a button to take back what people wrote."""
    for practice in found[:_MOST]:
        html.show(
            f'<div class="gd-visit"><b><bdi>{escape(words.head(view, practice))}</bdi></b>'
            f'<p class="gd-sub"><bdi>{escape(words.dates(view, practice))}</bdi></p></div>'
        )
        if isinstance(practice, Noted) and portraits.may_note(view, practice.unit_code):
            st.button(
                view.say("practices.withdraw"),
                key=f"practice_withdraw_{practice.id}",
                icon=":material/undo:",
                type="tertiary",
                on_click=_withdraw,
                args=(view, practice),
            )


def form(view: View, place: str) -> None:
    """The form for a new practice of a commune, or of a whole province."""
    say = view.say
    html.caption(say("practices.about"))
    with st.form(f"practice_form_{place}", border=True):
        st.selectbox(
            say("practices.kind"),
            list(kinds()),
            key=_key("kind", place),
            format_func=lambda kind: words.kind_name(view, kind),
        )
        for box, name in zip(st.columns(2), ("since", "until"), strict=True):
            with box:
                st.date_input(
                    say(f"practices.{name}.label"),
                    value=None,
                    min_value=FIRST,
                    format="DD/MM/YYYY",
                    key=_key(name, place),
                )
        st.text_area(say("practices.what"), key=_key("what", place), max_chars=LONGEST, height=70)
        st.form_submit_button(
            say("practices.save"), icon=":material/save:", type="primary", on_click=_save, args=(view, place)
        )


def tell(view: View) -> None:
    """What became of the last press."""
    told.show(view, _TOLD)


def _save(view: View, place: str) -> None:
    """Keep what stands in the form; where it cannot be kept, all stays in the form and the reason is told."""
    try:
        view = _allowed(view, place)
        who = view.reader.name or view.reader.kind
        kept = journal.write_down(_practice(place), promises.today(), who, simulated=is_practice(view))
    except VisitError as error:
        told.failed(_TOLD, f"practices.error.{error.kind}", detail=error.detail)
        return
    audit.note_act(view.reader, "practice", unit=place, kind=kept.kind, since=kept.since.isoformat())
    st.session_state.update({_key("what", place): "", _key("since", place): None, _key("until", place): None})
    told.done(_TOLD, "practices.saved")


def _practice(place: str) -> Practice:
    state = st.session_state
    since = state.get(_key("since", place))
    if since is None:
        raise VisitError("no_day")
    kind, what = str(state.get(_key("kind", place)) or ""), str(state.get(_key("what", place)) or "")
    return Practice(place, kind, since, state.get(_key("until", place)), what)


def _withdraw(view: View, practice: Noted) -> None:
    try:
        view = _allowed(view, practice.unit_code)
        done = journal.withdraw(practice.id, practice.unit_code, view.reader.name or view.reader.kind)
    except VisitError as error:
        told.failed(_TOLD, f"practices.error.{error.kind}", detail=error.detail)
        return
    if done:
        since = practice.since.isoformat()
        audit.note_act(view.reader, "practice_withdrawn", unit=practice.unit_code, kind=practice.kind, since=since)
        told.done(_TOLD, "practices.withdrawn")


def _allowed(view: View, place: str) -> View:
    """The view of who presses now, since the page was drawn earlier; VisitError where they may not."""
    now = replace(view, reader=sign_in.current())
    if not portraits.may_note(now, place):
        raise VisitError("not_allowed")
    return now


def _key(name: str, place: str) -> str:
    return f"practice_{name}_{place}"
