"""A drawing as an image of a page."""

from __future__ import annotations

from display.drawing.svg_images import image


def test_an_image_says_in_words_what_it_shows():
    assert 'alt="a &lt;b&gt;"' in image("<svg/>", "a <b>")
