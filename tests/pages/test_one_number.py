"""A figure is the same wherever it stands: page, map, file, open data, embed, brief, public page."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import polars as pl
import pytest

from display.portraits import plain_figures, shortlist, summary
from display.words import numbers
from display.words.selection import Selection
from ranking.periods import Period, parse
from ranking.vocabulary import COUNTRY
from store import catalog, opening
from store.reference import measures, province_names
from tests import surfaces
from tests.pages.test_pages import markup, open_page
from tests.ui.rankings.test_panels import view_of
from ui.overview import attention

_OTHERS = 3


def selections(dataset: str, scope: str) -> list[Selection]:
    """Every measure, basis and period that a scope's communes can be ranked by."""
    known = catalog.catalog_by_level(view_of(dataset).snapshot)["commune"].filter(
        pl.col("scope") == scope, pl.col("of") > 0
    )
    rows = known.sort("period_end", "period_start", "measure", "basis", descending=[True, True, False, False])
    return [
        Selection(
            "commune",
            scope,
            measures()[row["measure"]],
            row["basis"],
            row["series"],
            Period(row["period_start"], row["period_end"], row["period_kind"]),
        )
        for row in rows.iter_rows(named=True)
    ]


def scopes(dataset: str) -> list[str]:
    return sorted(set(catalog.catalog_by_level(view_of(dataset).snapshot)["commune"].get_column("scope")))


def disagreements(dataset: str, scope: str, some: list[Selection], get) -> list[str]:
    """What two places say differently of a scope's figures; the page itself is opened for the first selection."""
    view = view_of(dataset)
    units = surfaces.communes(scope)[:_OTHERS]
    elsewhere = [surfaces.of_unit(view, code) for code in units] + [surfaces.of_brief(view, code) for code in units]
    if scope != COUNTRY:
        elsewhere.append(surfaces.of_public(view, scope))
    told = []
    for selection in some:
        file = surfaces.of_csv(view, selection)
        said = [file, surfaces.of_map(view, selection), surfaces.of_open_data(view, selection, get)]
        if scope != COUNTRY:
            said.append(surfaces.of_embed(view, selection, get))
        if selection is some[0]:
            said.append(surfaces.of_page(view, selection))
        assert all(file.keys() & other.keys() for other in said), selection
        here = [{one: words for one, words in other.items() if one in file} for other in elsewhere]
        told += surfaces.disagreements(*said, *here)
    return told


def test_every_recorded_figure_of_a_province_is_the_same_in_all_places(app_data, get):
    provinces = [scope for scope in scopes("recorded") if scope != COUNTRY]
    assert len(provinces) > 1
    for scope in provinces:
        assert disagreements("recorded", scope, selections("recorded", scope), get) == []


@pytest.mark.parametrize("step", [5, pytest.param(1, marks=pytest.mark.slow)])
def test_recorded_figures_among_all_communes_are_the_same_in_all_places(app_data, get, step):
    """The same figures as those of the provinces, on maps of the whole country: in `make check` all of them."""
    assert disagreements("recorded", COUNTRY, selections("recorded", COUNTRY)[::step], get) == []


@pytest.mark.parametrize("scope", ["38", COUNTRY])
def test_simulated_figures_are_the_same_in_all_places(app_data, get, scope):
    assert (
        disagreements("simulated", scope, selections("simulated", scope)[:: 80 if scope == COUNTRY else 40], get) == []
    )


@pytest.mark.slow
@pytest.mark.parametrize(("turn", "scope"), list(enumerate([*province_names(), COUNTRY])))
def test_each_simulated_ranking_is_walked_in_one_scope_or_another(app_data, get, turn, scope):
    """Each scope takes up where the one before left off, so that together they walk all measures and periods."""
    assert (
        disagreements("simulated", scope, selections("simulated", scope)[turn :: len(province_names()) + 1], get) == []
    )


# --- cards, and what pages open on

_SCOPES = [("recorded", "25"), ("recorded", "91"), ("recorded", COUNTRY), ("simulated", "38"), ("simulated", COUNTRY)]


@pytest.mark.parametrize("page", ["overview", "rankings"])
@pytest.mark.parametrize(("dataset", "scope"), _SCOPES)
def test_each_card_leads_to_a_page_that_begins_with_it(app_data, page, dataset, scope):
    found = surfaces.cards(open_page(page, dataset=dataset, province=scope, lang="vi"))

    leading = [card for card in found if card.path]
    assert leading and len(leading) >= len(found) - (page == "rankings")
    for card in leading:
        assert {"dataset", "province", "period"} <= card.query.keys()
        assert surfaces.first_number(surfaces.follow(card)).startswith(card.value), card


@pytest.mark.parametrize("page", ["overview", "rankings"])
@pytest.mark.parametrize(("dataset", "scope"), _SCOPES)
def test_each_card_names_its_period_and_whose_it_is(app_data, page, dataset, scope):
    app = open_page(page, dataset=dataset, province=scope, lang="vi")
    first = opening.first(view_of(dataset).snapshot, "commune", scope)
    period = numbers.period_in_sentence(first.period, "vi")

    for card in surfaces.cards(app):
        assert card.notes.startswith(f"{period} · "), card
        assert re.search(r"riêng [\d.]+ xã, phường|toàn tỉnh, gồm cả sở, ngành", card.notes), card


