"""The picture on a page: one call gives the finding, the drawing and its explanation."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from streamlit.testing.v1 import AppTest

from display.drawing.likely_frame import COLUMN, PHONE, Look
from display.drawing.palette import DARK
from display.words.text import Speaker
from ui.parts.places import look_of


def view(nature: str = "recorded", *, narrow: bool = False) -> SimpleNamespace:
    snapshot = SimpleNamespace(manifest=SimpleNamespace(nature=nature))
    return SimpleNamespace(say=Speaker("vi"), language="vi", snapshot=snapshot, palette=DARK, narrow=narrow)


@pytest.mark.parametrize(
    ("narrow", "asked", "given"),
    [(False, None, Look()), (False, COLUMN, COLUMN), (True, None, PHONE), (True, COLUMN, PHONE)],
)
def test_the_picture_has_the_size_of_the_window(narrow, asked, given):
    look = look_of(view(narrow=narrow), ("25001",), asked)
    assert (look.width, look.height) == (given.width, given.height)
    assert (look.palette, look.mine) == (DARK, ("25001",))


def test_simulated_figures_are_marked_in_the_picture():
    assert look_of(view("simulated")).simulated
    assert not look_of(view("recorded")).simulated


def drawn_page(headed: bool) -> None:
    from store.reference import measures
    from tests.display.place_rows import province
    from tests.ui.parts.test_places import view
    from ui.parts.places import picture

    picture(view(), measures()["on_time_share"], "commune", province(9), headed=headed)


@pytest.mark.parametrize("headed", [True, False])
def test_a_page_says_the_finding_and_how_sure_it_is(headed):
    app = AppTest.from_function(drawn_page, kwargs={"headed": headed}).run()
    assert not app.exception
    said = " ".join(element.proto.body for element in app.get("html"))
    assert ("9 xã, phường: 3 thuộc nhóm đầu" in said) == headed
    assert "dự kiến khoảng 7\u00a0% bị xếp nhầm" in said
