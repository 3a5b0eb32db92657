"""The room of the map in windows of all widths."""

from __future__ import annotations

import pytest

from ui.map.maps import LEGEND, frame_in
from ui.parts.map_deck import camera

FRAMES = {768: 489, 870: 564, 1024: 677, 1440: 982, 1920: 1011}
"""How wide the map is drawn in a window of this width, in pixels, as measured in a browser."""


@pytest.mark.parametrize("wide", FRAMES)
def test_the_areas_stay_within_the_map_where_it_gives_way_to_the_legend(wide):
    """A map that gives way to its legend is moved to the right by it: it must still end before the right edge."""
    frame = frame_in((wide, 900))
    assert frame.aside in (0, LEGEND)
    assert frame.width / 2 + frame.aside <= FRAMES[wide] / 2


def test_a_narrow_window_gives_the_map_its_whole_width():
    assert frame_in((768, 1024)).aside == 0 and frame_in((768, 1024)).width > 480
    assert camera("25", frame_in((768, 1024))).zoom > camera("25", frame_in((600, 1024))).zoom
