"""Likely ranks in words: counts, wrong placements, the window, chances without certainty."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest
from hypothesis import given

from display.words import chances
from display.words import places as words
from display.words.text import Speaker
from store.reference import measures
from tests.display.place_rows import frames, place, places, province

VI, EN = Speaker("vi"), Speaker("en")
SHARE = measures()["on_time_share"]


def test_units_stand_in_the_order_of_their_expected_rank_and_of_their_names():
    rows = places(
        place(3, 3, name="Đồng Lương", expected=2.0, unit_code="3"),
        place(1, 3, name="Hy Cương", expected=1.0, unit_code="1"),
        place(2, 3, name="Dân Chủ", expected=2.0, unit_code="2"),
        place(1, 3, expected=None, unit_code="4"),
    )
    assert words.ordered(rows).get_column("name").to_list() == ["Hy Cương", "Dân Chủ", "Đồng Lương"]


def test_a_unit_without_a_name_goes_by_its_code_and_one_without_a_tier_stands_in_the_middle():
    row = words.ordered(places(place(1, 3, name=None, tier=None))).row(0, named=True)
    assert (row["name"], row["tier"]) == ("25001", "middle")


def test_the_headline_counts_the_tiers():
    rows = province(9)
    assert words.headline(VI, "commune", rows) == (
        "9 xã, phường: 3 thuộc nhóm đầu, 3 thuộc nhóm cuối, 3 chưa tách được."
    )
    assert words.headline(EN, "province", rows) == (
        "9 provinces and cities: 3 in the first third, 3 in the last third, 3 that cannot be told apart."
    )


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (places(), "No unit has an expected rank yet."),
        (province(1), "Only one unit has an expected rank, so there are no thirds."),
        (
            province(9).with_columns(tier=pl.lit("middle")),
            "9 departments: none can be placed in the first or the last third yet.",
        ),
    ],
)
def test_where_nobody_is_placed_the_headline_says_why(rows, said):
    assert words.headline(EN, "department", rows) == said


def test_wrong_placements_are_the_mean_of_what_is_left_of_the_probabilities():
    rows = places(
        place(1, 3, tier="first", p_first=0.9),
        place(2, 3, tier="middle", p_first=0.5, p_last=0.1),
        place(3, 3, tier="last", p_last=0.8),
    )
    assert words.wrong_share(rows) == pytest.approx(0.15)
    assert "Trong 2 đơn vị đã xếp nhóm, dự kiến khoảng 15\u00a0% bị xếp nhầm." in words.certainty(VI, rows)
    assert "Of 2 units placed in a third, about 15% are expected to be placed wrongly." in words.certainty(EN, rows)


def test_no_placement_is_said_to_be_free_of_error():
    assert "less than 1%" in words.certainty(EN, places(place(1, 3, p_first=1.0), place(2, 3), place(3, 3, p_last=1.0)))


def test_where_nobody_is_placed_no_error_is_told():
    rows = province(9).with_columns(tier=pl.lit("middle"))
    assert words.wrong_share(rows) is None
    assert "wrongly" not in words.certainty(EN, rows)


@pytest.mark.parametrize(
    ("window", "start", "end", "vi", "en"),
    [
        ("four", date(2026, 5, 1), date(2026, 8, 31), "4 tháng, 5–8/2026", "4 months, May–Aug 2026"),
        ("twelve", date(2025, 9, 1), date(2026, 8, 31), "12 tháng, 9/2025–8/2026", "12 months, Sep 2025–Aug 2026"),
        ("period", date(2026, 8, 1), date(2026, 8, 31), "tháng 8/2026", "August 2026"),
    ],
)
def test_a_window_is_named(window, start, end, vi, en):
    row = {"window": window, "window_start": start, "window_end": end}
    assert (words.window_words(VI, row), words.window_words(EN, row)) == (vi, en)


def test_a_single_period_says_that_four_months_are_missing():
    row = place(1, 1, window="period", window_start=date(2026, 8, 1))
    assert words.window_sentence(EN, places(row)) == (
        "Thirds and expected ranks come from August 2026 alone, for there are not four comparable months yet."
    )


def test_the_least_sure_of_the_rows_says_how_the_spread_is_known():
    rows = places(place(1, 3), place(2, 3, known="pairs"), place(3, 3))
    assert words.weakest(rows) == "pairs"
    assert words.known_sentence(VI, rows).startswith("Độ dao động ước từ hai kỳ, là mức thấp nhất")
    assert words.known_words(EN, "assumed") == "spread assumed"
    assert words.weakest(places()) is None


def test_units_without_an_expected_rank_are_counted():
    rows = places(*(place(at, 3) for at in (1, 2, 3)), place(4, 4, expected=None))
    assert words.certainty(EN, rows).endswith("Units without an expected rank: 1.")


def test_a_row_shows_tier_and_expected_rank_and_the_detail_its_range():
    row = place(3, 9, expected=3.4)
    assert words.place_words(VI, row) == "nhóm đầu · hạng dự kiến 3"
    assert words.range_words(VI, row) == "có thể từ hạng 1 đến hạng 5 trong 9"
    assert words.dot_words(EN, SHARE, row) == "Xã 3: 97.0% · first third · about rank 3"
    nothing = place(3, 9, expected=None, low=None, high=None)
    assert words.place_words(VI, nothing) == words.range_words(VI, nothing) == ""


def test_a_reader_who_does_not_see_the_picture_is_told_its_ends():
    assert "From Xã 1 (99.0%) to Xã 9 (91.0%)." in words.alternative(EN, SHARE, "commune", province(9))


@given(frames())
def test_any_frame_has_its_sentences_in_both_languages(rows):
    for say in (VI, EN):
        assert words.headline(say, "commune", rows)
        assert sum(words.counts(rows).values()) == words.ordered(rows).height
        whole = words.alternative(say, SHARE, "commune", rows) + words.explained(say, rows, many=False)
        assert "None" not in whole
        for row in rows.iter_rows(named=True):
            assert "10 in 10" not in chances.unit_sentence(say, row)


# --- a row of the standings

STANDING = {
    "unit_code": "25001", "name": "Xã 1", "value": 92.0, "value_low": 90.0, "value_high": 94.0, "rank": 5, "of": 148,
    "rank_low": 1, "rank_high": 50, "expected_rank": 12.4, "likely_low": 7, "likely_high": 23, "p_first": 0.91,
    "p_last": 0.0, "tier": "first", "known": "pairs", "period_start": date(2026, 8, 1), "period_end": date(2026, 8, 31),
    "window_start": date(2026, 5, 1),
}  # fmt: skip
_FIGURES = ("expected_rank", "likely_low", "likely_high", "p_first", "p_last", "tier", "known", "window_start")
WITHHELD = {**STANDING, **dict.fromkeys(_FIGURES)}


@pytest.mark.parametrize("start", [date(2026, 5, 1), date(2026, 8, 1), None])
def test_one_row_is_the_row_of_the_frame(start):
    standing = {**STANDING, "window_start": start}
    frame = words.of_rows(pl.DataFrame([standing])).row(0, named=True)

    row = words.of_row(standing)
    assert row == {name: frame[name] for name in row}


def test_a_ranked_unit_has_its_tier_and_expected_rank_and_then_how_that_is_known():
    assert words.standing_words(VI, SHARE, STANDING) == "nhóm đầu · hạng dự kiến 12"
    assert words.standing_lines(VI, SHARE, STANDING) == [
        "Nhóm đầu · hạng dự kiến 12",
        "Có 9 phần 10 khả năng thuộc nhóm đầu.",
        "Có thể từ hạng 7 đến hạng 23 trong 148",
        "Tính trên 4 tháng, 5–8/2026; độ dao động ước từ hai kỳ, là mức thấp nhất",
    ]


@pytest.mark.parametrize("say", [VI, EN])
def test_what_is_not_known_is_never_called_not_told_apart(say):
    text = " ".join([words.standing_words(say, SHARE, WITHHELD), *words.standing_lines(say, SHARE, WITHHELD)])

    assert not words.is_placed(words.of_row(WITHHELD))
    assert words.tier_word(say, "middle") not in text.lower()
    assert "5/148" in text


def test_where_no_side_is_good_a_unit_has_its_place_in_the_order_alone():
    assert words.standing_lines(VI, measures()["received"], WITHHELD) == ["Thứ 5/148 từ cao xuống"]
    (known,) = words.standing_lines(VI, measures()["received"], WITHHELD | {"known": "assumed"})
    assert known == "Thứ 5/148 từ cao xuống · độ dao động giả định"


@pytest.mark.parametrize(("p_first", "said"), [(0.74, "7 phần 10"), (0.76, "gần 8 phần 10"), (0.799, "gần 8 phần 10")])
def test_a_chance_too_small_for_a_tier_is_never_said_as_one_that_is_enough(p_first, said):
    row = words.of_row({**STANDING, "p_first": p_first, "tier": "middle"})

    assert chances.unit_sentence(VI, row).startswith(f"Chưa tách được: {said} khả năng thuộc nhóm đầu")


# --- the frame, from rows of a ranking


def ranked(**changes: object) -> dict[str, object]:
    figures = {"unit_code": "25001", "name": "Xã 1", "value": 99.0, "value_low": 97.0, "value_high": 100.0, "of": 9}
    likely = {"expected_rank": 1.4, "likely_low": 1, "likely_high": 3, "p_first": 0.9, "p_last": 0.0, "tier": "first"}
    period = {"period_start": date(2026, 8, 1), "period_end": date(2026, 8, 31), "window_start": date(2026, 5, 1)}
    return figures | likely | period | {"known": "measured"} | changes


def test_rows_of_a_ranking_give_the_frame_of_the_picture():
    [row] = words.of_rows(pl.DataFrame([ranked()])).to_dicts()

    assert {name: row[name] for name in ("expected", "low", "high", "of", "tier", "known")} == {
        "expected": 1.4, "low": 1, "high": 3, "of": 9, "tier": "first", "known": "measured",
    }  # fmt: skip
    assert words.window_words(VI, row) == "4 tháng, 5–8/2026"
    assert set(places().columns) == set(row)


@pytest.mark.parametrize(("start", "window"), [(date(2026, 5, 1), "four"), (date(2026, 8, 1), "period"), (None, None)])
def test_the_window_is_wider_where_the_figures_used_begin_before_the_period(start, window):
    rows = pl.DataFrame([ranked(window_start=start)], schema_overrides={"window_start": pl.Date})

    assert words.of_rows(rows).item(0, "window") == window


def test_the_proven_range_is_said_where_it_is_known():
    assert words.proven_words(EN, {"rank_low": 1, "rank_high": 27}) == "proven between rank 1 and 27"
    assert words.proven_words(EN, {"rank_low": None, "rank_high": None}) == ""
