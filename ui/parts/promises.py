"""Promises as a reader may see them: what was promised, how it stands, what became of the figures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape

import streamlit as st

from display.words import promises as words
from display.words.view import View
from journal.promises import Promise
from journal.typed import seen
from ui.frame import html

MOST = 20


def listed(view: View, found: Sequence[Promise], below: Callable[[Promise], None] | None = None) -> None:
    """The promises one after the other, at most twenty; `below`: what to draw below each, such as buttons."""
    for promise in found[:MOST]:
        html.show(entry(view, promise))
        if below:
            below(promise)
    if any(promise.measure for promise in found):
        html.caption(view.say("promises.verdict.caveat"))


def entry(view: View, promise: Promise) -> str:
    """One promise as markup; every text stands as it was written, with what would turn its direction made visible."""
    lines = [words.dates(view, promise), words.verdict(view, promise)]
    rest = "".join(f'<p class="gd-sub">{escape(line)}</p>' for line in lines)
    return (
        f'<div class="gd-visit"><b><bdi>{escape(words.head(view, promise))}</bdi></b>'
        f'<p class="gd-note-text" dir="auto">{escape(seen(promise.finding))}</p>{rest}</div>'
    )


def section(view: View, found: Sequence[Promise]) -> None:
    """On a commune's page: its promises, with their title; nothing where none is written down."""
    if found:
        st.subheader(view.say("promises.title"), anchor=False)
        listed(view, found)
