"""The map that leaves: the units of the page's layer in light colours, and of the public's alone for an iframe."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from display.drawing.palette import LIGHT
from display.words.text import Speaker
from display.words.view import View
from press.share import map
from store.access.rules import PUBLIC
from store.snapshot import open_snapshot
from ui.time import course


def public(language: str = "vi") -> View:
    return View(language, Speaker(language), open_snapshot("live").seen_in(frozenset()), LIGHT, reader=PUBLIC)


def test_the_map_to_embed_has_every_unit_of_the_province_once(published):
    drawn = map.embedded(public(), {"province": "25", "measure": "on_time_share"})
    assert drawn is not None
    codes = re.findall(r'data-unit="(\d+)"', drawn.pictures[-1])

    assert len(codes) == len(set(codes)) == 148
    assert sum(int(re.search(r"\((\d+)\)$", words)[1]) for _, words in drawn.legend) == 148
    assert "Phú Thọ" in drawn.finding and drawn.page.startswith("./ban-do?")


def test_without_figures_there_is_no_map_and_no_course(published):
    assert map.embedded(public(), {"province": "01", "measure": "mdsh"}) is None
    assert course.embedded(public(), {"province": "25", "measure": "mdsh"}) is None


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_course_to_embed_says_the_place_and_draws_its_months(app_data, language):
    snapshot = open_snapshot("simulated").seen_in(frozenset())
    view = replace(View(language, Speaker(language), snapshot, LIGHT), reader=PUBLIC)
    drawn = course.embedded(view, {"province": "38", "measure": "on_time_share"})

    assert drawn is not None and "Thanh Hóa" in drawn.title
    assert all(">Thanh Hóa</text>" in svg and svg.count("<circle") > 10 for svg in drawn.pictures)
