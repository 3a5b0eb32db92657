"""The page on methods and data: definitions from their files, freshness, coverage, changes, doubts."""

from __future__ import annotations

import re
import shutil
from datetime import UTC, date, datetime, timedelta
from html import unescape
from types import SimpleNamespace

import polars as pl
import pytest

from display.words.numbers import number
from display.words.text import Speaker
from etl.publishing.harvest import Harvest, empty_quarantine, measurement_rows
from etl.publishing.publish import publish
from files.places import HOME
from journal import corrections
from ranking.index_sensitivity import GROUPS
from ranking.manifest import Manifest
from ranking.measures import registry
from ranking.periods import Period, calendar_period
from store import snapshot
from store.coverage import counted
from store.dispersions import of_communes
from store.reference import measures, reference_table
from tests.conftest import CAPTURED as WORLD_CAPTURED
from tests.journal.test_corrections import ONE
from tests.pages.test_pages import markup, open_page, words
from tests.unit_world import publish_world, world
from ui.about import changes, coverage, data, freshness, methods
from ui.about.measures import lines_of, overdue
from ui.parts import methods as parts_methods

CAPTURED = datetime(2026, 9, 26, 5, tzinfo=UTC)
VIEW = SimpleNamespace(language="vi", say=Speaker("vi"))


def span(period: Period) -> dict:
    return {"period_start": period.start, "period_end": period.end, "period_kind": period.kind}


# The measures


def test_every_measure_has_an_anchor_and_a_link_to_it(app_data):
    text = markup(open_page("methods", dataset="recorded"))

    assert set(re.findall(r'href="#do-([a-z0-9_]+)"', text)) == set(measures())
    assert set(re.findall(r'id="do-([a-z0-9_]+)"', text)) == set(measures())


@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_definition_is_shown_whole(app_data, language):
    text = unescape(words(open_page("methods", dataset="recorded", lang=language, q="online_filing_share")))
    measure = measures()["online_filing_share"]
    parts = [measure.meaning, measure.numerator, measure.denominator, measure.target.source, *measure.caveats]

    assert [part.vi for part in parts if part.in_language(language) not in text] == []


def test_search_finds_a_measure_without_diacritics_and_opens_it(app_data):
    text = markup(open_page("methods", dataset="recorded", q="dung han (theo cong"))

    assert re.findall(r'id="do-([a-z0-9_]+)"', text) == ["on_time_share"]
    assert '<details class="gd-measure" open>' in text


def test_a_search_in_vain_says_so(app_data):
    assert "Không có chỉ tiêu nào chứa “zzzz”" in words(open_page("methods", dataset="recorded", q="zzzz"))


def test_a_review_is_overdue_the_day_after_it_was_due():
    measure = measures()["received"]

    assert overdue([measure], measure.next_review) == []
    assert overdue([measure], measure.next_review + timedelta(days=1)) == [measure]


def test_an_overdue_review_is_flagged_in_the_definition():
    measure = measures()["received"]
    view = SimpleNamespace(**vars(VIEW), measure_words=lambda: dict.fromkeys(_PARTS, "x"))
    late = dict(lines_of(view, measure, None, measure.next_review + timedelta(days=1)))["Rà soát"]
    in_time = dict(lines_of(view, measure, None, measure.next_review))["Rà soát"]

    assert "Quá hạn rà soát" in late
    assert "Quá hạn rà soát" not in in_time


_PARTS = ("meaning", "why", "numerator", "denominator", "below", "target", "caveats", "sources")


def test_a_definition_with_markup_in_it_is_escaped():
    path = HOME / "data" / "measures" / "received.yaml"
    text = path.read_text(encoding="utf-8").replace("author: Gần Dân", 'author: "<b>x</b>"')
    measure = registry({"received.yaml": text})["received"]
    view = SimpleNamespace(**vars(VIEW), measure_words=lambda: dict.fromkeys(_PARTS, "x"))
    review = dict(lines_of(view, measure, None, date(2026, 12, 1)))["Rà soát"]

    assert "&lt;b&gt;x&lt;/b&gt;" in review


