"""The place of one unit in a row: its tier as a chip, its expected rank, its range of ranks as a whisker.

Markup for tables of pages, embeds and the site. A row that carries `row_mark` and the picture beside it find each
other: on pages by a script (`ui.parts.places`), elsewhere by the rules of `linked_rows` alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

from display.drawing.likely_frame import BANDS_OF_TIERS, px
from display.drawing.palette import LIGHT, Palette
from display.words.places import expected_words, range_words, tier_word
from display.words.text import Speaker

_WHISKER, _HEIGHT = 96, 14
_PLAIN = re.compile(r"[A-Za-z0-9_-]+")


def tier_chip(say: Speaker, tier: str | None) -> str:
    """The tier's word as a chip in its colour, like a band's; empty where a unit has no tier."""
    if tier is None:
        return ""
    return f'<span class="gd-band gd-{BANDS_OF_TIERS[tier]}">{escape(tier_word(say, tier))}</span>'


def rank_whisker(say: Speaker, row: Mapping[str, Any], palette: Palette = LIGHT) -> str:
    """The range of likely ranks as a line from rank 1 to the last, with a dot at the expected one, as SVG text.

    `row`: `expected`, `low`, `high`, `of` and `tier` as in `display.words.places.ordered`. Empty where the range is not
    known. The first and the last third are parted by uprights.
    """
    words = range_words(say, row)
    if not words or row["expected"] is None or not row["of"]:
        return ""

    def at(rank: float) -> float:
        return 5 + (_WHISKER - 10) * (rank - 1) / max(row["of"] - 1, 1)

    middle, hue = _HEIGHT / 2, palette.band(BANDS_OF_TIERS[row["tier"] or "middle"])
    words = f"{expected_words(say, row)}, {words}"
    thirds = "".join(f"M{px(5 + (_WHISKER - 10) * part / 3)} {px(middle - 4)}v8" for part in (1, 2))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{escape(words)}" '
        f'viewBox="0 0 {_WHISKER} {_HEIGHT}" width="{_WHISKER}" height="{_HEIGHT}"><title>{escape(words)}</title>'
        f'<path d="M5 {px(middle)}H{_WHISKER - 5}{thirds}" fill="none" stroke="{palette.line}"/>'
        f'<path d="M{px(at(row["low"]) - 1)} {px(middle)}H{px(at(row["high"]) + 1)}" stroke="{hue}" stroke-width="3" '
        f'stroke-opacity=".55"/><circle cx="{px(at(row["expected"]))}" cy="{px(middle)}" r="3.5" fill="{hue}"/></svg>'
    )


def place_cell(say: Speaker, row: Mapping[str, Any]) -> str:
    """Tier and expected rank as they stand in a row; the range is the words one finds when pointing at it."""
    expected = expected_words(say, row)
    if not expected:
        return ""
    chip, words = tier_chip(say, row["tier"] or "middle"), escape(range_words(say, row))
    title = f' title="{words}"' if words else ""
    return f'<span class="gd-place"{title}>{chip} <span class="gd-expected">{escape(expected)}</span></span>'


def row_mark(unit_code: str) -> str:
    """The attribute that says whose row of a table this is: ` data-unit="25141"`."""
    return f' data-unit="{escape(unit_code)}"'


def linked_rows(unit_codes: Iterable[str], palette: Palette = LIGHT) -> str:
    """Style rules for a page without scripts: pointing at a row, or into it, rings its dot; at a dot, marks its row.

    About 150 bytes a unit, so for the list of a province, not of the country. A code that is no plain word is left out.
    """
    ring = f"{{stroke:{palette.ink};stroke-width:4}}"
    row = f"{{background:{palette.mixed(palette.accent, 0.16)}}}"
    rules = [f".gd-places g[data-unit]:hover>:last-child{ring}tr[data-unit]:hover>*{row}"]
    codes = [code for code in unit_codes if _PLAIN.fullmatch(code)]
    if codes:
        dots = (f'body:has(tr[data-unit="{c}"]:is(:hover,:focus-within)) g[data-unit="{c}"]>:last-child' for c in codes)
        rows = (f'body:has(g[data-unit="{c}"]:hover) tr[data-unit="{c}"]>*' for c in codes)
        rules += [",".join(dots) + ring, ",".join(rows) + row]
    return "".join(rules)
