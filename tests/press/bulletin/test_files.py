"""A bulletin's files are read back: they hold the page's figures, all the same ones, and say what is not known."""

from __future__ import annotations

import io
import time
from dataclasses import replace
from datetime import date
from xml.etree import ElementTree

import polars as pl
import pytest
from docx import Document
from docx.shared import Mm
from pptx import Presentation
from pypdf import PdfReader

from display.drawing.palette import LIGHT
from display.portraits import news, promises
from display.words import findings, numbers, places, rankings
from display.words.selection import Selection
from display.words.text import Speaker
from display.words.view import View
from etl.__main__ import main
from files import whole
from journal import promises as journal_promises
from journal.promises import Promise
from press import letters
from press.bulletin import document, files, phone, slides
from press.bulletin.content import Bulletin, content
from press.bulletin.parts import MOST_SILENT
from ranking.periods import parse
from store import case_mix
from store.access import rules
from store.reference import measures, province_names
from store.snapshot import open_snapshot

AUGUST = parse("2026-08")
PHU_THO = Selection("commune", "25", measures()["on_time_share"], "portal", "766-2026", AUGUST)
WHERE = ("commune", "on_time_share", "portal", AUGUST, "38")
ENDINGS = ("pdf", "docx", "pptx", "svg", "png")


def view_of(dataset: str, language: str = "vi") -> View:
    seen = open_snapshot(dataset).seen_in(rules.PUBLIC.seen)
    return View(language, Speaker(language), seen, LIGHT, reader=rules.PUBLIC)


def simulated(view: View) -> View:
    manifest = replace(view.snapshot.manifest, nature="simulated")
    return replace(view, snapshot=replace(view.snapshot, manifest=manifest))


def words_of(content: bytes, ending: str) -> str:
    """All words of a file, with single blanks between them."""
    if ending == "pdf":
        found = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    elif ending == "docx":
        found = " ".join("".join(word.text for word in line.iter("{*}t")) for line in paragraphs(content))
    elif ending == "pptx":
        found = " ".join(slide_words(content))
    else:
        found = " ".join("".join(line.itertext()) for line in ElementTree.fromstring(content).iterfind("{*}text"))
    return " ".join(found.split())


def paragraphs(content: bytes):
    made = Document(io.BytesIO(content))
    yield from made.element.body.iter("{*}p")
    for footer in (made.sections[0].footer, made.sections[0].first_page_footer):
        yield from (line._p for line in footer.paragraphs)


def slide_words(content: bytes):
    for slide in Presentation(io.BytesIO(content)).slides:
        for shape in slide.shapes:
            if shape.has_text_frame:
                yield " ".join(line.text for line in shape.text_frame.paragraphs)
            if shape.has_table:
                yield " ".join(cell.text for row in shape.table.rows for cell in row.cells)
            if shape.has_chart:
                plot = shape.chart.plots[0]
                for name, count in zip(plot.categories, plot.series[0].values, strict=True):
                    yield f"{name}: {count:.0f}"


def read(view: View, chosen: Selection | None = PHU_THO, scope: str = "25") -> tuple[Bulletin, dict[str, str]]:
    """The content, and the words of each file by its ending."""
    made = files.made(view, scope, chosen, AUGUST)
    assert [name.rpartition(".")[2] for name in made] == list(ENDINGS)
    found = {name.rpartition(".")[2]: data for name, data in made.items()}
    assert found.pop("png").startswith(b"\x89PNG")
    return content(view, scope, chosen, AUGUST), {ending: words_of(data, ending) for ending, data in found.items()}


def stay_on_their_slides(content: bytes) -> None:
    """No text reaches beyond its box, which ends above the foot."""
    for slide in Presentation(io.BytesIO(content)).slides:
        for shape in slide.shapes:
            if shape.has_text_frame and shape.name.startswith("TextBox"):
                taken = 0.0
                for line in (one for one in shape.text_frame.paragraphs if one.runs):
                    size, room = line.runs[0].font.size.pt, shape.width.pt
                    taken += size * 1.2 * len(letters.broken(line.text, size, room)) + line.space_after.pt
                assert taken <= shape.height.pt, shape.text_frame.text


