"""History before the merger as the page about time shows it: curves, bands and words."""

from __future__ import annotations

from datetime import date

import pytest

from display.drawing.curves import Line
from display.drawing.palette import LIGHT
from display.words.text import Speaker
from display.words.view import View
from etl.publishing.harvest import Harvest, measurement_rows
from etl.publishing.publish import publish
from ranking.periods import MERGER, calendar_period
from store.reference import measures, reference_table
from store.snapshot import open_snapshot
from tests.conftest import CAPTURED
from ui.time import history

SHARE, DAYS, COUNT = "online_filing_share", "processing_days", "received"
NGHI_SON, BA_DINH, PHU_THUONG, HOAN_KIEM, BACH_LONG_VI = "16654", "00004", "00091", "00070", "11948"
MAY, JUNE, JULY = (calendar_period("month", 2025, n) for n in (5, 6, 7))
OF = {
    SHARE: {"series": "ii06", "basis": "form"},
    DAYS: {"series": "766-2025", "basis": "portal"},
    COUNT: {"series": "766-2025", "basis": "portal"},
}


def row(code, period, numerator, denominator=None, measure=SHARE, **changes):
    when = {"period_start": period.start, "period_end": period.end, "period_kind": "month"}
    rest = {"level": "commune", "provisional": False, "source": "test", "captured_at": CAPTURED, "measure": measure}
    return {
        "unit_code": code,
        "numerator": numerator,
        "denominator": denominator,
        **when,
        **rest,
        **OF[measure],
        **changes,
    }


def small_world():
    """Nghi Sơn: 60 of 80, 40 of 40, 20 of 40 in May; Hải Hà silent in June; 90 of 100 after the merger.

    Stretches that are no whole months are there too, and never drawn.
    """
    return [
        *(row(c, MAY, n, d) for c, n, d in (("16654", 60, 80), ("16657", 40, 40), ("16660", 20, 40))),
        *(row(c, JUNE, n, d) for c, n, d in (("16654", 70, 80), ("16657", 38, 40))),
        row("16660", JUNE, None, state="not_reported"),
        row("16654", JULY, 90, 100),
        *(row(c, MAY, n, measure=COUNT) for c, n in (("16654", 70), ("16657", 20), ("16660", 10))),
        row("16654", JUNE, 50, measure=COUNT),
        *(row(c, MAY, n, measure=DAYS) for c, n in (("16654", 2), ("16657", 6), ("16660", 3))),
        row("16654", MAY, 1, 100, period_start=date(2025, 4, 1), period_end=JUNE.end, period_kind="quarter"),
        row("16654", MAY, 1, 100, period_end=date(2025, 5, 15), period_kind="to_date"),
    ]


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    data = tmp_path_factory.mktemp("small")
    publish(data, "live", Harvest(measurement_rows(small_world()), CAPTURED, ["test"]), nature="live")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GANDAN_DATA", str(data))
        yield open_snapshot("live", unreleased=True)


def view_of(snapshot, language="en") -> View:
    return View(language, Speaker(language), snapshot, LIGHT)


def measure(name):
    return measures()[name]


def curves(snapshot, name, *units, role=None):
    found = history.before_merger(view_of(snapshot), measure(name), units)
    return [curve for curve in found if role in (None, curve.role)]


def words(snapshot, name, unit, language="en"):
    return history.words(view_of(snapshot, language), measure(name), unit)


# --- a unit of three whole members


def test_the_sum_is_a_thin_line_in_the_colour_of_the_unit(small):
    (line,) = curves(small, SHARE, NGHI_SON, role="sum")

    assert (line.values, line.days) == ([75, 90], [MAY.start, JUNE.start])
    assert (line.colour, line.name, line.basis, line.wide) == (LIGHT.series[0], "", "form", False)
    assert isinstance(line, Line)


def test_the_members_are_thinner_grey_lines_beneath_the_sum(small):
    *members, last = curves(small, SHARE, NGHI_SON)

    assert [line.role for line in members] == ["member"] * 3
    assert [line.values for line in members] == [[75, 87.5], [100, 95], [50, None]]
    assert {line.colour for line in members} == {LIGHT.grey}
    assert last.role == "sum"
    assert all(line.width < last.width for line in members)


def test_a_point_says_how_many_members_reported(small):
    (line,) = curves(small, SHARE, NGHI_SON, role="sum")

    assert line.notes[0].startswith(
        "Phường Nghi Sơn, added up from its former units, 3 of 3 former units reported, out of 160"
    )
    assert "2 of 3 former units reported, out of 120" in line.notes[1]


def test_no_curve_reaches_the_merger(small):
    assert max(day for curve in curves(small, SHARE, NGHI_SON) for day in curve.days) < MERGER


