"""What is known of one commune: its summary, fields, calendar, revisions and old members."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import polars as pl
import pytest

from display.portraits import histories, summary, summary_words, trends
from display.portraits.facts import facts_of
from display.words import rankings
from display.words.selection import Selection
from ranking.periods import Period, calendar_period
from ranking.process_limits import xmr
from store import peers, standings, units
from store.reference import measures
from store.snapshot import open_snapshot
from tests.conftest import _forget
from tests.display.portraits.conftest import view_of
from tests.unit_world import HAI_BINH, NGHI_SON, SILENT
from ui.unit import calendar, fields, members, workload

AUGUST = calendar_period("month", 2026, 8)


def row_of(snapshot, measure, code=NGHI_SON):
    return next(row for row in summary.rows(snapshot, code) if row.measure.id == measure)


def words_of(snapshot, measure, code=NGHI_SON, language="en"):
    return summary_words.row_words(view_of(snapshot, language), row_of(snapshot, measure, code))


# --- the summary


def test_each_measure_has_one_row_in_display_order(small):
    found = [row.measure.id for row in summary.rows(small, NGHI_SON)]

    assert found == [name for name in measures() if name in found]
    assert {"on_time_share", "online_filing_share", "received", "received_per_day"} <= set(found)


def test_a_row_says_value_interval_n_and_rank(small):
    row = row_of(small, "on_time_share")

    assert (row.value, row.n, row.rank, row.of, row.period) == (60, 100, 3, 3, AUGUST)
    assert row.low < 60 < row.high
    assert row.rank_low <= 3 <= row.rank_high


def test_a_row_is_the_row_of_the_rankings(small):
    row, view = row_of(small, "on_time_share"), view_of(small)
    selection = Selection("commune", "38", row.measure, row.basis, row.series, row.period)
    ranked = rankings.rows_of(view, selection).row(by_predicate=pl.col("unit_code") == NGHI_SON, named=True)

    names = {"value": "value", "low": "value_low", "high": "value_high", "n": "denominator", "rank": "rank",
             "rank_low": "rank_low", "rank_high": "rank_high", "of": "of", "band": "band"}  # fmt: skip
    assert {name: getattr(row, name) for name in names} == {name: ranked[column] for name, column in names.items()}


def test_a_fall_out_of_the_usual_range_is_a_worsening(small):
    assert row_of(small, "on_time_share").variation == "concern"
    assert row_of(small, "on_time_share", HAI_BINH).variation == "common"


def test_limits_on_fewer_than_twelve_months_are_not_firm(small):
    assert row_of(small, "on_time_share").firm is False


def test_a_process_well_above_its_target_will_meet_it(small):
    row = row_of(small, "online_filing_share")

    assert (row.target, row.assurance) == (80, "yes")


def test_without_a_target_there_is_no_assurance(small):
    assert row_of(small, "on_time_share").assurance is None


@pytest.mark.parametrize(("last", "word"), [(900, "high"), (10, "low"), (101, "common")])
def test_a_neutral_measure_is_high_or_low_but_never_better(last, word):
    points = xmr([100, 102, 101, 100, 102, 101, last], "neutral")

    assert histories._variation(points[-1]) == word


def test_few_peers_with_figures_give_no_rank_among_them(small):
    assert row_of(small, "on_time_share").peer_rank is None


def test_a_silent_unit_has_words_and_no_figures(small):
    row, words = row_of(small, "on_time_share", SILENT), words_of(small, "on_time_share", SILENT)

    assert (row.value, row.rank, row.state) == (None, None, "not_reported")
    assert (words.value, words.interval, words.rank) == ("not reported", "", "")


def test_words_are_in_the_readers_language(small):
    vietnamese, english = (words_of(small, "on_time_share", language=lang) for lang in ("vi", "en"))

    assert (vietnamese.value, english.value) == ("60,0\u00a0%", "60.0%")
    assert (vietnamese.variation, english.variation) == ("Đang xấu đi", "Worsening")
    assert english.place == "last third · about rank 3"
    assert (english.rank, english.known) == ("", "spread assumed")


def test_what_the_source_lacks_is_listed(small):
    assert "index_766" in [measure.id for measure in summary.missing(small, NGHI_SON)]
    assert "on_time_share" not in [measure.id for measure in summary.missing(small, NGHI_SON)]


def test_a_month_in_which_a_unit_falls_silent_is_its_last_one(small):
    history = row_of(small, "on_time_share", SILENT).months

    assert [(month.value, month.mark) for month in history] == [(None, "none")]


def test_codes_from_before_the_merger_are_not_the_unit(small):
    starts = units.figures(small, NGHI_SON).get_column("period_start")

    assert starts.min() == date(2026, 1, 1)


# --- time


def test_a_chart_joins_no_two_series_and_draws_the_past_apart(small):
    chart = trends.chart_of(small, NGHI_SON, row_of(small, "on_time_share"))
    past, since = chart.curves

    assert (past.past, since.past) == (True, False)
    assert [round(value, 1) for value in past.values] == [65, 74]
    assert len(since.values) == 8


def test_a_chart_is_drawn_from_three_months_on(small):
    drawn = {row.measure.id for row in trends.drawable(small, NGHI_SON)}

    assert "on_time_share" in drawn
    assert "received" not in drawn


# --- fields


def test_the_field_behind_most_of_the_lateness_comes_first(small):
    found = fields.fields_of(small, NGHI_SON)

    assert [(field.name, field.late, field.n) for field in found.fields] == [("Đất đai", 30, 40), ("Hộ tịch", 10, 60)]
    assert [field.part for field in found.fields] == [0.75, 0.25]
    assert [field.name for field in found.driving()] == ["Đất đai"]


def test_a_field_is_worse_only_where_its_interval_lies_below_the_province(small):
    found = fields.fields_of(small, NGHI_SON)

    assert [field.province for field in found.fields] == [90, 70]
    assert [field.name for field in found.worse()] == ["Đất đai"]


def test_the_sentence_about_fields_can_be_checked_by_hand(small):
    text = fields.sentence(view_of(small), fields.fields_of(small, NGHI_SON))

    assert (
        text == "August 2026: 40 of 100 dossiers late. Đất đai: 75% of the late dossiers against 40% of all dossiers."
    )


def test_no_late_dossier_drives_nothing(small):
    found = fields.fields_of(small, NGHI_SON)
    clean = replace(found, fields=tuple(replace(field, late=0, part=None) for field in found.fields))

    assert clean.driving() == ()
    assert "none of 100" in fields.sentence(view_of(small), clean)


def test_without_fields_there_is_nothing_to_show(small):
    assert fields.fields_of(small, HAI_BINH) is None


# --- calendar and revisions


def test_the_calendar_tells_reported_from_silent(small):
    months = {m.start.month: m for m in calendar.calendar(small, SILENT)["portal"]}

    assert {month.state for month in months.values()} == {"not_reported"}
    assert len(months) == 8
    assert (months[8].captured_at is None, months[7].captured_at is None) == (False, True)


def test_a_month_without_dossiers_beside_figures_counts_as_answered(small):
    july = next(m for m in calendar.calendar(small, NGHI_SON)["portal"] if m.start == date(2026, 7, 1))

    assert (july.state, july.answered) == ("reported", july.asked)


def test_a_revised_month_is_marked_and_listed_with_both_values(small):
    january = calendar.calendar(small, NGHI_SON)["portal"][0]
    old = units.revised(small, NGHI_SON).row(0, named=True)

    assert january.revised
    assert calendar._revision(view_of(small), old) == [
        "January 2026", "On time (portal), as the national portal counts", "90.0% (90/100)", "85.0% (85/100)",
        "3 Feb 2026",
    ]  # fmt: skip


def test_a_month_in_words_says_all_that_is_known(small):
    january = calendar.calendar(small, NGHI_SON)["portal"][0]

    assert calendar.month_words(view_of(small), january) == "1/2026: reported, revised later, captured 3 Feb 2026"


# --- old communes


def test_old_communes_have_their_last_twelve_months(small):
    found = members.members_of(small, NGHI_SON, "on_time_share")

    assert [(m.code, m.value, m.n, m.months) for m in found] == [
        ("16654", 90, 100, 2), ("16657", 40, 100, 2), ("16660", 92, 50, 1),
    ]  # fmt: skip


def test_the_clearly_worst_member_is_named_with_the_level_of_the_others(small):
    found = members.members_of(small, NGHI_SON, "on_time_share")
    worst, level = members.clearly_worst(found, measures()["on_time_share"])

    assert worst.code == "16657"
    assert round(level, 2) == round(100 * (90 + 46) / 150, 2)


def test_members_alike_name_nobody(small):
    found = members.members_of(small, NGHI_SON, "on_time_share")
    alike = tuple(replace(member, value=90.0) for member in found)

    assert members.clearly_worst(alike, measures()["on_time_share"]) is None


def test_a_member_with_few_dossiers_is_never_the_worst(small):
    found = members.members_of(small, NGHI_SON, "on_time_share")
    thin = tuple(replace(member, n=10) if member.code == "16657" else member for member in found)

    assert members.clearly_worst(thin, measures()["on_time_share"]) is None


# --- who it is


def test_without_boundaries_the_nearest_seats_stand_for_neighbours(small):
    codes, touching = units.neighbours(NGHI_SON)

    assert (touching, len(codes)) == (False, 6)
    assert HAI_BINH in codes


def test_a_changed_kind_is_said_with_the_earlier_one(small):
    facts = dict(facts_of(view_of(small, "vi"), units.unit("07294")))

    assert facts["Loại đơn vị"] == "Phường (ngày 1/7/2025 là xã)"


def test_a_doubtful_population_says_so(small):
    unit = {**units.unit(NGHI_SON), "quality": "area_population_of_one_predecessor"}
    facts = dict(facts_of(view_of(small, "vi"), unit))

    assert "chỉ của một xã cũ" in facts["Dân số"]


def test_names_from_data_are_escaped(small):
    unit = {**units.unit(NGHI_SON), "seat": "<script>alert(1)</script>"}
    facts = dict(facts_of(view_of(small), unit))

    assert facts["Seat"] == "&lt;script&gt;alert(1)&lt;/script&gt;"


def test_workload_without_enough_others_is_not_compared(small):
    assert workload.against_others(small, NGHI_SON, row_of(small, "received_per_day")) is None


@pytest.mark.parametrize(("value", "place"), [(5, "below"), (15, "within"), (25, "above")])
def test_a_workload_stands_below_within_or_above_the_middle_half(small, value, place):
    row = replace(row_of(small, "received_per_day"), value=value)

    assert workload.AgainstOthers(row, 15, True, 1, 10, 15, 20, 40).place == place


# --- the simulated country


@pytest.fixture
def simulated(app_data):
    _forget()
    return open_snapshot("simulated")


def test_ranks_among_peers_are_those_of_the_rankings(simulated):
    row = row_of(simulated, "on_time_share")
    ranks = peers.peer_ranks(simulated, row.measure.id, row.basis, row.period)
    mine = ranks.filter(ranks["unit_code"] == NGHI_SON).row(0, named=True)

    assert (row.peer_rank, row.peer_of) == (mine["peer_rank"], mine["peer_of"])


def test_received_beside_a_score_is_that_of_the_rankings(simulated):
    row = row_of(simulated, "index_766")
    ranked = standings.ranking(simulated, "commune", row.measure.id, row.basis, row.period, "38")

    assert row.n == ranked.filter(ranked["unit_code"] == NGHI_SON).item(0, "received")


def test_every_period_is_after_the_merger(simulated):
    assert all(row.period.start >= date(2025, 7, 1) for row in summary.rows(simulated, "00070"))
    assert isinstance(summary.rows(simulated, "00070")[0].period, Period)
