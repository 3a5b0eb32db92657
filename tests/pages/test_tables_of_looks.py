"""A state is added, a colour and a mark are changed, each in its one table, and found wherever figures are shown."""

from __future__ import annotations

import ast
import io
import json
import re
import shutil
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import polars as pl
import pytest
from starlette.applications import Starlette

from display.drawing.palette import DARK, LIGHT, Palette
from display.maps import layers
from display.maps.colouring import Reader, coloured, legend
from display.portraits.plain_figures import province
from display.words import text
from display.words.text import Speaker
from display.words.view import View
from etl.publishing import status
from etl.publishing.harvest import Harvest, measurement_rows
from etl.publishing.publish import publish
from files.places import HOME
from press.brief import content
from press.site import command, pages
from press.site.frame import Site
from ranking.bands import BANDS
from ranking.periods import calendar_period
from ranking.states import BY_NAME
from store import bands, standings, states
from store.coverage import by_month
from store.reference import measures
from store.snapshot import Snapshot, open_snapshot
from tests import rooms
from tests.conftest import CAPTURED, _forget
from tests.pages.test_pages import markup, open_page, select, words
from tests.store.test_states import STRIKE, table
from ui.frame import shell
from ui.rankings import charts
from web.open import embed, routes

APP = Starlette(routes=[*routes.ROUTES, *embed.ROUTES])
SHEETS = [*(HOME / "ui").rglob("*.css"), *(HOME / "press").rglob("*.css")]
ON_STRIKE, TAN_HOA = "04831", "04792"
AUGUST = calendar_period("month", 2026, 8)
VI = Speaker("vi")
WORDS = """
state.on_strike: {vi: đang đình công, en: on strike}
more.state.on_strike: {vi: Đang đình công, en: On strike}
unit.calendar.on_strike: {vi: đình công cả tháng, en: on strike all month}
public.silent.on_strike: {vi: Nơi này đình công nên không có số., en: This commune was on strike.}
open.state.on_strike: {vi: on_strike (đình công), en: on_strike}
"""


@pytest.fixture
def tables(tmp_path, monkeypatch) -> Iterator[Callable[..., None]]:
    """Puts changed tables in the place of those of `data/`."""

    def put(**changed: Path) -> None:
        for name, module in (("states", states), ("bands", bands)):
            if name in changed:
                monkeypatch.setattr(module, "PATH", changed[name])
        if "texts" in changed:
            monkeypatch.setattr(text, "FOLDER", changed["texts"])
        _forget()

    yield put
    monkeypatch.undo()
    _forget()


@pytest.fixture(params=[True, False], ids=["answered", "not answered"])
def strike(tmp_path, monkeypatch, measurement, tables, request) -> bool:
    """A sixth state, said of one commune of Phú Thọ; whether it counts as an answer of the source."""
    spoken = shutil.copytree(text.FOLDER, tmp_path / "texts")
    (spoken / "strike.yaml").write_text(WORDS, encoding="utf-8")
    entry = STRIKE.replace("answered: true", f"answered: {str(request.param).lower()}")
    tables(states=table(tmp_path, more=entry), texts=spoken)
    monkeypatch.setenv("GANDAN_DATA", str(tmp_path))
    shares = {TAN_HOA: 90, "04795": 70, "04828": 60, "04849": 50, "16654": 75}
    rows = [measurement(unit_code=code, numerator=part) for code, part in shares.items()]
    rows.append(measurement(unit_code=ON_STRIKE, state="on_strike", numerator=None, denominator=None))
    publish(tmp_path, "live", Harvest(measurement_rows(rows), CAPTURED, ["portal:test"]), nature="live")
    return request.param


def view() -> View:
    return View("vi", VI, open_snapshot("live"), LIGHT)


def of_phu_tho(snapshot: Snapshot) -> pl.DataFrame:
    return standings.ranking(snapshot, "commune", "on_time_share", "portal", AUGUST, "25")


def test_the_calendar_draws_a_new_state(strike):
    page = open_page("unit", unit=ON_STRIKE)

    assert '<li class="gd-in-month gd-on-strike" title="tháng 8/2026: đình công cả tháng' in markup(page)
    assert "<li><b>⚑</b> đình công cả tháng</li>" in markup(page)
    assert ".gd-in-month.gd-on-strike b { color: var(--gd-quiet); }" in markup(page)


