"""The bulletin's map by thirds as a picture for programs that take no SVG, with the words that stand beside it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from press.brief.content import PRINT
from press.brief.pdf import drawn

_SIZE = re.compile(r'viewBox="[-\d.]+ [-\d.]+ ([\d.]+) ([\d.]+)"')
_PIXELS = 1000
_WHITE = "#FFFFFF"


@dataclass(frozen=True)
class MapPicture:
    """A PNG; `ratio`: its height over its width; `says`: what it shows; `legend`: a sign, its colour (#RRGGBB) and the
    words of each tier; `borders`: whose they are."""

    png: bytes
    ratio: float
    says: str
    legend: Sequence[tuple[str, str, str]]
    borders: str


def of(given: Mapping[str, Any]) -> MapPicture | None:
    """The picture of a map as `press.ranking_sheet.tier_map` gives it; None where nothing was drawn."""
    size = _SIZE.search(given["svg"])
    if size is None:
        return None
    width, height = (float(one) for one in size.groups())
    png = drawn(given["svg"], _PIXELS, round(_PIXELS * height / width))
    legend = [(*_sign(colour), words) for colour, words in given["legend"]]
    return MapPicture(png, height / width, given["said"], legend, given["borders"])


def _sign(colour: str) -> tuple[str, str]:
    """A filled square in a colour, an empty one for white."""
    return ("□", PRINT.ink) if colour.upper() == _WHITE else ("■", colour)
