"""The picture that stands for a page where its link is shared: a name, a sentence, and what the figures are."""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import lru_cache

from PIL import Image, ImageDraw, ImageFont

from display.drawing.palette import LIGHT, rgb
from files.places import HOME

SIZE = (600, 315)
_EDGE = 34
_LINES = {44: 2, 25: 4, 18: 2}
_COLOURS = 16


def png(name: str, place: str, sentence: str, note: str, *, is_warning: bool) -> bytes:
    """A picture of `SIZE` as PNG; `note` says whether the figures are real."""
    picture = Image.new("RGB", SIZE, LIGHT.ground)
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 0, 10, SIZE[1]), fill=LIGHT.accent)
    y = _write(draw, 28, name, "SemiBold", 44, LIGHT.ink)
    y = _write(draw, y, place, "Regular", 25, LIGHT.quiet, most=1)
    _write(draw, y + 12, sentence, "Regular", 25, LIGHT.ink, most=4 if y < 130 else 3)
    draw.text((_EDGE, SIZE[1] - 40), "Gần Dân", font=_font("SemiBold", 20), fill=LIGHT.accent)
    colour = LIGHT.warning if is_warning else LIGHT.quiet
    draw.text((_EDGE + 100, SIZE[1] - 38), _fitting(note, 18, 1)[0], font=_font("Regular", 18), fill=colour)
    out = io.BytesIO()
    picture.quantize(palette=_palette(), dither=Image.Dither.NONE).save(out, "PNG", compress_level=7)
    return out.getvalue()


def _write(draw: ImageDraw.ImageDraw, y: int, text: str, weight: str, size: int, colour: str, most: int = 0) -> int:
    """Lines of text from `y` on; returns where the next may begin."""
    for line in _fitting(text, size, most or _LINES[size], weight):
        draw.text((_EDGE, y), line, font=_font(weight, size), fill=colour)
        y += round(size * 1.32)
    return y


def _fitting(text: str, size: int, most: int, weight: str = "Regular") -> Sequence[str]:
    """The text broken at its words into at most so many lines; what does not fit ends in an ellipsis."""
    font, room = _font(weight, size), SIZE[0] - _EDGE - (130 if size == 18 else 24)
    lines, line = [], ""
    for word in text.split():
        wider = f"{line} {word}".strip()
        if font.getlength(wider) <= room or not line:
            line = wider
        else:
            lines.append(line)
            line = word
    lines.append(line)
    return lines if len(lines) <= most else [*lines[: most - 1], f"{lines[most - 1]} …"]


@lru_cache(maxsize=8)
def _font(weight: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(HOME / "static" / "fonts" / "ttf" / f"BeVietnamPro-{weight}.ttf"), size)


@lru_cache(maxsize=1)
def _palette() -> Image.Image:
    """The few colours of a picture and the steps between each and the ground, so that letters stay smooth."""
    inks = (LIGHT.ink, LIGHT.quiet, LIGHT.accent, LIGHT.warning)
    steps = (1.0, 0.75, 0.5, 0.25)
    colours = [rgb(LIGHT.mixed(ink, step)) for ink in inks for step in steps]
    colours[-1] = rgb(LIGHT.ground)
    palette = Image.new("P", (1, 1))
    palette.putpalette([part for colour in colours[:_COLOURS] for part in colour])
    return palette
