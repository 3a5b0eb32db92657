"""The link to a view: every choice a reader makes stands in the query string, as a code.

Streamlit's own `bind="query-params"` writes the label of an option, so a link copied from the
Vietnamese page would not open in English. Here the link carries the option itself. A choice is
read from the link, else from this session's earlier choice, else it is the default; and it is
written back, so the address line always reproduces the view.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlsplit

import streamlit as st

_REMEMBERED = "remembered"
_ARRIVED, _PLACE = "arrived", "place"


def choice(key: str, options: Sequence[str], default: str) -> str:
    """The option that holds for `key` now.

    The session's memory counts only on coming from another page, whose link held the choice: on the same
    page a link without the key means the default, or going back in the browser would lead nowhere.
    """
    remembered = _memory().get(key) if st.session_state.get(_ARRIVED, True) else None
    for wanted in (st.query_params.get(key), remembered):
        if wanted is not None and wanted in options:
            return wanted
    return default


def arrive() -> None:
    """Note at the start of a run whether the reader has come from another page."""
    st.session_state[_ARRIVED] = st.session_state.get(_PLACE) != _here()


def settle() -> None:
    """Note at the end of a run that the reader is on this page now.

    A run that a click or the browser's width breaks off does not get here: the one after it still is an arrival,
    or the choices that it had no time to make would fall back to their defaults.
    """
    st.session_state[_PLACE] = _here()


def _here() -> str:
    return urlsplit(st.context.url or "").path


def remember(key: str, value: str, default: str | None = None) -> None:
    """Keep a choice for the session and in the link; a default leaves the link short.

    A link that says so already is left alone: every change of it is one more step back in the browser.
    """
    _memory()[key] = value
    if st.query_params.get(key) == value:
        return
    if value != default:
        st.query_params[key] = value
    elif key in st.query_params:
        del st.query_params[key]


def select(
    label: str, key: str, options: Sequence[str], default: str, caption: Callable[[str], str], **widget: Any
) -> str:
    """A select box bound to the link."""
    return _bound(st.selectbox, label, key, options, default, caption, **widget)


def segments(
    label: str, key: str, options: Sequence[str], default: str, caption: Callable[[str], str], **widget: Any
) -> str:
    """A segmented control bound to the link; one option is always chosen."""
    return _bound(st.segmented_control, label, key, options, default, caption, required=True, **widget)


def _bound(
    control: Callable[..., object],
    label: str,
    key: str,
    options: Sequence[str],
    default: str,
    caption: Callable[[str], str],
    **widget: Any,
) -> str:
    value = choice(key, options, default)
    st.session_state[_widget(key)] = value
    control(label, options, key=_widget(key), format_func=caption, on_change=_take, args=(key, default), **widget)
    remember(key, value, default)
    return value


def words(label: str, key: str, **widget: Any) -> str:
    """A line of text bound to the link."""
    value = st.query_params.get(key, "")[:80]
    st.session_state[_widget(key)] = value
    st.text_input(label, key=_widget(key), max_chars=80, on_change=_take, args=(key, ""), **widget)
    return value


def several(
    label: str, key: str, options: Sequence[str], caption: Callable[[str], str], most: int, **widget: Any
) -> list[str]:
    """A choice of up to `most` options bound to the link."""
    chosen = [code for code in st.query_params.get(key, "").split(",") if code in options][:most]
    st.session_state[_widget(key)] = chosen
    st.multiselect(
        label,
        options,
        key=_widget(key),
        format_func=caption,
        max_selections=most,
        on_change=_take_several,
        args=(key,),
        **widget,
    )
    return chosen


def recalled(key: str) -> str:
    """The text that the link has for `key`, or on coming from another page the one of this session."""
    remembered = _memory().get(key, "") if st.session_state.get(_ARRIVED, True) else ""
    return st.query_params.get(key, remembered)


def page_number(key: str, last: int) -> int:
    """A pager bound to the link; a page that does not exist is the first."""
    wanted = st.query_params.get(key, "1")
    page = int(wanted) if wanted.isdecimal() and 1 <= int(wanted) <= last else 1
    st.session_state.pop(_widget(key), None)
    st.pagination(last, default=page, key=_widget(key), on_change=_take_page, args=(key,))
    return page


def _take_page(key: str) -> None:
    st.query_params[key] = str(st.session_state[_widget(key)])


def _take(key: str, default: str) -> None:
    value = st.session_state[_widget(key)]
    if value is not None:
        remember(key, value, default)


def _take_several(key: str) -> None:
    remember(key, ",".join(st.session_state[_widget(key)]), "")


def _widget(key: str) -> str:
    return f"chosen_{key}"


def _memory() -> dict[str, str]:
    return st.session_state.setdefault(_REMEMBERED, {})
