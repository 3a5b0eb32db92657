"""A ranking on paper: the finding, the picture of all units, the map of a province and the whole list, on A4 or A3."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Literal
from urllib.parse import urljoin

import polars as pl

from display.drawing import likely_places
from display.drawing.likely_frame import BANDS_OF_TIERS, Look
from display.words import addresses, numbers, places, rankings
from display.words.marks import simulated_suffix
from display.words.selection import Selection
from display.words.view import View
from press import ranking_list
from press.brief.content import PRINT, column, plain_text
from press.brief.pdf import typeset
from press.site import province_map
from store import borders
from store.reference import communes_of, province_name

Paper = Literal["a4", "a3"]
PAPERS: tuple[Paper, ...] = ("a4", "a3")
_TEMPLATE = "ranking.typ"
_PICTURES: Mapping[Paper, Look] = {"a4": Look(760, 300, PRINT), "a3": Look(1100, 360, PRINT)}
_MOST_ROWS = 600
_NO_TIER = "none"
_TINTS = {"first": "#0A585E", "middle": "#D5DADF", "last": "#C08A2E", _NO_TIER: "#FFFFFF"}
"""Of tiers on the map: three greys to a copier."""
_WIDTHS = {"rank": 0.0, "unit": 3.0, "value": 0.0, "interval": 0.0, "n": 0.0, "tier": 0.0, "expected": 0.0}
_RIGHT = frozenset({"rank", "value", "interval", "n", "expected"})


def papers(rows: pl.DataFrame) -> tuple[Paper, ...]:
    """The sizes of paper that a list is offered on: none for one of more rows than anybody prints."""
    return PAPERS if rows.height <= _MOST_ROWS else ()


def pdf(view: View, selection: Selection, rows: pl.DataFrame, paper: Paper, at: str = "") -> bytes:
    """The PDF of a ranking; `rows`: as `rankings.rows_of` gives them; `at`: the address of
    any page of the app, for the foot."""
    view = replace(view, palette=PRINT, narrow=False)
    say, manifest = view.say, view.snapshot.manifest
    nature = say(f"nature.{manifest.nature}", captured=numbers.local_date(manifest.captured_at, view.language))
    page = addresses.address(view, "rankings", **addresses.choices(view, selection)).lstrip("./")
    data = {
        "title": rankings.title(view, selection),
        "language": view.language,
        "paper": paper,
        "across": say("brief.across") if manifest.nature == "simulated" else "",
        "foot": [say("shell.footer", nature=nature, snapshot=manifest.id), at and urljoin(at, page)],
        "page": say("brief.page", page="{page}"),
        "colours": {"ink": PRINT.ink, "quiet": PRINT.quiet, "line": PRINT.line},
        "sentence": plain_text(rankings.sentence(view, selection, rows)),
        "picture": _picture(view, selection, rows, paper),
        "map": tier_map(view, selection, rows),
        "columns": _columns(view, selection),
        "rows": [ranking_list.cells(view, selection, row) for row in ranking_list.ordered(rows)],
        "list": say("table.caption", measure=selection.measure.name.in_language(view.language)),
        "notes": [rankings.certainty_line(view, selection, rows), rankings.source_line(view, selection, rows)],
    }
    return typeset(data, manifest.captured_at, _TEMPLATE)


def file_name(view: View, selection: Selection, paper: Paper) -> str:
    """`gan-dan_on_time_share_25_2026-08_a4.pdf`; a simulated one says so in its name."""
    return f"gan-dan_{selection.measure.id}_{selection.scope}_{selection.period.id}_{paper}{simulated_suffix(view)}.pdf"


def _picture(view: View, selection: Selection, rows: pl.DataFrame, paper: Paper) -> dict[str, str]:
    """The picture of all units with its finding and how it is read; empty texts where no place is known."""
    found = rankings.places_of(view, selection, rows)
    look = replace(_PICTURES[paper], simulated=view.snapshot.manifest.nature == "simulated")
    svg = likely_places.likely_places(view.say, selection.measure, selection.level, found, look)
    if not svg:
        return {"svg": "", "finding": "", "said": "", "reading": ""}
    return {
        "svg": svg,
        "finding": places.headline(view.say, selection.level, found),
        "said": places.alternative(view.say, selection.measure, selection.level, found),
        "reading": places.explained(view.say, found, many=not likely_places.has_room(found, look)),
    }


def tier_map(view: View, selection: Selection, rows: pl.DataFrame) -> dict[str, Any]:
    """A province's communes by tier with a legend and whose borders they are; without borders or places no drawing."""
    drawn, say = "", view.say
    tiers = {row["unit_code"]: row["tier"] or _NO_TIER for row in rows.iter_rows(named=True)}
    if selection.level == "commune" and not selection.is_country and rows.get_column("tier").count():
        words = dict(rows.select("unit_code", pl.col("name").fill_null("")).iter_rows())
        known = communes_of(selection.scope)
        styles = {code: tiers.get(code, _NO_TIER) for code in known}
        title = say("map.title", measure=selection.measure.name.in_language(view.language))
        drawn = province_map.svg(selection.scope, styles, {code: words.get(code, "") for code in known}, title)
    if not drawn:
        return {"svg": "", "legend": [], "said": "", "borders": ""}
    counts = Counter(styles.values())
    legend = [
        (_TINTS[tier], say("site.legend", words=words, n=numbers.number(counts[tier], view.language)))
        for tier, words in (
            *((tier, places.tier_name(say, tier)) for tier in BANDS_OF_TIERS),
            (_NO_TIER, say("sheet.no_tier")),
        )
        if counts[tier]
    ]
    style = "".join(f".{tier}{{fill:{tint};stroke:#3A4653;stroke-width:1}}" for tier, tint in _TINTS.items())
    svg = drawn.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
    svg = svg.replace(">", f"><style>{style}rect{{fill:none;stroke:#A9B2BB}}text{{font-size:24px}}</style>", 1)
    return {
        "svg": svg,
        "legend": legend,
        "said": say("sheet.map", place=province_name(selection.scope)),
        "borders": say(f"site.borders.{borders.boundaries_nature()}"),
    }


def _columns(view: View, selection: Selection) -> list[dict[str, object]]:
    headers = ranking_list.headers(view, selection)
    return [column(headers[name], width, name in _RIGHT) for name, width in _WIDTHS.items()]
