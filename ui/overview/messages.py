"""Where a reader asks to be told what is new of a province: messages, a private calendar, the open feed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from html import escape
from urllib.parse import urljoin

import streamlit as st

from display.words import addresses, numbers
from display.words.text import Speaker
from display.words.view import View
from journal import audit, calendars, subscriptions
from journal.database import VisitError
from journal.subscriptions import HOOK, MAIL, ROLES, Subscription
from press.post import hook
from press.post.settings import Settings
from ranking.vocabulary import COUNTRY
from store.access import people
from store.reference import province_name
from ui.frame import html, sign_in
from ui.parts import panel, told

_TOLD, _MADE = "messages_told", "calendar_made"


def section(view: View, province: str) -> None:
    """A panel for a province; nothing for the country, and for who may not be sent messages of it."""
    if province == COUNTRY or not view.reader.may("messages", province):
        return
    with panel.part(view.say("messages.title"), "messages", ":material/campaign:") as box:
        if box.open:
            _inside(view, province)


def _inside(view: View, province: str) -> None:
    html.caption(view.say("messages.sentence"))
    told.show(view, _TOLD)
    if view.reader.kind == "signed_in" and not people.named(view.reader.name).may("messages", province):
        html.caption(view.say("messages.named"))
    else:
        _form(view, province)
        for one in subscriptions.of(_who(view)):
            _subscription(view, one)
        st.markdown(f"**{view.say('messages.calendar')}**")
        _calendars(view, province)
    feed = urljoin(str(st.context.url or ""), addresses.feed(view, "province", province))
    html.show(f'<p class="gd-caption"><a href="{escape(feed)}">{view.say("messages.feed")}</a></p>')


def _who(view: View) -> str:
    return view.reader.name or view.reader.kind


# --- messages


def _form(view: View, province: str) -> None:
    """What, how, and where to; mail of somebody who has signed in goes to the address of the sign-in only."""
    say = view.say
    roles = [role for role in ROLES if _holds(view, role, province)]
    left, right = st.columns(2)
    with left:
        role = st.selectbox(
            say("messages.role"), roles, format_func=partial(_said, say, "post.what"), key="message_role"
        )
    with right:
        channel = st.selectbox(
            say("messages.channel"),
            [MAIL, HOOK],
            format_func=partial(_said, say, "messages.channel"),
            key="message_channel",
        )
    if channel == MAIL and view.reader.kind == "signed_in":
        html.caption(say("messages.address.own", address=view.reader.name))
    else:
        st.text_input(say("messages.address"), key="message_address", max_chars=300)
    st.button(
        say("messages.ask"),
        icon=":material/check:",
        key="message_ask",
        on_click=_ask,
        args=(view, province, role, channel),
    )
    if channel == MAIL and not Settings.from_environment().sends_mail:
        html.caption(say("messages.off.mail"))


def _said(say: Speaker, kind: str, code: str) -> str:
    return say(f"{kind}.{code}")


def _holds(view: View, role: str, province: str) -> bool:
    places = view.reader.places(role)
    return COUNTRY in places or province in places


def _ask(view: View, province: str, role: str, channel: str) -> None:
    view = replace(view, reader=sign_in.current())
    typed = str(st.session_state.get("message_address") or "").strip()
    own = channel == MAIL and view.reader.kind == "signed_in"
    wanted = Subscription(_who(view), role, province, channel, view.reader.name if own else typed, view.language)
    try:
        if not _holds(view, role, province):
            raise VisitError("no_address")
        subscriptions.ask(wanted)
    except VisitError as error:
        told.failed(_TOLD, f"messages.trouble.{error.kind}")
        return
    audit.note_act(view.reader, "subscribed", role=role, channel=channel, province=province)
    told.done(_TOLD, "messages.asked")


def _subscription(view: View, one: Subscription) -> None:
    say = view.say
    words, button = st.columns([5, 1], vertical_alignment="center")
    with words:
        last = say("messages.last", day=numbers.day(one.sent_on, view.language)) if one.sent_on else ""
        channel, what = say(f"messages.channel.{one.channel}"), say(f"post.what.{one.role}")
        place = province_name(one.place)
        said = say("messages.one", what=what, place=place, channel=channel, address=one.address)
        html.caption(f"{said[:1].upper()}{said[1:]} · {last or say('messages.last.none')}")
        if one.channel == HOOK:
            st.code(say("messages.secret", secret=one.secret), language=None, wrap_lines=True)
            if not hook.is_allowed(Settings.from_environment(), one.address):
                html.caption(say("messages.off.hook"))
    with button:
        st.button(
            say("messages.end"),
            key=f"message_end_{one.id}",
            on_click=_taken_back,
            args=(view, subscriptions.end, "subscription_ended", one.id),
        )


def _taken_back(view: View, take_back: Callable[[int, str], bool], act: str, number: int) -> None:
    """A press that ends one of the reader's own subscriptions or calendars."""
    view = replace(view, reader=sign_in.current())
    try:
        if take_back(number, _who(view)):
            audit.note_act(view.reader, act)
    except VisitError as error:
        told.failed(_TOLD, f"messages.trouble.{error.kind}")


# --- calendars


def _calendars(view: View, province: str) -> None:
    say = view.say
    html.caption(say("messages.calendar.sentence"))
    st.button(
        say("messages.calendar.make"),
        icon=":material/event:",
        key="calendar_make",
        on_click=_make,
        args=(view, province),
    )
    if secret := st.session_state.pop(_MADE, ""):
        html.caption(say("messages.calendar.made"))
        address = urljoin(str(st.context.url or ""), f"./calendar/{secret}.ics")
        st.code(address, language=None, wrap_lines=True)
    for one in calendars.of(_who(view)):
        words, button = st.columns([5, 1], vertical_alignment="center")
        with words:
            day = numbers.local_date(one.created_at, view.language)
            html.caption(say("messages.calendar.one", place=province_name(one.place), day=day))
        with button:
            st.button(
                say("messages.calendar.revoke"),
                key=f"calendar_revoke_{one.id}",
                on_click=_taken_back,
                args=(view, calendars.revoke, "calendar_revoked", one.id),
            )


def _make(view: View, province: str) -> None:
    view = replace(view, reader=sign_in.current())
    try:
        if not view.reader.may("messages", province):
            raise VisitError("no_address")
        _, st.session_state[_MADE] = calendars.make(_who(view), province, view.language)
    except VisitError as error:
        told.failed(_TOLD, f"messages.trouble.{error.kind}")
        return
    audit.note_act(view.reader, "calendar_made", province=province)