def test_a_measure_that_the_dataset_lacks_says_so(app_data):
    text = words(open_page("methods", dataset="recorded", q="handling_satisfaction"))

    assert "chưa có số liệu trong bộ đang xem" in text


def test_the_six_groups_stand_with_their_points(app_data):
    text = words(open_page("methods", dataset="recorded"))

    for name, points in GROUPS.items():
        assert re.search(rf"\({name.upper()}\)\s+{points:.0f}\xa0điểm", text)


# The methods in two depths


def test_both_documents_have_the_same_sections_in_the_same_order():
    titles = [method.title for method in parts_methods.methods()]

    assert [section.title for section in methods.sections("vi")] == [title["vi"] for title in titles]
    assert [section.title for section in methods.sections("en")] == [title["en"] for title in titles]


@pytest.mark.parametrize("n", range(len(parts_methods.methods())))
def test_both_languages_name_the_same_sources_and_the_same_code(n):
    vi, en = methods.sections("vi")[n], methods.sections("en")[n]

    assert vi.code == en.code
    assert years(en.text) <= years(vi.text)


def years(text: str) -> set[str]:
    return set(re.findall(r"\b(?:1[89]|20)\d\d\b", text))


def test_the_code_that_a_method_names_exists():
    named = {section.code.strip("`") for section in methods.sections("en") if section.code}

    assert {path for path in named if not (HOME / path).exists()} == set()


def test_the_full_text_leaves_out_what_is_said_to_leaders():
    texts = [section.text for language in methods.FILES for section in methods.sections(language)]

    assert [text for text in texts if "Cho lãnh đạo" in text or "For a leader" in text] == []


@pytest.mark.parametrize(("language", "said"), [("vi", "Khoảng điểm của Wilson"), ("en", "Wilson's score interval")])
def test_the_full_depth_is_in_the_readers_language(app_data, language, said):
    app = open_page("methods", dataset="recorded", depth="full", lang=language)

    assert said in " ".join(element.value for element in app.markdown)


# Freshness


def of_province(*periods: Period, captured: datetime = CAPTURED) -> freshness.Fresh:
    known = [
        {"unit_code": "00001", "province_code": "25", "basis": "portal", **span(period), "captured_at": captured}
        for period in periods
    ]
    (found,) = freshness.fresh(pl.DataFrame(known))
    return found


def test_after_a_month_the_next_month_is_expected():
    found = of_province(calendar_period("month", 2025, 11), calendar_period("month", 2025, 12))

    assert found.whole == calendar_period("month", 2025, 12)
    assert found.next_due == calendar_period("month", 2026, 1)


def test_figures_by_quarter_are_expected_by_quarter():
    assert of_province(calendar_period("quarter", 2026, 2)).next_due == calendar_period("quarter", 2026, 3)


def test_a_month_is_late_when_the_next_one_ended_more_than_the_grace_ago():
    found = of_province(calendar_period("month", 2026, 6))
    last_day = date(2026, 7, 31) + timedelta(days=freshness.GRACE_DAYS)

    assert not found.late(last_day)
    assert found.late(last_day + timedelta(days=1))


def test_figures_to_date_only_have_no_rhythm_and_age_with_their_capture():
    found = of_province(Period(date(2026, 1, 1), date(2026, 9, 26), "to_date"))

    assert found.next_due is None
    assert not found.late(date(2026, 9, 26))
    assert found.late(date(2026, 9, 27) + timedelta(days=freshness.GRACE_DAYS))


def test_the_old_figures_of_an_giang_are_flagged_at_the_time_of_capture(app_data):
    text = words(open_page("methods", dataset="recorded", part="fresh"))

    assert "(28/9/2026): 1 trong 2 mục đã muộn" in text
    assert re.search(r"An Giang\s+▼ Muộn\s.{0,120}11/10/2025\s", text)
    assert re.search(r"Phú Thọ\s+Đúng nhịp\s.{0,120}Tháng 8/2026; lũy kế đến 26/9/2026\s", text)


def test_the_clock_of_today_says_nothing_about_simulated_figures(app_data):
    assert "đồng hồ máy chủ" in words(open_page("methods", dataset="recorded", part="fresh"))
    assert "đồng hồ máy chủ" not in words(open_page("methods", dataset="simulated", part="fresh"))


