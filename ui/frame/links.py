"""The link to a view: every choice a reader makes stands in the query string, as a code.

Streamlit's own `bind="query-params"` writes the label of an option, so a link copied from the
Vietnamese page would not open in English. Here the link carries the option itself. A choice is
read from the link, else from this session's earlier choice, else it is the default.

A reader's choice is written at once, as one step of the browser's history (`put`). What a page completes by itself,
its defaults and what the session remembers, is gathered (`remember`) and given to the browser at the end of the run
(`settle`), which puts it into the address without a step: so a link made today shows the same after an import, and
Back never leads to an address that would be completed again. Streamlit's client may go on sending the address as it
was before it was completed; `asked` adds what it was completed with.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import streamlit as st

_REMEMBERED = "remembered"
_ARRIVED, _PLACE, _RUN, _COMPLETED, _PUT = "arrived", "place", "links_of_run", "links_completed", "links_put"
LASTING = frozenset({"dataset", "lang", "province", "level", "measure", "over", "period"})
"""The choices that stand in the address also where they are the default."""
TOLD = (LASTING - {"lang"}) | {"unit"}
"""The choices of which a page says that the link asks for what is not there."""
_OTHER_WORDS = {("province", "country"): "VN"}


@dataclass(frozen=True)
class Unmet:
    """A choice that the link asks for and that is not there: its key, the code asked for, and in words what is shown
    instead."""

    key: str
    wanted: str
    shown: str


@dataclass(frozen=True)
class Completion:
    """What the browser puts into its address: `missing` where it has no such key, `instead` in any case.

    An empty one leaves the address. `asked`: the query that this belongs to; an address that says something else is
    left alone.
    """

    asked: dict[str, str]
    missing: dict[str, str]
    instead: dict[str, str]


@dataclass
class _Run:
    """What a run has found out about the link so far."""

    missing: dict[str, str] = field(default_factory=dict)
    instead: dict[str, str] = field(default_factory=dict)
    unmet: dict[str, Unmet] = field(default_factory=dict)
    notes: dict[str, None] = field(default_factory=dict)


def asked() -> dict[str, str]:
    """The choices of the link, with what it has been completed by."""
    raw = st.query_params.to_dict()
    place, done = st.session_state.get(_COMPLETED, (None, None))
    if done is not None and place == _here() and done.asked == raw:
        raw = done.missing | raw | done.instead
    return {key: _OTHER_WORDS.get((key, value), value) for key, value in raw.items() if value}


def choice(
    key: str,
    options: Sequence[str],
    default: str,
    caption: Callable[[str], str] | None = None,
    meaning: Mapping[str, str] | None = None,
) -> str:
    """The option that holds for `key` now; with a `caption` the page says where the link asks for another.

    `meaning`: options by other codes that links have for them. The session's memory counts only on coming from
    another page, whose link held the choice: on the same page a link without the key means the default, or going
    back in the browser would lead nowhere.
    """
    link = asked().get(key)
    remembered = _memory().get(key) if st.session_state.get(_ARRIVED, True) else None
    for wanted in (link, remembered):
        wanted = (meaning or {}).get(wanted, wanted) if wanted is not None else None
        if wanted is not None and wanted in options:
            return wanted
    if link and link != default and caption and key in TOLD:
        _miss(key, link, default, caption)
    return default


def pinned(key: str, options: Sequence[str], default: str, caption: Callable[[str], str]) -> str:
    """The option that holds for a choice that the page has no control for: the link's, else the default.

    It is put into the address, so that a link that was copied before an import shows the same after it.
    """
    link = asked().get(key)
    if link and link not in options and key in TOLD:
        _miss(key, link, default, caption)
    value = link if link is not None and link in options else default
    if value:
        _run().missing[key] = value
    return value


def _miss(key: str, wanted: str, shown: str, caption: Callable[[str], str]) -> None:
    """A link keeps what it asks for; where the reader's own choice of something else has left it over, it changes."""
    if st.session_state.get(_PUT):
        _run().instead[key] = shown if key in LASTING else ""
    else:
        missed(key, wanted, caption(shown))


def missed(key: str, wanted: str, shown: str) -> None:
    """Note that the link asks by `key` for what can't be shown; `shown`: in words, what is shown instead."""
    _run().unmet[key] = Unmet(key, wanted, shown)


def correct(key: str, value: str) -> None:
    """Keep what follows from another choice of the link, and put it into the address in place of what it says."""
    _memory()[key] = value
    if asked().get(key) != value:
        _run().instead[key] = value


