"""The inspection page as a script: list, plan, checklist, visits; and its files."""

from __future__ import annotations

import io
import re
import sqlite3
import zipfile
from dataclasses import replace
from datetime import date

import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from display.drawing.palette import LIGHT
from display.maps.trip import svg
from display.portraits import checklist, gaps, questions, shortlist
from display.words.text import Speaker
from display.words.view import View
from journal import database, place, visits
from journal.visits import Note
from press import workbook
from ranking.route import Place, route
from store.snapshot import open_snapshot
from tests.pages.test_pages import markup, open_page, words
from ui.inspection import candidates, downloads
from ui.inspection.choices import Chosen

TODAY = date(2026, 9, 26)
KY_SON, CAO_DUONG, YEN_TRI = "04894", "05047", "05386"
NASTY = "**đậm** <img src=x onerror=alert(1)> [a](http://x) \u202eabc\nhàng hai"
SHOWN = "**đậm** &lt;img src=x onerror=alert(1)&gt; [a](http://x) [U+202E]abc\nhàng hai"


@pytest.fixture(autouse=True)
def no_visits(tmp_path, monkeypatch):
    """Every test begins without any visit."""
    monkeypatch.setenv(place.URL, f"sqlite:///{tmp_path / 'visits.db'}")


def inspection(**query: str) -> AppTest:
    return open_page("inspection", **{"dataset": "recorded", "province": "25"} | query)


def view_of(dataset: str, language: str = "vi") -> View:
    return View(language, Speaker(language), open_snapshot(dataset), LIGHT)


def rows_in(app: AppTest) -> list[str]:
    table = re.search(r'<table class="gd-table gd-shortlist">.*?</table>', markup(app), flags=re.S)
    return re.findall(r"<tr><td.*?</tr>", table.group(), flags=re.S) if table else []


def names_in(app: AppTest) -> list[str]:
    return [re.search(r'<th scope="row"><a[^>]*>([^<]+)', row).group(1) for row in rows_in(app)]


def box(app: AppTest, key: str):
    return next(w for kind in ("text_input", "text_area", "date_input") for w in app.get(kind) if w.key == key)


def press(app: AppTest, label: str) -> AppTest:
    return next(button for button in app.button if button.label == label).click().run()


def write_visit(app: AppTest, code: str, **texts: str) -> AppTest:
    for name, text in {"team": "Đoàn số 2", "findings": "Thiếu sổ theo dõi", **texts}.items():
        box(app, f"visit_{name}_{code}").set_value(text)
    return press(app, "Lưu")


# --- the list


def test_the_sentence_says_of_whom_and_when(app_data):
    text = words(inspection())

    assert re.search(
        r"Phú Thọ: \d+ trong 148 xã, phường có điều đáng hỏi, trước hết là (Xã|Phường) .+tháng 8/2026", text
    )
    assert "không phải là kết luận" in text
    assert re.search(r"Đúng hạn \(Cổng\)[^.]*: độ dao động ước từ hai kỳ, là mức thấp nhất\.", text)


def test_units_without_figures_are_counted_not_scored(published):
    """Of the 148 communes of Phú Thọ the small world knows the share of Tân Hòa, Hòa Bình and Thống Nhất."""
    snapshot = open_snapshot("live", unreleased=True)

    assert shortlist.unheard(snapshot, "25") == 145


def test_the_parts_of_a_score_stand_beside_it(app_data):
    """Kỳ Sơn is clearly below the middle commune in on-time share (2); how alike dossiers are leaves the rest open."""
    row = next(row for row in rows_in(inspection(kind="phuong")) if "Phường Kỳ Sơn" in row)

    assert "<b>2,0</b>" in row
    assert "mức 2,0" in row
    assert re.search(
        r"Kém rõ đơn vị ở giữa: Đúng hạn \(Cổng\) \d\d,\d\s% \(xã ở giữa 87,2\s%; kém khoảng \d+ hồ sơ\)", row
    )


