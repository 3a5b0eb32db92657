"""What one petition does, wherever the index or satisfaction of a commune stands."""

from __future__ import annotations

import re
from html import unescape

import polars as pl
import pytest

from display.maps import layers
from display.words import rankings
from display.words.selection import Selection
from ranking.periods import parse
from ranking.vocabulary import COUNTRY
from store import snapshot
from store.petitions import beside
from store.reference import measures
from tests import surfaces
from tests.pages.test_pages import markup, open_page, words
from tests.ui.rankings.test_panels import view_of
from ui.map import card
from ui.parts import downloads
from ui.parts.map_deck import Look, layer_of
from ui.rankings import comparison

YEAR = "2026-01-01_2026-09-26"


def selection(measure: str, period: str = "2026-08") -> Selection:
    return Selection("commune", "25", measures()[measure], "portal", "766-2026", parse(period))


def ranked(measure: str, period: str = "2026-08"):
    view, chosen = view_of("recorded"), selection(measure, period)
    return rankings.with_petitions(view, chosen, rankings.rows_of(view, chosen))


@pytest.mark.parametrize("measure", ["index_766", "mdhl"])
@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("vi", "30 trong 31 đơn vị có phản ánh chiếm trọn 30 hạng cuối."),
        ("en", "30 of the 31 units with a petition fill the last 30 places."),
    ],
)
def test_the_ranking_says_who_fills_its_end_and_shows_both_places(app_data, measure, language, said):
    app = open_page("rankings", dataset="recorded", province="25", measure=measure, period=YEAR, lang=language)
    header = {"vi": "Hạng không tính phản ánh", "en": "Rank without petitions"}[language]

    assert said in words(app)
    assert f">{header}</th>" in markup(app)
    places = re.findall(r'<td class="gd-n">([\d.,]+)<small>/148</small></td>', markup(app))
    assert sorted(map(int, places)) == sorted(ranked(measure, YEAR).get_column("rank_without"))


@pytest.mark.parametrize(("dataset", "measure"), [("recorded", "tdgq"), ("simulated", "tdgq")])
def test_without_petitions_known_nothing_is_said_of_them(app_data, dataset, measure):
    app = open_page("rankings", dataset=dataset, province="25", measure=measure)

    assert "không tính phản ánh" not in words(app)


def test_the_unit_page_has_both_places_and_the_number_of_petitions(app_data):
    row = ranked("index_766").filter(pl.col("petitions") == 1).row(0, named=True)
    text = words(open_page("unit", dataset="recorded", unit=row["unit_code"]))

    assert f"Chỉ số 766, tháng 8/2026: hạng {row['rank']}/148" in text
    assert "dựa trên 1 phản ánh." in text
    assert f"Không tính 12 điểm của phần phản ánh: hạng {row['rank_without']}/148" in text


def test_every_surface_with_the_index_of_a_commune_says_on_how_many_petitions_it_rests(app_data, get):
    view, chosen = view_of("recorded"), selection("index_766")
    row = ranked("index_766").filter(pl.col("petitions") == 3).row(0, named=True)
    code, said = row["unit_code"], "dựa trên 3 phản ánh"
    rows = rankings.rows_of(view, chosen)
    layer = layer_of(view, chosen, Look("symbol", "value"))
    notes = {one["properties"]["unit"]: one["properties"]["note"] for one in layers.collection(layer)["features"]}
    pages = [
        get(surfaces.APP, f"/embed/{kind}", f"dataset=recorded&{key}={value}&lang=vi{more}").body.decode()
        for kind, key, value, more in (
            ("ranking", "province", "25", "&measure=index_766"),
            ("unit", "unit", code, ""),
        )
    ]
    compared = comparison.cells_of(view, chosen, [code], measures()["index_766"], "portal")

    assert said in notes[code]
    assert said in unescape(card.card(view, chosen, rows, code))
    assert all(said in unescape(page) for page in pages)
    assert said in compared[0].notes
    made = downloads.sheet(view, chosen, ranked("index_766"), [])
    cells = {line[0]: line[made.headers.index("petitions")] for line in made.rows}
    assert cells[code] == 3


def test_places_in_the_country_are_counted_among_the_country(app_data):
    shown = snapshot.open_snapshot("recorded")
    where = ("commune", "mdhl", "portal", parse(YEAR), COUNTRY)
    view = view_of("recorded")
    chosen = Selection("commune", COUNTRY, measures()["mdhl"], "portal", "766-2026", parse(YEAR))

    rows = beside(shown, rankings.rows_of(view, chosen), *where)
    assert set(rows.drop_nulls("rank_without").get_column("of_without")) == {148}
