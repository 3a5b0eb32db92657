"""A chart drawn again from its description: what lies where, what is joined, and what the axes say."""

from __future__ import annotations

import math
import re
from datetime import date

import pytest

from display.drawing import plotted
from display.drawing.palette import LIGHT
from display.drawing.plotted import Room
from display.words import numbers

ROOM = Room(500, 300, LIGHT, lambda value, decimals: numbers.number(value, "vi", decimals))
MONTHS = [date(2026, month, 1) for month in (1, 2, 3, 4)]
LINE = {"type": "scatter", "mode": "lines+markers", "line": {"color": "#0B6E75", "width": 2}, "marker": {"size": 6}}


def drawn(*traces: dict, **layout: object) -> str:
    return plotted.drawn(traces, layout, ROOM)


def circles(svg: str) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in re.findall(r'<circle cx="([\d.]+)" cy="([\d.]+)"', svg)]


def said(svg: str) -> list[str]:
    return re.findall(r"<text[^>]*>([^<]*)</text>", svg)


def test_points_lie_by_their_days_and_values_and_a_missing_one_parts_the_line():
    svg = drawn(LINE | {"x": MONTHS, "y": [90.0, None, 80.0, 100.0]})
    (first_x, first_y), (third_x, third_y), (last_x, last_y) = circles(svg)

    assert first_x < third_x < last_x and last_y < first_y < third_y
    assert (third_x - first_x) / (last_x - first_x) == pytest.approx(59 / 90, abs=0.01)
    assert (third_y - first_y) / (first_y - last_y) == pytest.approx(1, abs=0.02)
    assert [part.count("L") for part in re.findall(r'<path d="([^"]*)" fill="none"', svg) if part[0] == "M"].count(
        1
    ) > 0


def test_the_axes_name_months_and_numbers_as_the_language_writes_them():
    words = said(drawn(LINE | {"x": MONTHS, "y": [1000.0, 1500.5, 1200.0, 2000.0]}, yaxis={"ticksuffix": " %"}))

    assert [word for word in words if "/" in word] == ["01/2026", "02/2026", "03/2026", "04/2026"]
    assert "1.200 %" in words or "1.250 %" in words or "1.500 %" in words


def test_bars_stand_on_each_other_from_zero():
    bars = [{"type": "bar", "x": MONTHS, "y": [part] * 4, "marker": {"color": colour}}
            for part, colour in ((60.0, "#111111"), (40.0, "#222222"))]  # fmt: skip
    found = re.findall(r'<rect x="[\d.]+" y="([\d.]+)" width="[\d.]+" height="([\d.]+)" fill="(#\d+)"', drawn(*bars))
    (lower_y, lower_high, _), (upper_y, upper_high, _) = found[0], found[4]

    assert float(lower_high) / float(upper_high) == pytest.approx(1.5, abs=0.02)
    assert float(upper_y) + float(upper_high) == pytest.approx(float(lower_y), abs=0.2)


def test_a_ribbon_is_filled_between_a_line_and_the_one_before_it():
    high = {"mode": "lines", "line": {"width": 0}, "x": MONTHS, "y": [9.0] * 4}
    low = high | {"y": [5.0] * 4, "fill": "tonexty", "fillcolor": "rgba(11,110,117,0.14)"}
    assert re.search(r'<path d="M[^"]+z" fill="#0B6E75" fill-opacity="0.14"/>', drawn(high, low))


def test_an_interval_reaches_as_far_as_its_ends():
    point = {"mode": "markers", "marker": {"size": 5, "color": "#111111"}, "x": [1, 2], "y": [50.0, 60.0],
             "error_y": {"array": [10.0, 0.0], "arrayminus": [20.0, 0.0], "color": "#333333"}}  # fmt: skip
    svg = drawn(point)
    top, foot = map(float, re.findall(r'd="M[\d.]+ ([\d.]+)L[\d.]+ ([\d.]+)" fill="none" stroke="#333333"', svg)[0])
    (_, middle), (_, second) = circles(svg)

    assert middle - top == pytest.approx(middle - second, abs=0.2) and foot - middle == pytest.approx(
        2 * (middle - top), abs=0.3
    )


def test_a_name_at_the_end_of_a_line_stays_within_the_drawing():
    name = {"text": "Phường Hạc Thành", "x": MONTHS[-1], "y": 1.0, "xanchor": "left", "xshift": 8, "font": {"size": 13}}
    svg = drawn(LINE | {"x": MONTHS, "y": [1.0, 2.0, 3.0, 1.0]}, annotations=[name])
    place = float(re.search(r'<text x="([\d.]+)"[^>]*>Phường Hạc Thành', svg)[1])

    assert place > circles(svg)[-1][0] and place + plotted.width_of("Phường Hạc Thành") <= ROOM.width


def test_nothing_to_show_is_no_drawing_and_a_foreign_kind_of_trace_is_refused():
    assert drawn(LINE | {"x": [], "y": []}) == ""
    with pytest.raises(ValueError, match="heatmap"):
        drawn({"type": "heatmap", "x": [1], "y": [1]})


def test_no_number_is_no_point():
    assert len(circles(drawn(LINE | {"x": [1, 2, 3], "y": [1.0, math.nan, 2.0]}))) == 2


def test_words_are_escaped():
    note = {"text": "A < B & C", "x": 0, "y": 1, "yref": "paper", "xref": "paper"}
    assert "A &lt; B &amp; C" in drawn(LINE | {"x": [1, 2], "y": [1.0, 2.0]}, annotations=[note])