def test_equal_scores_stand_by_the_dossiers_behind_the_middle_commune(app_data):
    found = gaps.in_order(open_snapshot("recorded"), "25")
    equal = found.filter(pl.col("score") == 2.0).get_column("affected").to_list()

    assert len(equal) > 9
    assert equal == sorted(equal, reverse=True)
    assert found.get_column("place").to_list() == list(range(1, found.height + 1))
    unit = found.row(1, named=True)
    known = gaps.gaps(open_snapshot("recorded"), "25").filter(unit_code=unit["unit_code"], measure="on_time_share")
    gap = known.row(0, named=True)
    assert unit["affected"] == pytest.approx((gap["level"] - gap["value"]) / 100 * gap["n"])


def test_a_name_leads_to_the_page_of_the_unit(app_data):
    assert re.search(rf'href="./don-vi\?[^"]*unit={KY_SON}[^"]*"[^>]*>Phường Kỳ Sơn', markup(inspection(kind="phuong")))


def test_the_kind_of_unit_can_be_chosen_in_the_link(app_data):
    names = names_in(inspection(kind="phuong"))

    assert names
    assert all(name.startswith("Phường ") for name in names)


def test_filters_leave_the_places_as_they_are(app_data):
    def place(app: AppTest, name: str) -> str:
        return next(re.search(r"gd-rank\">(\d+)<", row).group(1) for row in rows_in(app) if name in row)

    filtered = inspection(kind="phuong")
    last = names_in(filtered)[-1]
    view = view_of("recorded")
    chosen = Chosen("25", "all", "", None, None, "")
    whole = {row["name"]: row["place"] for row in candidates.rows_of(view, chosen, {}).iter_rows(named=True)}
    assert place(filtered, last) == str(whole[last])


def test_distance_counts_from_the_start(app_data):
    view = view_of("recorded")
    near = candidates.rows_of(view, Chosen("25", "all", KY_SON, 20.0, None, ""), {})
    every = candidates.rows_of(view, Chosen("25", "all", KY_SON, None, None, ""), {})

    assert near.get_column("km").max() <= 20 < every.get_column("km").max()
    assert near.height == every.filter(every["km"] <= 20).height


def test_who_was_visited_since_a_day_can_be_left_out(app_data):
    visits.record(Note(KY_SON, date(2026, 9, 1), "Đoàn", "Đã xem"), TODAY)

    assert "Phường Kỳ Sơn" not in names_in(inspection(unvisited="2026-06-01", kind="phuong"))
    assert "Phường Kỳ Sơn" in names_in(inspection(unvisited="2026-09-02", kind="phuong"))


@pytest.mark.parametrize("day", ["1999-01-01", "9999-12-31", "31/3/2026", "x"])
def test_a_day_that_cannot_be_is_no_filter(app_data, day):
    app = inspection(unvisited=day)

    assert box(app, "chosen_unvisited").value is None
    assert len(rows_in(app)) == candidates.PER_PAGE


def test_worse_and_getting_worse_is_one_click(app_data):
    app = inspection(dataset="simulated", province="VN")
    before = len(rows_in(app))
    toggle = app.toggle[0]
    n = int(re.search(r"\((\d+)\)", toggle.label).group(1))
    toggle.set_value(True).run()

    assert 0 < len(rows_in(app)) == min(n, before)
    assert app.query_params["both"] in ("yes", ["yes"])
    assert all("Kém rõ và đang xấu đi" in row for row in rows_in(app))


def test_a_single_month_says_that_no_trend_is_known(app_data):
    app = inspection(both="yes")

    assert app.toggle[0].disabled
    assert "Chưa đủ sáu tháng" in words(app)
    assert rows_in(app)


