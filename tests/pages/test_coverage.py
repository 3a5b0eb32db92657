"""Who has reported is one number: start page, map, inspection, methods, open data and static site say the same."""

from __future__ import annotations

import json
import re
from html import unescape

import pytest
from starlette.applications import Starlette

from display.maps import layers
from display.portraits import plain_words
from display.portraits.plain_figures import province
from display.words import coverage as words
from display.words.text import Speaker
from press.site import band_map
from press.site import pages as site_pages
from press.site.frame import Site
from ranking.periods import parse
from store import coverage
from store.reference import reference_table
from store.snapshot import open_snapshot
from tests.pages.test_pages import markup, open_page
from tests.store.test_coverage import ALWAYS_SILENT, FORGOTTEN, NEVER, SILENT, THANH_HOA, world
from web.open import routes

__all__ = ["world"]

MISSING = {FORGOTTEN, NEVER, SILENT, ALWAYS_SILENT}
APP = Starlette(routes=routes.ROUTES)
VI = Speaker("vi")
SITE = Site("https://site.example/", "simulated", "", "", "", frozenset())


@pytest.fixture
def asked(world):
    """What a link to the map or the rankings of the known world asks for."""
    return {"dataset": "simulated", "province": THANH_HOA, "measure": "on_time_share", "period": "2026-08"}


def names(codes: set[str]) -> set[str]:
    units = reference_table("units")
    return {name for code, name in units.select("code", "full_name").iter_rows() if code in codes}


def named(text: str) -> set[str]:
    """The units that stand in the lists of those that are missing."""
    listed = " ".join(re.findall(r'<ul class="gd-list gd-missing">(.*?)</ul>', text, re.S))
    return {unescape(re.sub(r"<[^>]+>", "", line)).split(":")[0] for line in re.findall(r"<li>(.*?)</li>", listed)}


def test_the_start_page(asked):
    text = markup(open_page("overview", dataset="simulated", province=THANH_HOA))

    assert "Chưa có báo cáo: 4 trong 166 (theo Cổng Dịch vụ công quốc gia)" in text
    assert ">162/166<" in text
    assert named(text) == names(MISSING)


@pytest.mark.parametrize("page", ["map", "inspection"])
def test_the_map_and_the_inspection_page(asked, page):
    text = markup(open_page(page, **asked))

    assert "Tháng 8/2026, theo Cổng Dịch vụ công quốc gia: 162/166 đơn vị đã báo cáo, thiếu 4." in text
    assert named(text) == names(MISSING)
    assert "lần cuối có báo cáo: tháng 7/2026" in text
    assert "chưa lần nào có báo cáo" in text


@pytest.mark.parametrize("way", ["value", "fixed", "band"])
def test_the_legend_of_the_map_has_an_entry_for_each_state_and_adds_up_to_all(asked, way):
    text = markup(open_page("map", **asked, way=way))
    legend = re.search(r'<ul class="gd-legend[^"]*">(.*?)</ul>', text, re.S)
    told = [unescape(re.sub(r"<[^>]+>", "", entry)) for entry in re.findall(r"<li.*?</li>", legend.group(1), re.S)]

    assert {"chưa có báo cáo (2)", "không có trong nguồn (2)", "không phát sinh hồ sơ (1)"} <= set(told)
    assert sum(int(re.search(r"\((\d+)\)$", entry).group(1)) for entry in told) == 166


def test_the_map_draws_those_without_a_row(world):
    snapshot = open_snapshot("simulated")
    drawn = layers.collection(
        layers.Layer(
            "simulated", snapshot.manifest.id, "on_time_share", "portal", "2026-08", THANH_HOA, "symbol", "vi", "light"
        )
    )
    said = {one["properties"]["unit"]: one["properties"]["text"] for one in drawn["features"]}

    assert len(said) == 166
    assert said[NEVER] == said[FORGOTTEN] == "không có trong nguồn"


def test_the_methods_page(asked):
    text = markup(open_page("methods", dataset="simulated", part="cover"))
    assert 'title="162 trong 166 đơn vị"' in text


def test_the_freshness_on_the_methods_page(asked):
    assert ">162/166<" in markup(open_page("methods", dataset="simulated", part="fresh"))


def test_the_open_data(world, get):
    query = f"dataset=simulated&province={THANH_HOA}&period=2026-08&basis=portal"
    [row] = json.loads(get(APP, "/open/v1/coverage", query).body)["rows"]
    missing = json.loads(get(APP, "/open/v1/missing", query).body)

    assert (row["units"], row["reporting"], row["nature"]) == (166, 162, "mô phỏng")
    assert {one["unit_code"] for one in missing["rows"]} == MISSING
    assert missing["total"] == 4


def test_the_static_site(world):
    found = province(open_snapshot("simulated"), THANH_HOA)
    page = site_pages.province(SITE, VI, found).html().decode()
    home = site_pages.home(SITE, VI, [found]).html().decode()

    assert "162/166 nơi đã báo cáo" in home
    assert "162/166 đơn vị đã báo cáo, thiếu 4." in page
    assert names(MISSING) == set(re.findall(r"<li>([^<:]+): (?:chưa có báo cáo|không có trong nguồn)", page))


def test_the_legend_of_the_static_site_adds_up_to_all(world):
    found = province(open_snapshot("simulated"), THANH_HOA)
    styles = {one.code: band_map.style(VI, one) for one in found.communes}
    verdicts = dict(plain_words.verdict(VI, one.answers[0]) for one in found.communes)
    told = [words for _, words in band_map.legend(VI, styles, verdicts)]

    assert {"chưa có báo cáo (2)", "không có trong nguồn (2)", "không phát sinh hồ sơ (1)"} <= set(told)
    assert sum(int(re.search(r"\((\d+)\)$", words).group(1)) for words in told) == 166


def test_in_the_country_a_province_that_is_missing_whole_is_one_line_with_its_number(world):
    snapshot = open_snapshot("simulated")
    told = words.missing(VI, coverage.coverage(snapshot, "commune", "VN", "portal", parse("2026-08")), "VN")

    assert told[0] == "An Giang: toàn bộ 102 xã, phường, chưa lần nào có báo cáo"
    assert len(told) == 33 + 4
    assert "Phường Hàm Rồng, Thanh Hóa: không có trong nguồn, lần cuối có báo cáo: tháng 7/2026" in told


def test_a_province_that_fell_silent_says_since_when(world):
    snapshot = open_snapshot("simulated")
    told = words.missing(VI, coverage.coverage(snapshot, "commune", "VN", "portal", parse("2026-09")), "VN")

    assert "Thanh Hóa: toàn bộ 166 xã, phường, lần cuối có báo cáo: tháng 8/2026" in told
