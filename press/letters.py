"""Words in a drawing: how wide they are in our typeface, broken into lines, as text that a program can read."""

from __future__ import annotations

from functools import lru_cache
from html import escape

from PIL import ImageFont

from files.places import HOME

FONTS = "Be Vietnam Pro, Arial, sans-serif"
SEMIBOLD = 600
_SLACK = 0.97
"""Of the room, so that words fit in the next best typeface, too."""


def words(x: float, y: float, said: str, size: float, colour: str, weight: int = 400, anchor: str = "start") -> str:
    """A line of text whose foot is at `y`; markup."""
    more = (f' font-weight="{weight}"' if weight != 400 else "") + (
        f' text-anchor="{anchor}"' if anchor != "start" else ""
    )
    return (
        f'<text x="{x:g}" y="{y:g}" font-family="{FONTS}" font-size="{size:g}"{more} fill="{colour}">'
        f"{escape(said)}</text>"
    )


def width(said: str, size: float, weight: int = 400) -> float:
    """Pixels that a line takes."""
    return float(_font(weight).getlength(said)) * size / _SIZE


def broken(said: str, size: float, room: float, weight: int = 400) -> list[str]:
    """The words in lines of at most `room` pixels; one that is wider stands alone."""
    lines: list[str] = []
    for word in said.split(" "):
        wider = f"{lines[-1]} {word}" if lines else word
        if lines and width(wider, size, weight) <= room * _SLACK:
            lines[-1] = wider
        else:
            lines.append(word)
    return lines


_SIZE = 100


@lru_cache(maxsize=2)
def _font(weight: int) -> ImageFont.FreeTypeFont:
    name = "SemiBold" if weight == SEMIBOLD else "Regular"
    return ImageFont.truetype(str(HOME / "static" / "fonts" / "ttf" / f"BeVietnamPro-{name}.ttf"), _SIZE)
