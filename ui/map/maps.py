"""The map page: its controls, its one or two maps, and the words around them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import polars as pl
import streamlit as st

from display.maps import members
from display.maps.colouring import COMPARABLE, SILENT, WAYS, Reader, coloured
from display.maps.colouring import legend as classes
from display.words import coverage as coverage_words
from display.words import numbers, places
from display.words.selection import Selection
from display.words.view import View
from ranking.collation import by_name
from ranking.measures import Measure
from ranking.periods import Period, parse
from ranking.vocabulary import COUNTRY
from store import ages, borders, catalog, coverage, standings
from store.reference import province_names, scope_name
from ui.frame import browser, html, links, old_codes
from ui.map import extremes, flows
from ui.parts import map_hand
from ui.parts.map_deck import PHONE_WIDTH, Frame, Look, deck

_PHONE_HEIGHT = 440  # pixels, as all below
LEGEND = 140
"""By how much the map gives way to the legend in its corner."""
_LEGEND_ABOVE = 870
"""In a window that is not wider than this the legend stands over the map, not on it, as map.css says too."""
_ABOVE, _LEAST, _MOST = 190, 480, 1100
"""What stands over a map that is as high as the window, and how high it is at least and at most."""
_PAGE, _MARGINS = 1480, 102
RAIL = (11, 4)
"""The widths of the map and of the rail beside it, by one another."""
_NONE = "none"


def look(view: View, selection: Selection) -> Look:
    """The controls of the map: by what it is coloured, and the others behind a button."""
    earlier = earlier_periods(view, selection)
    ways = _ways(view, selection, earlier)
    way = links.select(view.say("map.way"), "way", ways, ways[0], lambda code: view.say(f"map.way.{code}"))
    since = _period_box(view, "since", earlier) if way == "change" else ""
    with st.popover(view.say("map.more"), icon=":material/tune:", width="stretch"):
        shapes = ("area", "symbol") if borders.areas(selection.scope) else ("symbol",)
        shape = links.select(
            view.say("map.shape"), "shape", shapes, shapes[0], lambda code: view.say(f"map.shape.{code}")
        )
        kinds = ("new", "old", *(("flows",) if flows.has(view, selection) else ()))
        inside = links.select(
            view.say("map.inside"), "inside", kinds, "new", lambda code: view.say(f"map.inside.{code}")
        )
        others = other_periods(view, selection) if way in COMPARABLE else []
        beside = _period_box(view, "beside", [_NONE, *others]) if others else _NONE
    return Look(shape, way, since, inside, "" if beside == _NONE else beside)


def _ways(view: View, selection: Selection, earlier: Sequence[str]) -> list[str]:
    """By what the map can be coloured: by tiers first, where any unit has one."""
    where = (selection.measure.id, selection.basis, selection.period, selection.scope)
    rows = standings.with_earlier(view.snapshot, *where, None)
    placed = rows.get_column("tier").count() > 0
    return [way for way in WAYS if (way != "change" or earlier) and (way != "tier" or placed)]


def _period_box(view: View, key: str, periods: Sequence[str]) -> str:
    def caption(code: str) -> str:
        return view.say("map.beside.none") if code == _NONE else numbers.period(parse(code), view.language)

    return links.select(view.say(f"map.{key}"), key, periods, periods[0], caption)


def earlier_periods(view: View, selection: Selection) -> list[str]:
    """Earlier periods of the same kind and rules, equally old when they were captured, the latest first."""
    before = (pl.col("period_end") < selection.period.end, pl.col("period_kind") != "to_date")
    found = _periods(view, selection, *before, pl.col("period_kind") == selection.period.kind)
    where = ("commune", selection.measure.id, selection.basis, selection.scope)
    return [one for one in found if ages.comparable(view.snapshot, *where, parse(one), selection.period)]


def other_periods(view: View, selection: Selection) -> list[str]:
    """All other periods by the same rules, the latest first; of a count, which grows with time, those of one kind."""
    growing = selection.measure.kind == "quantity"
    return [
        period
        for period in _periods(view, selection, (pl.col("period_kind") == selection.period.kind) | (not growing))
        if period != selection.period.id
    ]


def _periods(view: View, selection: Selection, *which: pl.Expr) -> list[str]:
    known = catalog.catalog(view.snapshot).filter(
        pl.col("level") == "commune",
        pl.col("scope") == selection.scope,
        pl.col("measure") == selection.measure.id,
        pl.col("basis") == selection.basis,
        pl.col("series") == selection.series,
        *which,
    )
    rows = known.sort("period_end", "period_start", descending=[True, False])
    return [Period(*row).id for row in rows.select("period_start", "period_end", "period_kind").iter_rows()]


def rows_of(view: View, selection: Selection, look: Look) -> pl.DataFrame:
    """The communes of the map with the number of their old communes, and earlier values where a change is shown."""
    since = parse(look.since) if look.since else None
    rows = standings.with_earlier(
        view.snapshot, selection.measure.id, selection.basis, selection.period, selection.scope, since
    )
    rows = coverage.with_absent(rows, view.snapshot, "commune", selection.scope)
    return rows.join(members.counts(), on="unit_code", how="left", maintain_order="left")


# --- drawing


def draw(view: View, selection: Selection, look: Look, rows: pl.DataFrame, unit: str | None) -> None:
    """The map with its legend; two of them, moved together, where another period stands beside."""
    with st.container(key="map_frame"):
        if look.beside:
            _two_charts(view, selection, look, unit)
        else:
            _chart(view, selection, look, rows, unit)
            if not view.narrow:
                show_legend(view, selection, rows, look)


def _two_charts(view: View, selection: Selection, look: Look, unit: str | None) -> None:
    other, mirrored = across(selection, look)
    for place, chosen, own in zip(st.columns(2, gap="small"), (selection, other), (look, mirrored), strict=True):
        with place:
            html.caption(numbers.period(chosen.period, view.language))
            _chart(view, chosen, own, rows_of(view, chosen, own), unit)


def across(selection: Selection, look: Look) -> tuple[Selection, Look]:
    """The same map of the period beside, beside which this period stands."""
    return replace(selection, period=parse(look.beside)), replace(look, beside=selection.period.id)


def show_legend(view: View, selection: Selection, rows: pl.DataFrame, look: Look) -> None:
    """The classes with their numbers of units, in the map's corner or beneath it."""
    with st.container(key="map_legend"):
        html.caption(_legend_title(view, selection, look))
        html.legend(legend(view, selection, rows, look), stacked=True)


