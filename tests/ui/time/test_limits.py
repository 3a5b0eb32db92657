"""The chart of a commune against itself: limits that follow the dossiers of each month, and the sum in words."""

from __future__ import annotations

from datetime import date

import pytest

from display.drawing.palette import LIGHT
from display.words.text import Speaker
from display.words.view import View
from ranking.process_limits import Shares, p_prime, xmr
from store.reference import measures
from ui.time import limits
from ui.time.limit_chart import Chart, Month, kind_of

LATE = [4, 3, 4, 4, 3, 4, 3, 4, 4, 3, 0, 0, 0, 0, 0, 0]
DAYS = [date(2025 + (6 + n) // 12, (6 + n) % 12 + 1, 1) for n in range(len(LATE))]


def view(language: str = "vi") -> View:
    return View(language, Speaker(language), None, LIGHT)


def chart(points) -> Chart:
    months = (Month(day, point, kind_of(points, point)) for day, point in zip(DAYS, points, strict=True))
    return Chart("16654", "Phường Nghi Sơn", tuple(months))


def shares(dossiers: list[int]) -> Chart:
    return chart(p_prime(Shares.of([n - late for n, late in zip(dossiers, LATE, strict=True)], dossiers)))


def test_limits_of_a_share_are_drawn_month_by_month():
    drawn = limits.figure(view(), measures()["on_time_share"], shares([35, 140] * 8))
    lower = next(trace for trace in drawn.data if trace.line.dash == "dash")
    assert lower.line.shape == "hvh"
    assert len(lower.y) == 16
    assert lower.y[0] == lower.y[2] < lower.y[1] == lower.y[3]


def test_limits_of_days_are_straight():
    values = [3.0, 4.0] * 8
    drawn = limits.figure(view(), measures()["processing_days"], chart(xmr(values, "down")))
    lower = next(trace for trace in drawn.data if trace.line.dash == "dash")
    assert lower.line.shape == "linear"
    assert len(set(lower.y)) == 1


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("vi", "nhiều tháng cộng lại lệch về một phía nhiều hơn mức may rủi"),
        ("en", "the months together lie further to one side than chance explains"),
    ],
)
def test_a_sum_of_months_is_said_in_words(language, said):
    words = limits.words(view(language), measures()["on_time_share"], shares([35] * 16))
    assert said in words[0]


def test_the_table_gives_each_month_its_own_limits():
    rows = limits.table(view(), measures()["on_time_share"], shares([35, 140] * 8))
    assert rows[0][3] != rows[1][3]
    assert rows[0][2] == rows[1][2]


@pytest.mark.parametrize(("measure", "kind"), [("on_time_share", "p' chart"), ("processing_days", "XmR chart")])
def test_the_picture_says_what_chart_it_is(measure, kind):
    assert limits.alt(view("en"), measures()[measure], shares([35] * 16)).startswith(f"{kind} of Phường Nghi Sơn")
