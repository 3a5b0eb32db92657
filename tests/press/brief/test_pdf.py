"""The printed brief: the figures of the page on one sheet, and the files that go with a plan."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import fastexcel
import polars as pl
import pytest
from pypdf import PdfReader

from display.drawing.palette import LIGHT
from display.portraits import summary, summary_words
from display.words import numbers
from display.words.text import LANGUAGES, Speaker
from display.words.view import View
from etl.__main__ import main
from etl.publishing.harvest import Harvest, measurement_rows
from etl.publishing.publish import publish
from files.places import HOME
from press.brief import content as brief_content
from press.brief import pdf, table
from store import units
from store.reference import measures
from store.snapshot import open_snapshot, snapshot_at
from tests.conftest import CAPTURED, _forget
from tests.unit_world import HAI_BINH, NGHI_SON, SILENT, publish_world, world
from ui.inspection import plan
from ui.parts import brief_buttons
from ui.unit import tables

NO_FIGURES = "00004"
PHU_THO = ("04792", "04795", "04828")
ODD = 'Xã #let x = 1; $a^2$ *đậm* _nghiêng_ <nhãn> @ai [b] `c` // d \\ e "g" {h}'
A4 = (595.28, 841.89)
MOST_MEMBERS, LONGEST_NAME, LONGEST_SEAT = "00070", "00226", "07942"


def view_of(snapshot, language="vi") -> View:
    return View(language, Speaker(language), snapshot, LIGHT)


@pytest.fixture(scope="module")
def data(tmp_path_factory) -> Iterator[Path]:
    """A data folder with the small world, once as real figures (`live`) and once as simulated ones."""
    folder = tmp_path_factory.mktemp("brief")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GANDAN_DATA", str(folder))
        _forget()
        publish_world(folder)
        made = Harvest(measurement_rows(world()), CAPTURED, ["simulated:test"])
        publish(folder, "simulated", made, nature="simulated")
        yield folder
    _forget()


@pytest.fixture(scope="module")
def real(data):
    return open_snapshot("live", unreleased=True)


@pytest.fixture(scope="module")
def simulated(data):
    return open_snapshot("simulated")


@pytest.fixture(scope="module")
def recorded():
    """The real figures that are committed: Phú Thọ, 26 September 2026."""
    folder = HOME / "data" / "published" / "recorded"
    return snapshot_at("recorded", folder / (folder / "current").read_text(encoding="utf-8").strip())


def pages(content: bytes) -> list:
    return PdfReader(io.BytesIO(content)).pages


def text_of(content: bytes) -> str:
    """All words of a PDF, each space a plain one."""
    return " ".join(" ".join(page.extract_text().split()) for page in pages(content))


def plain(text: str) -> str:
    return " ".join(text.split())


# --- the same figures everywhere


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("dataset", "code"), [("live", NGHI_SON), *(("recorded", code) for code in PHU_THO)])
def test_page_brief_excel_and_csv_say_the_same(real, recorded, dataset, code, language):
    view = view_of(real if dataset == "live" else recorded, language)
    found = summary.rows(view.snapshot, code)
    page = plain(tables.table(view, code, found))
    printed = text_of(pdf.pdf(view, code))
    csv = pl.read_csv(table.csv(view, code), schema_overrides={"unit_code": pl.String})
    excel = fastexcel.read_excel(table.excel(view, code)).load_sheet(1).to_polars()

    assert csv.height == excel.height == len(found) > 3
    for row in [*csv.iter_rows(named=True), *excel.iter_rows(named=True)]:
        line = printed[printed.index(measures()[row["measure"]].short.in_language(language)) :][:260]
        for text in _written(row, language):
            assert text.replace("hạng ", "hạng dự kiến ") in page or text in page
            assert text in line


def _written(row: dict, language: str) -> list[str]:
    """How the figures of a row of the CSV or of the workbook are written for readers."""
    decimals = measures()[row["measure"]].decimals
    value, low, high = (numbers.number(row[name], language, decimals) for name in ("value", "value_low", "value_high"))
    found = [value, *([f"{low}–{high}"] if row["value_low"] is not None else [])]
    n = [numbers.number(row["n"], language)] if row["measure"] != "received" else []
    return [*found, *n, *_placed(row, language)]


def _placed(row: dict, language: str) -> list[str]:
    """Its tier and expected rank; where no place is known, its rank by itself."""
    if row["expected_rank"] is None:
        return [] if row["rank"] is None else ["/".join(numbers.number(row[name], language) for name in ("rank", "of"))]
    rank = "hạng" if language == "vi" else "rank"
    return [Speaker(language)(f"places.tier.{row['tier']}"), f"{rank} {numbers.number(row['expected_rank'], language)}"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_brief_says_how_the_error_of_every_rank_is_known(recorded, language):
    view = view_of(recorded, language)
    printed = text_of(pdf.pdf(view, PHU_THO[0]))
    for row in summary.rows(view.snapshot, PHU_THO[0]):
        words = summary_words.row_words(view, row)
        if words.known:
            said = f"{words.known[0].upper()}{words.known[1:]}: "
            assert words.measure in printed[printed.index(said) + len(said) :].split(".")[0] or "mọi" in printed


def test_the_brief_names_a_cause_only_of_a_clear_change(real):
    """Nghi Sơn fell from 90 to 60 of 100; Hải Bình stayed at 90."""
    fell, stayed = (text_of(pdf.pdf(view_of(real), code)) for code in (NGHI_SON, HAI_BINH))

    assert "Đúng hạn (Cổng): -30,0 điểm % so với tháng 7/2026, thay đổi rõ" in fell.replace("\u2212", "-")
    assert "thay đổi rõ" not in stayed
    assert "đều trong mức may rủi" in stayed


def test_a_half_is_rounded_up_on_page_and_paper_alike(tmp_path, monkeypatch):
    """65 of 80 on time is 81.25 %."""
    monkeypatch.setenv("GANDAN_DATA", str(tmp_path))
    _forget()
    rows = [row | {"numerator": 65.0, "denominator": 80.0} if _is_august(row) else row for row in world()]
    publish(tmp_path, "live", Harvest(measurement_rows(rows), CAPTURED, ["portal:test"]), nature="live")
    view = view_of(open_snapshot("live", unreleased=True))

    assert "81,3 %" in plain(tables.table(view, NGHI_SON, summary.rows(view.snapshot, NGHI_SON)))
    assert "Đúng hạn (Cổng) 81,3 %" in text_of(pdf.pdf(view, NGHI_SON))
    _forget()


def _is_august(row: dict) -> bool:
    own = (row["unit_code"], row["measure"], row.get("field", "all")) == (NGHI_SON, "on_time_share", "all")
    return own and row["period_start"].month == 8


def test_one_row_of_the_brief_reads_as_worked_out_by_hand(real):
    """60 of 100 with ρ = 0.0026 assumed are worth 60 of 100 / (1 + 99 ρ) = 79.5: Wilson's interval of these."""
    printed = text_of(pdf.pdf(view_of(real), NGHI_SON))

    assert "Đúng hạn (Cổng) 60,0 % 49,0–70,1 100 – Đang xấu đi – nhóm cuối hạng 3; 3–3/3 Kém hơn" in printed


