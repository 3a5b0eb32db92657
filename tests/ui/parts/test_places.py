"""The picture on a page: one call gives the finding, the drawing and its explanation."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest


def drawn_page(headed: bool) -> None:
    from tests.display.drawing.test_addressed import selection, view
    from tests.display.place_rows import province
    from ui.parts.places import picture

    picture(view(), selection(), province(9), headed=headed)


@pytest.mark.parametrize("headed", [True, False])
def test_a_page_says_the_finding_and_how_sure_it_is(headed):
    app = AppTest.from_function(drawn_page, kwargs={"headed": headed}).run()
    assert not app.exception
    said = " ".join(element.proto.body for element in app.get("html"))
    assert ("9 xã, phường: 3 thuộc nhóm đầu" in said) == headed
    assert "dự kiến khoảng 7\u00a0% bị xếp nhầm" in said
