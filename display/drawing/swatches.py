"""The small square beside the words of a legend: a colour, or a silence as the map draws it. SVG text.

Each square holds its own strokes, so that it can stand anywhere: in a picture, on paper, in an embed.
"""

from __future__ import annotations

from collections.abc import Iterator

from display.drawing.palette import Palette
from display.drawing.strokes import svg

SIDE = 12
_SILENT = "silent-"


def swatch(look: str, palette: Palette) -> str:
    """A square of `SIDE`: `look` is a colour, or `silent-` with `hatch`, `outline`, `dots` or `mark`
    (`display.maps.colouring.legend`)."""
    if not look.startswith((_SILENT, "hatch")):
        return _square(look, palette.grey, 0.8)
    drawn = {"outline": _outline, "dots": _dots, "mark": _mark}.get(look.removeprefix(_SILENT), _hatch)
    return "".join(drawn(palette))


def document(look: str, palette: Palette) -> str:
    """The same as a drawing of its own."""
    return svg(SIDE, SIDE, swatch(look, palette))


def _square(fill: str, line: str, width: float) -> str:
    edge = width / 2
    side = SIDE - width
    return (
        f'<rect x="{edge:g}" y="{edge:g}" width="{side:g}" height="{side:g}" rx="2" fill="{fill}" stroke="{line}" '
        f'stroke-width="{width:g}"/>'
    )


def _hatch(palette: Palette) -> Iterator[str]:
    """Slanting lines: not reported."""
    yield _square(palette.ground, palette.grey, 0.8)
    lines = "M1 5L5 1M1 9L9 1M2 11L11 2M6 11L11 6"
    yield f'<path d="{lines}" fill="none" stroke="{palette.grey}" stroke-width="1.2"/>'


def _outline(palette: Palette) -> Iterator[str]:
    """An empty square: no dossiers."""
    yield _square(palette.ground, palette.quiet, 1.4)


def _dots(palette: Palette) -> Iterator[str]:
    """Dots: too few to show."""
    yield _square(palette.ground, palette.line, 0.8)
    yield from (f'<circle cx="{x}" cy="{y}" r="0.9" fill="{palette.quiet}"/>' for x in (3, 6, 9) for y in (3, 6, 9))


def _mark(palette: Palette) -> Iterator[str]:
    """A crossed circle: not reported, of units that are drawn as circles."""
    yield f'<circle cx="6" cy="6" r="5.4" fill="{palette.ground}" stroke="{palette.grey}" stroke-width="1"/>'
    yield f'<path d="M4 4L8 8M8 4L4 8" stroke="{palette.quiet}" stroke-width="1.2"/>'