def test_a_silent_unit_says_why(real):
    assert "chưa có báo cáo" in text_of(pdf.pdf(view_of(real), SILENT)).lower()


@pytest.mark.parametrize(("language", "words"), [("vi", "Chưa có số liệu nào"), ("en", "holds no figures")])
def test_a_unit_without_data_gives_a_brief_that_says_so(real, language, words):
    content = pdf.pdf(view_of(real, language), NO_FIGURES)

    assert words in text_of(content)
    assert len(pages(content)) == 1


def test_head_names_place_origin_period_and_snapshot(real):
    printed = text_of(pdf.pdf(view_of(real), NGHI_SON))

    for text in ("Phường Nghi Sơn", "Thanh Hóa", "Phường Hải Thượng", "Tháng 8/2026", "2/9/2026", real.manifest.id):
        assert text in printed


# --- the sheet


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", [MOST_MEMBERS, LONGEST_NAME, LONGEST_SEAT])
def test_the_longest_names_fit_on_one_a4_page(real, code, language):
    [page] = pages(pdf.pdf(view_of(real, language), code))

    assert (float(page.mediabox.width), float(page.mediabox.height)) == pytest.approx(A4, abs=0.1)
    assert plain(units.unit(code)["seat"]) in plain(page.extract_text())


@pytest.mark.parametrize("rows", [5, 21, 38])
def test_questions_that_find_no_room_are_counted(real, rows):
    content = pdf.typeset(_crowded(view_of(real), rows, questions=40), CAPTURED)
    [page] = pages(content)
    words = plain(page.extract_text())
    shown = words.count("Câu hỏi số")

    assert 0 < shown < 40
    assert f"còn {40 - shown} câu" in words