def test_a_count_has_a_gap_where_a_member_is_silent(small):
    (line,) = curves(small, COUNT, NGHI_SON, role="sum")

    assert line.values == [100, None]


def test_a_quantity_shows_its_members_only(small):
    assert [curve.role for curve in curves(small, DAYS, NGHI_SON)] == ["member"] * 3


def test_words_say_origin_coverage_and_spread(small):
    assert words(small, SHARE, NGHI_SON) == (
        "Phường Nghi Sơn was formed on 1 July 2025 from 3 former units: "
        "Phường Hải Thượng, Xã Nghi Sơn, Xã Hải Hà (Thị xã Nghi Sơn). "
        "Before the merger (from May 2025 to June 2025) every former unit reported in 1 of 2 months; "
        "in the thinnest month 2 of 3 did. Where a former unit was silent, the line covers those that reported. "
        "In June 2025 the former units ranged from 87.5% to 95.0%; "
        "at the weaker end, among those with enough dossiers: Phường Hải Thượng."
    )


def test_words_are_in_the_readers_language(small):
    text = words(small, SHARE, NGHI_SON, "vi")

    assert text.startswith("Phường Nghi Sơn được lập ngày 1/7/2025 từ 3 đơn vị cũ: Phường Hải Thượng")
    assert "87,5\u00a0%" in text


def test_words_say_why_there_is_no_history(small):
    assert "cannot be added up" in words(small, DAYS, NGHI_SON)
    assert "no monthly figures of the former units" in words(small, "on_time_share", NGHI_SON)
    assert "no monthly figures of the former units" in words(small, SHARE, BA_DINH)


def test_a_place_that_is_no_commune_has_no_history(small):
    assert words(small, SHARE, "38") == ""
    assert curves(small, SHARE, "38") == []


# --- the simulated country


@pytest.fixture
def simulated(app_data):
    return open_snapshot("simulated")


def test_the_real_nghi_son_has_one_line_and_three_members(simulated):
    found = curves(simulated, SHARE, NGHI_SON)

    assert [curve.role for curve in found] == ["member"] * 3 + ["sum"]
    assert found[-1].days[-1] == date(2025, 6, 1)


def test_split_members_give_a_band_without_a_line(simulated):
    (band,) = curves(simulated, "on_time_share", BA_DINH, role="range")

    assert curves(simulated, "on_time_share", BA_DINH, role="sum") == []
    assert set(band.values) == {None}
    assert all(low <= high for low, high in zip(band.low, band.high, strict=True) if low is not None)
    assert "count each of them fully in or fully out" in words(simulated, "on_time_share", BA_DINH)


def test_no_range_is_drawn_for_a_month_with_a_silent_member(simulated):
    (band,) = curves(simulated, "on_time_share", BA_DINH, role="range")
    months = history.monthly(simulated, "on_time_share", BA_DINH)
    whole = dict(months.select("period_start", "coverage").iter_rows())

    assert {low is None for low in band.low} == {True, False}
    assert all((low is None) == (whole[day] < 1) for day, low in zip(band.days, band.low, strict=True))


@pytest.mark.parametrize("name", [SHARE, "open_overdue"])
def test_nothing_but_parts_gives_no_history_and_says_so(simulated, name):
    assert {curve.role for curve in curves(simulated, name, PHU_THUONG)} == {"member"}
    assert "not comparable" in words(simulated, name, PHU_THUONG)


def test_more_than_twelve_members_are_one_band(simulated):
    found = curves(simulated, SHARE, HOAN_KIEM)

    assert [curve.role for curve in found] == ["spread", "range"]
    assert all(low <= high for low, high in zip(found[0].low, found[0].high, strict=True))


def test_a_unit_that_kept_its_borders_is_drawn_once(simulated):
    lineage = reference_table("lineage")
    alone = lineage.filter(lineage["new_code"].is_unique() & (lineage["old_code"].str.len_chars() == 5))
    unit = alone.filter(alone["part"] == "whole").item(0, "new_code")

    assert [curve.role for curve in curves(simulated, SHARE, unit)] == ["sum"]
    assert "kept the borders of" in words(simulated, SHARE, unit)


def test_a_former_island_district_stands_for_itself(simulated):
    text = words(simulated, SHARE, BACH_LONG_VI)

    assert text.startswith("Đặc khu Bạch Long Vĩ kept the borders of Huyện Bạch Long Vĩ in")
    assert "no monthly figures" in text


def test_each_unit_has_its_own_colour(simulated):
    found = curves(simulated, SHARE, NGHI_SON, "00385", role="sum")

    assert [curve.colour for curve in found] == list(LIGHT.series[:2])


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_commune_has_words_for_its_past(simulated, language):
    units = reference_table("units").get_column("code").gather_every(200)

    assert all(words(simulated, SHARE, unit, language) for unit in units)
