"""The remarks on a figure in words: what was derived, from which periods, and what a chart alone tells."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from display.words.marks import derived_words, quality_words
from display.words.text import Speaker

JULY = "derived: 2026-07-01_2026-09-26 - 2026-08 - 2026-09-01_2026-09-26"


def viewer(language: str) -> SimpleNamespace:
    return SimpleNamespace(say=Speaker(language), language=language)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("vi", "số suy ra: Lũy kế 1/7–26/9/2026 trừ Tháng 8/2026, Lũy kế 1/9–26/9/2026"),
        ("en", "derived: 1 Jul – 26 Sep 2026 less August 2026, 1 Sep – 26 Sep 2026"),
    ],
)
def test_a_derived_figure_names_its_periods(language, words):
    assert quality_words(viewer(language), JULY) == [words]


def test_the_kind_of_remark_has_words_without_any_period():
    assert quality_words(viewer("en"), "derived") == ["derived: a difference of periods captured on one day"]


def test_only_what_is_not_the_unit_s_own_count_is_said_beside_a_point():
    assert derived_words(viewer("en"), None) == derived_words(viewer("en"), "petitions: 3") == []
    assert derived_words(viewer("en"), "monthly_chart") == ["from the portal's monthly chart, without counts"]
    assert derived_words(viewer("en"), JULY)[0].startswith("derived: ")
