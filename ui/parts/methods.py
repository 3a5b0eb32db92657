"""The methods in words for a reader in a hurry, taken from `docs/methods.md`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

import streamlit as st

from display.words import addresses
from display.words.view import View
from files.places import HOME

_SECTION = re.compile(r"^## (?P<title>.+?)(?: \(`[^`]+`\))?\n(?P<text>.*?)(?=^## |\Z)", re.M | re.S)
_FOR_LEADERS = {"vi": "**Cho lãnh đạo.**", "en": "**For a leader.**"}


@dataclass(frozen=True)
class Method:
    """One section: its title and, by language, the two sentences for a leader."""

    title: dict[str, str]
    leader: dict[str, str]


@lru_cache(maxsize=1)
def methods() -> list[Method]:
    """The sections of `docs/methods.md`, in their order."""
    text = (HOME / "docs" / "methods.md").read_text(encoding="utf-8")
    return [_method(found["title"], found["text"]) for found in _SECTION.finditer(text)]


def _method(title: str, text: str) -> Method:
    english, _, vietnamese = title.partition(" · ")
    paragraphs = [" ".join(part.split()) for part in text.split("\n\n")]
    leader = {
        language: next(part.removeprefix(start).strip() for part in paragraphs if part.startswith(start))
        for language, start in _FOR_LEADERS.items()
    }
    return Method({"vi": vietnamese or english, "en": english}, leader)


def button(view: View) -> None:
    """A button that opens the methods over the page."""
    title = view.say("methods.title")

    @st.dialog(title, width="large")
    def show() -> None:
        for method in methods():
            st.markdown(f"**{method.title[view.language]}.** {method.leader[view.language]}")
        st.page_link(
            "pages/methods.py",
            label=view.say("methods.statistician"),
            icon=":material/functions:",
            query_params=addresses.query(view, depth="full"),
        )

    if st.button(view.say("methods.link"), icon=":material/menu_book:", type="tertiary"):
        show()
