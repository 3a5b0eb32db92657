"""The picture of likely ranks: every unit of a scope as a dot on its interval, in the order of its expected rank.

Across: the units, the best expected rank on the left; the first and the last tier are shaded. Upwards: the value with
its 95 % interval; the target and the middle unit are lines. SVG text of our own, for pages, embeds, slides and paper.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from itertools import groupby

import numpy as np
import polars as pl

from display.drawing.likely_frame import (
    BANDS_OF_TIERS,
    COUNT,
    LEAST_PITCH,
    LEFT,
    LETTER,
    LINE,
    RIGHT,
    ROOM_FOR_A_NAME,
    WIDTH_OF_LETTER,
    Dot,
    Frame,
    Look,
    boxes,
    frame_of,
    ink,
    is_known,
    px,
    width_of,
    write,
)
from display.drawing.likely_marks import crowd, each, own
from display.drawing.palette import LIGHT, Palette
from display.drawing.strokes import FONT
from display.words import numbers
from display.words.places import TIERS, alternative, expected_words, ordered, tier_word
from display.words.text import Speaker
from ranking.measures import Measure

_GAP = 12


def likely_places(say: Speaker, measure: Measure, level: str, places: pl.DataFrame, look: Look | None = None) -> str:
    """The picture as SVG text; empty where no unit has both an expected rank and a value.

    `places`: as `display.words.places.ordered` describes it; `level`: commune, province or department. Each unit is a
    group with its code in `data-unit` and its words in a title; where there are more units than the width has room
    for, their intervals are one ribbon and the codes, places and words stand in attributes of the picture itself.
    """
    look = look or Look()
    rows = ordered(places)
    dots = [
        Dot(at, row, row["unit_code"] in look.mine)
        for at, row in enumerate(rows.iter_rows(named=True))
        if is_known(row["value"])
    ]
    if not dots:
        return ""
    frame = frame_of(measure, look, rows.height, dots)
    levels = _levels(say, measure, level, dots)
    inside = [
        *_head(say, frame, rows),
        *_shades(frame, rows),
        *_grid(say, measure, frame),
        *_lines(frame, levels),
        *(crowd(frame, dots) if frame.many else each(say, measure, frame, dots)),
        *own(frame, dots),
        *_line_names(frame, levels, falling=measure.direction != "lower"),
        *_names(say, measure, frame, dots),
        _found(look.palette),
    ]
    said = escape(alternative(say, measure, level, places))
    size = f'viewBox="0 0 {look.width} {look.height}" width="{look.width}" height="{look.height}"'
    names = _attributes(say, measure, frame, dots) if frame.many else ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="gd-places" role="img" {size} aria-label="{said}"{names} '
        f'font-family="{FONT}" font-size="{LETTER}"><title>{escape(measure.name.in_language(say.language))}</title>'
        f"<desc>{said}</desc>{''.join(inside)}</svg>"
    )


def has_room(places: pl.DataFrame, look: Look) -> bool:
    """Whether each unit is drawn with an interval of its own."""
    units = ordered(places).height
    return not units or (look.width - RIGHT - LEFT) / units >= LEAST_PITCH


def on_paper() -> str:
    """Style rules that give the picture ink on white when a page is printed, from whatever theme."""
    inks = {"ink": LIGHT.ink, "quiet": LIGHT.quiet, "line": LIGHT.line, "ground": LIGHT.ground}
    inks |= {tier: LIGHT.band(band) for tier, band in BANDS_OF_TIERS.items()}
    rules = [f".gd-places {{ background: {LIGHT.ground}; }}"]
    rules += [f".gd-places .gd-fill-{name} {{ fill: {colour}; }}" for name, colour in inks.items()]
    rules += [f".gd-places .gd-stroke-{name} {{ stroke: {colour}; }}" for name, colour in inks.items()]
    return f"@media print {{ {' '.join(rules)} }}"


# --- its parts


def _head(say: Speaker, frame: Frame, rows: pl.DataFrame) -> Iterator[str]:
    """How many units each tier has: the first on the left, the last on the right, the middle one over its units.

    In small letters where a narrow picture has no room, and the middle one on a line of its own where even so.
    """
    tiers = rows.get_column("tier").to_list()
    words = {tier: (numbers.number(tiers.count(tier), say.language), tier_word(say, tier)) for tier in TIERS}
    widths, size = _widths(words, COUNT), COUNT
    if sum(widths.values()) + _GAP > frame.right:
        widths, size = _widths(words, LETTER), LETTER
    two_lines = sum(widths.values()) > frame.right - 4
    heights = dict.fromkeys(TIERS, 12) | {"middle": 25} if two_lines else dict.fromkeys(TIERS, 18)
    middle = [at for at, tier in enumerate(tiers) if tier == "middle"]
    centre = frame.x(sum(middle) / len(middle)) if middle else (LEFT + frame.right) / 2
    left, gap = (LEFT if sum(widths.values()) + 2 * _GAP < frame.right - LEFT else 4), _GAP
    least, most = left + widths["first"] + widths["middle"] / 2, frame.right - widths["last"] - widths["middle"] / 2
    centre = (least + most) / 2 if most - least < 2 * gap else min(max(centre, least + gap), most - gap)
    for tier, x, anchor in (("first", left, "start"), ("middle", centre, "middle"), ("last", frame.right, "end")):
        n, word = words[tier]
        yield (
            f'<text x="{px(x)}" y="{heights[tier]}" text-anchor="{anchor}" {ink(frame.look.palette, "ink")}>'
            f'<tspan font-size="{size}" font-weight="600">{n}</tspan> {escape(word)}</text>'
        )


def _widths(words: dict[str, tuple[str, str]], size: int) -> dict[str, float]:
    return {tier: width_of(n, size) + width_of(" " + text) for tier, (n, text) in words.items()}


def _shades(frame: Frame, rows: pl.DataFrame) -> Iterator[str]:
    """The columns of the units in the first and the last tier, and a bar of each tier above them."""
    tiers = rows.get_column("tier").to_list()
    for tier in TIERS:
        runs = [(run[0], run[-1] + 1) for run in _runs(tiers, tier)]
        ends = [(LEFT + first * frame.pitch, LEFT + last * frame.pitch) for first, last in runs]
        if tier != "middle" and runs:
            shade = boxes(ends, frame.top, frame.bottom)
            yield f'<path d="{shade}" {ink(frame.look.palette, tier)} fill-opacity=".13"/>'
        if runs:
            yield f'<path d="{boxes(ends, frame.top - 6, frame.top - 2)}" {ink(frame.look.palette, tier)}/>'


def _runs(tiers: list[str], wanted: str) -> Iterator[list[int]]:
    for tier, run in groupby(range(len(tiers)), key=tiers.__getitem__):
        if tier == wanted:
            yield list(run)


def _grid(say: Speaker, measure: Measure, frame: Frame) -> Iterator[str]:
    decimals = next((n for n in range(4) if all(abs(round(tick, n) - tick) < 1e-9 for tick in frame.ticks)), 4)
    percent = measure.unit.in_language(say.language) == "%"
    sign = ("\u00a0%" if say.language == "vi" else "%") if percent else ""
    path = "".join(f"M{LEFT} {px(frame.y(tick))}H{px(frame.right)}" for tick in frame.ticks)
    yield f'<path d="{path}" {ink(frame.look.palette, stroke="line")}/>'
    for tick in frame.ticks:
        words = numbers.number(tick, say.language, decimals) + sign
        yield write(frame, LEFT - 6, frame.y(tick) + 4, words, "quiet", "end")


def _levels(say: Speaker, measure: Measure, level: str, dots: list[Dot]) -> list[tuple[float, str, str]]:
    """(value, dashes, words) of the middle unit and of the target, the higher one first."""
    middle = float(np.median([dot.row["value"] for dot in dots]))
    words = say(f"places.middle_unit.{level}", value=numbers.with_unit(middle, measure, say.language))
    found = [(middle, "1 3", words)]
    if measure.target is not None:
        words = say("places.target", value=numbers.target_value(measure, say.language))
        found.append((measure.target.value, "6 3", words))
    return sorted(found, reverse=True)


def _lines(frame: Frame, levels: list[tuple[float, str, str]]) -> Iterator[str]:
    for value, dashes, _ in levels:
        if not frame.beyond(value):
            yield (
                f'<path d="M{LEFT} {px(frame.y(value))}H{px(frame.right)}" {ink(frame.look.palette, stroke="ink")} '
                f'stroke-dasharray="{dashes}" stroke-linecap="round" stroke-width="1.4"/>'
            )


def _line_names(frame: Frame, levels: list[tuple[float, str, str]], *, falling: bool) -> Iterator[str]:
    """The names of the lines, each at the end where the units, which fall or rise to the right, leave room for it."""
    for number, (value, _, words) in enumerate(levels):
        above, y = number == 0, frame.y(value)
        words += {0: "", 1: " ↑", -1: " ↓"}[frame.beyond(value)]
        baseline = min(max(y - 6 if above else y + 15, frame.top + 12), frame.bottom - 4)
        x, anchor = (frame.right - 4, "end") if falling == above else (LEFT + 4, "start")
        yield write(frame, x, baseline, words, "ink", anchor, halo=True)


# --- names below the picture


def _names(say: Speaker, measure: Measure, frame: Frame, dots: list[Dot]) -> Iterator[str]:
    """The first, the last and the reader's units; all of them where there is room for every name."""
    if frame.look.simulated:
        yield write(frame, LEFT, frame.look.height - 4, say("open.simulated"), "ink", "start", weight=600)
    if frame.pitch >= ROOM_FOR_A_NAME:
        for dot in dots:
            yield from _below(say, measure, frame, dot, "middle", 0, frame.pitch - 8)
        return
    ends = {dots[0].at: "start", dots[-1].at: "end"}
    mine = next((dot for dot in dots if dot.mine and dot.at not in ends), None)
    if mine is not None:
        yield from _mine_below(say, measure, frame, mine)
    for dot in (dots[0], dots[-1])[: len(ends)]:
        yield from _below(say, measure, frame, dot, ends[dot.at], int(mine is not None), (frame.right - LEFT) / 2 - 6)