def test_a_question_can_be_chosen(app_data):
    whole = inspection(dataset="simulated", province="VN")
    question = next(o for o in whole.selectbox if o.key == "chosen_question").options[1]
    asked = inspection(dataset="simulated", province="VN", question=_id_of(question))

    assert rows_in(asked)
    assert all(question in row for row in rows_in(asked))


def _id_of(short: str) -> str:
    return next(name for name, q in questions.questions().items() if q.short.vi == short)


def test_every_weight_of_the_score_is_shown(app_data):
    text = words(inspection())

    assert re.search(r"Kém hơn đơn vị ở giữa\s+Đúng hạn \(Cổng\)\s+2,0", text)
    assert all(question.short.vi in text for question in questions.questions().values())


# --- the plan


def test_the_plan_stands_in_the_link(app_data):
    text = words(inspection(plan=f"{KY_SON},{CAO_DUONG}"))

    assert "2 điểm dừng, bắt đầu tại Phường Kỳ Sơn" in text
    assert "đường chim bay" in text
    assert text.index("1. Phường Kỳ Sơn") < text.index("2. Xã Cao Dương")


def test_the_trip_begins_at_the_start(app_data):
    text = words(inspection(plan=f"{KY_SON},{CAO_DUONG}", start=CAO_DUONG))

    assert "xuất phát từ Xã Cao Dương" in text
    assert text.index("1. Xã Cao Dương") < text.index("2. Phường Kỳ Sơn")


def test_nonsense_in_the_plan_is_left_out(app_data):
    assert "1 điểm dừng" in words(inspection(plan=f"x,99999,{KY_SON},{KY_SON},<b>"))


def test_a_link_in_each_row_adds_to_the_plan_and_keeps_the_filters(app_data):
    rows = rows_in(inspection(plan=KY_SON, kind="xa", page="2"))

    links = [re.search(r'class="gd-plan" href="([^"]+)"', row).group(1) for row in rows]
    assert links
    assert all(f"plan={KY_SON}%2C" in link and "kind=xa" in link and "page=2" in link for link in links)


def test_a_planned_unit_can_be_taken_out(app_data):
    row = next(
        row for row in rows_in(inspection(plan=f"{KY_SON},{CAO_DUONG}", kind="phuong")) if "Phường Kỳ Sơn" in row
    )

    assert re.search(rf'class="gd-planned" href="[^"]*plan={CAO_DUONG}&amp;kind=phuong"', row)


def test_an_empty_plan_says_what_to_do(app_data):
    text = words(inspection())

    assert "Chưa chọn đơn vị nào" in text
    assert "Chọn ít nhất một đơn vị" in text


def test_the_map_of_a_trip_draws_each_stop_with_its_number():
    start = Place("s", 21, 105)
    trip = route(start, [Place("b", 21.2, 105.1), Place("a", 21.1, 105)])
    drawn = svg(trip, start, ["Xã <A>", "Xã B"])

    assert [re.sub(r"<[^>]+>", "", text) for text in re.findall(r"<text.*?</text>", drawn)] == [
        "Xã &lt;A&gt;", "Xã B", "2", "1",
    ]  # fmt: skip
    points = re.search(r'<polyline points="([^"]+)"', drawn).group(1).split()
    assert len(points) == 2 * 3


# --- the checklist


def test_the_general_list_holds_what_is_looked_at_everywhere():
    assert [item.id for item in checklist.items()] == [
        "overdue_list", "apology_letters", "sample_of_dossiers", "supplement_requests", "posted_procedures",
        "digitisation_sample", "petitions_register", "previous_findings",
    ]  # fmt: skip


def test_a_unit_has_its_own_questions_beside_the_general_list(app_data):
    view = view_of("simulated")
    scored = shortlist.scored(view.snapshot, "VN")
    code = scored.filter(scored["question"] > 0).item(0, "unit_code")
    own = checklist.own_lines(view, code)
    text = words(inspection(dataset="simulated", stop=code))

    assert own
    assert all(line.ask in text for line in own)
    assert "Thư xin lỗi so với số hồ sơ quá hạn" in text


