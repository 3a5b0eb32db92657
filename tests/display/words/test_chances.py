"""Chances in plain words: nearly the probability, never a certainty."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from display.words.chances import chance_words, unit_sentence
from display.words.text import Speaker
from tests.display.place_rows import place

VI, EN = Speaker("vi"), Speaker("en")


@pytest.mark.parametrize(
    ("probability", "vi", "en"),
    [
        (0.9, "9 phần 10", "9 in 10"),
        (0.944, "9 phần 10", "9 in 10"),
        (0.95, "95 phần 100", "95 in 100"),
        (0.994, "99 phần 100", "99 in 100"),
        (1.0, "hơn 99 phần 100", "more than 99 in 100"),
        (0.0496, "5 phần 100", "5 in 100"),
        (0.0, "chưa đến 1 phần 100", "less than 1 in 100"),
    ],
)
def test_a_chance_in_plain_words(probability, vi, en):
    assert (chance_words(VI, probability), chance_words(EN, probability)) == (vi, en)


@given(st.floats(0, 1))
def test_a_chance_is_near_the_probability_and_never_none_or_all_of_them(probability):
    n, of = map(int, re.findall(r"\d+", chance_words(EN, probability)))
    assert 0 < n < of
    assert abs(n / of - probability) <= 0.0501


@pytest.mark.parametrize("probability", [-0.1, 1.1, float("nan")])
def test_what_is_no_probability_is_refused(probability):
    with pytest.raises(ValueError, match="no probability"):
        chance_words(VI, probability)


@pytest.mark.parametrize(
    ("row", "vi", "en"),
    [
        (
            place(3, 3, p_last=0.9),
            "Có 9 phần 10 khả năng thuộc nhóm cuối.",
            "9 in 10 chance of being in the last third.",
        ),
        (
            place(1, 3, p_first=0.999),
            "Có hơn 99 phần 100 khả năng thuộc nhóm đầu.",
            "More than 99 in 100 chance of being in the first third.",
        ),
        (
            place(2, 3, p_first=0.4, p_last=0.0),
            "Chưa tách được: 4 phần 10 khả năng thuộc nhóm đầu, chưa đến 1 phần 100 khả năng thuộc nhóm cuối.",
            "Cannot be told apart: 4 in 10 chance of being in the first third, "
            "less than 1 in 100 of being in the last.",
        ),
        (place(1, 3, p_first=None), "", ""),
        (place(1, 3, expected=None), "", ""),
    ],
)
def test_the_place_of_a_unit_in_a_sentence(row, vi, en):
    assert (unit_sentence(VI, row), unit_sentence(EN, row)) == (vi, en)
