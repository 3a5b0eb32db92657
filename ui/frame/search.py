"""The search box at the top of every page; `web.search` answers it."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import streamlit as st

from display.words import addresses
from display.words.view import View

_HERE = Path(__file__)


def box(view: View) -> None:
    """The box itself. Hits are links, so that `browser.meet` follows them in the reader's session."""
    component = st.components.v2.component("gan_dan_search", html=_asset("html"), css=_asset("css"), js=_asset("js"))
    unit = "unit" if view.reader.may("page.unit") else "transparency"
    province = "overview" if view.reader.may("page.overview") else "transparency"
    component(
        key="search",
        data={
            "language": view.language,
            "label": view.say("search.label"),
            "trouble": view.say("search.trouble"),
            "new": addresses.address(view, unit) + "&unit=",
            "old": addresses.address(view, unit) + "&unit=",
            "province": addresses.address(view, province) + "&province=",
        },
    )


@lru_cache(maxsize=3)
def _asset(kind: str) -> str:
    return _HERE.with_suffix(f".{kind}").read_text(encoding="utf-8")