def test_a_checklist_opens_without_a_plan(app_data):
    assert "Danh mục kiểm tra chung" in words(inspection(stop=KY_SON))


def sheet_of(content: bytes) -> str:
    """Every cell and text of a workbook, as its XML."""
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        return "".join(book.read(name).decode() for name in book.namelist() if name.endswith(".xml"))


def test_the_workbook_runs_no_formula_and_shows_what_would_turn_the_text(app_data):
    visits.record(Note(KY_SON, TODAY, "=HYPERLINK(1)", f"=1+1 {NASTY}"), TODAY)
    xml = sheet_of(workbook.workbook(view_of("recorded"), KY_SON))

    assert "<f>" not in xml and "<hyperlink" not in xml
    assert "=HYPERLINK(1)" in xml
    assert f"=1+1 {SHOWN}" in xml


def test_a_simulated_workbook_says_so(app_data):
    assert "mô phỏng" in sheet_of(workbook.workbook(view_of("simulated"), KY_SON)).lower()
    assert "mô phỏng" not in sheet_of(workbook.workbook(view_of("recorded"), KY_SON)).lower()
    assert "mo-phong" in workbook.file_name(view_of("simulated"), KY_SON)


def test_an_english_workbook_is_english(app_data):
    xml = sheet_of(workbook.workbook(view_of("recorded", "en"), KY_SON))

    assert "Apology letters against overdue dossiers" in xml
    assert "Thư xin lỗi" not in xml


def test_the_list_as_a_file_holds_the_parts_of_the_score(app_data):
    view, chosen = view_of("recorded"), Chosen("25", "all", KY_SON, None, None, "")
    sheet = downloads.sheet(view, chosen, candidates.rows_of(view, chosen, {KY_SON: TODAY}))
    row = next(r for r in (dict(zip(sheet.headers, r, strict=True)) for r in sheet.rows) if r["unit_code"] == KY_SON)

    assert row["score"] == row["question"] + row["below"] + row["worsening"] == 2
    assert (row["last_visit"], row["distance_km"], row["nature"]) == ("2026-09-26", 0, "recorded")


# --- visits


def test_a_visit_is_written_and_seen(app_data):
    app = write_visit(inspection(plan=KY_SON), KY_SON)

    [kept] = visits.of_unit(KY_SON)
    assert (kept.team, kept.findings, kept.practice) == ("Đoàn số 2", "Thiếu sổ theo dõi", False)
    assert "Thiếu sổ theo dõi" in words(app)
    assert app.success[0].value == "Đã lưu."


def test_another_reader_sees_the_visit_in_the_list(app_data):
    write_visit(inspection(plan=KY_SON), KY_SON)
    row = next(row for row in rows_in(inspection(kind="phuong")) if "Phường Kỳ Sơn" in row)

    assert "Chưa ghi lần nào" not in row


def test_after_saving_the_form_is_empty(app_data):
    app = write_visit(inspection(plan=KY_SON), KY_SON)

    assert box(app, f"visit_findings_{KY_SON}").value == ""
    press(app, "Lưu")
    assert len(visits.of_unit(KY_SON)) == 1


def test_a_note_without_findings_is_not_kept_and_the_form_stays(app_data):
    app = write_visit(inspection(plan=KY_SON), KY_SON, findings=" ")

    assert visits.of_unit(KY_SON) == []
    assert "cần ghi kết quả" in app.error[0].value
    assert box(app, f"visit_team_{KY_SON}").value == "Đoàn số 2"


def test_what_is_written_is_shown_as_text(app_data):
    app = write_visit(inspection(plan=KY_SON), KY_SON, team="=1+1 <b>", findings=NASTY)

    assert SHOWN in markup(app)
    assert "=1+1 &lt;b&gt;" in markup(app)
    assert "<img src=x" not in markup(app)
    assert "\u202e" not in markup(app)


