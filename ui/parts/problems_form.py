"""Data problems on the page: marking and settling them, and what readers see of them."""

from __future__ import annotations

from dataclasses import replace
from html import escape

import polars as pl
import streamlit as st

from display.portraits import visits
from display.words import numbers
from display.words.view import View
from journal import audit, database, problems
from journal.database import VisitError
from journal.problems import Problem
from journal.typed import seen
from ranking.periods import Period, parse
from store import catalog, reference, units
from ui.frame import html, sign_in
from ui.parts import told

_TOLD = "problem_told"


def section(view: View, province: str) -> None:
    """For editors: the province's open marks, and the form for a new one."""
    say = view.say
    st.subheader(say("problems.title"), anchor=False)
    html.caption(say("problems.about"))
    told.show(view, _TOLD)
    for problem in problems.still_open(visits.is_practice(view), province=province):
        html.show(_entry(view, problem, with_unit=True))
        st.button(
            say("problems.settle"),
            key=f"problem_settle_{problem.id}",
            icon=":material/check:",
            type="tertiary",
            on_click=_settle,
            args=(view, problem),
        )
    names, periods = reference.communes_of(province), _periods(view, province)
    measures = reference.measures()
    with st.form("problem_form", border=True):
        # Nobody's figures are in doubt because their commune comes first in the alphabet.
        st.selectbox(
            say("problems.unit"),
            list(names),
            None,
            format_func=lambda code: names[code],
            key="problem_unit",
            placeholder=say("problems.choose"),
            width=420,
        )
        st.selectbox(
            say("problems.measure"),
            ["", *measures],
            key="problem_measure",
            width=420,
            format_func=lambda key: measures[key].name.in_language(view.language) if key else say("problems.all"),
        )
        st.selectbox(
            say("problems.period"),
            ["", *periods],
            key="problem_period",
            width=320,
            format_func=lambda key: periods[key] if key else say("problems.period.all"),
        )
        st.text_area(say("problems.words"), key="problem_words", max_chars=problems.LONGEST)
        st.form_submit_button(
            say("problems.save"), icon=":material/flag:", type="primary", on_click=_mark, args=(view, province)
        )


def _periods(view: View, province: str) -> dict[str, str]:
    """id → words of the periods that the dataset holds of a province, the latest first."""
    rows = catalog.catalog(view.snapshot).filter(pl.col("scope") == province)
    spans = rows.select("period_end", "period_start", "period_kind").unique().sort(pl.all(), descending=True)
    found = (Period(start, end, kind) for end, start, kind in spans.iter_rows())
    return {one.id: numbers.period(one, view.language) for one in found}


def notice(view: View, code: str) -> None:
    """On a commune's page: the open marks on its figures, if any."""
    found = problems.still_open(visits.is_practice(view), unit=code)
    if found:
        title = f'<h2 class="gd-list-title">{escape(view.say("problems.notice"))}</h2>'
        html.show(f'<div class="gd-notice">{title}{"".join(_entry(view, problem) for problem in found)}</div>')


def everywhere(view: View) -> None:
    """All open marks of the dataset, for the page on methods and data."""
    found = problems.still_open(visits.is_practice(view))
    html.caption(view.say("problems.count", n=numbers.number(len(found), view.language)))
    html.show("".join(_entry(view, problem, with_unit=True) for problem in found[:100]))


def _entry(view: View, problem: Problem, with_unit: bool = False) -> str:
    """One mark as markup, without who wrote it: that is for the audit log."""
    measure = reference.measures().get(problem.measure)
    head = [numbers.local_date(problem.created_at, view.language)]
    head += [units.known(problem.unit_code)["full_name"]] if with_unit else []
    head += [measure.name.in_language(view.language)] if measure else []
    head += [_period_words(view, problem.period)] if problem.period else []
    words = escape(seen(problem.words)).replace("\n", "<br>")
    return f'<div class="gd-entry"><p class="gd-sub">{escape(" · ".join(head))}</p><p>{words}</p></div>'


def _period_words(view: View, text: str) -> str:
    """A period in words; an older mark may name it as its author typed it."""
    try:
        return numbers.period(parse(text), view.language)
    except ValueError:
        return text


def _mark(view: View, province: str) -> None:
    state = st.session_state
    try:
        view = replace(view, reader=sign_in.current())
        if not view.reader.may("problems", province):
            raise VisitError("not_allowed")
        if state["problem_unit"] is None:
            raise VisitError("no_unit")
        kept = problems.mark(
            Problem(
                province,
                state["problem_unit"],
                state["problem_words"] or "",
                state["problem_measure"],
                database.tidy(state["problem_period"] or ""),
                view.reader.name,
                visits.is_practice(view),
            )
        )
    except VisitError as error:
        _failed(error)
        return
    audit.note_act(view.reader, "problem", unit=kept.unit_code, problem=kept.id)
    state["problem_words"], state["problem_unit"] = "", None
    told.done(_TOLD, "problems.saved")


def _settle(view: View, problem: Problem) -> None:
    try:
        view = replace(view, reader=sign_in.current())
        if not view.reader.may("problems", problem.province_code):
            raise VisitError("not_allowed")
        if problems.settle(problem.id, problem.province_code, view.reader.name):
            audit.note_act(view.reader, "problem_settled", unit=problem.unit_code, problem=problem.id)
    except VisitError as error:
        _failed(error)


def _failed(error: VisitError) -> None:
    told.failed(_TOLD, f"problems.error.{error.kind}", longest=problems.LONGEST)