def test_a_sheet_without_room_for_its_members_names_some_and_counts_the_rest(real):
    sheet = brief_content.sheet(view_of(real), MOST_MEMBERS)

    assert "và 10 đơn vị nữa" in dict(sheet["facts_brief"])["Nguồn gốc"]
    assert dict(sheet["facts"])["Nguồn gốc"].count("Phường") == 14


def _crowded(view: View, rows: int, questions: int) -> dict:
    """The data of a sheet with many rows and questions."""
    sheet = brief_content.sheet(view, NGHI_SON)
    sheet |= {
        "rows": (sheet["rows"] * rows)[:rows],
        "questions": [f"Câu hỏi số {n}: {'vì sao số liệu thay đổi nhiều như vậy? ' * 4}" for n in range(questions)],
        "more": [f"còn {n} câu" for n in range(questions + 1)],
    }
    colours = {"ink": "#000000", "quiet": "#333333", "line": "#AAAAAA"}
    return {
        "title": "t", "language": "vi", "across": "", "nature": "n", "foot": "f", "pages": "", "colours": colours,
        "icons": brief_content.icons(), "cover": None, "units": [sheet],
    }  # fmt: skip


def test_whatever_a_name_holds_is_printed_as_it_stands(real, monkeypatch):
    odd = {**units.unit(NGHI_SON), "full_name": ODD, "seat": ODD}
    monkeypatch.setattr(units, "unit", lambda code: odd)

    assert text_of(pdf.pdf(view_of(real), NGHI_SON)).count(ODD) == 2


@pytest.mark.parametrize("code", [NGHI_SON, MOST_MEMBERS])
def test_only_our_typeface_is_used_and_it_is_inside(real, code):
    [page] = pages(pdf.pdf(view_of(real), code))
    fonts = [font.get_object()["/DescendantFonts"][0].get_object() for font in page["/Resources"]["/Font"].values()]
    names = {font["/BaseFont"].split("+")[-1] for font in fonts}

    assert names == {"BeVietnamPro-Regular", "BeVietnamPro-SemiBold"}
    assert all("/FontFile2" in font["/FontDescriptor"].get_object() for font in fonts)


@pytest.mark.parametrize("language", LANGUAGES)
def test_simulated_figures_carry_their_mark_across_the_sheet(simulated, language):
    assert "MÔ PHỎNG" in text_of(pdf.pdf(view_of(simulated, language), NGHI_SON))


def test_real_figures_carry_no_mark(real):
    assert "mô phỏng" not in text_of(pdf.pdf(view_of(real), NGHI_SON)).lower()


def test_the_same_figures_give_the_same_bytes(real):
    assert pdf.pdf(view_of(real), NGHI_SON) == pdf.pdf(view_of(real), NGHI_SON)


def test_marks_on_paper_differ_by_shape():
    shapes = {name: icon.replace(brief_content.PRINT.accent, "").replace(brief_content.PRINT.warning, "")
              for name, icon in brief_content.icons().items()}  # fmt: skip

    assert len({shapes[name] for name in ("improvement_true", "concern_true", "common_true", "none_true")}) == 4
    assert len({shapes[name] for name in ("yes", "no", "hit_or_miss")}) == 3


# --- the files of a plan


@pytest.fixture
def trip():
    return plan.stops([NGHI_SON, HAI_BINH, NO_FIGURES], NGHI_SON)


def test_a_plan_has_a_cover_and_a_page_for_each_stop_in_its_order(real, trip):
    ticks = []
    cover, *sheets = pages(pdf.plan_pdf(view_of(real), trip, NGHI_SON, lambda: ticks.append(1)))

    assert [page.extract_text().splitlines()[0] for page in sheets] == [
        units.unit(stop.place.code)["full_name"] for stop in trip
    ]
    assert numbers.number(trip[-1].total_km, "vi", 1) in cover.extract_text()
    assert len(ticks) == len(trip)


