"""Objections of communes, for editors: both values, the file, the decision; what is accepted becomes a correction."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import streamlit as st

from display.words import numbers
from display.words.view import View
from files.places import published_folder
from journal import audit, corrections, incoming, site_wanted
from journal import replies as journal_replies
from journal.corrections import Correction
from journal.database import VisitError
from journal.reply import LONGEST, Reply
from store.access.rules import Reader
from store.reference import measures
from ui.frame import html, sign_in
from ui.parts import replies

_MOST_CLOSED = 10
_NEVER_SHOWN = "application/octet-stream"
"""A media type that no browser opens in a page."""
_CORRECTED = ("share", "rate", "count", "quantity")
"""The kinds of measures that have counts to correct."""


def section(view: View, province: str) -> None:
    """The objections of a province: those to decide with their buttons, then the last ones that are closed."""
    found = journal_replies.of_province(view.snapshot.manifest.dataset, province)
    waiting = [one for one in found if one.state == "open"]
    n = numbers.number(len(waiting), view.language)
    st.subheader(view.say("replies.editor.title", n=n), anchor=False)
    replies.tell(view)
    if not found:
        html.caption(view.say("replies.editor.none"))
    for reply in waiting[::-1]:
        html.show(replies.entry(view, reply, whole=True, with_unit=True))
        _file(view, reply)
        _decision(view, reply)
    for reply in [one for one in found if one.state != "open"][:_MOST_CLOSED]:
        html.show(replies.entry(view, reply, whole=True, with_unit=True))
        _file(view, reply)


def _file(view: View, reply: Reply) -> None:
    """The file to take away, never shown: it is read when the button is pressed, by who may decide."""
    if not reply.has_file:
        return
    name = f"y-kien_{reply.unit_code}_{reply.id}.{reply.file_kind}"
    st.download_button(
        view.say("replies.editor.open_file"),
        sign_in.noted(view, name, partial(_content, view.reader, reply)),
        name,
        _NEVER_SHOWN,
        icon=":material/download:",
        on_click="ignore",
        key=f"objection_file_{reply.id}",
    )


def _content(reader: Reader, reply: Reply) -> bytes:
    """The file for `reader`, whose rights `sign_in.noted` asks for again; it runs apart from the page, where nobody
    is signed in."""
    if not reader.may("objections", reply.province_code):
        raise PermissionError("files of objections are for the province's editors")
    found = journal_replies.file(reply.id, reply.province_code)
    if found is None:
        raise FileNotFoundError(f"objection {reply.id} has no file")
    return found[1]


def _decision(view: View, reply: Reply) -> None:
    key = f"objection_reason_{reply.id}"
    st.text_area(view.say("replies.editor.reason"), key=key, max_chars=LONGEST, height=70)
    ways = ((True, "replies.editor.accept", ":material/check:"), (False, "replies.editor.decline", ":material/close:"))
    with st.container(horizontal=True):
        for accepted, label, icon in ways:
            st.button(
                view.say(label),
                icon=icon,
                key=f"objection_{'accept' if accepted else 'decline'}_{reply.id}",
                on_click=_decide,
                args=(view, reply, accepted, key),
            )


def _decide(view: View, reply: Reply, accepted: bool, key: str) -> None:
    state = st.session_state
    try:
        view = replace(view, reader=sign_in.current())
        if not view.reader.may("objections", reply.province_code):
            raise VisitError("not_allowed")
        who, reason = view.reader.name or view.reader.kind, state.get(key) or ""
        done = journal_replies.decide(reply.id, reply.province_code, accepted=accepted, reason=reason, who=who)
        if done is None:
            raise VisitError("gone")
        audit.note_act(view.reader, "objection_decided", unit=done.unit_code, reply=done.id, state=done.state)
        site_wanted.want(published_folder().parent)
    except VisitError as error:
        state[replies.TOLD] = error.kind
        return
    try:
        state[replies.TOLD] = "corrected" if accepted and _correct(view, done, who) else "decided"
    except VisitError:  # the decision stands and cannot be made again: the figure is left to be written by hand
        state[replies.TOLD] = "uncorrected"


def _correct(view: View, reply: Reply, who: str) -> bool:
    """Write the commune's figure down as a correction, where it gave one of a live dataset; both values stay there."""
    known = measures().get(reply.measure)
    if reply.new_numerator is None or reply.dataset != incoming.DATASET or not known or known.kind not in _CORRECTED:
        return False
    kept = corrections.correct(
        Correction(
            dataset=reply.dataset,
            province_code=reply.province_code,
            unit_code=reply.unit_code,
            measure=reply.measure,
            period=reply.period,
            series=reply.series,
            basis=reply.basis,
            new_numerator=reply.new_numerator,
            new_denominator=reply.new_denominator,
            old_numerator=reply.old_numerator,
            old_denominator=reply.old_denominator,
            reason=(reply.decision or "")[: corrections.LONGEST],
            author=who,
        )
    )
    audit.note_act(
        view.reader, "correction", unit=kept.unit_code, measure=kept.measure, period=kept.period, correction=kept.id
    )
    return True
