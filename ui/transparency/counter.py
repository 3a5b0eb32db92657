"""The counter on the public's page: where it is, how long things take, where else to go, a sheet for the wall."""

from __future__ import annotations

from functools import partial
from html import escape
from urllib.parse import urljoin

import streamlit as st

from display.portraits import counter as portraits
from display.portraits.counter import Counter
from display.portraits.plain_figures import Portrait
from display.words import addresses
from display.words.centres import Place
from display.words.view import View
from press import wall_sheet
from ui.frame import html, sign_in
from ui.parts import tables


def section(view: View, portrait: Portrait) -> None:
    """The whole block of a commune."""
    found = portraits.counter(view.say, portrait)
    st.subheader(found.title, anchor=False)
    html.show(_places(view, found))
    if found.takes:
        html.show(f'<h3 class="gd-counter-title">{escape(found.takes_title)}</h3>')
        html.caption(found.takes_says)
        with st.expander(found.takes_more):
            tables.plain_table(found.headers, found.takes, found.takes_title, figures=(1, 2))
    with st.container(horizontal=True, gap="small"):
        st.link_button(found.petitions_says, found.petitions, icon=":material/edit_note:")
        _wall(view, portrait.code)
    html.caption(found.note)
    feed = urljoin(str(st.context.url or ""), addresses.feed(view, "unit", portrait.code))
    html.show(f'<p class="gd-caption"><a href="{escape(feed)}">{escape(view.say("messages.feed.unit"))}</a></p>')


def _wall(view: View, code: str) -> None:
    page = addresses.of_page("transparency", {"unit": code, "lang": view.language})
    file = wall_sheet.file_name(code)
    there = urljoin(str(st.context.url or ""), page)
    st.download_button(
        view.say("centre.wall"),
        sign_in.noted(view, file, partial(wall_sheet.pdf, view.say, [(code, there)])),
        file,
        "application/pdf",
        icon=":material/print:",
        on_click="ignore",
        key="wall_sheet",
    )


def _places(view: View, found: Counter) -> str:
    """The commune's own counters, and beside them those nearby."""
    own = "".join(f"<li>{place(view, one)}</li>" for one in found.places)
    if found.nothing:
        own = f"<li><p>{escape(found.nothing)}</p></li>"
    near = ""
    if found.near:
        each = "".join(f"<div>{place(view, one)}</div>" for one in found.near)
        near = f"<li><h4>{escape(found.near_title)}</h4><p>{escape(found.near_says)}</p>{each}</li>"
    return f'<ul class="gd-public gd-counter">{own}{near}</ul>'


def place(view: View, one: Place) -> str:
    """One counter as markup: name, address, hours and links."""
    away = f' <span class="gd-note">{escape(one.km)}</span>' if one.km else ""
    lines = [f"<h4>{escape(one.name)}</h4>", f"<p>{escape(one.address)}{away}</p>"]
    if one.hours:
        lines.append(f"<p>{'<br>'.join(map(escape, one.hours))}</p>")
    links = [(one.telephone_link, one.telephone), (one.page, view.say("centre.page"))]
    links.append((one.map_link, view.say("centre.map")))
    shown = [f'<a href="{escape(link)}" rel="noopener">{escape(said)}</a>' for link, said in links if link]
    return "".join([*lines, f"<p>{' · '.join(shown)}</p>" if shown else ""])
