"""What was understood of one workbook, on the page: period, sheets, units, totals, cells that were set apart."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

import streamlit as st

from display.words import numbers, refusals
from display.words.view import View
from journal.incoming import Report
from ranking.periods import parse
from store.reference import communes_of, measures, province_name
from ui.frame import html
from ui.parts import tables

_SHOWN, _SHEETS = 50, 12
_PARTS = ("numerator", "denominator")
_TROUBLES = {
    "holds macros": "macros",
    "unfolds to": "harm",
    "XML entities": "harm",
    "with a password": "password",
    "damaged": "damaged",
    "no Excel workbook": "no_workbook",
    "only forms of": "province",
    "no period": "period",
    "several periods": "periods",
    "year so far": "periods",
    "never calculated": "formulas",
    " spans ": "range",
    "delete the empty": "range",
    "future": "period",
    "before 1 July 2025": "period",
    "no row could be taken": "rows",
    "is empty": "empty",
}
"""What the import says of a file, by a few of its words."""


def file(
    view: View,
    report: Report,
    provinces: list[str],
    switch: Callable[[str], None],
    accept: Callable[[str, str, str], None],
) -> None:
    """One workbook's report.

    `switch(province)` is done where the reader, who may import for `provinces`, takes it for another province's;
    `accept(province, name, code)` where a name that was not found is taken for a unit's.
    """
    with st.container(border=True):
        html.show(f'<h3 class="gd-list-title">{escape(report["file"])}</h3>')
        if report["refused"]:
            st.error(_refusal(view, report["refused"]), icon=":material/block:")
            _other_province(view, report, provinces, switch)
            if "counts" not in report:
                return
        counts = {name: numbers.number(n, view.language) for name, n in report["counts"].items()}
        periods = ", ".join(in_words(view, period) for period in report["periods"])
        html.caption(view.say("imports.file", period=periods or "–", units=report["units"], **counts))
        if report["sheets"]:
            more = ", …" if len(report["sheets"]) > _SHEETS else ""
            html.caption(view.say("imports.sheets", sheets=", ".join(report["sheets"][:_SHEETS]) + more))
        _not_found(view, report, accept)
        _twice(view, report)
        _missing(view, report)
        _list(view, "totals", report)
        _sums(view, report)
        _cells(view, report)
        for name in ("warnings", "not_reported", "skipped"):
            _list(view, name, report)


def _other_province(view: View, report: Report, provinces: list[str], switch: Callable[[str], None]) -> None:
    code = report.get("province")
    if code in provinces:
        st.button(
            view.say("imports.switch", province=province_name(code)),
            icon=":material/swap_horiz:",
            key=f"import_switch_{report['file']}",
            on_click=switch,
            args=(code,),
        )


def _not_found(view: View, report: Report, accept: Callable[[str, str, str], None]) -> None:
    """The names that are on no list, each with the nearest unit and a choice to take it for one once and for all."""
    lost = report["not_found"]
    if not lost:
        return
    _title(view.say("imports.not_found", n=len(lost)))
    known = communes_of(lost[0]["province"])
    for number, one in enumerate(lost[:_SHOWN]):
        where = view.say("imports.at_row", row=one["row"])
        if not one["name"]:
            html.caption(f"{where}: {view.say('imports.not_found.hidden')}")
            continue
        key = f"{report['file']}_{number}"
        first = [one["nearest"]] if one["nearest"] in known else []
        options = [*first, *(code for code in known if code not in first)]
        with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
            chosen = st.selectbox(
                f"{where}: {plain(one['name'])}",
                options,
                0 if first else None,
                format_func=known.__getitem__,
                placeholder=view.say("imports.not_found.choose"),
                key=f"import_name_{key}",
                width=360,
            )
            st.button(
                view.say("imports.not_found.accept"),
                icon=":material/check:",
                key=f"import_accept_{key}",
                disabled=chosen is None,
                help=view.say("imports.not_found.help"),
                on_click=accept,
                args=(one["province"], one["name"], chosen),
            )


def _twice(view: View, report: Report) -> None:
    rows = [
        [one["name"], _rows(view, one), view.say(f"imports.twice.{_word(one)}")] for one in report["twice"][:_SHOWN]
    ]
    if rows:
        headers = [view.say(f"imports.column.{name}") for name in ("unit", "rows", "outcome")]
        _title(view.say("imports.twice"))
        tables.plain_table(headers, rows, view.say("imports.twice"), figures=())


def _word(one: dict) -> str:
    return "taken" if one["taken"] else "refused"


def _rows(view: View, one: dict) -> str:
    """`Dòng 10; Dòng 11`, with the sheets where there are several."""
    several = len({row["place"] for row in one["rows"]}) > 1
    said = [(row["place"], view.say("imports.at_row", row=row["row"] or "–")) for row in one["rows"]]
    return "; ".join(f"{place}: {row}" if several else row for place, row in said)


def _missing(view: View, report: Report) -> None:
    """The communes of the province that the file does not name, by name."""
    for one in report["missing"]:
        n = numbers.number(len(one["units"]), view.language)
        with st.expander(
            view.say("imports.missing", n=n, period=in_words(view, one["period"])),
            key=f"import_missing_{report['file']}_{one['period']}",
        ):
            html.show("<ul>" + "".join(f"<li>{escape(name)}</li>" for name in one["units"]) + "</ul>")


def _refusal(view: View, said: str) -> str:
    """Why a file is not taken: the kind of trouble, and what was said of it, in the language of the page."""
    kind = next((kind for sign, kind in _TROUBLES.items() if sign in said), "other")
    why = refusals.in_language(said, view.language)
    return view.say("imports.refused", why=view.say(f"imports.why.{kind}")) + f"  \n:small[{plain(why)}]"


def _sums(view: View, report: dict) -> None:
    known = measures()
    rows = [
        [
            known[row["measure"]].name.in_language(view.language),
            numbers.number(row["units"], view.language),
            *("–" if row[part] is None else numbers.number(row[part], view.language) for part in _PARTS),
        ]
        for row in report["sums"]
        if row["measure"] in known
    ]
    if rows:
        headers = [view.say(f"imports.column.{name}") for name in ("measure", "units", *_PARTS)]
        tables.plain_table(headers, rows, view.say("imports.sums"), figures=(1, 2, 3))


def _cells(view: View, report: dict) -> None:
    """Every cell that was set apart: sheet, address, column, what stood there, and why."""
    if not report["quarantine"]:
        return
    rows = [
        [
            cell["place"] or "–",
            cell["cell"] or view.say("imports.at_row", row=cell["row"] or "–"),
            cell["column"] or "–",
            _shown(cell["value"]),
            refusals.in_language(cell["reason"], view.language),
        ]
        for cell in report["quarantine"][:_SHOWN]
    ]
    headers = [view.say(f"imports.column.{name}") for name in ("place", "at", "field", "value", "reason")]
    _title(view.say("imports.quarantine"))
    tables.plain_table(headers, rows, view.say("imports.quarantine"), figures=())


def _list(view: View, name: str, report: dict) -> None:
    facts = report[name]
    if facts:
        label = view.say(f"imports.{name}", n=numbers.number(report["counts"][name], view.language))
        with st.expander(label, key=f"import_{name}_{report['file']}"):
            said = (refusals.in_language(fact, view.language) for fact in facts[:_SHOWN])
            html.show("<ul>" + "".join(f"<li>{escape(fact)}</li>" for fact in said) + "</ul>")


def _title(words: str) -> None:
    html.show(f'<h4 class="gd-list-title">{escape(words)}</h4>')


def in_words(view: View, period: str) -> str:
    """A period's id as the page's language says it."""
    return numbers.period_in_sentence(parse(period), view.language)


def plain(text: str) -> str:
    """A text for a place that reads Markdown: every sign that means something there is escaped."""
    return "".join(f"\\{sign}" if sign in "\\`*_{}[]()#+-.!|~<>$:&" else sign for sign in text)


def _shown(value: str | None) -> str:
    return (value or "–")[:80]
