"""The remarks on a figure in words: what was derived, from which periods, and what a chart alone tells."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from display.words.marks import derived_words, moved_clearly, movement, movement_words, quality_words
from display.words.text import Speaker
from store.reference import measures

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


SHARE, DAYS = measures()["on_time_share"], measures()["processing_days"]


def moved(before: int, now: int, clear: str | None) -> dict[str, object]:
    parts = {"expected_own": before - now - 0.3, "expected_others": 0.4, "expected_membership": 0.1}
    return {"rank": now, "change": -3.14, "clear": clear, "expected_before": before, "expected_now": now, **parts}


@pytest.mark.parametrize(
    ("before", "now", "clear", "measure", "expected"),
    [
        (20, 6, "rose", SHARE, True),
        (6, 20, "fell", SHARE, True),
        (20, 6, "alike", SHARE, False),
        (20, 6, None, SHARE, False),
        (20, 6, "fell", SHARE, False),  # others fell further: not its own doing
        (6, 20, "rose", SHARE, False),
        (6, 6, "rose", SHARE, False),
        (20, 6, "fell", DAYS, True),
        (6, 20, "rose", DAYS, True),
        (20, 6, "rose", DAYS, False),
    ],
)
def test_a_movement_is_clear_where_the_units_own_result_clearly_changed_the_same_way(
    before, now, clear, measure, expected
):
    assert moved_clearly(moved(before, now, clear), measure) is expected


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("vi", "Giá trị thay đổi −3,1: trong mức may rủi, nên không nói được vì sao thứ hạng thay đổi"),
        ("en", "The figure changed by −3.1: within chance, so there is no cause to name for the rank"),
    ],
)
def test_an_unclear_movement_has_no_arrow_and_no_cause(language, said):
    row = moved(20, 6, "alike")
    cell = movement(viewer(language), row, SHARE)

    assert movement_words(viewer(language), row, SHARE) == said
    assert said in cell and "gd-unclear" in cell
    assert not set("▲▼") & set(cell)


def test_a_clear_movement_has_its_arrow_and_its_parts():
    assert ">▲ 14<" in movement(viewer("vi"), moved(20, 6, "rose"), SHARE)
    assert ">▼ 14<" in movement(viewer("vi"), moved(6, 20, "fell"), SHARE)
    assert movement_words(viewer("en"), moved(20, 6, "rose"), SHARE) == (
        "Expected rank of each period alone 20 → 6: own result +14, others 0, list 0"
    )


def test_without_a_rank_before_there_is_no_movement():
    assert movement(viewer("vi"), moved(20, 6, "rose") | {"change": None}, SHARE) == "–"
