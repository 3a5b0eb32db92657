"""Dossiers: every rule on a dossier that can be checked with a calendar in hand."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ranking.dossiers.days import calendar, quantile
from ranking.dossiers.formulas import DossierMeasures
from ranking.dossiers.procedures import commonest
from ranking.dossiers.rows import COUNTS, IN_PERSON, KEYS, ONLINE, OPEN, PARTIAL, PAUSED, POST, SUMS, UNKNOWN, WAITING
from ranking.dossiers.stock import stock
from ranking.dossiers.tables import added, fallen_silent, measured, periods_of
from store.reference import measures
from store.swapped_days import swapped_days
from tests.dossier_cases import CALENDAR, PLAIN, counted, days_of, dossiers, sums
from tests.drawn import examples

AUGUST = 12 * 2026 + 7
OPEN_ONE = {"done": None, "state": OPEN}


def august(day: int) -> date:
    return date(2026, 8, day)


@pytest.mark.parametrize(
    ("first", "last", "working"),
    [
        (august(3), august(4), 1),  # Monday to Tuesday
        (august(7), august(10), 1),  # Friday to Monday
        (august(8), august(10), 1),  # Saturday to Monday
        (august(3), august(3), 0),
        (august(21), august(24), 2),  # Friday to Monday over the Saturday that was worked
        (august(28), date(2026, 9, 3), 1),  # 31 August off, then the National Day
        (date(2026, 4, 29), date(2026, 5, 4), 1),  # 30 April and 1 May are free, then a weekend
    ],
)
def test_working_days_leave_out_weekends_and_public_holidays(first: date, last: date, working: int):
    index = dict(CALENDAR.select("day", "index").iter_rows())
    assert index[last] - index[first] == working


def test_the_calendar_counts_the_same_however_far_it_reaches():
    longer = calendar(swapped_days(), last=date(2046, 12, 31))
    assert longer.head(CALENDAR.height).equals(CALENDAR)


@pytest.mark.parametrize(
    ("done", "on_time", "last_day"),
    [(august(6), 1, 0), (august(10), 1, 1), (august(11), 0, 0)],
    ids=["early", "on the due date", "a day late"],
)
def test_on_time_when_ended_by_the_due_date(done: date, on_time: int, last_day: int):
    row = counted(done=done)
    assert (row["timed"], row["on_time"], row["last_day"]) == (1, on_time, last_day)


def test_a_due_date_on_a_weekend_moves_to_monday():
    assert counted(due=august(8), done=august(10))["on_time"] == 1
    assert counted(due=august(8), done=august(11))["on_time"] == 0


def test_done_on_saturday_is_late_for_a_due_date_on_friday():
    assert counted(due=august(7), done=august(8))["on_time"] == 0


@pytest.mark.parametrize(
    ("ends", "working"),
    [
        ({"done": august(5), "returned": august(7), "stopped": august(12)}, 2),
        ({"done": None, "returned": august(7), "stopped": august(12)}, 4),
        ({"done": None, "returned": None, "stopped": august(12)}, 7),
    ],
    ids=["done", "returned", "stopped"],
)
def test_the_end_is_done_before_returned_before_stopped(ends: dict[str, date], working: int):
    assert days_of(**ends)[0] == working


def test_days_waited_for_supplement_do_not_count():
    assert days_of(done=august(13), waited=3) == (5, 7)
    assert counted(done=august(13), waited=3)["on_time"] == 1
    assert counted(done=august(14), waited=3)["on_time"] == 0


def test_a_second_request_for_supplement_counts_as_late():
    assert counted(supplements=1)["on_time"] == 1
    assert counted(supplements=2)["on_time"] == 0


def test_without_a_due_date_the_legal_maximum_counts():
    limits = pl.DataFrame({"procedure": [0], "limit_days": [2]}, schema={"procedure": pl.Int16, "limit_days": pl.Int32})
    assert counted(limits, due=None, done=august(5))["last_day"] == 1
    assert counted(limits, due=None, done=august(6))["on_time"] == 0
    assert counted(limits, due=august(10), done=august(6))["on_time"] == 1


def test_without_any_last_day_a_dossier_is_counted_apart():
    row = counted(due=None)
    assert (row["n"], row["timed"], row["on_time"]) == (1, 0, 0)


@pytest.mark.parametrize(
    ("channel", "names"),
    [
        (PARTIAL, {"partial", "online", "channel_known", "kind_known"}),
        (ONLINE, {"online", "channel_known"}),
        (IN_PERSON, {"in_person", "channel_known", "kind_known"}),
        (POST, {"post", "channel_known", "kind_known"}),
        (0, set()),
    ],
)
def test_channels(channel: int, names: set[str]):
    row = counted(channel=channel)
    kinds = ("full", "partial", "online", "in_person", "post", "channel_known", "kind_known")
    assert {name for name in kinds if row[name]} == names


def test_what_an_export_does_not_say_is_no_no():
    assert (counted(digitised=False)["digitised_known"], counted(digitised=None)["digitised_known"]) == (1, 0)
    assert counted(fee_owed=True, paid_online=None)["fee_owed"] == 0
    assert counted(fee_owed=False, paid_online=None)["fee_known"] == 1


def test_letters_of_apology_are_counted_of_late_dossiers_that_tell():
    late, names = {"done": august(12)}, ("apologised_known", "late_told", "late_apologised")
    told = [counted(**late, apologised=said) for said in (True, False, None)] + [counted(apologised=True)]
    assert [tuple(row[name] for name in names) for row in told] == [(1, 1, 1), (1, 1, 0), (0, 0, 0), (1, 0, 0)]


def test_asked_twice_is_told_where_the_export_says_how_often():
    assert (counted(supplements=2)["asked_twice"], counted(supplements=2)["supplements_known"]) == (1, 1)
    assert (counted(supplements=1)["asked_twice"], counted(supplements=1)["supplements_known"]) == (0, 1)
    untold = counted(supplements=None)
    assert (untold["asked_twice"], untold["supplements_known"], untold["on_time"]) == (0, 0, 1)


def test_handed_out_on_a_later_day_than_done():
    assert counted(returned=august(6))["handed_out_later"] == 0
    assert counted(returned=august(7))["handed_out_later"] == 1
    assert counted(returned=None)["handed_out"] == 0


def test_an_open_dossier_keeps_its_last_day():
    row = sums(dossiers(OPEN_ONE | {"waited": 2}))["open"].row(0, named=True)
    index = dict(CALENDAR.select("day", "index").iter_rows())
    assert row["last"] == index[august(12)]


def test_the_clock_stands_while_the_applicant_is_asked():
    assert sums(dossiers(OPEN_ONE | {"state": WAITING}))["open"]["last"].to_list() == [PAUSED]
    assert sums(dossiers(OPEN_ONE | {"due": None}))["open"]["last"].to_list() == [UNKNOWN]


@pytest.mark.parametrize(
    ("today", "facts"),
    [
        (august(10), {"open_in_time"}),
        (august(11), {"open_overdue", "aged_1_5"}),
        (august(17), {"open_overdue", "aged_1_5"}),
        (august(18), {"open_overdue", "aged_6_15"}),
        (august(28), {"open_overdue", "aged_6_15"}),
    ],
)
def test_ageing_of_the_open_overdue_in_working_days(today: date, facts: set[str]):
    held = sums(dossiers(OPEN_ONE))["open"]
    number = CALENDAR.filter(pl.col("day") == today).item(0, "next")
    row = stock(held, number).row(0, named=True)
    assert {name for name, n in row.items() if name.startswith(("aged", "open_")) and n} == facts | {"open_known"}


def test_quantiles_from_a_histogram_are_exact():
    # 1, 1, 2, 3, 10: the median is 2, nine tenths do not exceed 10.
    days = pl.DataFrame({"unit": ["a"] * 4, "days": [1, 2, 3, 10], "n": [2, 1, 1, 1]})
    assert quantile(days, ["unit"], "days", 5)["days"].to_list() == [2]
    assert quantile(days, ["unit"], "days", 9)["days"].to_list() == [10]
    assert quantile(days, ["unit"], "days", 4)["days"].to_list() == [1]


# Two communes (0 and 1) and an office without a code (2) of province 25.
UNITS = pl.DataFrame(
    {"id": [0, 1, 2], "code": ["04792", "04795", "office:25"], "level": ["commune", "commune", "office"],
     "province": ["25"] * 3}
)  # fmt: skip
FIELDS = pl.DataFrame({"id": [0, 1], "name": ["Hộ tịch", "Đất đai"]})
AS_OF = date(2026, 8, 28)
TOLD = DossierMeasures.of(measures())


def tables(*changes: dict[str, object], day: date = AS_OF) -> dict[tuple[str, str, str], tuple]:
    """(unit, measure, field) → (numerator, denominator, state) of August 2026 as known on `day`."""
    month = rows_of(*changes, day=day).filter(pl.col("period_start") == august(1))
    names = ("unit_code", "measure", "field", "numerator", "denominator", "state")
    return {(unit, measure, field): tuple(facts) for unit, measure, field, *facts in month.select(names).iter_rows()}


def rows_of(*changes: dict[str, object], day: date = AS_OF, months: tuple[int, ...] = (AUGUST,)) -> pl.DataFrame:
    """The measurements of the periods that hold `months`, as known on `day`."""
    found = {name: table.lazy() for name, table in sums(dossiers(*changes)).items()}
    return pl.concat(measured(found, UNITS, FIELDS, periods_of(months, day), CALENDAR, day, TOLD))


def test_open_and_not_yet_due_is_on_time_for_the_portal_and_absent_from_the_form():
    rows = tables({}, OPEN_ONE | {"due": august(31)}, OPEN_ONE | {"due": august(12)})
    assert rows["04795", "on_time_share", "all"] == (2, 3, "reported")
    assert rows["04795", "on_time_share_form", "all"] == (1, 1, "reported")
    assert rows["04795", "open_overdue_share", "all"] == (1, 2, "reported")


def test_carried_over_dossiers_are_not_received_again():
    rows = tables({}, {"received": date(2026, 7, 30), "channel": IN_PERSON})
    assert rows["04795", "online_filing_share", "all"] == (1, 1, "reported")
    assert rows["04795", "on_time_share_form", "all"] == (2, 2, "reported")


def test_decided_elsewhere_is_counted_once_by_intake_and_once_by_decision():
    rows = tables({}, {"decision": 0}, {"decision": 2})
    assert rows["04795", "decided_elsewhere_share", "all"] == (2, 3, "reported")
    assert [rows[unit, "decided", "all"][0] for unit in ("04795", "04792", "25")] == [1, 1, 3]
    assert rows["25", "received", "all"][0] == 3


def test_a_unit_without_dossiers_is_silent_in_its_own_way():
    rows = tables({})
    assert rows["04792", "on_time_share", "all"] == (0, 0, "no_dossiers")
    assert rows["04792", "received", "all"] == (0, None, "reported")
    assert rows["04795", "digitised_share", "all"] == (None, None, "not_reported")


def test_online_without_its_kind_tells_nothing_of_full_and_partial():
    rows = tables({"channel": ONLINE}, {"channel": IN_PERSON})
    assert rows["04795", "online_filing_share", "all"] == (1, 2, "reported")
    assert rows["04795", "online_full_share", "all"] == (None, None, "not_reported")


def test_open_and_overdue_at_the_end_of_a_past_month():
    """Due on Monday 10 August; 16 working days later is 3 September, the next one after the 31st, which was off."""
    late = {"done": date(2026, 9, 3)}
    rows = tables({}, late, late | {"due": august(31)}, {"done": august(31)}, day=date(2026, 9, 10))
    assert rows["04795", "open_overdue", "all"] == (1, None, "reported")
    assert rows["04795", "open_overdue_share", "all"] == (1, 2, "reported")
    assert rows["04795", "overdue_16_30_share", "all"] == (1, 1, "reported")
    assert rows["04795", "open_overdue", "Hộ tịch"] == (1, None, "reported")


def test_what_is_open_now_was_open_at_the_end_of_the_month_before():
    rows = rows_of(OPEN_ONE, OPEN_ONE | {"state": WAITING}, day=date(2026, 9, 10), months=(AUGUST, AUGUST + 1))
    overdue = rows.filter(pl.col("measure") == "open_overdue_share", pl.col("unit_code") == "04795")
    months = overdue.filter(pl.col("field") == "all").select("period_start", "numerator", "denominator").unique()
    assert sorted(months.rows()) == [
        (date(2026, 1, 1), 1, 2), (date(2026, 7, 1), 1, 2), (august(1), 1, 2), (date(2026, 9, 1), 1, 2),
    ]  # fmt: skip


def test_days_waited_move_the_last_day_at_a_past_months_end():
    late = {"done": date(2026, 9, 10), "due": august(28)}
    assert tables(late, day=date(2026, 9, 20))["04795", "open_overdue", "all"][0] == 1
    assert tables(late | {"waited": 3}, day=date(2026, 9, 20))["04795", "open_overdue", "all"][0] == 0


def test_a_month_without_anything_open_at_its_end_has_none_overdue():
    assert tables({}, day=date(2026, 9, 10))["04795", "open_overdue", "all"] == (0, None, "reported")


def test_by_field():
    rows = tables({}, {"field": 1, "done": august(12)})
    assert rows["04795", "on_time_share_form", "Hộ tịch"] == (1, 1, "reported")
    assert rows["04795", "on_time_share_form", "Đất đai"] == (0, 1, "reported")


def test_provinces_are_told_by_field_in_full_and_their_units_by_few_measures():
    rows = tables({}, OPEN_ONE)
    fields = {unit: {m for code, m, field in rows if code == unit and field != "all"} for unit in ("04795", "25")}
    assert fields["04795"] == TOLD.of_unit_fields
    assert fields["25"] > TOLD.of_unit_fields | {"online_payment_share", "last_day_share"}


@pytest.mark.parametrize(("day", "told"), [(date(2028, 7, 3), True), (date(2028, 8, 3), False)])
def test_months_are_told_by_field_for_two_years(day: date, told: bool):
    assert (("04795", "received", "Hộ tịch") in tables({}, day=day)) is told


def test_what_has_lost_its_last_dossier_has_none():
    held = rows_of({}, {"field": 1})
    later = date(2026, 9, 3)
    now = rows_of({}, {"field": 0}, day=later)
    gone = fallen_silent(held.lazy(), now, periods_of([AUGUST], later), later, TOLD)
    land = gone.filter(pl.col("unit_code") == "04795", pl.col("measure") == "received")
    names = ("field", "period_start", "period_end", "period_kind", "numerator", "state")
    assert sorted(land.select(names).rows()) == [
        ("Đất đai", date(2026, 1, 1), later, "to_date", 0, "no_dossiers"),
        ("Đất đai", date(2026, 7, 1), later, "to_date", 0, "no_dossiers"),
        ("Đất đai", august(1), august(31), "month", 0, "no_dossiers"),
    ]
    assert gone["field"].unique().to_list() == ["Đất đai"]


def test_what_was_not_counted_again_is_not_taken_for_lost():
    held = rows_of({}, months=(AUGUST, AUGUST - 1))
    now = rows_of({})
    assert fallen_silent(held.lazy(), now, periods_of([AUGUST], AS_OF), AS_OF, TOLD).is_empty()


def test_median_and_ninth_tenth_of_days():
    rows = tables({"done": august(4)}, {"done": august(5)}, {"done": august(10)})
    assert rows["04795", "median_processing_days", "all"][0] == 2
    assert rows["04795", "p90_processing_days", "all"][0] == 5
    assert rows["04795", "p90_calendar_days", "all"][0] == 7


def test_the_commonest_procedures_of_a_province():
    found = sums(dossiers({}, {"done": august(12)}, {"done": august(4), "procedure": 1}))["procedures"]
    names = {
        "provinces": pl.DataFrame({"id": [0], "name": ["25"]}),
        "fields": FIELDS,
        "procedures": pl.DataFrame({"id": [0, 1], "name": ["2.000815", "1.001193"]}),
    }
    (row,) = commonest(found, names, keep=1).rows()
    assert row == ("25", 2026, "Hộ tịch", "2.000815", 2, 2, 1, 0, 3, 7)


def test_a_period_that_is_not_over_is_cut_and_provisional():
    spans = periods_of([AUGUST], AS_OF)
    assert spans.select("period_end", "provisional", "period_kind").unique().rows() == [(AS_OF, True, "to_date")]
    assert periods_of([12 * 2025 + 5], AS_OF).is_empty()


DAYS = st.integers(0, 60).map(lambda n: date(2026, 7, 1) + timedelta(days=n))
ANY_DOSSIER = st.fixed_dictionaries(
    {
        "intake": st.integers(0, 2), "decision": st.integers(0, 2), "field": st.integers(0, 1),
        "received": DAYS, "due": st.none() | DAYS, "done": st.none() | DAYS, "returned": st.none() | DAYS,
        "stopped": st.none() | DAYS, "waited": st.integers(0, 9), "supplements": st.integers(0, 3),
        "channel": st.integers(0, 5), "digitised": st.sampled_from([None, True, False]),
    }
)  # fmt: skip


@examples(30)
@given(st.lists(ANY_DOSSIER, min_size=1, max_size=40))
def test_every_dossier_is_counted_exactly_once_per_attribution(changes):
    found = sums(dossiers(*changes))
    for side in ("intake", "decision"):
        counts = found["events"].group_by(side).agg(pl.col("n").sum())
        expected = [sum(change[side] == unit for change in changes) for unit in range(3)]
        assert [counts.filter(pl.col(side) == unit)["n"].sum() for unit in range(3)] == expected
    ended = found["events"].filter(pl.col("end_month") != 0)["n"].sum()
    assert ended == found["days"]["n"].sum() == found["procedures"]["n"].sum()
    assert ended + found["open"]["n"].sum() == len(changes)


@examples(30)
@given(st.lists(st.tuples(ANY_DOSSIER, st.integers(0, 3)), min_size=1, max_size=40), st.randoms())
def test_any_split_of_files_and_any_order_give_the_same_sums(placed, random):
    whole = sums(dossiers(*(change for change, _ in placed)))
    shuffled = random.sample(placed, len(placed))
    files = [[change for change, file in shuffled if file == number] for number in range(4)]
    parts = [sums(dossiers(*changes)) for changes in files if changes]
    for name in KEYS:
        together = added([part[name].lazy() for part in parts], name).collect().sort(KEYS[name])
        assert together.select(KEYS[name] + SUMS[name]).equals(whole[name].select(KEYS[name] + SUMS[name]))


def test_every_sum_is_a_whole_number_of_dossiers():
    row = counted()
    assert all(row[name] in (0, 1) for name in COUNTS)
    assert PLAIN["intake"] == row["intake"]
