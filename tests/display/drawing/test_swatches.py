"""The squares of a legend: each silence is drawn in its own way, as on the map."""

from __future__ import annotations

import pytest

from display.drawing.palette import DARK, LIGHT
from display.drawing.swatches import document, swatch

SILENCES = ("silent-hatch", "silent-outline", "silent-dots", "silent-mark")


def test_no_two_silences_look_alike():
    assert len({swatch(look, LIGHT) for look in SILENCES}) == len(SILENCES)


def test_a_colour_fills_its_square():
    assert 'fill="#0B6E75"' in swatch("#0B6E75", LIGHT)


@pytest.mark.parametrize("look", SILENCES)
def test_a_silence_needs_nothing_outside_its_square_and_follows_the_ground(look):
    assert "url(" not in swatch(look, LIGHT)
    assert LIGHT.ground in swatch(look, LIGHT) and DARK.ground in swatch(look, DARK)


def test_a_document_is_a_drawing_of_its_own():
    assert document("silent-hatch", LIGHT).startswith('<svg xmlns="http://www.w3.org/2000/svg"')