def test_a_simulated_plan_is_marked_on_every_page(simulated, trip):
    content = pdf.plan_pdf(view_of(simulated), trip, NGHI_SON)

    assert all("MÔ PHỎNG" in plain(page.extract_text()) for page in pages(content))


def test_the_checklists_of_a_plan_are_numbered_workbooks(real, trip):
    archive = zipfile.ZipFile(io.BytesIO(pdf.plan_zip(view_of(real), trip)))
    names = archive.namelist()

    assert [name[:2] for name in names] == ["01", "02", "03"]
    assert all(stop.place.code in name for stop, name in zip(trip, names, strict=True))
    assert all(fastexcel.read_excel(archive.read(name)).sheet_names for name in names)


def test_the_progress_counts_communes_and_leaves_room_for_setting_the_type(real):
    shown = []
    tick = brief_buttons._ticking(lambda part, words: shown.append((part, words)), view_of(real), 2)
    tick()
    tick()

    assert shown == [(0.4, "Đang lập: 1 trên 2 đơn vị"), (0.8, "Đang lập: 2 trên 2 đơn vị")]


# --- the command line


def test_the_command_writes_the_brief(data, tmp_path):
    out = tmp_path / "to.pdf"

    assert main(["brief", "--unit", NGHI_SON, "--out", str(out), "--lang", "en", "--data", str(data)]) == 0
    assert "Worsening" in text_of(out.read_bytes())
    assert [path.name for path in tmp_path.iterdir()] == ["to.pdf"]


def test_the_command_refuses_a_code_that_is_no_communes(data, tmp_path, capsys):
    assert main(["brief", "--unit", "99999", "--out", str(tmp_path / "x.pdf"), "--data", str(data)]) == 1
    assert capsys.readouterr().err == "brief: --unit '99999' is not the code of a commune of today; 16654 is one\n"
    assert list(tmp_path.iterdir()) == []


def test_the_command_says_which_dataset_is_missing(data, tmp_path, capsys):
    asked = ["brief", "--unit", NGHI_SON, "--out", str(tmp_path / "x.pdf"), "--dataset", "recorded"]

    assert main([*asked, "--data", str(data)]) == 1
    assert capsys.readouterr().err.startswith("brief: recorded: missing;")


@pytest.mark.parametrize("target", ["/dev/full", "no/such/folder/x.pdf", "."])
def test_a_target_that_takes_no_file_gives_one_clear_line(data, tmp_path, monkeypatch, capsys, target):
    monkeypatch.chdir(tmp_path)
    assert main(["brief", "--unit", NGHI_SON, "--out", target, "--data", str(data)]) == 1

    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith(f"brief: {target}: ")
    assert list(tmp_path.iterdir()) == []


# --- for those who listen to it


def headings(content: bytes) -> list[str]:
    """The kinds of headings in the order of the structure tree."""
    found: list[str] = []

    def walk(node: object) -> None:
        node = node.get_object() if hasattr(node, "get_object") else node
        if isinstance(node, list):
            for one in node:
                walk(one)
        elif isinstance(node, dict):
            if str(node.get("/S", "")).strip("/") in ("H1", "H2", "H3"):
                found.append(str(node["/S"]).strip("/"))
            walk(node.get("/K"))

    walk(PdfReader(io.BytesIO(content)).trailer["/Root"]["/StructTreeRoot"]["/K"])
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_brief_bears_the_mark_of_pdf_ua_with_title_language_and_headings(real, language):
    content = pdf.pdf(view_of(real, language), NGHI_SON)
    reader = PdfReader(io.BytesIO(content))
    root = reader.trailer["/Root"]
    assert b"<pdfuaid:part>1</pdfuaid:part>" in root["/Metadata"].get_object().get_data()
    assert root["/MarkInfo"]["/Marked"]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert root["/Lang"] == language
    assert "Nghi Sơn" in reader.metadata.title
    kinds = headings(content)
    assert kinds[0] == "H1"
    assert kinds.count("H1") == 1
    assert "H2" in kinds


def test_cover_and_sheets_of_a_plan_each_have_one_first_heading(real, trip):
    content = pdf.plan_pdf(view_of(real), trip, NGHI_SON)
    assert headings(content).count("H1") == 1 + len(trip)
