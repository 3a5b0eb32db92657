"""Where one figure stands: what each surface of the product says of it, for a test that finds them equal.

A figure is a unit's value in one measure, on one basis, in one period. Each function gives what its surface says as
`{figure: words}`, the words as a Vietnamese page writes a value with its unit. Where a surface hands out bare numbers
(CSV, open data), they are put into words here by the same rule, so that a number of its own would show.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import replace
from html import unescape
from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit

import polars as pl
from starlette.applications import Starlette
from streamlit.testing.v1 import AppTest

from display.maps import layers
from display.portraits import plain_figures, summary, summary_words
from display.words import addresses, numbers, rankings
from display.words.selection import Selection
from display.words.view import View
from press.brief import content
from ranking.vocabulary import COUNTRY
from store import borders
from store.reference import measures, reference_table
from tests.pages.test_pages import markup, open_page
from ui.map import card
from ui.parts import downloads
from ui.parts.map_deck import Look, layer_of
from web.open import embed, routes

APP = Starlette(routes=[*routes.ROUTES, *embed.ROUTES])


class Figure(NamedTuple):
    """One value: whose, of what, on which basis, when."""

    unit: str
    measure: str
    basis: str
    period: str


Said = dict[Figure, str]
_VALUE = re.compile(r'class="gd-value">([^<]+)<')


def figure(selection: Selection, unit: str) -> Figure:
    return Figure(unit, selection.measure.id, selection.basis, selection.period.id)


def query(view: View, selection: Selection) -> dict[str, str]:
    """The link to a selection on the rankings page and the map."""
    return {"dataset": view.snapshot.manifest.dataset, "lang": "vi", **addresses.choices(view, selection)}


def of_page(view: View, selection: Selection) -> Said:
    """The table of the rankings page."""
    text = markup(open_page("rankings", **query(view, selection)))
    found = {}
    for row in re.findall(r"<tr data-unit[^>]*>(.*?)</tr>", text, flags=re.S):
        unit, value = re.search(r"[?&;]unit=(\w+)", row), _VALUE.search(row)
        if unit and value:
            found[figure(selection, unit[1])] = unescape(value[1])
    return found


def of_map(view: View, selection: Selection) -> Said:
    """The layer of the map, and the card of the first unit."""
    layer = layer_of(view, selection, Look("area" if borders.areas(selection.scope) else "symbol", "value"))
    found = {
        figure(selection, feature["properties"]["unit"]): feature["properties"]["text"]
        for feature in layers.collection(layer)["features"]
    }
    rows = rankings.rows_of(view, selection).drop_nulls("value")
    for row in rows.head(1).iter_rows(named=True):
        words = numbers.with_unit(row["value"], selection.measure, "vi")
        shown = unescape(re.sub("<[^>]+>", " ", card.card(view, selection, rows, row["unit_code"])))
        found[figure(selection, row["unit_code"])] = words if words in shown else shown
    return {one: words for one, words in found.items() if words and words[0].isdigit()}


def of_csv(view: View, selection: Selection) -> Said:
    """The file under the table."""
    made = downloads.sheet(view, selection, rankings.rows_of(view, selection), [])
    unit, value = made.headers.index("unit_code"), made.headers.index("value")
    return {figure(selection, row[unit]): _words(selection, row[value]) for row in made.rows if row[value] is not None}


def of_open_data(view: View, selection: Selection, get: Callable[..., object]) -> Said:
    """`/open/v1/standings` and `/open/v1/measurements`, which must say the same; what is withheld is left out."""
    found: dict[Figure, set[str]] = defaultdict(set)
    where = {
        "dataset": view.snapshot.manifest.dataset,
        "measure": selection.measure.id,
        "basis": selection.basis,
        "period": selection.period.id,
        "level": selection.level,
        "limit": "10000",
    }
    asked = {"standings": {"scope": selection.scope}, "measurements": {"field": "all"}}
    for table, more in asked.items():
        text = "&".join(f"{key}={value}" for key, value in {**where, **more}.items())
        for row in json.loads(get(APP, f"/open/v1/{table}", text).body)["rows"]:
            if row["value"] is not None and row["series"] == selection.series:
                found[figure(selection, row["unit_code"])].add(_words(selection, row["value"]))
    return {one: " and ".join(sorted(words)) for one, words in found.items()}


def of_embed(view: View, selection: Selection, get: Callable[..., object]) -> Said:
    """The table to embed; it names its units, and a name that two of them have is left out."""
    names = rankings.rows_of(view, selection).select("name", "unit_code").unique("name", keep="none")
    codes = dict(names.iter_rows())
    where = {
        "dataset": view.snapshot.manifest.dataset,
        "province": selection.scope,
        "measure": selection.measure.id,
        "basis": selection.basis,
        "period": selection.period.id,
    }
    page = get(APP, "/embed/ranking", "&".join(f"{key}={value}" for key, value in where.items())).body.decode()
    found = {}
    for name, value in re.findall(r'<tr[^>]*><th scope="row">([^<]+)</th><td>([^<]*)', page):
        if unescape(name) in codes and value[:1].isdigit():
            found[figure(selection, codes[unescape(name)])] = unescape(value)
    return found


def of_unit(view: View, code: str) -> Said:
    """The summary on a commune's page and in its exports."""
    return {_row_figure(code, row): summary_words.row_words(view, row).value for row in _known(view, code)}


