"""The mix of work allowed for: a column of the rankings that is off unless asked for, and parts on a unit's page."""

from __future__ import annotations

import re

import polars as pl

from display.words import case_mix, rankings
from display.words.selection import Selection
from display.words.text import Speaker
from ranking.periods import parse
from store.case_mix import beside
from store.reference import measures
from tests.opened import open_page
from tests.pages.test_pages import markup
from tests.ui.rankings.test_panels import view_of
from ui.parts import downloads
from ui.rankings import mix
from ui.unit import mix as unit_mix

HA_NOI = {"dataset": "simulated", "province": "01", "measure": "on_time_share", "period": "2026-08"}
HEADER = ">Hạng đã tính cơ cấu việc</a>"
SAY = Speaker("vi")


def ranked() -> pl.DataFrame:
    view = view_of("simulated")
    where = ("commune", "on_time_share", "portal", parse("2026-08"), "01")
    chosen = Selection("commune", "01", measures()["on_time_share"], "portal", "766-2026", parse("2026-08"))
    return beside(view.snapshot, rankings.rows_of(view, chosen), *where)


def codes(page: str) -> list[str]:
    return re.findall(r'<tr data-unit="(\d+)"', re.search(r'<table class="gd-table">.*?</table>', page, re.S)[0])


def test_the_column_stands_there_where_it_is_asked_for_and_changes_no_order(app_data):
    plain, added = (markup(open_page("rankings", **HA_NOI, **more)) for more in ({}, {"mix": "on"}))
    rows = ranked()
    places = re.findall(r'<td class="gd-adjusted">([\d.]+)<small>/119</small>', added)

    assert HEADER not in plain and HEADER in added
    assert codes(plain) == codes(added)
    in_order = rows.filter(pl.col("rank").is_not_null()).sort("rank", maintain_order=True)
    assert list(map(int, places)) == in_order.get_column("rank_adjusted").to_list()
    assert added.count(">tùy cách tính</abbr>") == rows.get_column("depends").sum() > 0
    assert "mix=on" in re.search(r'href="([^"]+tier=first[^"]*)"', added)[1]
    assert case_mix.reading(SAY, rows) in added


def test_without_figures_by_field_there_is_no_switch_and_a_link_that_asks_for_it_is_told_so(app_data):
    app = open_page("rankings", dataset="recorded", province="25", measure="on_time_share", mix="on")

    assert HEADER not in markup(app)
    assert SAY("mix.none") in markup(app)


def test_the_unit_page_splits_its_difference_as_the_ranking_does(app_data, monkeypatch):
    drawn: list[str] = []
    for name in ("show", "caption"):
        monkeypatch.setattr(unit_mix.html, name, drawn.append)
    row = ranked().filter("depends").row(0, named=True)

    unit_mix.section(view_of("simulated"), row["unit_code"])

    measure, period = measures()["on_time_share"], parse("2026-08")
    assert drawn[0] == f'<p class="gd-sentence">{" ".join(case_mix.sentences(SAY, measure, period, row))}</p>'
    assert drawn[1] == unit_mix.bar(view_of("simulated"), case_mix.parts(row))
    assert drawn[2] == " ".join(case_mix.details(SAY, measure, row))
    assert len(drawn) == 4 and "depth=full" in drawn[3]


def test_the_second_bar_starts_where_the_first_one_ends_and_the_sum_at_zero(app_data):
    drawn = unit_mix.bar(view_of("simulated"), case_mix.Parts(mix=-4.0, own=1.0, gap=-3.0))

    spans = re.findall(
        r'<i class="gd-(\w+)" style="left:([\d.]+)%;width:([\d.]+)%"></i><u style="left:([\d.]+)%">', drawn
    )
    assert spans == [
        ("worse", "0.0", "100.0", "100.0"),
        ("better", "0.0", "25.0", "100.0"),
        ("worse", "25.0", "75.0", "100.0"),
    ]
    assert re.findall(r"<b>(.*?)</b>", drawn) == ["−4,0", "+1,0", "−3,0"]


def test_the_public_page_s_caveat_leads_to_the_method(app_data):
    page = markup(open_page("transparency", dataset="simulated", unit="00004"))

    assert "trang Đơn vị tách riêng phần do cơ cấu việc" in page
    assert re.search(r'<a href="\./phuong-phap\?[^"]*depth=full"[^>]*>Cách tính cơ cấu việc</a>', page)


def test_the_file_holds_the_column_only_where_the_page_does(app_data):
    view, rows = view_of("simulated"), ranked()
    chosen = Selection("commune", "01", measures()["on_time_share"], "portal", "766-2026", parse("2026-08"))
    with_it, without = (downloads.sheet(view, chosen, shown, []) for shown in (rows, mix.without(rows)))

    assert set(with_it.headers) - set(without.headers) == {
        *("adjusted", "adjusted_low", "adjusted_high", "rank_adjusted", "of_adjusted"),
        *("depends", "mix", "own", "untold"),
    }


def test_a_unit_that_is_not_told_says_why_in_its_cell(app_data):
    view = view_of("simulated")
    chosen = Selection("commune", "01", measures()["on_time_share"], "portal", "766-2026", parse("2026-08"))
    silent = ranked().row(0, named=True) | {"untold": "few", "rank_adjusted": None}

    assert "chưa đến 5 hồ sơ trễ" in mix.cell(view, chosen, silent)
    assert mix.cell(view, chosen, silent | {"untold": None}) == "–"


def test_the_place_without_a_procedure_has_a_column_of_its_own(app_data):
    view = view_of("simulated")
    chosen = Selection("commune", "01", measures()["on_time_share"], "portal", "766-2026", parse("2026-08"))
    known = {"procedures": "2.000815", "rank_others": 80, "of_others": 148, "share_others": 92.07}

    assert mix.header_without(view, pl.DataFrame([known])) == "Hạng không tính thủ tục 2.000815"
    assert mix.cell_without(view, chosen, known).startswith("80<small>/148</small>")
    assert mix.cell_without(view, chosen, known | {"rank_others": None}) == "–"