@pytest.mark.parametrize(("dataset", "scope"), _SCOPES)
def test_all_pages_open_on_the_same_number(app_data, dataset, scope):
    """Without any choice but the province, and with nothing but a measure: start page, rankings, map, embed."""
    start = open_page("overview", dataset=dataset, province=scope)
    ranked = open_page("rankings", dataset=dataset, province=scope)
    mapped = open_page("map", dataset=dataset, province=scope)
    first = opening.first(view_of(dataset).snapshot, "commune", scope)

    assert surfaces.cards(start)[0][:3] == surfaces.cards(ranked)[0][:3]
    assert [links_of(page)["period"] for page in (ranked, mapped)] == [first.period.id] * 2
    assert [links_of(page)["measure"].split(".")[0] for page in (ranked, mapped)] == [first.measure] * 2


@pytest.mark.parametrize(("dataset", "scope"), [one for one in _SCOPES if one[1] != COUNTRY])
def test_page_unit_public_embed_and_inspection_open_on_one_period(app_data, get, dataset, scope):
    view = view_of(dataset)
    code = surfaces.communes(scope)[0]
    public = plain_figures.province(view.snapshot.seen_in(frozenset()), scope)
    told = [(row.measure.id, row.basis, row.period) for row in summary.rows(view.snapshot, code)]
    told += [(one.measure, one.basis, one.period) for one in public.portrait(code).answers]
    for measure, basis, period in told:
        assert opening.opening(view.snapshot, "commune", scope, measure, basis).period == period, measure
    first = opening.first(view.snapshot, "commune", scope)
    assert shortlist.period(view.snapshot, scope) == first.period
    page = get(surfaces.APP, "/embed/ranking", f"dataset={dataset}&province={scope}&measure={first.measure}")
    assert numbers.period_in_sentence(first.period, "vi") in page.body.decode()


def links_of(app) -> dict[str, str]:
    """The choices that a page has come to, as its address will have them."""
    boxes = {box.key.removeprefix("chosen_"): box.value for box in app.selectbox if box.key}
    return {key: str(value) for key, value in boxes.items()}


def test_two_places_that_differ_are_found():
    one = surfaces.Figure("04792", "on_time_share", "portal", "2026-08")

    assert len(list(surfaces.disagreements({one: "81,3\u00a0%"}, {one: "81,2\u00a0%"}))) == 1


# --- from a row or the map to the unit


@pytest.mark.parametrize("period", ["2026-08", "2026-01-01_2026-09-26"])
def test_the_map_card_leads_to_the_unit_with_the_same_number_first(app_data, period):
    asked = {"dataset": "recorded", "unit": "08230", "measure": "on_time_share", "period": period}
    mapped = markup(open_page("map", province="25", **asked))
    [value] = re.findall(r'gd-unit-card.*?class="gd-figure">([^<]+)<', mapped, flags=re.S)
    link = re.search(r'href="(\./don-vi[^"]+)"', mapped.split("gd-unit-card")[1])
    query = {key: values[0] for key, values in parse_qs(urlsplit(unescape(link[1])).query).items()}

    assert query.items() >= asked.items()
    first = re.search(r'gd-sentence"><b>Đúng hạn \(Cổng\), ([^<]+): ([^<:]+)</b>', markup(open_page("unit", **query)))
    assert first[1] == numbers.period_in_sentence(parse(period), "vi")
    assert first[2] == value


def test_every_row_of_the_ranking_leads_to_its_unit_in_the_same_period(app_data):
    text = markup(open_page("rankings", dataset="recorded", province="25", period="2026-01-01_2026-09-26"))
    links = re.findall(r'href="(\./don-vi[^"]+unit=[^"]+)"', text)

    assert len(links) == 148
    assert all("measure=on_time_share" in one and "period=2026-01-01_2026-09-26" in one for one in links)


def test_a_unit_without_a_figure_of_what_the_link_asks_for_says_so_and_keeps_the_choice(app_data):
    silent = attention.silent(view_of("simulated"), opened("38")).missing.item(0, "unit_code")
    page = open_page("unit", dataset="simulated", unit=silent, measure="on_time_share", period="2026-08")
    never = open_page("unit", dataset="recorded", unit="08230", measure="open_overdue")

    assert re.search(r"Đúng hạn \(Cổng\), tháng 8/2026: [^.]+ không có số liệu \(", unescape(markup(page)))
    assert "Bộ số liệu này không có “" in unescape(markup(never))
    assert page.query_params["measure"] in ("on_time_share", ["on_time_share"])
    assert page.query_params["period"] in ("2026-08", ["2026-08"])


def opened(scope: str) -> Selection:
    first = opening.first(view_of("simulated").snapshot, "commune", scope)
    return Selection("commune", scope, measures()[first.measure], first.basis, first.series, first.period)
