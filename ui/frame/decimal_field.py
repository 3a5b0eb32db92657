"""A field for a number with decimals, typed as its reader writes them.

Streamlit's own number input knows the decimal point alone: it takes "9,5" for 95. So this is a field of text; the link
carries the number with a point, whatever the language.
"""

from __future__ import annotations

from typing import Any

import streamlit as st

from display.words import numbers
from display.words.view import View
from ui.frame import links


def decimal_field(view: View, label: str, key: str, low: float, high: float, default: float, **widget: Any) -> float:
    """A number from `low` to `high` bound to the link `key`; anything else in the link means the default.

    What is typed and is no such number stays in the field with a sentence below it, and the number before holds.
    """
    value = _in_link(key, low, high, default)
    refused = _refused(key, value)
    st.session_state[_widget(key)] = numbers.to_enter(value, view.language) if refused is None else refused
    st.text_input(
        label, key=_widget(key), max_chars=20, on_change=_take, args=(key, low, high, value, default), **widget
    )
    if refused is not None:
        least, most = (numbers.to_enter(end, view.language) for end in (low, high))
        st.error(view.say("field.no_number", least=least, most=most))
    return value


def _in_link(key: str, low: float, high: float, default: float) -> float:
    try:
        value = float(links.asked().get(key, default))
    except ValueError:
        return default
    return value if low <= value <= high else default


def _take(key: str, low: float, high: float, value: float, default: float) -> None:
    typed = st.session_state[_widget(key)]
    try:
        wanted = numbers.entered(typed)
    except ValueError:
        wanted = None
    if wanted is None or not low <= wanted <= high:
        st.session_state[_mark(key)] = (typed, value)
        return
    st.session_state.pop(_mark(key), None)
    links.put(**{key: "" if wanted == default else numbers.to_enter(wanted, "en")})


def _refused(key: str, value: float) -> str | None:
    """What was typed last and is no number, as long as the link still says the same as then."""
    typed, then = st.session_state.get(_mark(key), (None, None))
    return typed if then == value else None


def _widget(key: str) -> str:
    return f"chosen_{key}"


def _mark(key: str) -> str:
    return f"refused_{key}"