def _mine_below(say: Speaker, measure: Measure, frame: Frame, dot: Dot) -> Iterator[str]:
    """The reader's unit in one line: its name, value and expected rank."""
    value = numbers.with_unit(dot.row["value"], measure, say.language)
    rest = f" {value} · {expected_words(say, dot.row)}"
    words = _cut(dot.row["name"], frame.right - LEFT - width_of(rest)) + rest
    x, half = frame.x(dot.at), width_of(words) / 2
    anchor = "start" if x - half < LEFT else "end" if x + half > frame.right else "middle"
    yield _hair(frame, dot, frame.bottom + 4)
    yield write(frame, x, frame.bottom + 16, words, "ink", anchor, weight=600)


def _below(
    say: Speaker, measure: Measure, frame: Frame, dot: Dot, anchor: str, line: int, room: float
) -> Iterator[str]:
    """A unit's name and value under its dot, from the `line`-th line on."""
    x, first = frame.x(dot.at), frame.bottom + 16 + line * LINE
    yield _hair(frame, dot, first - 11)
    yield write(frame, x, first, _cut(dot.row["name"], room), "ink", anchor, weight=600 if dot.mine else 500)
    yield write(frame, x, first + LINE - 1, numbers.with_unit(dot.row["value"], measure, say.language), "quiet", anchor)