@pytest.mark.parametrize("language", ["vi", "en"])
def test_all_files_hold_the_figures_of_the_page(language):
    view = view_of("recorded", language)
    started = time.process_time()
    said, texts = read(view)
    assert time.process_time() - started < 5
    rows = rankings.rows_of(view, PHU_THO)
    ranked = places.of_rows(rows)
    page = [
        findings.headline(view, PHU_THO, rows),
        places.headline(view.say, "commune", ranked),
        *(finding.says for finding in said.findings),
        said.findings[0].evidence[0],
        view.snapshot.manifest.id,
    ]
    for ending, text in texts.items():
        assert [words for words in page if " ".join(words.split()) not in text] == [], ending
    assert 1 <= len(said.findings) <= 3 and all(finding.reason for finding in said.findings)


def test_the_named_ends_are_those_of_the_ranking_with_value_n_and_expected_rank():
    view = view_of("recorded")
    said, texts = read(view)
    rows = rankings.rows_of(view, PHU_THO)
    first, _, last = said.tiers
    assert [tier.count for tier in said.tiers] == list(places.counts(places.of_rows(rows)).values())
    for tier, turned in ((first, False), (last, True)):
        own = rows.filter(tier=tier.code).sort("expected_rank", descending=turned)
        assert tier.units[0].figure in own.filter(expected_rank=own.item(0, "expected_rank"))["value"].to_list()
        for unit in tier.units:
            row = rows.filter(name=unit.name, tier=tier.code).row(0, named=True)
            value = numbers.with_unit(row["value"], PHU_THO.measure, "vi")
            n, expected = (numbers.number(row[name], "vi") for name in ("denominator", "expected_rank"))
            for ending in ("pdf", "docx", "pptx"):
                text = texts[ending].replace(" ", "")
                assert "".join(f"{unit.name}{value}{n}{expected}".split()) in text, (ending, unit)


def test_a_chart_of_the_slides_is_native_and_counts_the_thirds():
    view = view_of("recorded")
    said, texts = read(view)
    for tier in said.tiers:
        assert f"{tier.name}: {tier.count}" in texts["pptx"]


def test_the_document_is_laid_out_as_the_decree_asks_and_leaves_the_offices_part_to_the_clerk():
    view = view_of("recorded")
    made = Document(io.BytesIO(document.docx(content(view, "25", PHU_THO, AUGUST), view.snapshot.manifest.captured_at)))
    section, normal = made.sections[0], made.styles["Normal"]
    sides = (section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
    assert [round(side.mm) for side in sides] == [20, 20, 30, 15]
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)
    assert normal.font.name == "Times New Roman" and 13 <= normal.font.size.pt <= 14
    head, first, last, sign = made.tables
    country = head.rows[0].cells[1].text.split("\n")
    assert country[:2] == ["CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc"]
    assert "[TÊN CƠ QUAN BAN HÀNH]" in head.rows[0].cells[0].text
    assert head.rows[1].cells[0].text.startswith("Số: [số]") and "[Địa danh], ngày" in head.rows[1].cells[1].text
    assert sign.rows[0].cells[0].text.startswith("Nơi nhận:") and "NGƯỜI KÝ" in sign.rows[0].cells[1].text
    assert head.columns[0].width + head.columns[1].width <= Mm(165)
    for table in (first, last):
        assert table.rows[0]._tr.xpath("w:trPr/w:tblHeader")


def test_the_picture_is_upright_and_nothing_leaves_it():
    said = content(view_of("recorded"), "25", PHU_THO, AUGUST)
    long = replace(said, findings=said.findings * 4)
    for one in (said, long):
        root = ElementTree.fromstring(phone.svg(one))
        assert (root.get("width"), root.get("height")) == ("1080", "1350")
        lines = root.findall("{*}text")
        assert all(0 < int(line.get("y", "0")) <= 1350 - 20 for line in lines)
        for line in lines:
            weight = int(line.get("font-weight", "400"))
            width = letters.width("".join(line.itertext()), int(line.get("font-size", "0")), weight)
            assert int(line.get("x", "0")) + width <= 1080 - 40, "".join(line.itertext())


