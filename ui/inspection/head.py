"""What the inspection page says above its list, and which of the chosen communes is being prepared."""

from __future__ import annotations

from functools import partial
from html import escape

import polars as pl
import streamlit as st

from display.portraits import gaps, shortlist, visits
from display.words import coverage, numbers, places
from display.words.view import View
from press import workbook
from store import units
from store.reference import measures, scope_name
from ui.frame import html, links, old_codes, sign_in
from ui.inspection import checklist, promises, since
from ui.inspection.choices import Chosen
from ui.inspection.visits import form, history

_STOP = "stop"
_EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def headline(view: View, chosen: Chosen) -> str:
    """Of how many communes there is something to ask, and the first of the list; else what the page is for."""
    scope, language = chosen.scope, view.language
    found = gaps.in_order(view.snapshot, scope)
    if found.is_empty():
        return title(view, scope)
    place = scope_name(scope)
    return view.say(
        "inspection.headline",
        place=place or view.say("scope.country"),
        n=numbers.number(found.height, language),
        all=numbers.number(shortlist.units(scope).height, language),
        first=found.item(0, "name"),
    )


def title(view: View, scope: str) -> str:
    place = scope_name(scope)
    return view.say("inspection.title.place", place=place) if place else view.say("inspection.title.country")


def sentence(view: View, chosen: Chosen) -> str:
    """What the page is for and of when, how many have questions, and of how many nothing is known. Markup."""
    scope, language = chosen.scope, view.language
    found, period = shortlist.scored(view.snapshot, scope), shortlist.period(view.snapshot, scope)
    counts = {
        "asked": found.filter(pl.col("question") > 0).height,
        "both": found.filter(pl.col("both").list.len() > 0).height,
    }
    figures = {name: numbers.number(count, language) for name, count in counts.items()}
    when = numbers.period_in_sentence(period, language) if period else numbers.MISSING
    parts = [f"<b>{escape(view.say('inspection.sentence', title=title(view, scope), period=when))}</b>"]
    if view.snapshot.manifest.nature == "simulated":
        parts.append(f"<b>{escape(view.say('rankings.simulated'))}</b>")
    known = shortlist.trends_known(view.snapshot, scope)
    parts.append(escape(view.say(f"inspection.sentence.{'questions' if known else 'no_trends'}", **figures)))
    if unheard := shortlist.unheard(view.snapshot, scope):
        parts.append(escape(view.say("inspection.sentence.unheard", n=numbers.number(unheard, language))))
    return " ".join([*parts, escape(view.say("inspection.sentence.verdict"))])


def reported(view: View, chosen: Chosen) -> str:
    """Who has reported in the period, by each source, and who has not. Markup."""
    found = shortlist.reported(view.snapshot, chosen.scope)
    return "".join(coverage.folded(view.say, one, chosen.scope) for one in found)


def count_line(view: View, chosen: Chosen, rows: pl.DataFrame) -> str:
    """How many communes the filters leave. Plain text."""
    whole = shortlist.scored(view.snapshot, chosen.scope).height
    if rows.height == whole:
        return view.say("inspection.count.all", n=numbers.number(whole, view.language))
    n, of = numbers.number(rows.height, view.language), numbers.number(whole, view.language)
    return view.say("inspection.count", n=n, of=of)


def known_line(view: View, chosen: Chosen) -> str:
    """How the errors behind "clearly worse" are known, measure by measure; empty where no unit is compared."""
    registry, say = measures(), view.say
    return " ".join(
        say(
            "inspection.known",
            measures=", ".join(registry[name].short.in_language(view.language) for name in names),
            known=places.known_words(say, known),
        )
        for known, names in shortlist.known(view.snapshot, chosen.scope).items()
    )


def stop(view: View, planned: list[str]) -> str | None:
    """The commune that is being prepared: one of the plan, or the one that the link names; None without either."""
    asked = links.recalled(_STOP)
    options = list(dict.fromkeys([*planned, *units.today(asked)]))
    options = [code for code in options if visits.may(view, code)]
    if not options:
        return None
    meaning = old_codes.meaning(view.say, _STOP)
    return links.select(
        view.say("inspection.stop"),
        _STOP,
        options,
        options[0],
        lambda code: _in_turn(code, planned),
        meaning=meaning,
        width=360,
    )


def _in_turn(code: str, planned: list[str]) -> str:
    name = units.known(code)["full_name"]
    return f"{planned.index(code) + 1}. {name}" if code in planned else name


def prepare(view: View, code: str) -> None:
    """The checklist of a commune with its file, beside the notes on its visits."""
    found = visits.of_unit(view, code)
    listed, written = st.columns([11, 9], gap="large")
    with listed:
        promises.last(view, code)
        if found:
            since.show(view, code, found[0].visited_on)
        checklist.show(view, code, found[0] if found else None)
    with written:
        st.subheader(view.say("inspection.step.record"), anchor=False)
        html.caption(visits.internal(view))
        form(view, code)
        promises.form(view, code)
        html.show(f'<h3 class="gd-list-title">{escape(view.say("visits.history"))}</h3>')
        history(view, found, changeable=True)


def file_button(view: View, code: str) -> None:
    """The checklist as a workbook, made when it is asked for."""
    st.download_button(
        view.say("inspection.checklist.file"),
        sign_in.noted(view, workbook.file_name(view, code), partial(workbook.workbook, view, code)),
        workbook.file_name(view, code),
        _EXCEL,
        icon=":material/download:",
        on_click="ignore",
        key=f"checklist_{code}",
    )