def test_the_map_has_a_colour_and_a_class_for_a_new_state(strike):
    for colours, fill in ((LIGHT, "#C9B8A0"), (DARK, "#4A4034")):
        reader = Reader(colours, VI, "vi")
        looks = coloured(of_phu_tho(open_snapshot("live")), measures()["on_time_share"], "value", reader)

        assert (looks.fills[ON_STRIKE], looks.texts[ON_STRIKE]) == (fill, "đang đình công")
        assert (fill, "đang đình công (1)") in legend(reader, looks)


def test_the_table_and_its_filter_know_a_new_state(strike):
    page = open_page("rankings", province="25", measure="on_time_share", level="commune")
    assert '<span class="gd-silent">đang đình công</span>' in markup(page)
    assert select(page, "state").options == ["Tất cả", "Có số liệu", "Không có trong nguồn", "Đang đình công"]

    body = re.search(r"<tbody>.*?</tbody>", markup(select(page, "state").select("on_strike").run()), re.S).group()
    assert "Đà Bắc" in body
    assert "Tân Hòa" not in body


def test_a_citizen_reads_of_a_new_state_and_not_that_the_source_has_reported(strike):
    told = words(open_page("transparency", unit=ON_STRIKE))

    assert "Nơi này đình công nên không có số." in told
    assert "Nguồn có báo cáo" not in told


def test_the_open_data_have_and_explain_a_new_state(strike, get):
    rows = json.loads(get(APP, "/open/v1/standings", "scope=25&measure=on_time_share").body)["rows"]
    package = zipfile.ZipFile(io.BytesIO(get(APP, "/open/v1/package.zip", "province=25").body))
    explained = package.read("README.txt").decode()

    assert {row["unit_code"]: row["state"] for row in rows}[ON_STRIKE] == "on_strike"
    assert "suppressed (không công bố), on_strike (đình công)." in explained
    assert "suppressed (not published), on_strike." in explained


def test_an_embedded_table_says_a_new_state(strike, get):
    assert "đang đình công" in get(APP, "/embed/ranking", "province=25&measure=on_time_share").body.decode()


def test_coverage_counts_a_new_state_as_its_table_says(strike, tmp_path):
    rows = by_month(open_snapshot("live")).filter(pl.col("province") == "25")
    told = status.coverage(open_snapshot("live").folder, "25").filter(pl.col("measure") == "on_time_share")

    assert rows.get_column("reporting").to_list() == [5 if strike else 4]
    assert told.get_column("reported").to_list() == [5 if strike else 4]


def test_the_printed_brief_says_a_new_state(strike):
    assert "đang đình công" in json.dumps(content.sheet(view(), ON_STRIKE), ensure_ascii=False)


def test_the_static_site_says_a_new_state(strike):
    site = Site("https://site.example/", "live", "", "", "", frozenset())
    found = province(open_snapshot("live"), "25")
    portrait = next(one for one in found.communes if one.code == ON_STRIKE)

    assert "Nơi này đình công nên không có số." in pages.unit(site, VI, found, portrait).html().decode()
    assert "đang đình công" in pages.province(site, VI, found).html().decode()


# --- bands


def of_bands() -> pl.DataFrame:
    return pl.DataFrame(
        {
            "unit_code": ["1", "2", "3"], "name": ["A", "B", "C"], "rank": [1, 2, 3], "of": [3, 3, 3],
            "rank_low": [1, 2, 3], "rank_high": [1, 2, 3], "value": [90.0, 80.0, 70.0], "state": ["reported"] * 3,
            "value_low": [89.0, 79.0, 69.0], "value_high": [91.0, 81.0, 71.0], "band": list(BANDS),
            "denominator": [100.0] * 3,
        }
    )  # fmt: skip


@pytest.fixture
def changed(tmp_path, tables) -> None:
    """`above` in another colour and with another mark."""
    path, known = tmp_path / "bands.yaml", bands.PATH.read_text(encoding="utf-8")
    for old, new in (("#0B6E75", "#123456"), ("#3FB3B8", "#ABCDEF"), ("▲", "✚")):
        assert known.count(old) == 1
        known = known.replace(old, new)
    path.write_text(known, encoding="utf-8")
    tables(bands=path)


