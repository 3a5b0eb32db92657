"""Which commune the page shows: the link says so, and two select boxes change it."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

import polars as pl
import streamlit as st

from display.words.view import View
from ranking.collation import name_order
from store import units
from store.reference import province_name, province_names, reference_table
from ui.frame import bar, html, links, old_codes
from ui.parts import filters

_PROVINCE, _UNIT = "unit_page_province", "unit_page_unit"


def row(view: View, beside: Callable[[View, str], None] | None = None) -> str | None:
    """Draw the choice of province and commune; the code of the commune of the link, None where it names none.

    `beside`: draws a further choice in the same row, given the province of the commune.
    """
    options = reference_table("units").get_column("code").to_list()
    code = links.choice("unit", options, "", meaning=old_codes.meaning(view.say, "unit"))
    province = _province(view, code)
    button, boxes = filters.folding()
    with boxes:
        _select_province(view, province)
        _select_unit(view, province, code)
        if code and beside:
            beside(view, province)
    filters.unfold(view, button, _in_a_line(view, province, code))
    if code:
        links.correct("province", province)
        links.remember("unit", code)
    else:
        links.remember("province", province)
    return code or None


def of_unit_page(view: View, beside: Callable[[View, str], None]) -> str | None:
    """The same for the page of a commune: who answers for some alone is shown these and no other."""
    own = sorted(code for code in view.reader.communes if units.unit(code))
    if not own or view.reader.places("leader"):
        return row(view, beside)
    code = links.select(
        view.say("unit.choose.unit"),
        "unit",
        own,
        own[0],
        lambda one: units.known(one)["full_name"] if units.unit(one) else one,
        meaning=old_codes.meaning(view.say, "unit"),
        width=320,
    )
    html.caption(view.say("access.own_commune", unit=units.known(code)["full_name"]))
    beside(view, units.known(code)["province_code"])
    return code


def how_to_choose(view: View) -> None:
    """The page without a commune: how to come to one."""
    wanted = links.asked().get("unit")
    if wanted and not units.today(wanted):
        html.show(
            f'<p class="gd-sentence" role="alert">{escape(view.say("unit.choose.unknown", code=wanted[:20]))}</p>'
        )
    html.show(f'<p class="gd-sentence">{escape(view.say("unit.choose.how"))}</p>')
    html.caption(view.say("unit.choose.link"))


def _province(view: View, code: str) -> str:
    """The commune's own province; without a commune the one chosen before, else the reader's own or the first."""
    if code:
        return units.known(code)["province_code"]
    options = list(province_names())
    own = [code for code in options if code in (view.reader.seen or ())]
    return links.choice("province", options, (own or options)[0])


def _select_province(view: View, province: str) -> None:
    st.session_state[_PROVINCE] = province
    with bar.scope(view):
        st.selectbox(
            view.say("filters.scope"),
            list(province_names()),
            key=_PROVINCE,
            on_change=_take_province,
            format_func=province_name,
            **bar.scope_look(view),
        )


def _select_unit(view: View, province: str, code: str) -> None:
    names = communes(province)
    st.session_state[_UNIT] = code
    st.selectbox(
        view.say("unit.choose.unit"),
        ["", *names],
        key=_UNIT,
        on_change=_take_unit,
        width=320,
        format_func=lambda option: names.get(option, view.say("unit.choose.none")),
    )


def communes(province: str) -> dict[str, str]:
    """Code and name of a province's communes, by name."""
    own = reference_table("units").filter(pl.col("province_code") == province).select("code", "full_name", "name")
    ordered = sorted(own.iter_rows(), key=lambda unit: (name_order(unit[2]), unit[0]))
    return {code: full_name for code, full_name, _ in ordered}


def _in_a_line(view: View, province: str, code: str) -> str:
    unit = units.known(code)["full_name"] if code else view.say("unit.choose.none")
    return f"{province_name(province)} · {unit}"


def _take_province() -> None:
    links.put(province=st.session_state[_PROVINCE], unit="")


def _take_unit() -> None:
    links.put(unit=st.session_state[_UNIT])
