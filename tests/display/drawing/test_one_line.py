"""Drawings one line high."""

from __future__ import annotations

from xml.etree import ElementTree

from display.drawing.one_line import sparkline, strip

SVG = "{http://www.w3.org/2000/svg}"


def test_a_strip_holds_a_value_beyond_its_peers():
    svg = ElementTree.fromstring(strip(50, (1, 2, 3, 4, 5), width=300))
    circle = next(svg.iter(f"{SVG}circle"))

    assert float(circle.get("cx")) == 294


def test_a_course_is_broken_at_a_gap_and_named_for_who_cannot_see_it():
    image = sparkline([1, None, 3, 4], (0, 4), [None, None, None, "#123456"], 'a "course"')
    assert image.count("M") >= 2 and 'alt="a &quot;course&quot;"' in image