# Coverage

PLACES = pl.DataFrame(
    [("00001", False, "25"), ("00002", False, "25"), ("00001", True, "38"), ("H25", None, "25")],
    schema=["unit_code", "old", "province"],
    orient="row",
)


def covered(*rows: tuple[str, date, bool]) -> pl.DataFrame:
    known = [(code, "portal", day, reports, False) for code, day, reports in rows]
    months = pl.DataFrame(known, schema=["unit_code", "basis", "month", "reports", "open"], orient="row")
    return counted(months, PLACES)


def test_coverage_counts_those_that_report_of_all_there_are():
    found = covered(("00001", date(2026, 8, 1), True), ("00002", date(2026, 8, 1), False))

    assert found.select("province", "reporting", "of").rows() == [("25", 1, 2)]


def test_a_commune_without_a_row_is_missing_all_the_same():
    assert covered(("00001", date(2026, 8, 1), True)).select("reporting", "of").rows() == [(1, 2)]


def test_before_the_merger_a_code_means_the_old_commune():
    assert covered(("00001", date(2025, 6, 1), True)).select("province", "of").rows() == [("38", 1)]


@pytest.mark.parametrize(("share", "kind"), [(99.5, "full"), (99.4, "most"), (89.9, "some"), (0, "none")])
def test_classes_of_coverage(share, kind):
    assert coverage.kind(share) == kind


def test_a_share_just_below_all_is_never_written_as_all():
    rows = pl.DataFrame(
        [(date(2026, 8, 1), False, "25", 999, 1000)],
        schema=["month", "open", "province", "reporting", "of"],
        orient="row",
    )
    text = coverage.grid(VIEW, rows)

    assert ">99</td>" in text
    assert "999 trong 1.000 đơn vị" in text


def test_a_province_that_falls_silent_stays_in_the_calendar():
    places = pl.concat([PLACES, pl.DataFrame([("00009", False, "38")], schema=PLACES.schema, orient="row")])
    july, august = date(2026, 7, 1), date(2026, 8, 1)
    known = [("00001", july), ("00009", july), ("00001", august)]
    months = pl.DataFrame(
        [(code, "portal", day, True, False) for code, day in known],
        schema=["unit_code", "basis", "month", "reports", "open"],
        orient="row",
    )
    silent = counted(months, places).filter(pl.col("month") == august, pl.col("province") == "38")

    assert silent.select("reporting", "of").rows() == [(0, 1)]


def test_the_simulated_calendar_shows_the_open_month_first(app_data):
    text = words(open_page("methods", dataset="simulated", part="cover"))

    assert re.search(r"9/2026\s+chưa hết tháng\s+8/2026", text)
    assert "Hiện 12 tháng gần nhất trong 36 tháng" in text


def test_the_recorded_calendar_knows_one_province(app_data):
    text = words(open_page("methods", dataset="recorded", part="cover"))

    assert re.search(r"8/2026\s+Cả nước\s+4\s+4\s+Phú Thọ\s+100\s+100\s", text)
    assert "33 tỉnh, thành phố không có số liệu theo tháng" in text


# Changes


def measured(*rows: dict) -> pl.DataFrame:
    always = {
        "level": "commune", "series": "766-2026", "measure": "received", "field": "all", "basis": "portal",
        **span(calendar_period("month", 2026, 8)), "denominator": None, "score": None, "state": "reported",
        "provisional": False,
    }  # fmt: skip
    types = {"denominator": pl.Float64, "score": pl.Float64, "numerator": pl.Float64}
    return pl.DataFrame([{**always, **row} for row in rows], schema_overrides=types)


def test_new_revised_and_vanished_values_are_told_apart():
    before = measured(*({"unit_code": code, "numerator": 5.0} for code in ("1", "2", "3")))
    now = measured(*({"unit_code": code, "numerator": n} for code, n in (("1", 5.0), ("2", 6.0), ("4", 1.0))))

    assert changes.compared("received", before, now) == changes.Counts("received", 1, 1, 1)


