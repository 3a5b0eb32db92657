"""One answer or objection of a commune on the page, and telling what became of the last press of a button."""

from __future__ import annotations

from html import escape

import streamlit as st

from display.words import replies as words
from display.words.view import View
from journal.reply import Reply
from journal.typed import seen
from store import units
from ui.frame import html

TOLD = "reply_told"
_DONE = ("saved", "saved_with", "saved_without", "withdrawn", "decided", "corrected")


def entry(view: View, reply: Reply, *, whole: bool, with_unit: bool = False) -> str:
    """One of them as markup; `whole`: with its words and values, else with its figure and state alone."""
    say, head = view.say, words.head(view.say, reply)
    if with_unit:
        head = f"{units.known(reply.unit_code)['full_name']} · {head}"
    if not whole:
        return f'<div class="gd-visit"><b>{escape(words.figure(say, reply))}</b>{_line(words.public(say, reply))}</div>'
    text = f'<p class="gd-note-text" dir="auto">{escape(seen(reply.words))}</p>'
    state = words.state(say, reply)
    below = [words.values(say, reply), say("replies.file") if reply.has_file else ""]
    below += [f"{state[:1].upper()}{state[1:]}", words.decision(say, reply)]
    return f'<div class="gd-visit"><b><bdi>{escape(head)}</bdi></b>{text}{"".join(map(_line, below))}</div>'


def _line(text: str) -> str:
    return f'<p class="gd-sub"><bdi>{escape(text)}</bdi></p>' if text else ""


def listed(view: View, found: list[Reply], *, whole: bool) -> None:
    """Those that need no button of their own."""
    html.show("".join(entry(view, one, whole=whole) for one in found))


def tell(view: View) -> None:
    """What became of the last press of a button, once."""
    kind = st.session_state.pop(TOLD, None)
    if kind in _DONE:
        st.success(view.say(f"replies.{kind}"), icon=":material/check:")
    elif kind:
        st.error(view.say(f"replies.error.{kind}"), icon=":material/error:")