def test_simulated_figures_say_so_in_all_files_and_their_names(published):
    view = simulated(view_of("live"))
    made = files.made(view, "25", PHU_THO, AUGUST)
    assert set(made) == {f"gan-dan_ban-tin_25_2026-08_mo-phong.{ending}" for ending in ENDINGS}
    for name, data in made.items():
        ending = name.rpartition(".")[2]
        assert ending == "png" or "mô phỏng" in words_of(data, ending).lower(), name


def test_who_is_silent_is_named_and_an_unclear_change_is_none(published):
    said, texts = read(view_of("live"))
    silent = news.silent(view_of("live"), PHU_THO)
    assert f"{silent.reporting}/{silent.of} đơn vị đã báo cáo" in said.silent.says and silent.reporting == 3
    first, missing = silent.missing.item(0, "name"), silent.missing.height
    assert len(said.silent.lines) == MOST_SILENT and said.silent.units == missing
    for ending, shown in (("pdf", MOST_SILENT), ("docx", MOST_SILENT), ("pptx", 7)):
        assert f"{first}: không có trong nguồn, chưa lần nào có báo cáo" in texts[ending], ending
        assert f"và {missing - shown} đơn vị khác" in texts[ending], ending
    assert len(said.moved) == 1 and "chưa có kỳ trước" in said.moved[0].says


def test_overdue_promises_stand_in_the_files_of_who_may_see_them(published, monkeypatch):
    """The public's bulletin holds none."""
    monkeypatch.setattr(promises, "today", lambda: date(2026, 9, 26))
    made = Promise("04792", "Thiếu người", "Chị Hà", "Thêm một người", date(2026, 8, 3), date(2026, 9, 16))
    journal_promises.make(made, date(2026, 9, 26))
    seen = open_snapshot("live", unreleased=True)
    inside = View("vi", Speaker("vi"), seen, LIGHT)
    said, texts = read(inside)

    line = "Phường Tân Hòa: Chị Hà: Thêm một người · hạn 16/9/2026, quá 10 ngày"
    assert said.overdue.lines == (line,)
    for ending in ("pdf", "docx", "pptx"):  # the picture has no room left for it
        assert said.overdue.says in texts[ending] and line in texts[ending], ending
    assert content(replace(inside, reader=rules.PUBLIC), "25", PHU_THO, AUGUST).overdue.says == ""


def test_only_clear_changes_are_told_each_with_its_cause_and_n(monkeypatch):
    view = view_of("recorded")
    rows = rankings.rows_of(view, PHU_THO).head(1)
    told = rows.with_columns(
        change=pl.lit(9.1), expected_before=pl.lit(80.0), expected_now=pl.lit(66.0), expected_own=pl.lit(14.0)
    ).with_columns(expected_others=pl.lit(0.0), expected_membership=pl.lit(0.0))
    monkeypatch.setattr(news, "moved", lambda *_: (told, told.clear()))
    said, texts = read(view)
    n = numbers.number(rows.item(0, "denominator"), "vi")
    line = f"{rows.item(0, 'name')}: +9,1\u00a0điểm %; 80 → 66, do kết quả của chính đơn vị; {n} hồ sơ"
    assert said.moved[0].lines == (line,) and "hạng dự kiến của riêng từng kỳ" in said.moved[-1].says
    for ending in ("pdf", "docx", "pptx"):
        assert " ".join(line.split()) in texts[ending], ending
    assert " ".join(line.replace("→", "thành").split()) in texts["svg"]
    monkeypatch.setattr(news, "moved", lambda *_: (told.clear(), told.clear()))
    [nobody] = content(view, "25", PHU_THO, AUGUST).moved
    assert nobody.says.startswith("Không xã, phường nào") and nobody.says.endswith("may rủi so với tháng 7/2026.")


@pytest.mark.parametrize(("month", "told"), [("2026-08", True), ("2026-07", False)])
def test_a_backlog_is_told_with_its_units_and_only_in_its_own_period(monkeypatch, month, told):
    view = view_of("recorded")
    units = rankings.rows_of(view, PHU_THO).head(2).with_columns(value=pl.Series([74.0, 68.0]))
    monkeypatch.setattr(news, "overdue", lambda *_: news.Overdue(parse(month), "form", 1290.0, units))
    said = content(view, "25", PHU_THO, AUGUST)
    assert (said.findings[0].says == "Hồ sơ quá hạn chưa xong: 1.290 (tháng 8/2026, theo biểu II.06)") == told
    assert (said.findings[0].evidence[0] == f"{units.item(0, 'name')}: 74 hồ sơ") == told
    assert len(said.findings) == 3 if told else not any("quá hạn" in finding.says for finding in said.findings)


