"""Corrections of single figures: writing one, taking it back, and publishing what changed by that."""

from __future__ import annotations

import polars as pl
import streamlit as st

from display.words import numbers
from display.words.view import View
from journal import audit, corrections, incoming
from journal.corrections import Correction
from journal.database import VisitError
from journal.incoming import IncomingError
from ranking.monthly_charts import is_from_chart
from ranking.periods import Period, parse
from ranking.stretches import is_derived
from store import sight
from store.reference import communes_of, measures
from ui.frame import html, sign_in
from ui.parts import errata, told

_TOLD = "correction_told"
_KINDS = ("share", "rate", "count", "quantity")
Figure = tuple[str, str, str]
"""measure, basis, series"""


def section(view: View, province: str) -> None:
    """The corrections of a province, and the form for a new one; of live figures only."""
    say, dataset = view.say, view.snapshot.manifest.dataset
    st.subheader(say("corrections.title"), anchor=False)
    html.caption(say("corrections.about"))
    if view.snapshot.manifest.nature != "live" or dataset != incoming.DATASET:
        html.caption(say("corrections.only_live"))
        return
    told.show(view, _TOLD)
    try:
        known = corrections.known(dataset, province, in_force=True)
    except VisitError as error:
        st.error(say(f"corrections.error.{error.kind}"), icon=":material/error:")
        return
    for one in known:
        html.show(errata.entry(view, one, values=True))
        st.button(
            say("corrections.withdraw"),
            key=f"correction_withdraw_{one.id}",
            icon=":material/undo:",
            type="tertiary",
            on_click=_withdraw,
            args=(view, one),
        )
    _form(view, province)
    st.button(
        say("corrections.publish"),
        key="correction_publish",
        icon=":material/publish:",
        help=say("corrections.publish.help"),
        on_click=_publish,
        args=(view, province),
    )


def _form(view: View, province: str) -> None:
    """Unit, figure, period, then the value that is published and the one that is right."""
    say = view.say
    names = communes_of(province)
    unit = st.selectbox(
        say("problems.unit"), list(names), None, names.__getitem__, "correction_unit", width=420,
        placeholder=say("problems.choose"),
    )  # fmt: skip
    if unit is None:
        return
    rows = _figures(view, unit)
    if rows.is_empty():
        html.caption(say("corrections.none"))
        return
    figures = list(dict.fromkeys(rows.select("measure", "basis", "series").iter_rows()))
    figure = st.selectbox(
        say("problems.measure"), figures, None, lambda one: _named(view, one), "correction_figure", width=420,
        placeholder=say("problems.choose"),
    )  # fmt: skip
    if figure is None:
        return
    measure, basis, series = figure
    own = rows.filter(pl.col("measure") == measure, pl.col("basis") == basis, pl.col("series") == series)
    held = {Period(start, end, kind).id: (part, whole) for start, end, kind, part, whole in _spans(own)}
    period = st.selectbox(
        say("corrections.period"), list(held), 0, lambda one: numbers.period(parse(one), view.language),
        "correction_period", width=320,
    )  # fmt: skip
    numerator, denominator = held[period]
    html.caption(say("corrections.now", value=errata.figure(view, numerator, denominator)))
    with st.form("correction_form", border=True):
        st.text_input(say("corrections.numerator"), key="correction_numerator", max_chars=20, width=220)
        if denominator is not None:
            st.text_input(say("corrections.denominator"), key="correction_denominator", max_chars=20, width=220)
        st.text_area(say("corrections.reason"), key="correction_reason", max_chars=corrections.LONGEST)
        one = (province, unit, figure, period, numerator, denominator)
        st.form_submit_button(
            say("corrections.save"), icon=":material/edit:", type="primary", on_click=_correct, args=(view, *one)
        )


def _figures(view: View, unit: str) -> pl.DataFrame:
    """The figures of a commune that can be corrected, the latest period first: those with counts of their own."""
    known = [name for name, one in measures().items() if one.kind in _KINDS and not one.derived_from]
    rows = sight.scan(view.snapshot, "measurements").filter(
        pl.col("unit_code") == unit,
        pl.col("level") == "commune",
        pl.col("field") == "all",
        pl.col("measure").is_in(known),
        pl.col("numerator").is_not_null(),
        ~is_derived(),
        ~is_from_chart(),
    )
    return rows.sort("measure", "basis", "series", "period_end", descending=[False] * 3 + [True]).collect()


def _spans(rows: pl.DataFrame) -> list[tuple]:
    return rows.select("period_start", "period_end", "period_kind", "numerator", "denominator").rows()


def _named(view: View, figure: Figure) -> str:
    measure, basis, _ = figure
    return f"{measures()[measure].name.in_language(view.language)} ({view.say(f'basis.{basis}')})"


def _correct(
    view: View, province: str, unit: str, figure: Figure, period: str, old: float | None, old_whole: float | None
) -> None:
    state = st.session_state
    measure, basis, series = figure
    try:
        _check_right(province)
        kept = corrections.correct(
            Correction(
                dataset=view.snapshot.manifest.dataset,
                province_code=province,
                unit_code=unit,
                measure=measure,
                period=period,
                series=series,
                basis=basis,
                new_numerator=_entered(state["correction_numerator"]),
                new_denominator=None if old_whole is None else _entered(state["correction_denominator"]),
                old_numerator=old,
                old_denominator=old_whole,
                reason=state["correction_reason"] or "",
                author=view.reader.name,
            )
        )
    except VisitError as error:
        _failed(error)
        return
    audit.note_act(view.reader, "correction", unit=unit, measure=measure, period=period, correction=kept.id)
    state["correction_unit"] = None
    told.done(_TOLD, "corrections.saved")


def _entered(text: str | None) -> float:
    try:
        return numbers.entered(text or "")
    except ValueError:
        raise VisitError("no_number") from None


def _withdraw(view: View, one: Correction) -> None:
    try:
        _check_right(one.province_code)
        if corrections.withdraw(one.id, one.province_code, view.reader.name):
            audit.note_act(view.reader, "correction_withdrawn", unit=one.unit_code, correction=one.id)
            told.done(_TOLD, "corrections.withdrawn")
    except VisitError as error:
        _failed(error)


def _publish(view: View, province: str) -> None:
    try:
        _check_right(province)
        incoming.publish_corrections(view.reader.name or view.reader.kind)
        told.done(_TOLD, "corrections.published")
    except VisitError as error:
        _failed(error)
    except IncomingError:
        told.failed(_TOLD, "corrections.error.failed")


def _check_right(province: str) -> None:
    """Asked again in every act: a sign-in ends while a page stays open."""
    if not sign_in.current().may("imports", province):
        raise VisitError("not_allowed")


def _failed(error: VisitError) -> None:
    told.failed(_TOLD, f"corrections.error.{error.kind}", longest=corrections.LONGEST)
