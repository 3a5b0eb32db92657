"""What is left of one period without others: taken only if it could be true in every unit and the chart agrees."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ranking.periods import Period, as_of, calendar_period, parse
from ranking.stretches import differences, is_derived, possible
from ranking.tables import Measurements
from store.reference import measures
from tests.stand_in.recorded import further_folder, recorded_folder

DAY = date(2026, 9, 26)
CAPTURED = datetime(2026, 9, 26, 5, tzinfo=UTC)
SHARE = measures()["online_filing_share"]
QUARTER, AUGUST, SEPTEMBER = (as_of(parse(text), DAY) for text in ("2026-Q3", "2026-08", "2026-09"))
JULY = parse("2026-07")


def row(known: tuple[Period, bool], figures: tuple[float, float] | float, unit: str = "25", **more) -> dict:
    period, provisional = known
    counts = isinstance(figures, tuple)
    return {
        "unit_code": unit,
        "level": "province" if len(unit) == 2 else "commune",
        "period_start": period.start,
        "period_end": period.end,
        "period_kind": period.kind,
        "series": "766-2026",
        "measure": SHARE.id,
        "field": "all",
        "numerator": float(figures[0]) if counts else None,
        "denominator": float(figures[1]) if counts else None,
        "score": None if counts else float(figures),
        "max_score": None if counts else 100.0,
        "state": "reported",
        "provisional": provisional,
        "basis": "portal",
        "quality": None,
        "source": "portal:test",
        "captured_at": CAPTURED,
    } | more


def table(*rows: dict) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=Measurements.create_empty().schema, orient="row")


def third_quarter(unit: str = "25", july: tuple[float, float] = (160, 170)) -> list[dict]:
    """A quarter with its second and third month; the first is what was not asked."""
    whole = (150 + 118 + july[0], 152 + 120 + july[1])
    return [row(QUARTER, whole, unit), row(AUGUST, (150, 152), unit), row(SEPTEMBER, (118, 120), unit)]


def test_july_is_the_quarter_without_august_and_september():
    taken, refused = differences(table(*third_quarter()), SHARE)
    assert refused == []
    (july,) = taken.to_dicts()
    assert (july["period_start"], july["period_end"], july["period_kind"]) == (JULY.start, JULY.end, "month")
    assert (july["numerator"], july["denominator"], july["provisional"]) == (160, 170, False)
    assert july["quality"] == "derived: 2026-07-01_2026-09-26 - 2026-08 - 2026-09-01_2026-09-26"
    assert taken.filter(is_derived()).height == 1
    Measurements.validate(taken)


@pytest.mark.parametrize("impossible", [(-1, 20), (21, 20), (0, -1)])
def test_what_is_impossible_in_one_unit_is_refused_for_all(impossible):
    rows = table(*third_quarter(), *third_quarter("07942", impossible))
    taken, refused = differences(rows, SHARE)
    assert taken.is_empty()
    assert "impossible in 1 of 2 units, such as 07942" in refused[0] and "2026-07" in refused[0]


@pytest.mark.parametrize(("said", "agrees"), [(94.2, True), (95.05, True), (95.2, False), (93.0, False)])
def test_a_month_must_agree_with_the_source_s_own_chart_within_a_point(said, agrees):
    taken, refused = differences(table(*third_quarter(), row((JULY, False), said)), SHARE)
    assert (taken.height, len(refused)) == ((1, 0) if agrees else (0, 1))


def test_a_half_must_lie_within_its_months_in_the_chart():
    year, half = as_of(parse("2026"), DAY), [row((parse(f"2026-0{n}"), False), 60.0 + n) for n in range(1, 7)]
    rows = [row(year, (528, 598)), row(QUARTER, (403, 464))]
    assert "2026-H1" in differences(table(*rows, *half), SHARE)[1][0]
    taken, _ = differences(table(row(year, (470, 565)), row(QUARTER, (403, 464)), *half), SHARE)
    assert taken.select("period_kind", "numerator", "denominator").rows() == [("half", 67, 101)]


def test_nothing_is_derived_from_captures_of_two_days_nor_of_a_stretch_still_open():
    other = CAPTURED.replace(day=27)
    quarter, august, september = third_quarter()
    assert differences(table(quarter, august | {"captured_at": other}, september), SHARE)[0].is_empty()
    july = row((JULY, False), (160, 170))
    assert differences(table(quarter, july, august), SHARE)[0].is_empty()


def test_a_stretch_that_was_counted_itself_is_no_difference():
    assert differences(table(*third_quarter(), row((JULY, False), (1, 2))), SHARE)[0].is_empty()


def test_a_measure_that_is_no_share_has_no_differences():
    with pytest.raises(ValueError, match="received: differences are taken of shares"):
        differences(table(), measures()["received"])


COUNTS = st.lists(
    st.tuples(st.integers(0, 500), st.integers(0, 500)).map(lambda pair: (min(pair), max(pair))),
    min_size=12,
    max_size=12,
)


@given(
    st.lists(COUNTS, min_size=1, max_size=3), st.sets(st.integers(1, 12), min_size=1, max_size=11), st.integers(-9, 9)
)
def test_additive_counts_come_back_and_no_unit_is_ever_impossible(units, asked, again):
    """Of a year and some of its months: what follows is exact; where dossiers count twice, it is never impossible."""
    year = (calendar_period("year", 2025), False)
    months = {n: (calendar_period("month", 2025, n), False) for n in asked}
    codes = [f"{number:05d}" for number in range(1, len(units) + 1)]
    true, torn = [], []
    for code, counts in zip(codes, units, strict=True):
        whole = tuple(map(sum, zip(*counts, strict=True)))
        true += [row(year, whole, code), *(row(period, counts[n - 1], code) for n, period in months.items())]
        torn += [
            row(year, (whole[0] + again, whole[1]), code),
            *(row(p, counts[n - 1], code) for n, p in months.items()),
        ]
    exact, refused = differences(table(*true), SHARE)
    assert refused == []
    for found in exact.to_dicts():
        counts = units[codes.index(found["unit_code"])]
        inside = counts[found["period_start"].month - 1 : found["period_end"].month]
        assert (found["numerator"], found["denominator"]) == tuple(map(sum, zip(*inside, strict=True)))
    kept, _ = differences(table(*torn), SHARE)
    assert kept.filter((pl.col("numerator") < 0) | (pl.col("numerator") > pl.col("denominator"))).is_empty()


def test_each_difference_covers_its_whole_without_overlap():
    known = [parse(text) for text in ("2026", "2026-Q1", "2026-Q2", "2026-07", "2026-09", "2026-Q4")]
    found = {difference.stretch.id: difference for difference in possible(known)}
    assert set(found) == {"2026-08", "2026-Q3", "2026-H2"}
    assert found["2026-Q3"].id == "2026 - 2026-Q1 - 2026-Q2 - 2026-Q4"
    assert found["2026-08"].id == "2026 - 2026-Q1 - 2026-Q2 - 2026-07 - 2026-09 - 2026-Q4"


# --- the recorded replies

FOLDERS = [recorded_folder(), further_folder()]
with_replies = pytest.mark.skipif(None in FOLDERS, reason="the recorded replies are not at hand")
PROGRESS, ONLINE = "dvc-progress-tree", "provide-online-tree"
ASKED = {"2026": "year-2026", "2026-Q3": "quarter-2026-Q3", "2026-08": "month-2026-08", "2026-09": "month-2026-09"}


def recorded(endpoint: str) -> dict[str, dict]:
    found = {}
    for asked, name in ASKED.items():
        paths = [path for folder in FOLDERS for path in folder.rglob(f"{endpoint}.H44.{name}.20260926.json")]
        found[asked] = json.loads(paths[0].read_bytes())["data"]
    return found


@with_replies
def test_july_of_progress_would_be_more_on_time_than_received_and_is_refused():
    replies = recorded(PROGRESS)
    rows = [
        row(as_of(parse(asked), DAY), (child["totalOnTime"], child["totalReceived"]), f"{number:05d}")
        for asked, reply in replies.items()
        for number, child in enumerate(sorted(reply["children"], key=lambda child: child["departmentId"]))
        if child["level"] == "COMMUNE"
    ]
    sums = pl.DataFrame(rows).group_by("period_start", "period_end").agg(pl.sum("numerator", "denominator"))
    at = {(r["period_start"].month, r["period_end"].month): r for r in sums.to_dicts()}
    july = [at[7, 9][name] - at[8, 8][name] - at[9, 9][name] for name in ("numerator", "denominator")]
    assert round(100 * july[0] / july[1], 1) == 107.6
    taken, refused = differences(table(*rows), measures()["on_time_share"])
    assert taken.is_empty() or set(taken["period_kind"]) == {"half"}
    assert any("2026-07" in said and "impossible in 134 of 148 units" in said for said in refused)


@with_replies
def test_the_province_s_channel_counts_give_online_filing_of_the_half_and_of_july():
    rows = [
        row(as_of(parse(asked), DAY), (reply["parent"]["channelOnlineSum"], reply["parent"]["channelTotalSum"]))
        for asked, reply in recorded(ONLINE).items()
    ]
    taken, refused = differences(table(*rows), SHARE)
    known = taken.with_columns(value=SHARE.value().round(1)).sort("period_start")
    assert refused == []
    assert known.select("period_kind", "value").rows() == [("half", 98.0), ("month", 98.9)]