def bulletin(out, *words: str) -> int:
    return main(["bulletin", "--out", str(out), "--dataset", "live", *words])


def test_a_province_without_anything_to_rank_says_so_in_all_files(published, tmp_path):
    empty = next(code for code in province_names() if code not in ("01", "25", "38"))
    assert bulletin(tmp_path / "out", "--province", empty, "--period", "2026-08") == 0
    written = sorted((tmp_path / "out").iterdir())
    assert len(written) == len(ENDINGS)
    for path in written:
        if path.suffix != ".png":
            text = words_of(path.read_bytes(), path.suffix[1:])
            assert "chưa có xã, phường nào xếp hạng được trong tháng 8/2026" in text, path.name


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--province", "99", "--period", "2026-08"), "--province '99': no such province"),
        (("--province", "25", "--period", "August"), "--period: 'August' is no period"),
        (("--province", "25", "--period", "2031-01"), "live ranks no commune in it; the last of its kind: 2026-08"),
    ],
)
def test_an_unknown_province_or_period_is_told_and_nothing_is_written(published, tmp_path, capsys, words, told):
    assert bulletin(tmp_path / "out", *words) == 1
    assert told in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_weekly_bulletin_is_of_the_open_month_as_far_as_it_is_told(tmp_path):
    assert bulletin(tmp_path, "--province", "25", "--period", "running", "--dataset", "recorded") == 0
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {f"gan-dan_ban-tin_25_2026-09-01_2026-09-26.{ending}" for ending in ENDINGS}
    text = words_of((tmp_path / "gan-dan_ban-tin_25_2026-09-01_2026-09-26.docx").read_bytes(), "docx")
    assert "1/9–26/9/2026" in text


def test_without_an_open_month_there_is_no_weekly_bulletin(published, tmp_path, capsys):
    assert bulletin(tmp_path / "out", "--province", "25", "--period", "running") == 0
    assert "no commune is ranked, so there is no bulletin" in capsys.readouterr().out
    assert not (tmp_path / "out").exists()


def test_a_file_that_cannot_be_written_leaves_the_older_ones_whole(published, tmp_path, capsys, monkeypatch):
    out, words = tmp_path / "out", ("--province", "25", "--period", "2026-08")
    assert bulletin(out, *words) == 0
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    monkeypatch.setattr(whole, "to_disk", lambda path: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    assert bulletin(out, *words, "--language", "en") == 1
    assert "No space left" in capsys.readouterr().err
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before


def test_places_that_hang_on_the_mix_and_longer_waits_stand_in_the_files_of_who_may_see_them(app_data):
    """In the simulated Thanh Hóa; the public sees no waits between kinds of places."""
    snapshot = open_snapshot("simulated", unreleased=True)
    inside = View("vi", Speaker("vi"), snapshot, LIGHT)
    chosen = Selection("commune", "38", measures()["on_time_share"], "portal", "766-2026", AUGUST)
    said, texts = read(inside, chosen, "38")
    rows = case_mix.beside(snapshot, rankings.rows_of(inside, chosen), *WHERE)
    changed = rows.filter("depends")
    assert changed.height > 0
    mix, longer = said.fair
    assert mix.units == changed.height and f"{changed.height} đơn vị sang nhóm khác" in mix.says
    assert {line.partition(":")[0] for line in mix.lines} <= set(changed["name"])
    assert any(line.startswith("Hồ sơ nộp trực tuyến") for line in longer.lines)
    for ending in ("pdf", "docx", "pptx"):  # the picture has no room left for them
        for words in (mix.says, mix.lines[0], longer.lines[0]):
            assert " ".join(words.split()) in texts[ending], (ending, words)
    stay_on_their_slides(slides.pptx(said, snapshot.manifest.captured_at))
    public = replace(inside, snapshot=snapshot.seen_in(rules.PUBLIC.seen), reader=rules.PUBLIC)
    assert longer.heading not in {part.heading for part in content(public, "38", chosen, AUGUST).further}
