"""What leaves a page says the page's figures: each file is read back."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from dataclasses import replace
from functools import partial
from html import unescape

import fastexcel
import polars as pl
import pytest
from PIL import Image

from display.drawing.palette import LIGHT
from display.words import findings, numbers, rankings
from display.words.selection import Selection
from display.words.text import Speaker
from display.words.view import View
from files.sheets import Figure
from press.share import files, picture, words
from press.share.rankings import of_list, of_picture
from press.share.shareable import Listed, Shared
from ranking.periods import parse
from store.reference import measures
from store.snapshot import open_snapshot
from ui.parts import downloads

SELECTION = Selection("commune", "25", measures()["on_time_share"], "portal", "766-2026", parse("2026-08"))
AT = "https://example.org/gan-dan/xep-hang?x=1"
LISTED = Listed(
    ["Tháng", "Giá trị", "Hồ sơ", "Ghi chú"],
    [["08/2026", "94,4\u00a0%", "1.234", "tạm tính"], ["07/2026", "–", "0", ""]],
    frozenset({1, 2}),
)
PLAIN = Shared("thang", "Đúng hạn", "Tháng 8 khá hơn tháng 7", "Nguồn: thử.", LISTED, "./xep-hang?a=1&b=2")


def view_of(dataset: str = "recorded", language: str = "vi") -> View:
    return View(language, Speaker(language), open_snapshot(dataset), LIGHT)


def ranking(language: str = "vi") -> tuple[View, pl.DataFrame, Shared, Shared]:
    view = view_of(language=language)
    rows = rankings.rows_of(view, SELECTION)
    sheet = partial(downloads.sheet, view, SELECTION, rows, [])
    found = rankings.places_of(view, SELECTION, rows)
    return view, rows, of_picture(view, SELECTION, rows, found, [], sheet), of_list(view, SELECTION, rows, sheet)


def texts(svg: str) -> list[str]:
    return [unescape(text) for text in re.findall(r"<text[^>]*>([^<]*)</text>", svg)]


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_picture_of_a_list_says_finding_figures_source_and_snapshot(language):
    view, rows, _, listed = ranking(language)
    said = texts(picture.picture(view, listed).svg())
    text = " ".join(said)

    assert findings.headline(view, SELECTION, rows) in text
    assert rankings.source_line(view, SELECTION, rows) in text and view.snapshot.manifest.id in text
    for row in (rows.sort("rank").row(0, named=True), rows.drop_nulls("rank").sort("rank").row(-1, named=True)):
        assert said[said.index(row["name"]) + 1] == numbers.with_unit(row["value"], SELECTION.measure, language)
    left = re.search(r"… (?:còn )?(\d+)", text)
    assert left and int(left[1]) + sum(row["name"] in said for row in rows.to_dicts()) >= rows.height - 1


def test_the_picture_of_a_chart_holds_the_page_s_drawing():
    view, rows, chart, _ = ranking()
    svg = picture.picture(view, chart).svg()
    values = {
        numbers.with_unit(value, SELECTION.measure, "vi") for value in rows.drop_nulls("rank").get_column("value")
    }

    assert svg.count("<svg") == 2
    assert {text for text in texts(svg) if "," in text and text.endswith("%")} & values


@pytest.mark.parametrize(
    ("name", "size"), [("png", (1200, None)), ("double_png", (2400, None)), ("phone_png", (1080, 1350))]
)
def test_a_picture_has_its_size(name, size):
    made = Image.open(io.BytesIO(files.made(view_of(), PLAIN, name)))
    assert made.width == size[0] and (size[1] is None or made.height == size[1])


def test_a_simulated_picture_says_so_on_it_and_in_the_names_of_its_files(published):
    view = view_of("live")
    manifest = replace(view.snapshot.manifest, nature="simulated")
    view = replace(view, snapshot=replace(view.snapshot, manifest=manifest))

    assert "Mô phỏng: không phải số liệu thật của đơn vị nào" in texts(picture.picture(view, PLAIN).svg())
    assert files.file_name(view, PLAIN, "phone_svg") == "gan-dan_thang_mo-phong_1080x1350.svg"


def test_the_workbook_of_a_list_has_the_page_s_words_then_raw_columns_each_explained():
    view, rows, _, listed = ranking()
    book = fastexcel.read_excel(files.made(view, listed, "xlsx"))
    assert book.sheet_names == ["Bảng", "Số liệu gốc", "Thuyết minh"]
    shown = book.load_sheet(0, header_row=5).to_polars()
    raw = book.load_sheet(1).to_polars()
    told = dict(book.load_sheet(2, header_row=None).to_polars().drop_nulls().iter_rows())

    value = "Đúng hạn (Cổng) (%)"
    by_name = dict(shown.select("Đơn vị", value).iter_rows())
    for row in rows.drop_nulls("value").to_dicts():
        assert by_name[row["name"]] == float(numbers.rounded(row["value"], SELECTION.measure.decimals))
    assert raw.get_column("value").drop_nulls().to_list() == pytest.approx(
        rows.get_column("value").drop_nulls().to_list()
    )
    assert [name for name in raw.columns if not told.get(name)] == []


def test_a_plain_table_has_figures_as_numbers_with_their_unit_in_the_heading():
    shown = files.shown_of(view_of(), PLAIN, LISTED)

    assert list(shown.headers) == ["Tháng", "Giá trị (%)", "Hồ sơ", "Ghi chú"]
    assert list(shown.rows) == [
        ("08/2026", Figure(94.4, 1), Figure(1234, 0), "tạm tính"),
        ("07/2026", None, Figure(0, 0), ""),
    ]


@pytest.mark.parametrize("value", [0, -0.5, 1234.56, 99.95, 1_000_000])
@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("decimals", [0, 1, 2])
def test_a_figure_is_read_back_as_it_was_written(value, language, decimals):
    listed = Listed(["a"], [[numbers.number(value, language, decimals)]], frozenset({0}))
    ((cell,),) = files.shown_of(view_of(language=language), PLAIN, listed).rows
    assert cell == Figure(float(numbers.rounded(value, decimals)), decimals)


def test_the_package_explains_its_columns_beside_the_csv():
    raw = pl.DataFrame({"unit_code": ["04792"], "value": [94.4321], "secret": ["?"]})
    with zipfile.ZipFile(io.BytesIO(files.made(view_of(), replace(PLAIN, raw=lambda: raw), "zip"))) as archive:
        assert set(archive.namelist()) == {"gan-dan_thang.csv", "columns.csv", "metadata.json", "README.txt"}
        rows = list(csv.reader(io.StringIO(archive.read("gan-dan_thang.csv").decode("utf-8-sig"))))
        columns = dict(csv.reader(io.StringIO(archive.read("columns.csv").decode("utf-8-sig"))))
        metadata = json.loads(archive.read("metadata.json"))

    assert rows == [["unit_code", "value", "nature"], ["04792", "94.4321", "recorded"]]
    assert [name for name in rows[0] if not columns.get(name)] == []
    assert [column["name"] for column in metadata["columns"]] == rows[0] and metadata["snapshot"]


def test_a_citation_has_source_snapshot_days_and_address():
    view = view_of()
    said = words.citation(view, PLAIN, AT, parse("2026-11-30_2026-11-30").start)

    captured = numbers.local_date(view.snapshot.manifest.captured_at, "vi")
    for part in ("Đúng hạn", "Nguồn: thử.", view.snapshot.manifest.id, captured, "30/11/2026"):
        assert part in said
    assert "https://example.org/gan-dan/xep-hang?a=1&b=2" in said


def test_the_embed_code_leads_to_the_frame_or_else_to_the_picture_s_file():
    view = view_of()
    framed = words.embed(view, replace(PLAIN, embed="./embed/ranking?province=25&lang=vi"), AT)
    plain = words.embed(view, PLAIN, AT)

    assert 'src="https://example.org/gan-dan/embed/ranking?province=25&amp;lang=vi"' in framed
    assert f'<img src="{files.file_name(view, PLAIN, "svg")}"' in plain
    assert 'href="https://example.org/gan-dan/xep-hang?a=1&amp;b=2"' in plain
