"""The start page: what it says of a province, who it names, and where its links lead."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from html import unescape
from urllib.parse import parse_qs, urlsplit

import polars as pl
import pytest

from display.portraits import news
from display.portraits.standouts import sides
from display.words import addresses, numbers, rankings
from display.words.selection import Selection
from display.words.text import texts
from ranking.levels import common
from ranking.periods import Period, calendar_period
from store import moves, standings
from store.access.rules import Reader
from store.reference import measures
from tests.pages.test_pages import markup, open_page, words
from tests.ui.rankings.test_panels import view_of
from ui.overview import attention, bulletin, freshness, head, movers, places, standouts

AUGUST = Period(date(2026, 8, 1), date(2026, 8, 31), "month")


def chosen(scope: str, measure: str = "on_time_share") -> Selection:
    return Selection("commune", scope, measures()[measure], "portal", "766-2026", AUGUST)


def links_in(app) -> list[tuple[str, dict[str, list[str]]]]:
    found = [urlsplit(unescape(address)) for address in re.findall(r'<a href="([^"]+)"', markup(app))]
    return [(part.path, parse_qs(part.query)) for part in found]


def test_it_opens_on_the_last_whole_month_not_on_the_open_one(app_data):
    text = words(open_page("overview", dataset="simulated", province="38"))

    assert "Các xã, phường của Thanh Hóa: 93 trong 100 hồ sơ đúng hạn hoặc chưa đến hạn (theo Cổng)" in text
    assert "tháng 8/2026" in text and "Thu thập" in text


def test_the_level_comes_before_everything_else(app_data):
    text = markup(open_page("overview", dataset="recorded"))

    assert re.search(
        r'<h1 class="gd-title">[^<:]+: (hơn )?\d+ trong 100 hồ sơ đúng hạn hoặc chưa đến hạn \(theo Cổng\); ',
        text,
    )


def test_every_item_leads_to_a_page_of_ours_and_keeps_dataset_and_language(app_data):
    found = links_in(open_page("overview", dataset="simulated", province="38", lang="en"))

    assert {path for path, _ in found} == {"./", "./don-vi", "./xep-hang", "./phuong-phap", "./kiem-tra"}
    assert all(query["dataset"] == ["simulated"] and query["lang"] == ["en"] for _, query in found)


def test_units_without_a_report_are_those_that_the_linked_table_shows(app_data):
    app = open_page("overview", dataset="simulated", province="38")
    query = next(query for path, query in links_in(app) if query.get("state") == ["not_reported"])
    table = open_page("rankings", **{key: value[0] for key, value in query.items()})
    silent = attention.silent(view_of("simulated"), chosen("38")).missing

    named = {unescape(name) for name in re.findall(r'<th scope="row" class="">(?:<a[^>]*>)?([^<]+)', markup(table))}
    assert named == set(silent.get_column("name"))
    assert silent.height > 0


def test_those_getting_worse_stand_below_the_common_level(app_data):
    view, selection = view_of("simulated"), chosen("VN")
    rows = rankings.rows_of(view, selection)
    found = attention.worsening(view, selection, rows)

    assert found.height > 0
    assert set(found.get_column("band")) == {"below"}
    assert found.height < rows.filter(pl.col("band") == "below").height


def test_nobody_is_said_to_get_worse_on_two_months(app_data):
    view, selection = view_of("recorded"), chosen("25")

    assert attention.worsening(view, selection, rankings.rows_of(view, selection)) is None


@pytest.mark.parametrize(
    ("measure", "basis", "month"),
    [
        ("online_filing_share", "form", calendar_period("month", 2025, 9)),
        ("on_time_share", "portal", calendar_period("month", 2026, 5)),
    ],
)
def test_the_risen_rose_in_value_and_in_rank(app_data, measure, basis, month):
    view = view_of("simulated")
    selection = replace(chosen("VN", measure), basis=basis, period=month)
    rose, _ = news.moved(view, selection, rankings.rows_of(view, selection))

    assert rose.height > 0
    assert (rose["change"] > 0).all() and (rose["places"] > 0).all() and set(rose["clear"]) == {"rose"}


@pytest.mark.parametrize(("measure", "better", "worse"), [("on_time_share", 1, -1), ("processing_days", -1, 1)])
def test_the_risen_and_the_fallen_changed_clearly_to_the_good_and_to_the_bad_side(
    app_data, monkeypatch, measure, better, worse
):
    """Two units of which one clearly rose and one clearly fell: a measure where less is better rises by falling."""
    view, selection = view_of("simulated"), chosen("25", measure)
    rows = rankings.rows_of(view, selection).drop_nulls("previous_rank").head(3)
    told = rows.with_columns(change=pl.Series([1.0, -1.0, 1.0]), clear=pl.Series(["rose", "fell", "alike"]))
    told = told.with_columns(expected_before=pl.Series([9.0, 1, None]), expected_now=pl.Series([1.2, 9, None]))
    told = told.with_columns(expected_own=8.0, expected_others=0.0, expected_membership=0.0)
    if better < 0:
        told = told.with_columns(change=-pl.col("change"), clear=pl.Series(["fell", "rose", "alike"]))
    monkeypatch.setattr(moves, "with_moves", lambda *_: told)
    rose, fell = news.moved(view, selection, rows)

    assert rose["unit_code"].to_list() == rows["unit_code"].to_list()[:1] and rose["change"].to_list() == [better]
    assert fell["unit_code"].to_list() == rows["unit_code"].to_list()[1:2] and fell["change"].to_list() == [worse]
    shown = movers.movers(view, selection, "", rose)
    assert "▲ 8" in shown and "9 → 1" in shown


def test_the_overdue_backlog_is_the_sum_of_the_units(app_data):
    backlog = attention.overdue(view_of("simulated"), chosen("38"))
    rows = standings.ranking(view_of("simulated").snapshot, "commune", "open_overdue", "form", backlog.period, "38")

    assert backlog.total == rows.get_column("numerator").sum()


@pytest.mark.parametrize(("dataset", "said"), [("recorded", "có trong biểu II.06"), ("simulated", "theo biểu II.06")])
def test_an_unknown_backlog_says_what_to_bring_in(app_data, dataset, said):
    assert said in words(open_page("overview", dataset=dataset))


def test_freshness_counts_the_units_that_said_something(app_data):
    rows = freshness.freshness(view_of("recorded"), chosen("25"))

    assert [row[2] for row in rows] == ["148/148"]


def test_an_address_escapes_what_it_carries(app_data):
    link = addresses.anchor(view_of("recorded"), "<b>", "unit", unit='"><script>')

    assert "<script>" not in link
    assert "&lt;b&gt;" in link


@pytest.mark.parametrize("dataset", ["recorded", "simulated"])
@pytest.mark.parametrize("language", ["vi", "en"])
def test_no_command_and_no_empty_block_stands_in_front_of_a_leader(app_data, dataset, language):
    text = markup(open_page("overview", dataset=dataset, lang=language))

    assert "python -m" not in text and "<code>" not in text
    assert '<ul class="gd-list"></ul>' not in text


def test_a_way_in_leads_only_to_pages_that_are_open_to_the_reader(app_data):
    view, selection = view_of("recorded"), chosen("25")
    for role, shown in (("leader", ["rankings", "unit"]), ("inspector", ["rankings", "inspection", "unit"])):
        reader = Reader("lan@phutho.vn", frozenset({(role, "25")}), "signed_in")
        assert [page for *_, page, _ in head.doors(replace(view, reader=reader), selection)] == shown


def test_no_file_of_ours_is_named_in_front_of_a_leader():
    """What leaders read of practices, messages and calendars sends nobody to a file of the machine."""
    shown = {key: text for key, text in texts().items() if key.startswith(("practices.", "messages.", "calendar."))}
    assert [key for key, text in shown.items() for said in text.values() if re.search(r"\.(csv|yaml)\b", said)] == []


def test_those_that_stand_out_come_with_value_gap_and_n(app_data):
    view, selection = view_of("recorded"), chosen("25")
    rows = rankings.rows_of(view, selection)
    worse, better = sides(view, selection, rows)
    level = common(rows, selection.measure)

    assert worse.units.get_column("value").is_sorted() and (worse.units.get_column("value") < level).all()
    assert better.units.get_column("value").is_sorted(descending=True) and set(better.units["band"]) == {"above"}
    first = worse.units.row(0, named=True)
    text = standouts.listed(view, selection, rows, worse)
    assert first["name"] in text
    for shown in (first["value"], level):
        assert numbers.with_unit(shown, selection.measure, "vi") in text
    assert numbers.signed(first["value"] - level, "vi", 1) in text
    assert f"{numbers.number(first['denominator'], 'vi')} hồ sơ" in text


def test_of_a_measure_without_a_good_side_nobody_is_called_better_or_worse(app_data):
    view, selection = view_of("recorded"), chosen("25")
    rows = rankings.rows_of(view, selection)
    neutral = replace(selection, measure=selection.measure.model_copy(update={"direction": "neutral"}))
    headings = [side.heading for side in sides(view, neutral, rows)]
    assert [heading.split(" so với")[0] for heading in headings] == ["Thấp hơn rõ", "Cao hơn rõ"]


def test_without_intervals_the_ends_of_the_list_are_not_called_clear(app_data):
    view, selection = view_of("recorded"), chosen("25")
    rows = rankings.rows_of(view, selection).with_columns(band=pl.lit(None, pl.String))
    found = sides(view, selection, rows)

    assert [side.band for side in found] == [None, None]
    assert "chưa chắc" in standouts.note(view, found)


def test_nobody_stands_out_where_all_are_the_same(app_data):
    view, selection = view_of("recorded"), chosen("25")
    rows = rankings.rows_of(view, selection).with_columns(value=pl.lit(7.96))

    assert sides(view, selection, rows) == []


def test_the_province_has_its_place_among_all_where_enough_are_known(app_data):
    view, selection = view_of("recorded"), chosen("25")
    found = places.places(view, selection)

    assert found[0].measure.id == "index_766"
    assert {place.row["of"] for place in found} == {34}
    assert all(place.row["unit_code"] == "25" for place in found)
    assert places.table(view, found)[0][2].endswith("/34")
    assert places.places(view, chosen("VN")) == []


def test_a_phrase_names_the_basis_of_every_measure(app_data):
    view = view_of("recorded")

    for measure in measures().values():
        for basis in measure.basis:
            assert "(" in rankings.phrase(view, measure, basis)


def test_a_province_offers_its_bulletin_and_the_country_none(app_data):
    of_province = open_page("overview", dataset="recorded", province="25")
    labels = [button.proto.label for button in of_province.get("download_button")]
    assert labels == ["Bản tin (PDF)", "Bản tin (Word)", "Bản tin (trình chiếu)", "Bản tin (ảnh cho điện thoại)"]
    view, selection = view_of("recorded"), chosen("25")
    assert bulletin.made(view, selection, "docx").startswith(b"PK")
    assert not open_page("overview", dataset="simulated", province="VN").get("download_button")