def _hair(frame: Frame, dot: Dot, bottom: float) -> str:
    """A dotted line from a dot, or from the end of its interval, down to its name."""
    x, y, end = frame.x(dot.at), frame.y(dot.row["value"]) + 8, dot.row["value_low"]
    y = max(y, frame.y(end)) if is_known(end) and not frame.many else y
    return (
        f'<path d="M{px(x)} {px(y)}V{px(bottom)}" {ink(frame.look.palette, stroke="quiet")} stroke-width=".8" '
        'stroke-dasharray="1 3" pointer-events="none"/>'
    )


def _cut(words: str, room: float) -> str:
    letters = max(int(room / (LETTER * WIDTH_OF_LETTER)), 2)
    return words if len(words) <= letters else words[: letters - 1].rstrip() + "…"


# --- what a script needs


def _attributes(say: Speaker, measure: Measure, frame: Frame, dots: list[Dot]) -> str:
    """Of the units from left to right: their codes, words and heights, and how far the first and each next one lie.

    A unit that cannot be drawn has an empty entry each, so that a unit's number tells where it stands.
    """
    codes, heights, said = ([""] * frame.units for _ in range(3))
    for dot in dots:
        value = numbers.with_unit(dot.row["value"], measure, say.language)
        codes[dot.at], heights[dot.at] = dot.row["unit_code"], px(frame.y(dot.row["value"]))
        said[dot.at] = f"{dot.row['name']}: {value}".replace("|", "/")
    lists = {"units": codes, "heights": heights, "said": said}
    steps = f' data-first="{px(frame.x(0))}" data-step="{frame.pitch:.5f}"'
    return steps + "".join(f' data-{name}="{escape("|".join(items))}"' for name, items in lists.items())


def _found(palette: Palette) -> str:
    """Where a script marks and names the unit that is pointed at."""
    return (
        f'<g class="gd-found" visibility="hidden" pointer-events="none"><circle r="7" stroke-width="2.5" '
        f'{ink(palette, stroke="ink")}/><rect rx="3" {ink(palette, "ground", "line")}/>'
        f'<text font-weight="600" {ink(palette, "ink")}></text></g>'
    )
