"""Who has signed in within the hours that a sign-in holds, each with the button that ends all sign-ins of a person."""

from __future__ import annotations

from datetime import datetime, timedelta
from html import escape

import streamlit as st

from display.words import numbers
from display.words.view import View
from journal import audit, endings, sign_ins
from journal.audit import Recent
from journal.database import VisitError
from journal.sign_ins import SignIn
from store.access import people
from ui.frame import html, sign_in
from ui.parts import told

MOST = 50
_TOLD = "ended_told"


def section(view: View, log: Recent, now: datetime) -> None:
    """One line per person, the latest first."""
    say = view.say
    hours = people.Settings.from_environment().hours
    found = sign_ins.recent(log.since(now - timedelta(hours=hours)), endings.ended())
    st.subheader(say("admin.signed_in"), anchor=False)
    told.show(view, _TOLD)
    whole = numbers.number(hours, view.language, 0 if hours == round(hours) else 1)
    html.caption(say("admin.signed_in.about" if found else "admin.signed_in.none", hours=whole))
    with st.container(key="admin_signed_in", gap="xsmall", width=640):
        for one in found[:MOST]:
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                with st.container():
                    html.show(_entry(view, one, now))
                st.button(
                    say("admin.end"),
                    key=f"end_{one.who}",
                    icon=":material/logout:",
                    disabled=one.ended,
                    on_click=_end,
                    args=(view, one.who),
                )
    if len(found) > MOST:
        html.caption(say("admin.signed_in.more", n=len(found) - MOST))


def _entry(view: View, one: SignIn, now: datetime) -> str:
    roles = ", ".join(view.say(f"access.role.{role}") for role in one.roles) or view.say("admin.no_role")
    when = numbers.ago(one.at, now, view.language)
    words = [roles, when, *([view.say("admin.ended")] if one.ended else [])]
    return f'<p class="gd-person"><b>{escape(one.who)}</b><span>{escape(" · ".join(words))}</span></p>'


def _end(view: View, who: str) -> None:
    reader = sign_in.current()
    if not reader.may("page.administration"):
        told.failed(_TOLD, "admin.end.not_allowed", who=who)
        return
    try:
        endings.end(who, reader.name)
    except VisitError as error:
        kind = error.kind if error.kind in ("newer", "full") else "unreachable"
        told.failed(_TOLD, f"admin.end.{kind}", who=who)
        return
    audit.note_act(reader, "sign_ins_ended", person=who)
    told.done(_TOLD, "admin.end.done", who=who)
