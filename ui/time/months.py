"""The two months that the page about time compares: which there are, and which the reader chose."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl
import streamlit as st

from display.drawing import curves
from display.words import numbers, over_time
from display.words.view import View
from ranking.measures import Measure
from ranking.periods import Period, calendar_period, parse
from store import ages, catalog
from ui.frame import links


@dataclass(frozen=True)
class Pair:
    """Two whole months that were counted by the same rules on the same basis."""

    before: Period
    after: Period
    basis: str
    series: str


def known(view: View, measure: Measure, scope: str) -> dict[str, list[str]]:
    """The months (as ids) that the scope's communes have figures for, oldest first, by the series that counted them."""
    basis = curves.fullest_basis(view, measure) or ""
    months = catalog.catalog(view.snapshot).filter(
        pl.col("measure") == measure.id,
        pl.col("level") == "commune",
        pl.col("basis") == basis,
        pl.col("scope") == scope,
        pl.col("period_kind") == "month",
    )
    found: dict[str, list[str]] = {}
    for series, start in months.sort("period_start").select("series", "period_start").iter_rows():
        found.setdefault(series, []).append(f"{start:%Y-%m}")
    return found


def shown(view: View, measure: Measure, scope: str) -> str | None:
    """The period of the page's first figure: the link's, else the one that pages open on; None without any figure."""
    known = over_time.periods(view, measure, scope)
    if not known:
        return None
    period = links.choice("period", known, known[0], lambda code: numbers.period(parse(code), view.language))
    links.remember("period", period, known[0])
    return period


def choose(view: View, measure: Measure, scope: str) -> Pair | None:
    """Two selectors bound to the link; None, and nothing drawn, where no two months can be compared.

    Without a choice: the last whole month against the same month a year before, or the earliest comparable.
    """
    by_series = {series: months for series, months in known(view, measure, scope).items() if len(months) > 1}
    if not by_series:
        return None
    earlier_of = _comparable(view, measure, scope, by_series)
    later = {month: series for series, months in by_series.items() for month in months if month in earlier_of}
    if not later:
        return None
    with st.container(horizontal=True, vertical_alignment="bottom", key="two_months"):
        first, second = st.container(width=200), st.container(width=200)
        newest = sorted(later, reverse=True)
        with second:
            after = links.select(
                view.say("months.to"), "to", newest, newest[0], lambda code: numbers.period(_month(code), view.language)
            )
        earlier = earlier_of[after]
        with first:
            before = links.select(
                view.say("months.from"),
                "from",
                earlier[::-1],
                _a_year_before(after, earlier),
                lambda code: numbers.period(_month(code), view.language),
            )
    return Pair(_month(before), _month(after), curves.fullest_basis(view, measure) or "", later[after])


def _comparable(view: View, measure: Measure, scope: str, by_series: dict[str, list[str]]) -> dict[str, list[str]]:
    """By month the earlier ones that were equally old when they were captured, the oldest first."""
    where = ("commune", measure.id, curves.fullest_basis(view, measure) or "", scope)
    found: dict[str, list[str]] = {}
    for months in by_series.values():
        for number, after in enumerate(months):
            for before in months[:number]:
                if ages.comparable(view.snapshot, *where, _month(before), _month(after)):
                    found.setdefault(after, []).append(before)
    return found


def _a_year_before(month: str, earlier: list[str]) -> str:
    wanted = f"{int(month[:4]) - 1}{month[4:]}"
    return wanted if wanted in earlier else earlier[0]


def _month(code: str) -> Period:
    return calendar_period("month", int(code[:4]), int(code[5:]))


def words(view: View, pair: Pair) -> dict[str, str]:
    """Both months as they stand in a sentence, to fill the blanks `before` and `after`."""
    return {
        "before": numbers.period_in_sentence(pair.before, view.language),
        "after": numbers.period_in_sentence(pair.after, view.language),
    }


def why_none(view: View, measure: Measure, scope: str) -> str:
    """Why no two months can be compared, and what to do. Markup."""
    n = sum(len(months) for months in known(view, measure, scope).values())
    reason = view.say("months.none", n=n, measure=measure.short.in_language(view.language))
    return curves.empty(view, measure, reason)
