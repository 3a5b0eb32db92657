"""The drawings of one commune: well-formed, honest about gaps, legible without colour."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from xml.etree import ElementTree

import pytest

from display.drawing.palette import DARK, LIGHT
from display.drawing.small_charts import (
    Chart,
    Curve,
    Reach,
    Usual,
    over_time,
)
from display.drawing.strokes import LETTER
from display.drawing.variation_icons import assurance_icon, variation_icon
from display.portraits.histories import VARIATIONS

SVG = "{http://www.w3.org/2000/svg}"
MONTHS = [date(2026, month, 1) for month in range(1, 7)]


def write(value: float, decimals: int) -> str:
    return f"{value:.{decimals}f}"


def drawn(chart: Chart, **size: int) -> ElementTree.Element:
    return ElementTree.fromstring(over_time(chart, write, **size))


def lines(svg: ElementTree.Element) -> list[int]:
    """How many points each line of the chart joins."""
    return [len(line.get("points").split()) for line in svg.iter(f"{SVG}polyline")]


def test_a_gap_is_never_joined():
    assert lines(drawn(Chart((Curve(MONTHS, [90, 91, None, 92, 93, 94]),)))) == [2, 3]


def test_two_series_are_two_lines():
    chart = Chart((Curve(MONTHS[:3], [80, 81, 82]), Curve(MONTHS[3:], [60, 61, 62])))

    assert lines(drawn(chart)) == [3, 3]


def test_nothing_known_draws_nothing():
    assert over_time(Chart((Curve(MONTHS, [None] * 6),)), write) == ""


def test_marks_differ_by_shape_not_only_by_colour():
    marks = ["common", "improvement", "concern", "high", "common", "common"]
    svg = drawn(Chart((Curve(MONTHS, [90, 95, 70, 91, 90, 90], marks),)))
    shapes = [(shape.tag.removeprefix(SVG), shape.get("r")) for shape in svg if shape.tag != f"{SVG}polyline"]

    assert [shape for shape in shapes if shape[0] in ("circle", "path")] == [
        ("circle", "3"), ("path", None), ("circle", "2.6"), ("circle", "2.4"),
    ]  # fmt: skip


def test_the_target_lies_within_the_picture():
    svg = drawn(Chart((Curve(MONTHS, [30, 31, 32, 33, 34, 35]),), target=80, most=100), height=110)
    target = next(line for line in svg.iter(f"{SVG}line") if line.get("stroke-dasharray") == "5 3")

    assert 0 < float(target.get("y1")) < 50


def test_the_usual_range_is_cut_at_the_ends_of_the_scale():
    svg = drawn(Chart((Curve(MONTHS, [97, 99, 98, 99, 97, 99]),), (Usual(MONTHS[0], MONTHS[-1], 95, 103),), most=100))
    numbers = [float(text.text) for text in svg.iter(f"{SVG}text") if "/" not in text.text]

    assert max(numbers) == 100


def test_the_merger_is_drawn_only_inside_the_chart():
    before, after = [date(2025, 5, 1), date(2025, 6, 1)], [date(2025, 7, 1), date(2025, 8, 1)]
    both = Chart((Curve(before, [80, 82], past=True), Curve(after, [81, 83])), merger=date(2025, 7, 1))
    alone = Chart((Curve(after, [81, 83]),), merger=date(2025, 7, 1))

    assert "1.5 2.5" in over_time(both, write)
    assert "1.5 2.5" not in over_time(alone, write)


def test_texts_in_a_chart_are_escaped():
    svg = over_time(Chart((Curve(MONTHS, [1, 2, 3, 4, 5, 6]),)), lambda value, decimals: "<&>")

    assert "&lt;&amp;&gt;" in svg


@pytest.mark.parametrize("palette", [LIGHT, DARK])
def test_each_variation_has_an_icon_of_its_own_shape(palette):
    icons = {name: variation_icon(name, True, palette) for name in VARIATIONS}
    without_colour = {ElementTree.tostring(_bare(ElementTree.fromstring(icon))) for icon in icons.values()}

    assert len(without_colour) == len(VARIATIONS)


def test_an_improvement_points_down_where_less_is_better():
    assert variation_icon("improvement", True) != variation_icon("improvement", False)


@pytest.mark.parametrize("word", ["yes", "no", "hit_or_miss"])
def test_each_assurance_has_an_icon(word):
    assert ElementTree.fromstring(assurance_icon(word)).tag == f"{SVG}svg"


def _bare(svg: ElementTree.Element) -> ElementTree.Element:
    for element in svg.iter():
        for name in ("fill", "stroke"):
            if element.get(name) not in (None, "none"):
                element.set(name, "ink")
    return svg


def test_a_flag_stands_at_its_month_and_one_from_before_the_chart_is_left_out():
    curve = Curve(MONTHS, [90, 91, 92, 93, 94, 95])
    plain, flagged = (
        drawn(Chart((curve,), flags=flags)) for flags in ((), (date(2025, 12, 31), date(2026, 3, 20), date(2027, 1, 1)))
    )
    pennants = [path.get("d").split()[0][1:] for path in flagged.iter(f"{SVG}path")]
    points = [pair.split(",")[0] for pair in next(flagged.iter(f"{SVG}polyline")).get("points").split()]

    assert [*plain.iter(f"{SVG}path")] == []
    assert pennants == [points[2], points[5]]


def test_charts_beside_each_other_have_the_same_months_and_scale():
    short, long = Chart((Curve(MONTHS[3:], [60, 61, 62]),)), Chart((Curve(MONTHS, [80, 81, 82, 83, 84, 85]),))
    beside = Reach.of([short, long], [short, long])
    written = [
        [text.text for text in drawn(replace(chart, beside=beside)).iter(f"{SVG}text")] for chart in (short, long)
    ]

    assert written[0] == written[1] and written[0][-2:] == ["1/2026", "6/2026"]
    assert [text.text for text in drawn(short).iter(f"{SVG}text")] != written[0]


def test_letters_are_large_enough_to_be_read():
    sizes = {float(text.get("font-size")) for text in drawn(Chart((Curve(MONTHS, [1] * 6),))).iter(f"{SVG}text")}

    assert sizes == {LETTER} and LETTER >= 11
