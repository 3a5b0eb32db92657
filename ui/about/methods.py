"""The methods in two depths, in the reader's language: two sentences for a leader, or all with formula and source."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from html import escape

import streamlit as st

from display.words.view import View
from files.places import HOME
from ui.frame import html, links
from ui.parts import methods

DEPTHS = ("leader", "full")
FILES = {"vi": "methods.vi.md", "en": "methods.md"}
_SECTION = re.compile(r"^## (?P<title>[^\n]+)\n(?P<text>.*?)(?=^## |\Z)", re.M | re.S)
_LEADER = re.compile(r"^\*\*(?:Cho lãnh đạo|For a leader)\.\*\*.*?(?=\n\n|\Z)", re.M | re.S)
_CODE = re.compile(r" \((?P<code>`[^`]+`)\)$")


@dataclass(frozen=True)
class Section:
    """One method in full: its title in one language, the module that does it (may be empty), its text in Markdown."""

    title: str
    code: str
    text: str


@lru_cache(maxsize=2)
def sections(language: str) -> tuple[Section, ...]:
    """The sections of the document in `language`, in their order, without what is said to leaders."""
    text = (HOME / "docs" / FILES[language]).read_text(encoding="utf-8")
    return tuple(_section(found["title"], found["text"], language) for found in _SECTION.finditer(text))


def _section(heading: str, text: str, language: str) -> Section:
    code = _CODE.search(heading)
    title = _CODE.sub("", heading)
    own = title.partition(" · ")[0] if language == "en" else title
    return Section(own, code["code"] if code else "", re.sub(r"\n{3,}", "\n\n", _LEADER.sub("", text)).strip())


def panel(view: View) -> None:
    """The choice between the depths, and the methods in the chosen one."""
    depth = links.segments(
        view.say("about.depth"),
        "depth",
        DEPTHS,
        DEPTHS[0],
        lambda code: view.say(f"about.depth.{code}"),
        label_visibility="collapsed",
    )
    if depth == "leader":
        items = "".join(_item(view, method) for method in methods.methods())
        html.show(f'<dl class="gd-about gd-methods">{items}</dl>')
        return
    for section in sections(view.language):
        with st.expander(section.title):
            st.markdown(section.text)
            if section.code:
                st.markdown(view.say("about.method.code", code=section.code))


def _item(view: View, method: methods.Method) -> str:
    title, words = method.title[view.language], method.leader[view.language]
    return f"<dt>{escape(title)}</dt><dd>{escape(words)}</dd>"