def test_a_note_can_be_changed(app_data):
    app = write_visit(inspection(plan=KY_SON), KY_SON)
    press(app, "Sửa")
    assert box(app, f"visit_findings_{KY_SON}").value == "Thiếu sổ theo dõi"
    write_visit(app, KY_SON, findings="Đã có sổ")

    [kept] = visits.of_unit(KY_SON)
    assert (kept.findings, kept.version) == ("Đã có sổ", 2)


def test_a_change_left_for_another_unit_is_given_up(app_data):
    app = write_visit(inspection(plan=f"{KY_SON},{CAO_DUONG}"), KY_SON)
    press(app, "Sửa")
    stop = next(box for box in app.selectbox if box.key == "chosen_stop")
    stop.set_value(CAO_DUONG).run()
    next(box for box in app.selectbox if box.key == "chosen_stop").set_value(KY_SON).run()

    assert "Ghi một lần kiểm tra: Phường Kỳ Sơn" in words(app)
    write_visit(app, KY_SON, findings="lần nữa")
    assert [kept.version for kept in visits.of_unit(KY_SON)] == [1, 1]


def test_a_change_that_comes_too_late_is_told_and_nothing_is_lost(app_data):
    app = write_visit(inspection(plan=KY_SON), KY_SON)
    press(app, "Sửa")
    [kept] = visits.of_unit(KY_SON)
    visits.change(kept.id, 1, replace(_note(kept), findings="của người khác"), kept.visited_on)
    write_visit(app, KY_SON, findings="của tôi")

    assert "người khác vừa sửa" in app.error[0].value
    assert "của người khác" in words(app)
    assert box(app, f"visit_findings_{KY_SON}").value == "của tôi"
    press(app, "Lưu")
    assert visits.of_unit(KY_SON)[0].findings == "của tôi"


def _note(kept: visits.Visit) -> Note:
    return Note(**{name: getattr(kept, name) for name in Note.__dataclass_fields__})


def test_a_note_beside_simulated_figures_is_practice(app_data):
    app = write_visit(inspection(dataset="simulated", plan=KY_SON), KY_SON)

    assert "ghi thử" in words(app)
    assert "Thiếu sổ theo dõi" in words(app)
    assert "Thiếu sổ theo dõi" not in words(inspection(plan=KY_SON))


def test_the_last_findings_stand_in_the_checklist(app_data):
    visits.record(Note(KY_SON, date(2026, 9, 1), "Đoàn", "Chưa niêm yết phí"), TODAY)

    assert "Lần trước, 1/9/2026, Đoàn: Chưa niêm yết phí" in words(inspection(stop=KY_SON))


def test_without_its_database_the_page_still_prepares(app_data, monkeypatch):
    monkeypatch.setenv(place.URL, "sqlite:////dev/null/visits.db")
    app = inspection(plan=KY_SON)

    assert "Chưa mở được nơi lưu ghi chép" in app.warning[0].value
    assert rows_in(app)
    assert "Danh mục kiểm tra chung" in words(app)
    write_visit(app, KY_SON)
    assert box(app, f"visit_findings_{KY_SON}").value == "Thiếu sổ theo dõi"


def test_notes_of_a_newer_program_are_left_alone_and_the_page_says_so(app_data, tmp_path):
    visits.all_visits()
    with sqlite3.connect(tmp_path / "visits.db") as file:
        file.execute("UPDATE alembic_version SET version_num = '9999'")
    database._engine.cache_clear()
    app = inspection(plan=KY_SON)

    assert "một phiên bản mới hơn của chương trình đã đổi cách lưu (bản 9999)" in app.warning[0].value
    assert rows_in(app)


def test_notes_say_that_they_are_internal(app_data):
    assert "Ghi chép nội bộ" in words(inspection(plan=KY_SON))
    assert "Internal notes" in words(inspection(plan=KY_SON, lang="en"))
