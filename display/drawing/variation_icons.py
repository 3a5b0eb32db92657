"""The icons of Making Data Count: what kind of variation a series shows, and whether a target is reached."""

from __future__ import annotations

from display.drawing.palette import LIGHT, Palette
from display.drawing.strokes import svg


def variation_icon(variation: str, rising_is_good: bool | None, palette: Palette = LIGHT, size: int = 18) -> str:
    """The mark of a variation as SVG text: its shape alone tells it from the others."""
    up = {"improvement": rising_is_good is not False, "concern": rising_is_good is False, "high": True}
    arrow = _arrow(up.get(variation, False))
    by_mark = {
        "improvement": _disc(palette.accent) + _stroke(arrow, palette.ground),
        "concern": _diamond(palette.warning) + _stroke(arrow, palette.ground),
        "high": _ring(palette.ink) + _stroke(arrow, palette.ink),
        "low": _ring(palette.ink) + _stroke(arrow, palette.ink),
        "neither": _ring(palette.ink) + _stroke("M6 7l3-3 3 3M6 11l3 3 3-3", palette.ink),
        "common": _ring(palette.quiet) + _stroke("M4.5 9.5q2.2-4 4.5-.5t4.5-.5", palette.quiet),
        "none": _ring(palette.quiet, "2 2") + _stroke("M6.5 9h5", palette.quiet),
    }
    return svg(size, size, by_mark[variation], box=18)


def assurance_icon(assurance: str, palette: Palette = LIGHT, size: int = 18) -> str:
    """The mark of `yes`, `no` or `hit_or_miss` as SVG text."""
    by_word = {
        "yes": _disc(palette.accent) + _stroke("M5.4 9.3l2.4 2.4 4.8-5", palette.ground),
        "no": _diamond(palette.warning) + _stroke("M6.6 6.6l4.8 4.8M11.4 6.6l-4.8 4.8", palette.ground),
        "hit_or_miss": _ring(palette.quiet) + f'<path d="M9 2.2a6.8 6.8 0 0 1 0 13.6z" fill="{palette.quiet}"/>',
    }
    return svg(size, size, by_word[assurance], box=18)


def _arrow(up: bool) -> str:
    return "M9 13V5.4M5.6 8.6L9 5.2l3.4 3.4" if up else "M9 5v7.6M5.6 9.4L9 12.8l3.4-3.4"


def _stroke(path: str, colour: str) -> str:
    return (
        f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="1.6" stroke-linecap="round" '
        'stroke-linejoin="round"/>'
    )


def _disc(colour: str) -> str:
    return f'<circle cx="9" cy="9" r="8" fill="{colour}"/>'


def _diamond(colour: str) -> str:
    return f'<path d="M9 0l9 9-9 9-9-9z" fill="{colour}"/>'


def _ring(colour: str, dash: str = "") -> str:
    dashes = f' stroke-dasharray="{dash}"' if dash else ""
    return f'<circle cx="9" cy="9" r="7.4" fill="none" stroke="{colour}" stroke-width="1.4"{dashes}/>'