def unmet() -> list[Unmet]:
    """What the link asks for in this run and is not there."""
    return list(_run().unmet.values())


def note(markup: str) -> None:
    """Something else that the page says at its top about its link, once in a run."""
    _run().notes[markup] = None


def notes() -> list[str]:
    """What was noted in this run. Markup."""
    return list(_run().notes)


def arrive() -> None:
    """Note at the start of a run whether the reader has come from another page."""
    st.session_state[_ARRIVED] = st.session_state.get(_PLACE) != _here()
    st.session_state[_RUN] = _Run()


def settle() -> Completion:
    """Note at the end of a run that the reader is on this page now; with what the address is to be completed.

    A run that a click or the browser's width breaks off does not get here: the one after it still is an arrival,
    or the choices that it had no time to make would fall back to their defaults.
    """
    raw, run = st.query_params.to_dict(), _run()
    place, done = st.session_state.get(_COMPLETED, (None, None))
    before = done if done is not None and place == _here() and done.asked == raw else Completion(raw, {}, {})
    missing = before.missing | run.missing
    found = Completion(raw, {k: v for k, v in missing.items() if k not in raw}, before.instead | run.instead)
    st.session_state[_COMPLETED] = (_here(), found)
    st.session_state[_PLACE] = _here()
    st.session_state[_PUT] = False
    return found


def _here() -> str:
    return urlsplit(st.context.url or "").path


def _run() -> _Run:
    return st.session_state.setdefault(_RUN, _Run())


def put(**choices: str) -> None:
    """The reader's own choices, kept for the session and written into the link as one step; empty ones leave it."""
    for key, value in choices.items():
        _memory()[key] = value
    now = asked()
    if all(now.get(key, "") == value for key, value in choices.items()):
        return
    st.session_state[_PUT] = True
    st.query_params.from_dict({key: value for key, value in (now | choices).items() if value})


def remember(key: str, value: str, default: str | None = None) -> None:
    """Keep a choice for the session, and complete the link by it; a default that need not last leaves it short."""
    _memory()[key] = value
    if value and (key in LASTING or value != default):
        _run().missing[key] = value


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
    meaning: Mapping[str, str] | None = None,
    told: bool = True,
    **widget: Any,
) -> str:
    value = choice(key, options, default, caption if told else None, meaning)
    st.session_state[_widget(key)] = value
    control(label, options, key=_widget(key), format_func=caption, on_change=_take, args=(key, default), **widget)
    remember(key, value, default)
    return value


def words(label: str, key: str, **widget: Any) -> str:
    """A line of text bound to the link."""
    value = asked().get(key, "")[:80]
    st.session_state[_widget(key)] = value
    st.text_input(label, key=_widget(key), max_chars=80, on_change=_take, args=(key, ""), **widget)
    return value


def several(
    label: str,
    key: str,
    options: Sequence[str],
    caption: Callable[[str], str],
    most: int,
    meaning: Callable[[Sequence[str]], Sequence[str]] = tuple,
    **widget: Any,
) -> list[str]:
    """A choice of up to `most` options bound to the link; `meaning`: the options that its codes stand for."""
    chosen = [code for code in meaning(asked().get(key, "").split(",")) if code in options][:most]
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
    return asked().get(key, remembered)


def elsewhere(key: str) -> str:
    """What this session has last chosen by `key`, on whatever page; empty where nothing."""
    return _memory().get(key, "")


def page_number(key: str, last: int) -> int:
    """A pager bound to the link; a page that does not exist is the first."""
    wanted = asked().get(key, "1")
    page = int(wanted) if wanted.isdecimal() and 1 <= int(wanted) <= last else 1
    st.session_state.pop(_widget(key), None)
    st.pagination(last, default=page, key=_widget(key), on_change=_take_page, args=(key,))
    return page


def _take_page(key: str) -> None:
    put(**{key: str(st.session_state[_widget(key)])})


def _take(key: str, default: str) -> None:
    value = st.session_state[_widget(key)]
    if value is not None:
        put(**{key: value if key in LASTING or value != default else ""})


def _take_several(key: str) -> None:
    put(**{key: ",".join(st.session_state[_widget(key)])})


def _widget(key: str) -> str:
    return f"chosen_{key}"


def _memory() -> dict[str, str]:
    return st.session_state.setdefault(_REMEMBERED, {})