def test_no_colour_that_only_bands_have_stands_anywhere_else():
    pairs = (shades for band in bands.bands().values() for shades in (band.colour, band.site_fill))
    own = {colour for shades in pairs for colour in (shades.light, shades.dark)} - {*vars(LIGHT).values()}
    own -= {*vars(DARK).values()}

    assert len(own) >= 4
    for path in [*SHEETS, *rooms.sources()]:
        assert not own & set(re.findall(r"#[0-9A-F]{6}", path.read_text(encoding="utf-8").upper())), path


@pytest.mark.parametrize(("palette", "colour"), [(LIGHT, "#123456"), (DARK, "#ABCDEF")], ids=["light", "dark"])
def test_map_and_chart_take_a_changed_colour(changed, palette: Palette, colour: str):
    measure, seen = measures()["on_time_share"], View("vi", VI, None, palette)
    looks = coloured(of_bands(), measure, "band", Reader(palette, VI, "vi"))
    drawn = charts.in_order(seen, of_bands(), measure, None, "")

    assert looks.fills["1"] == colour
    assert (colour, "✚ Tốt hơn (1)") in legend(Reader(palette, VI, "vi"), looks)
    assert [trace.marker.color for trace in drawn.data] == [palette.band(band) for band in BANDS]
    assert drawn.data[0].marker.color == colour


def test_a_map_layer_has_another_address_once_a_colour_is_changed(request):
    before = layers.edition()
    request.getfixturevalue("changed")

    assert layers.edition() != before


def test_the_pages_style_takes_a_changed_colour(published, changed):
    page = markup(open_page("rankings", province="25", measure="on_time_share"))

    assert ":root { --gd-above: #123456;" in page
    assert ".gd-above { color: var(--gd-above); }" in page


def test_the_dark_pages_style_takes_a_changed_colour(changed):
    assert ":root { --gd-above: #ABCDEF;" in shell.style(dark=True)


def test_the_sites_style_takes_a_changed_colour(changed):
    style = command._style()

    assert "--above-fill: #123456;" in style
    assert "--above-words: #123456;" in style
    assert "--above-fill: #ABCDEF;" in style


def test_pages_and_embedded_tables_take_a_changed_mark_and_paper_has_none(
    tmp_path, changed, get, measurement, monkeypatch
):
    monkeypatch.setenv("GANDAN_DATA", str(tmp_path))
    shares = {TAN_HOA: 9900, "04795": 9000, "04828": 9000, "04849": 8000}
    rows = [measurement(unit_code=code, numerator=n, denominator=10_000) for code, n in shares.items()]
    publish(tmp_path, "live", Harvest(measurement_rows(rows), CAPTURED, ["portal:test"]), nature="live")
    page = markup(open_page("rankings", province="25", measure="on_time_share"))
    embedded = get(APP, "/embed/ranking", "province=25&measure=on_time_share").body.decode()
    paper = json.dumps(content.sheet(view(), TAN_HOA), ensure_ascii=False)

    assert '<span class="gd-band gd-above">✚ Tốt hơn</span>' in page
    assert "✚ Tốt hơn" in embedded
    assert "▲ Tốt hơn" not in page + embedded
    assert "Tốt hơn" in paper
    assert "✚" not in paper


# --- no second table


def _listed(node: ast.AST) -> list[str]:
    """The plain texts that a tuple, list, set or the keys of a dictionary name."""
    parts = node.keys if isinstance(node, ast.Dict) else getattr(node, "elts", [])
    return [part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str)]


@pytest.mark.parametrize(("names", "home"), [(BY_NAME, "states.py"), (BANDS, "bands.py")], ids=["states", "bands"])
def test_no_other_file_lists_states_or_bands(names, home):
    for path in rooms.sources():
        if path != HOME / "ranking" / home:
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                assert len(set(_listed(node)) & set(names)) < 2, f"{path.relative_to(HOME)}, line {node.lineno}"


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda path: path.name)
def test_no_style_sheet_has_a_rule_for_a_state_or_band(sheet):
    classes = {name.replace("_", "-") for name in (*BY_NAME, *BANDS)}
    used = re.findall(r"\.(?:gd-)?([a-z-]+)", sheet.read_text(encoding="utf-8"))

    assert not classes & set(used)
