"""The row of filters that pages share; what can be chosen follows from what is published."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import polars as pl
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from display.words import numbers
from display.words.selection import Selection
from display.words.view import View
from ranking.measures import Measure
from ranking.periods import Period, parse
from ranking.vocabulary import BASES, COUNTRY
from store import catalog as store_catalog
from store import months, opening, snapshot
from store.reference import measures, province_names, scope_name
from ui.frame import bar, links

LEVELS = ("commune", "province", "department")


def row(
    view: View, levels: tuple[str, ...] = LEVELS, extra: Sequence[int | Literal["stretch"]] = ()
) -> tuple[Selection, list]:
    """Draw the filters and return the selection and empty containers of `extra` widths in the same row."""
    button, filters = folding()
    with filters:
        selection = _selection(view, levels)
        places = [st.container(width=width) for width in extra]
    unfold(view, button, values_in_a_line(view, selection))
    return selection, places


def folding() -> tuple[DeltaGenerator, DeltaGenerator]:
    """A place for a button and a row for filters; on a phone the row hides behind the button."""
    button = st.container(key="filter_button")
    key = "filters_open" if st.session_state.get("filters_shown", False) else "filters_closed"
    return button, st.container(horizontal=True, key=key, vertical_alignment="bottom")


def unfold(view: View, button: DeltaGenerator, values: str) -> None:
    """The button itself, with the current values of the filters as its words."""
    with button:
        st.button(
            f"{view.say('filters.button')}: {values}",
            icon=":material/tune:",
            on_click=_toggle,
            width="stretch",
            key="filters_toggle",
        )


def values_in_a_line(view: View, selection: Selection) -> str:
    """`Phú Thọ · Đúng hạn (Cổng) · Lũy kế 1/1–26/9/2026`."""
    scope = scope_name(selection.scope) or view.say("scope.country")
    measure = selection.measure.short.in_language(view.language)
    return " · ".join([scope, measure, numbers.period(selection.period, view.language)])


def _toggle() -> None:
    st.session_state["filters_shown"] = not st.session_state.get("filters_shown", False)


def _selection(view: View, levels: tuple[str, ...]) -> Selection:
    say, known = view.say, set(store_catalog.catalog_by_level(view.snapshot))
    present = [level for level in levels if level in known]
    if not present:
        raise snapshot.SnapshotTrouble(view.snapshot.manifest.dataset, "empty")
    level = present[0]
    if len(present) > 1:
        level = links.select(
            say("filters.level"), "level", present, present[0], lambda code: say(f"level.{code}"), width=160
        )
    ours = store_catalog.catalog_by_level(view.snapshot)[level]
    place = scope(view, ours)
    ours = ours.filter(pl.col("scope") == place)
    measure, basis = _measure(view, ours)
    ours = ours.filter(pl.col("measure") == measure.id, pl.col("basis") == basis)
    period, series = _period(view, ours, opening.opening(view.snapshot, level, place, measure.id, basis))
    return Selection(level, place, measure, basis, series, period)


def scope(view: View, catalog: pl.DataFrame) -> str:
    """The province that the reader chose among those of `catalog` (as `store.catalog`), or the country."""
    present = set(catalog.get_column("scope"))
    options = [code for code in province_names() if code in present]
    fullest = catalog.filter(pl.col("scope") != COUNTRY).sort("units", "scope", descending=[True, False])
    default = str(fullest.item(0, "scope")) if options else COUNTRY
    if len(options) != 1 and COUNTRY in present:
        options.insert(0, COUNTRY)
    if options == [COUNTRY]:
        return COUNTRY
    return scope_box(view, options, _first_province(view, default, options))


def scope_box(view: View, options: Sequence[str], default: str) -> str:
    """The choice of one of these provinces, or the country, in its place."""
    with bar.scope(view):
        return links.select(
            view.say("filters.scope"),
            "province",
            options,
            default,
            lambda code: scope_name(code) or view.say("scope.country"),
            **bar.scope_look(view),
        )


def _first_province(view: View, fullest: str, options: list[str]) -> str:
    """The reader's own province; else the one with the fullest current figures, country-wide the first by name."""
    own = [code for code in options if code in (view.reader.seen or ())]
    if own:
        return own[0]
    latest = store_catalog.catalog(view.snapshot).filter(pl.col("scope").is_in(options), pl.col("scope") != COUNTRY)
    if latest.is_empty():
        return fullest
    latest = latest.filter(pl.col("period_end") == pl.col("period_end").max())
    codes = set(latest.get_column("scope"))
    return next(code for code in options if code in codes) if fullest not in codes else fullest


def _measure(view: View, catalog: pl.DataFrame) -> tuple[Measure, str]:
    known = opening.in_order(catalog.select("measure", "basis").unique().iter_rows())
    if not known:
        raise snapshot.SnapshotTrouble(view.snapshot.manifest.dataset, "no_measure")
    options = codes(known)
    default = first_code(catalog, options)
    chosen = links.select(
        view.say("filters.measure"),
        "measure",
        options,
        default,
        lambda code: caption(view, code),
        meaning=_other_codes(options),
        width=245,
    )
    measure, basis = known[options.index(chosen)]
    return measures()[measure], basis


def codes(known: list[tuple[str, str]]) -> list[str]:
    """How links name each pair of measure and basis."""
    return [f"{measure}.{basis}" if _several(known, measure) else measure for measure, basis in known]


def first_code(catalog: pl.DataFrame, options: list[str]) -> str:
    first = opening.first_measure(catalog)
    return next(code for code in options if code.split(".")[0] == first)


def _other_codes(options: list[str]) -> dict[str, str]:
    """A measure without its basis where links must name one, and with it where they need not."""
    named = {code.split(".")[0]: code for code in reversed(options)}
    bases = {f"{code}.{basis}": code for code in options if "." not in code for basis in BASES}
    return bases | {code: option for code, option in named.items() if code != option}


def _several(known: list[tuple[str, str]], measure: str) -> bool:
    return sum(1 for name, _ in known if name == measure) > 1


def caption(view: View, code: str) -> str:
    measure, _, basis = code.partition(".")
    short = measures()[measure].short.in_language(view.language)
    return f"{short} · {view.say(f'basis.{basis}')}" if basis else short


def _period(view: View, catalog: pl.DataFrame, first: opening.Opening | None) -> tuple[Period, str]:
    known = series_of(catalog)
    options = list(known)
    chosen = links.select(
        view.say("filters.period"),
        "period",
        options,
        first.period.id if first else options[0],
        lambda code: numbers.period(parse(code), view.language),
        width=205,
    )
    return parse(chosen), known[chosen]


def series_of(catalog: pl.DataFrame) -> dict[str, str]:
    """The periods by which links name them, the latest first, with the rules in force."""
    found: dict[str, str] = {}
    for row in months.latest_first(catalog).iter_rows(named=True):
        found.setdefault(Period(row["period_start"], row["period_end"], row["period_kind"]).id, row["series"])
    return found
