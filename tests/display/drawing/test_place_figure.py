"""The whole figure for pages without scripts: at every width, linked with its rows by style alone."""

from __future__ import annotations

import re

from display.drawing.palette import DARK, LIGHT
from display.drawing.place_figure import place_figure
from display.words.text import Speaker
from store.bands import bands
from store.reference import measures
from tests.display.place_rows import place, places, province

EN = Speaker("en")
SHARE = measures()["on_time_share"]


def test_the_figure_says_its_finding_and_holds_every_width():
    markup = place_figure(EN, SHARE, "commune", province(9))
    assert '<p class="gd-finding">9 communes: 3 in the first third' in markup
    assert re.findall(r'<div class="gd-on-(\d+)"><svg', markup) == ["300", "480", "700", "1000"]
    assert "about 7% are expected to be placed wrongly" in markup
    assert "4 months, May–Aug 2026" in markup


def test_it_has_no_script_and_asks_for_nothing():
    markup = place_figure(EN, SHARE, "commune", places(place(1, 2, name='<script src="x">'), place(2, 2)))
    assert "<script" not in markup
    assert not re.search(r"(src|href)=|url\(|@import", markup.replace("src=&quot;", ""))


def test_rows_and_dots_are_linked_where_each_unit_has_a_dot_of_its_own():
    markup = place_figure(EN, SHARE, "commune", province(9))
    assert markup.count('tr[data-unit="25004"]') == 2
    assert "tr[data-unit" not in place_figure(EN, SHARE, "commune", province(1200))


def test_where_nothing_can_be_drawn_the_finding_says_so():
    markup = place_figure(EN, SHARE, "commune", places())
    assert "<svg" not in markup
    assert "No unit has an expected rank yet." in markup


def test_chips_beside_the_figure_have_the_colours_of_its_ground():
    for palette in (LIGHT, DARK):
        markup = place_figure(EN, SHARE, "commune", province(9), palette=palette)
        for name, band in bands().items():
            assert f".gd-{name}{{color:{band.ink.on(dark=palette.dark)}}}" in markup