def test_a_silence_that_is_filled_is_new_and_one_that_begins_is_a_loss():
    said = measured({"unit_code": "1", "numerator": 5.0})
    silent = measured({"unit_code": "1", "numerator": None, "state": "not_reported"})

    assert changes.compared("received", silent, said) == changes.Counts("received", 1, 0, 0)
    assert changes.compared("received", said, silent) == changes.Counts("received", 0, 0, 1)


def test_a_stretch_to_date_that_gave_way_is_no_loss():
    held = span(Period(date(2026, 9, 1), date(2026, 9, 12), "to_date")) | {"provisional": True}
    later = span(Period(date(2026, 9, 1), date(2026, 9, 26), "to_date")) | {"provisional": True}
    before = measured({"unit_code": "1", "numerator": 5.0, **held})
    now = measured({"unit_code": "1", "numerator": 9.0, **later})

    assert changes.compared("received", before, now).vanished == 0


def test_the_snapshot_before_is_the_latest_of_those_published_earlier(published_datasets, tmp_path):
    pointer = published_datasets / "published" / "recorded" / "current"
    own = pointer.parent / pointer.read_text(encoding="utf-8").strip()
    for name, year in (("a", 2024), ("b", 2025), ("c", 2027)):
        shutil.copytree(own, tmp_path / name)
        manifest = tmp_path / name / "manifest.json"
        text = re.sub(r'("published_at": ")\d{4}', rf"\g<1>{year}", manifest.read_text(encoding="utf-8"))
        manifest.write_text(text, encoding="utf-8")
    shutil.copytree(own, tmp_path / own.name)
    manifest = Manifest.from_json((own / "manifest.json").read_text(encoding="utf-8"))

    assert changes.earlier(snapshot.Snapshot(tmp_path / own.name, manifest), unreleased=True).folder == tmp_path / "b"
    assert changes.earlier(snapshot.Snapshot(tmp_path / "a", manifest_of(tmp_path / "a")), unreleased=True) is None


def manifest_of(folder) -> Manifest:
    return Manifest.from_json((folder / "manifest.json").read_text(encoding="utf-8"))


def test_a_dataset_without_an_earlier_snapshot_says_so(app_data):
    text = words(open_page("methods", dataset="recorded", part="changes"))

    assert "chưa có gì để so" in text
    assert "Chưa ghi nhận số liệu nào của kỳ đã kết thúc bị sửa" in text


# Refused rows, doubts, warnings, inflation

REFUSED = pl.DataFrame(
    [
        ("ii06", "a.xlsx", 14, "Xã", "Xã Lạ", "unknown unit: no commune of province 25 has this name"),
        ("ii06", "a.xlsx", 15, "Xã", "Xã Kỳ", "unknown unit: two communes of this name"),
        ("portal", "H25", None, None, None, "unreadable"),
    ],
    schema=["source", "place", "row", "column", "value", "reason"],
    orient="row",
)


def test_refused_rows_are_counted_by_the_kind_of_their_reason():
    found = data.by_reason(REFUSED)

    assert found.select("kind", "n").rows() == [("unknown unit", 2), ("unreadable", 1)]


def test_an_example_names_source_row_field_and_value():
    first, last = data.by_reason(REFUSED).rows(named=True)

    where = "ii06, a.xlsx, dòng 14, cột “Xã”, giá trị “Xã Lạ”"
    reason = "không rõ đơn vị: tỉnh 25 không có xã, phường, đặc khu nào tên này"
    assert data.example(VIEW, first) == f"{where}: {reason}"
    assert data.example(VIEW, last) == "portal, H25: unreadable"


def test_remarks_are_counted_one_by_one_without_their_details(tmp_path):
    columns = ["unit_code", "level", "quality"]
    rows = [("1", "commune", "sum_of_groups; groups_not_reported: ckmb"), ("2", "commune", "sum_of_groups")]
    pl.DataFrame(rows, schema=columns, orient="row").write_parquet(tmp_path / "measurements.parquet")
    found = data.marks(snapshot.Snapshot(tmp_path, manifest=None))

    assert found.rows() == [("sum_of_groups", "commune", 2, 2), ("groups_not_reported", "commune", 1, 1)]


