"""Promises where visits are prepared: the last ones first, closing them, and the form for a new one."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from html import escape

import polars as pl
import streamlit as st

from display.portraits import promises as portraits
from display.portraits import summary, visits
from display.words import promises as words
from display.words.view import View
from journal import audit
from journal import promises as journal_promises
from journal.database import VisitError
from journal.promises import LONGEST, End, Promise
from store import units
from ui.frame import html, sign_in
from ui.parts import promises, told

_TOLD = "promise_told"
_TEXTS = ("finding", "who", "what")


def last(view: View, code: str) -> None:
    """What the next visit begins with: the promises of the last one, each open one with its buttons."""
    found = portraits.of_last_visit(view, code)
    if not found:
        return
    title = view.say("promises.sheet.title", n=len(found))
    html.show(f'<h3 class="gd-list-title">{escape(title)}</h3>')
    promises.listed(view, found, partial(_buttons, view) if visits.may(view, code) else None)


def _buttons(view: View, promise: Promise) -> None:
    if promise.closed_at is not None:
        return
    ends: tuple[tuple[End, str, str], ...] = (
        ("kept", "promises.close.kept", ":material/check:"),
        ("dropped", "promises.close.dropped", ":material/close:"),
    )
    with st.container(horizontal=True):
        for end, label, icon in ends:
            st.button(
                view.say(label),
                icon=icon,
                key=f"promise_{end}_{promise.id}",
                type="tertiary",
                on_click=_close,
                args=(view, promise, end),
            )


def _close(view: View, promise: Promise, end: End) -> None:
    try:
        view = _allowed(view, promise.unit_code)
        who = view.reader.name or view.reader.kind
        if journal_promises.close(promise.id, promise.unit_code, end, who):
            audit.note_act(view.reader, "promise_closed", unit=promise.unit_code, promise=promise.id, end=end)
    except VisitError as error:
        told.failed(_TOLD, f"promises.error.{error.kind}", detail=error.detail)


def _allowed(view: View, code: str) -> View:
    """The view of who presses now, since the page was drawn earlier; VisitError where they may not."""
    now = replace(view, reader=sign_in.current())
    if not visits.may(now, code):
        raise VisitError("not_allowed")
    return now


# --- writing


def form(view: View, code: str) -> None:
    """The form for a new promise of a commune."""
    say = view.say
    told.show(view, _TOLD)
    st.session_state.setdefault(_key("promised_on", code), portraits.today())
    with st.form(f"promise_form_{code}", border=True):
        title = say("promises.new.title", unit=units.known(code)["full_name"])
        html.show(f'<h3 class="gd-list-title">{escape(title)}</h3>')
        st.text_area(
            say("promises.finding"),
            key=_key("finding", code),
            max_chars=LONGEST["finding"],
            height=70,
            placeholder=say("promises.finding_example"),
        )
        st.text_input(say("promises.who"), key=_key("who", code), max_chars=LONGEST["who"])
        st.text_area(say("promises.what"), key=_key("what", code), max_chars=LONGEST["what"], height=70)
        made, due = st.columns(2)
        with made:
            st.date_input(say("promises.promised_on"), key=_key("promised_on", code), format="DD/MM/YYYY")
        with due:
            st.date_input(say("promises.due_on"), value=None, key=_key("due_on", code), format="DD/MM/YYYY")
        _figure(view, code)
        st.form_submit_button(
            say("promises.save"), icon=":material/save:", type="primary", on_click=_save, args=(view, code)
        )


def _figure(view: View, code: str) -> None:
    """Which figure the promise is to change: a share of the commune, and where the source tells fields, one of them."""
    shares = {f"{row.measure.id}.{row.basis}": row for row in summary.rows(view.snapshot, code) if _is_share(row)}
    st.selectbox(
        view.say("promises.measure"),
        ["", *shares],
        key=_key("figure", code),
        format_func=lambda key: (
            words.figure_words(view, shares[key].measure.id, shares[key].basis, "all")
            if key
            else view.say("promises.measure.none")
        ),
    )
    known = units.figures(view.snapshot, code).filter(pl.col("field") != "all", pl.col("denominator").is_not_null())
    st.selectbox(
        view.say("promises.field"),
        ["all", *known.get_column("field").unique().sort().to_list()],
        key=_key("field", code),
        format_func=lambda field: view.say("promises.field.all") if field == "all" else field,
    )


def _is_share(row: summary.Row) -> bool:
    return row.measure.kind == "share" and row.measure.direction != "neutral"


def _save(view: View, code: str) -> None:
    """Keep what stands in the form; where it cannot be kept, all stays in the form and the reason is told."""
    try:
        view = _allowed(view, code)
        kept = journal_promises.make(_promise(view, code), portraits.today(), view.reader.name or view.reader.kind)
    except VisitError as error:
        told.failed(_TOLD, f"promises.error.{error.kind}", detail=error.detail)
        return
    audit.note_act(view.reader, "promise", unit=code, promise=kept.id, due=kept.due_on.isoformat())
    empty = dict.fromkeys(_TEXTS, "")
    st.session_state.update({_key(name, code): value for name, value in {**empty, "due_on": None}.items()})
    told.done(_TOLD, "promises.saved")


def _promise(view: View, code: str) -> Promise:
    values = {name: st.session_state.get(_key(name, code)) for name in ("promised_on", "due_on", "figure", "field")}
    if values["promised_on"] is None or values["due_on"] is None:
        raise VisitError("no_day")
    measure, _, basis = (values["figure"] or "").partition(".")
    before = visits.of_unit(view, code) or []
    at = next((visit.id for visit in before if visit.visited_on == values["promised_on"]), None)
    finding, who, what = (str(st.session_state.get(_key(name, code)) or "") for name in _TEXTS)
    return Promise(
        unit_code=code,
        finding=finding,
        who=who,
        what=what,
        promised_on=values["promised_on"],
        due_on=values["due_on"],
        measure=measure,
        basis=basis,
        field=(values["field"] or "all") if measure else "all",
        visit_id=at,
        practice=visits.is_practice(view),
    )


def _key(name: str, code: str) -> str:
    return f"promise_{name}_{code}"