def of_brief(view: View, code: str) -> Said:
    """The table of the printed brief; it leaves out a unit that the measure's name says already."""
    rows = summary.rows(view.snapshot, code)
    sheet = content.sheet(view, code)
    if not rows:
        return {}
    value = [column["name"] for column in sheet["columns"]].index(view.say("unit.column.value"))
    found = {}
    for row, line in zip(rows, sheet["rows"], strict=True):
        if row.value is not None:
            unit = row.measure.unit.in_language("vi")
            words = line[value]["text"]
            found[_row_figure(code, row)] = words if not unit or unit in words else f"{words}\u00a0{unit}"
    return found


def of_public(view: View, province: str) -> Said:
    """The public's page and the static site, of every commune of a province."""
    public = replace(view.snapshot, seen=frozenset())
    found = {}
    for portrait in plain_figures.province(public, province).communes:
        for answer in portrait.answers:
            if answer.value is not None:
                where = Figure(portrait.code, answer.measure, answer.basis, answer.period.id)
                found[where] = numbers.with_unit(answer.value, measures()[answer.measure], "vi")
    return found


class Card(NamedTuple):
    """A figure above a page: what it is of, its value, its notes, and the page (path and query) that it leads to."""

    name: str
    value: str
    notes: str
    path: str
    query: dict[str, str]


def cards(page: AppTest) -> list[Card]:
    """The figures above a page, as it shows them; path and query empty where one leads nowhere."""
    found = []
    for body in re.findall(r'<div class="gd-card"><dt>(.*?)</dd></div>', markup(page), flags=re.S):
        name, value = re.sub("<[^>]+>", "", body.partition("</dt>")[0]), re.search(r'class="gd-figure">([^<]+)<', body)
        link = re.search(r'href="([^"]+)"', body)
        there = urlsplit(unescape(link[1])) if link else urlsplit("")
        notes = " ".join(unescape(note) for note in re.findall(r'class="gd-note">([^<]*)<', body))
        assert value, body
        asked = {key: values[0] for key, values in parse_qs(there.query).items()}
        found.append(Card(unescape(name), unescape(value[1]), notes, there.path.removeprefix("./"), asked))
    return found


def follow(card: Card) -> AppTest:
    """The page that a card leads to."""
    name = next(name for name, path in addresses.PATHS.items() if path == card.path)
    return open_page(name, **card.query)


def first_number(page: AppTest) -> str:
    """What a page says first: the value of its first card, else its sentence from the first value on."""
    above = cards(page)
    if above:
        return above[0].value
    sentence = re.search(r'class="gd-sentence">(.*?)</p>', markup(page), flags=re.S)
    assert sentence
    text = unescape(re.sub("<[^>]+>", "", sentence[1]))
    value = re.search(r"(?<![\d.,])[\d.,]+\u00a0", text)
    assert value, text
    return text[value.start() :]


def communes(scope: str) -> list[str]:
    units = reference_table("units")
    own = units if scope == COUNTRY else units.filter(pl.col("province_code") == scope)
    return own.get_column("code").to_list()


def disagreements(*surfaces: Said) -> Iterator[str]:
    """Every figure of which two surfaces say different things."""
    said: dict[Figure, set[str]] = defaultdict(set)
    for surface in surfaces:
        for one, words in surface.items():
            said[one].add(words)
    return (f"{one}: {sorted(words)}" for one, words in said.items() if len(words) > 1)


def _known(view: View, code: str) -> list[summary.Row]:
    return [row for row in summary.rows(view.snapshot, code) if row.value is not None]


def _row_figure(code: str, row: summary.Row) -> Figure:
    return Figure(code, row.measure.id, row.basis, row.period.id)


def _words(selection: Selection, value: float) -> str:
    return numbers.with_unit(value, selection.measure, "vi")