def _legend_title(view: View, selection: Selection, look: Look) -> str:
    short, way = selection.measure.short.in_language(view.language), view.say(f"map.way.{look.way}")
    if look.way == "merged":
        return way
    return short if look.way in ("value", "fixed") else f"{short} · {way}"


def _chart(view: View, selection: Selection, look: Look, rows: pl.DataFrame, unit: str | None) -> None:
    frame = frame_of(view, look)
    st.pydeck_chart(
        deck(view, selection, look, unit, frame, extremes.named(view, selection, rows)),
        height=frame.height,
        key=key(view, selection, look),
        alt=alt(view, selection, rows),
    )


def frame_of(view: View, look: Look) -> Frame:
    """The room that the map has: on a phone all of a low one, else as high as the window and beside the rail."""
    if view.narrow:
        return Frame(PHONE_WIDTH, _PHONE_HEIGHT)
    return frame_in(browser.window(), beside=bool(look.beside))


def frame_in(window: tuple[int, int], *, beside: bool = False) -> Frame:
    """The room of one map in a window of this width and height; of two that stand `beside` each other, of each."""
    wide, high = window
    width = round((min(wide, _PAGE) - _MARGINS) * RAIL[0] / sum(RAIL))
    height = min(max(high - _ABOVE, _LEAST), _MOST)
    if beside:
        return Frame(width // 2 - 20, height - 30)
    return Frame(width - 2 * LEGEND, height, LEGEND) if wide > _LEGEND_ABOVE else Frame(width, height)


# --- the words


def legend(view: View, selection: Selection, rows: pl.DataFrame, look: Look) -> list[tuple[str, str]]:
    """(colour, words with the number of units) for each class, then for each kind of silence."""
    reader, measure = Reader(view.palette, view.say, view.language), selection.measure
    if not look.beside:
        return _at_seats(look, classes(reader, coloured(rows, measure, look.way, reader)))
    other = rows_of(view, *across(selection, look))
    pairs = ((rows, other), (other, rows))
    both = [coloured(own, measure, look.way, reader, beside) for own, beside in pairs]
    return _at_seats(look, classes(reader, *both))


def _at_seats(look: Look, entries: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """A circle takes no hatch: units at their seats have the mark of the calendar instead."""
    hatch, mark = f"{SILENT}hatch", f"{SILENT}mark"
    return [(mark if look.shape == "symbol" and kind == hatch else kind, words) for kind, words in entries]


def reported(view: View, selection: Selection) -> str:
    """How many of all communes have reported by the map's source in its period, and who has not. Markup."""
    found = coverage.coverage(view.snapshot, "commune", selection.scope, selection.basis, selection.period)
    return coverage_words.folded(view.say, found, selection.scope)


def reading(view: View, measure: Measure, look: Look, rows: pl.DataFrame) -> str:
    """How to read colours and circles; where colours say who is better or worse, how that is known of `rows`."""
    neutral = look.way == "change" and measure.direction == "neutral"
    words = [view.say("map.reading.change_neutral" if neutral else f"map.reading.{look.way}")]
    if look.shape == "symbol":
        words.append(view.say("map.reading.symbol"))
    if look.beside:
        words.append(view.say("map.reading.beside"))
    if look.way in ("band", "tier"):
        words.append(places.known_sentence(view.say, rows))
    return " ".join(filter(None, words))


def members_line(view: View, selection: Selection) -> str:
    """What the dots and lines of the old communes are, and which stand beside their place."""
    rows = members.rows_of(selection.scope)
    words = [view.say("map.reading.members", n=numbers.number(rows.get_column("old_code").n_unique(), view.language))]
    shared = members.shared_positions(selection.scope)
    if shared:
        words.append(view.say("map.reading.shared", n=numbers.number(shared, view.language)))
    return " ".join(words)


def alt(view: View, selection: Selection, rows: pl.DataFrame) -> str:
    """The map in words."""
    return view.say(
        "map.alt",
        measure=selection.measure.name.in_language(view.language),
        place=scope_name(selection.scope) or view.say("scope.country"),
        period=numbers.period_in_sentence(selection.period, view.language),
        n=numbers.number(rows.get_column("value").count(), view.language),
    )


def title(view: View, selection: Selection) -> str:
    return view.say("map.title", measure=selection.measure.name.in_language(view.language))


def key(view: View, selection: Selection, look: Look) -> str:
    """A new widget for every scope, so that the camera moves; the same one when only colours change."""
    side = f"_{selection.period.id}" if look.beside else ""
    return f"map_{selection.scope}_{look.shape}_{view.language}_{view.narrow}{side}"


def borders_line(view: View, look: Look) -> str:
    """Whose borders the map shows, and whether they are approximate."""
    nature = borders.boundaries_nature() if look.shape == "area" else ""
    return view.say(f"map.borders.{nature or 'none'}")


# --- the chosen unit


def units_of(view: View, selection: Selection) -> dict[str, str]:
    """Code and name of every commune of the scope; in the country with the province, which tells namesakes apart."""
    units = standings.unit_names(view.snapshot, "commune").sort(by_name(), "unit_code")
    if selection.scope != COUNTRY:
        units = units.filter(pl.col("province_code") == selection.scope)
        return dict(units.select("unit_code", "name").iter_rows())
    provinces = province_names()
    rows = units.select("unit_code", "name", "province_code").iter_rows()
    return {code: f"{name}, {provinces[province]}" for code, name, province in rows}


def unit(view: View, selection: Selection) -> str | None:
    """The unit that the link names; it stays when measure or period change.

    A click on a unit of the map, or on an old commune in it, chooses it; a click on the chosen one lets it go.
    """
    names = units_of(view, selection)
    clicked = map_hand.clicked()
    if clicked in names:
        links.put(unit="" if links.asked().get("unit") == clicked else clicked)
    code = links.choice("unit", [_NONE, *names], _NONE, meaning=old_codes.meaning(view.say, "unit"))
    return None if code == _NONE else code


def unit_box(view: View, selection: Selection) -> None:
    """A box that finds a unit without the map."""
    names = units_of(view, selection)
    links.select(
        view.say("map.unit"),
        "unit",
        [_NONE, *names],
        _NONE,
        lambda code: view.say("map.unit.none") if code == _NONE else names[code],
        meaning=old_codes.meaning(view.say, "unit"),
    )