@pytest.mark.parametrize("dataset", ["recorded", "simulated"])
def test_communes_whose_published_facts_are_in_doubt_are_named(app_data, dataset):
    text = words(open_page("methods", dataset=dataset, part="quality"))
    doubted = reference_table("units").filter(pl.col("quality").is_not_null())

    assert [name for name in doubted.get_column("full_name") if name not in text] == []


def test_the_warnings_of_a_dataset_are_told(app_data):
    text = words(open_page("methods", dataset="simulated", part="warnings"))

    assert "Simulated figures: no commune reported any of them." in text


@pytest.mark.parametrize(
    ("dataset", "known"),
    [("simulated", "độ dao động đo được"), ("recorded", "độ dao động ước từ hai kỳ, là mức thấp nhất")],
)
def test_the_rho_that_ranges_use_is_told_and_how_it_is_known(app_data, dataset, known):
    text = words(open_page("methods", dataset=dataset, part="inflation"))
    rows = of_communes(snapshot.open_snapshot(dataset)).filter(measure="on_time_share", basis="portal")
    rho = rows.item(0, "rho")

    assert rho > 0
    assert re.search(rf"Đúng hạn \(Cổng\)\s.{{0,80}}766-2026\s+{number(rho, 'vi', 4)}\s+{known}", text)


def test_heavy_parts_wait_until_they_are_opened(app_data):
    text = words(open_page("methods", dataset="recorded"))

    assert "Lấy số lần cuối" not in text
    assert "chưa có gì để so" not in text


def test_which_dataset_holds_what_is_a_table_of_all_of_them(app_data):
    text = words(open_page("methods", dataset="simulated", part="datasets"))
    satisfaction, petitions = (
        re.escape(measures()[name].name.vi) for name in ("handling_satisfaction", "petition_on_time_share")
    )

    assert re.search(rf"{satisfaction}\s+có\s+có", text)
    assert re.search(rf"{petitions}\s+có\s+có", text)


# A dataset that was captured twice, and refused a row


@pytest.fixture
def live_data(tmp_path, monkeypatch):
    monkeypatch.setenv("GANDAN_DATA", str(tmp_path))
    return tmp_path


def test_a_second_capture_is_compared_with_the_first_and_the_revision_listed(live_data):
    publish_world(live_data, revised=True)
    text = words(open_page("methods", dataset="live", part="changes"))
    on_time = re.escape(measures()["on_time_share"].name.vi)

    assert re.search(rf"{on_time}\s+0\s+1\s+0\s", text)
    assert re.search(r"Phường Nghi Sơn\s+Đúng hạn \(Cổng\)\s+Tháng 1/2026\s+90/100\s+85/100\s", text)


def test_corrections_are_listed_with_their_reason_and_without_their_author(live_data):
    publish_world(live_data)
    text = words(open_page("methods", dataset="live", part="errata"))
    assert "không có đính chính nào" in text
    kept = corrections.correct(ONE)
    corrections.withdraw(kept.id, "25", "mai")

    text = words(open_page("methods", dataset="live", part="errata"))
    assert "Đếm thiếu năm hồ sơ" in text
    assert "đã rút lại ngày" in text
    assert "không có đính chính nào" not in text
    assert "95/100" not in text


def test_a_refused_row_is_shown_with_its_reason_and_cannot_bring_markup(live_data):
    refused = REFUSED.head(1).with_columns(value=pl.lit("<i>Xã Lạ</i>"), captured_at=pl.lit(CAPTURED))
    rows = pl.concat([empty_quarantine(), refused.cast(dict(empty_quarantine().schema))], how="diagonal")
    harvest = Harvest(measurement_rows(world()), WORLD_CAPTURED, ["portal:test"], quarantine=rows)
    publish(live_data, "live", harvest, nature="live")
    text = markup(open_page("methods", dataset="live", part="quarantine"))

    assert "1 dòng không nhận được" in text
    assert "dòng 14, cột “Xã”, giá trị “&lt;i&gt;Xã Lạ&lt;/i&gt;”" in text
