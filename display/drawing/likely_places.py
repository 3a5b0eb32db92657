"""The picture of likely ranks: every unit of a scope as a dot on its interval, in the order of its expected rank.

Across: the units, the best expected rank on the left; the first and the last tier are shaded. Upwards: the value with
its 95 % interval; the target and the middle unit are lines. SVG text of our own, for pages, embeds, slides and paper.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from html import escape
from itertools import groupby
from math import isfinite

import numpy as np
import polars as pl

from display.drawing.palette import LIGHT, Palette
from display.drawing.small_charts import FONT, nice_ticks
from display.words import numbers
from display.words.places import TIERS, alternative, dot_words, expected_words, ordered, tier_word
from display.words.text import Speaker
from ranking.measures import Measure

BANDS_OF_TIERS = {"first": "above", "middle": "alike", "last": "below"}
"""Which colours of `data/bands.yaml` the tiers have."""
_LETTER, _COUNT = 12, 17
_WIDTH_OF_LETTER = 0.56
_LEFT, _RIGHT, _TOP = 46, 10, 34
_LINE = 15
_LEAST_PITCH = 1.2
"""So many pixels a unit needs to be drawn with its own interval; with less, neighbours share a ribbon."""
_ROOM_FOR_A_NAME = 76
_RIBBON_STEP = 5


@dataclass(frozen=True)
class Look:
    """How large the picture is (pixels), its colours, and who is named in it besides the extremes.

    `mine`: the codes of the reader's units; `simulated`: whether the picture has to say that its figures are.
    """

    width: int = 880
    height: int = 310
    palette: Palette = LIGHT
    mine: Collection[str] = ()
    simulated: bool = False


PHONE = Look(360, 330)


@dataclass(frozen=True)
class _Dot:
    """One unit: where it stands among the others (0 is the first), its row, and whether it is the reader's."""

    at: int
    row: dict
    mine: bool


@dataclass(frozen=True)
class _Frame:
    """Where units and values lie within the picture."""

    look: Look
    units: int
    low: float
    high: float
    ticks: tuple[float, ...]
    bottom: float
    top: float = _TOP

    @property
    def right(self) -> float:
        return self.look.width - _RIGHT

    @property
    def pitch(self) -> float:
        return (self.right - _LEFT) / self.units

    @property
    def many(self) -> bool:
        """Whether the units are too many to be drawn with an interval each."""
        return self.pitch < _LEAST_PITCH

    def x(self, at: float) -> float:
        return _LEFT + (at + 0.5) * self.pitch

    def y(self, value: float) -> float:
        part = (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)
        return self.bottom - (self.bottom - self.top) * part

    def beyond(self, value: float) -> int:
        """1 for a value above the scale, −1 for one below it, else 0."""
        return int(value > self.high) - int(value < self.low)


def likely_places(say: Speaker, measure: Measure, level: str, places: pl.DataFrame, look: Look | None = None) -> str:
    """The picture as SVG text; empty where no unit has both an expected rank and a value.

    `places`: as `display.words.places.ordered` describes it; `level`: commune, province or department. Each unit is a
    group with its code in `data-unit` and its words in a title; where there are more units than the width has room
    for, their intervals are one ribbon and the codes, places and words stand in attributes of the picture itself.
    """
    look = look or Look()
    rows = ordered(places)
    dots = [
        _Dot(at, row, row["unit_code"] in look.mine)
        for at, row in enumerate(rows.iter_rows(named=True))
        if _known(row["value"])
    ]
    if not dots:
        return ""
    frame = _frame(measure, look, rows.height, dots)
    inside = [
        *_head(say, frame, rows),
        *_shades(frame, rows),
        *_grid(say, measure, frame),
        *_lines(say, measure, level, frame, dots),
        *(_crowd(frame, dots) if frame.many else _each(say, measure, frame, dots)),
        *_own(frame, dots),
        *_names(say, measure, frame, dots),
        _found(look.palette),
    ]
    title = f"<title>{escape(measure.name.in_language(say.language))}</title>"
    described = f"<desc>{escape(alternative(say, measure, level, places))}</desc>"
    known = _attributes(say, measure, frame, dots) if frame.many else ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="gd-places" role="img" viewBox="0 0 {look.width} {look.height}" '
        f'width="{look.width}" height="{look.height}" font-family="{FONT}" font-size="{_LETTER}" '
        f'aria-label="{escape(alternative(say, measure, level, places))}"{known}>{title}{described}{"".join(inside)}</svg>'
    )


def has_room(places: pl.DataFrame, look: Look) -> bool:
    """Whether each unit is drawn with an interval of its own."""
    units = ordered(places).height
    return not units or (look.width - _RIGHT - _LEFT) / units >= _LEAST_PITCH


def on_paper() -> str:
    """Style rules that give the picture ink on white when a page is printed, from whatever theme."""
    inks = {"ink": LIGHT.ink, "quiet": LIGHT.quiet, "line": LIGHT.line, "ground": LIGHT.ground}
    inks |= {tier: LIGHT.band(band) for tier, band in BANDS_OF_TIERS.items()}
    rules = [f".gd-places .gd-fill-{name} {{ fill: {colour}; }}" for name, colour in inks.items()]
    rules += [f".gd-places .gd-stroke-{name} {{ stroke: {colour}; }}" for name, colour in inks.items()]
    return f"@media print {{ {' '.join(rules)} }}"


# --- the frame


def _frame(measure: Measure, look: Look, units: int, dots: list[_Dot]) -> _Frame:
    low, high, ticks = _scale(measure, dots)
    lines = 2 + (any(dot.mine for dot in dots) and (look.width - _LEFT) / units < _ROOM_FOR_A_NAME)
    return _Frame(look, units, low, high, ticks, look.height - 8 - _LINE * lines - 14 * look.simulated)


def _scale(measure: Measure, dots: list[_Dot]) -> tuple[float, float, tuple[float, ...]]:
    """Both ends of the values' axis and its ticks: all values but far outliers, most intervals, the target if near."""
    values = np.array([dot.row["value"] for dot in dots])
    near, far = np.quantile(values, [0.05, 0.95])
    reach = far - near or abs(far) * 0.05 or 1.0
    low, high = max(values.min(), near - 1.5 * reach), min(values.max(), far + 1.5 * reach)
    for column, part in (("value_low", 0.1), ("value_high", 0.9)):
        ends = [dot.row[column] for dot in dots if _known(dot.row[column])]
        if ends:
            end = float(np.quantile(ends, part))
            low, high = min(low, max(end, near - reach)), max(high, min(end, far + reach))
    target = measure.target.value if measure.target else None
    if target is not None and low - (high - low) <= target <= high + (high - low):
        low, high = min(low, target), max(high, target)
    most = 100.0 if measure.kind == "share" else measure.max_score
    ticks = nice_ticks(float(low), float(high), 0.0 if low >= 0 else None, most if most and high <= most else None)
    return float(min(low, *ticks)), float(max(high, *ticks)), ticks


def _known(value: float | None) -> bool:
    return value is not None and isfinite(value)


# --- its parts


def _head(say: Speaker, frame: _Frame, rows: pl.DataFrame) -> Iterator[str]:
    """How many units each tier has: the first on the left, the last on the right, the middle one over its units."""
    tiers = rows.get_column("tier").to_list()
    words = {tier: (numbers.number(tiers.count(tier), say.language), tier_word(say, tier)) for tier in TIERS}
    widths = {tier: _width(n, _COUNT) + _width(" " + text) for tier, (n, text) in words.items()}
    middle = [at for at, tier in enumerate(tiers) if tier == "middle"]
    centre = frame.x(sum(middle) / len(middle)) if middle else (_LEFT + frame.right) / 2
    least = _LEFT + widths["first"] + 10 + widths["middle"] / 2
    most = frame.right - widths["last"] - 10 - widths["middle"] / 2
    centre = (least + most) / 2 if least > most else min(max(centre, least), most)
    for tier, x, anchor in (("first", _LEFT, "start"), ("middle", centre, "middle"), ("last", frame.right, "end")):
        n, text = words[tier]
        yield (
            f'<text x="{_n(x)}" y="18" text-anchor="{anchor}" {_fill(frame.look.palette, "ink")}>'
            f'<tspan font-size="{_COUNT}" font-weight="600">{n}</tspan> {escape(text)}</text>'
        )


def _shades(frame: _Frame, rows: pl.DataFrame) -> Iterator[str]:
    """The columns of the units in the first and the last tier, and a bar of each tier above them."""
    tiers = rows.get_column("tier").to_list()
    for tier in TIERS:
        runs = [(run[0], run[-1] + 1) for run in _runs(tiers, tier)]
        ends = [(_LEFT + first * frame.pitch, _LEFT + last * frame.pitch) for first, last in runs]
        if tier != "middle" and runs:
            yield f'<path d="{_boxes(ends, frame.top, frame.bottom)}" {_fill(frame.look.palette, tier)} fill-opacity=".13"/>'
        if runs:
            yield f'<path d="{_boxes(ends, frame.top - 6, frame.top - 2)}" {_fill(frame.look.palette, tier)}/>'


def _runs(tiers: list[str], wanted: str) -> Iterator[list[int]]:
    for tier, run in groupby(range(len(tiers)), key=tiers.__getitem__):
        if tier == wanted:
            yield list(run)


def _boxes(ends: list[tuple[float, float]], top: float, bottom: float) -> str:
    return "".join(f"M{_n(left)} {_n(top)}H{_n(right)}V{_n(bottom)}H{_n(left)}z" for left, right in ends)


def _grid(say: Speaker, measure: Measure, frame: _Frame) -> Iterator[str]:
    decimals = next((n for n in range(4) if all(abs(round(tick, n) - tick) < 1e-9 for tick in frame.ticks)), 4)
    percent = measure.unit.in_language(say.language) == "%"
    sign = ("\u00a0%" if say.language == "vi" else "%") if percent else ""
    path = "".join(f"M{_LEFT} {_n(frame.y(tick))}H{_n(frame.right)}" for tick in frame.ticks)
    yield f'<path d="{path}" {_stroke(frame.look.palette, "line")}/>'
    for tick in frame.ticks:
        words = numbers.number(tick, say.language, decimals) + sign
        yield _text(frame, _LEFT - 6, frame.y(tick) + 4, words, "quiet", "end")


def _lines(say: Speaker, measure: Measure, level: str, frame: _Frame, dots: list[_Dot]) -> Iterator[str]:
    """The middle unit and the target, each named at the end where units are least in its way."""
    middle = float(np.median([dot.row["value"] for dot in dots]))
    named = [(middle, "1 3", say(f"places.middle_unit.{level}", value=numbers.with_unit(middle, measure, say.language)))]
    if measure.target is not None:
        words = say("places.target", value=numbers.target_value(measure, say.language))
        named.append((measure.target.value, "6 3", words))
    upper_right = measure.direction != "lower"
    for number, (value, dash, words) in enumerate(sorted(named, reverse=True)):
        above, beyond = number == 0, frame.beyond(value)
        y = frame.y(value)
        if not beyond:
            yield (
                f'<path d="M{_LEFT} {_n(y)}H{_n(frame.right)}" {_stroke(frame.look.palette, "ink")} '
                f'stroke-dasharray="{dash}" stroke-linecap="round" stroke-width="1.4"/>'
            )
        words += {0: "", 1: " ↑", -1: " ↓"}[beyond]
        at_right = upper_right == above
        baseline = min(max(y - 6 if above else y + 15, frame.top + 12), frame.bottom - 4)
        x, anchor = (frame.right - 4, "end") if at_right else (_LEFT + 4, "start")
        yield _text(frame, x, baseline, words, "ink", anchor, halo=True)


def _each(say: Speaker, measure: Measure, frame: _Frame, dots: list[_Dot]) -> Iterator[str]:
    """Each unit as a group of its own: its words, its column to point at, its interval and its dot."""
    radius = min(max(frame.pitch * 0.42, 2.0), 5.0)
    whisker = min(max(frame.pitch * 0.25, 0.9), 2.0)
    for dot in dots:
        x, y, tier = frame.x(dot.at), frame.y(dot.row["value"]), dot.row["tier"]
        column = _boxes([(x - frame.pitch / 2, x + frame.pitch / 2)], frame.top, frame.bottom)
        line = ""
        if _known(dot.row["value_low"]) and _known(dot.row["value_high"]):
            line = (
                f'<path d="M{_n(x)} {_n(frame.y(dot.row["value_low"]))}V{_n(frame.y(dot.row["value_high"]))}" '
                f'{_stroke(frame.look.palette, tier)} stroke-opacity=".5" stroke-width="{_n(whisker)}"/>'
            )
        yield (
            f'<g data-unit="{escape(dot.row["unit_code"])}" data-at="{_n(x)} {_n(y)}">'
            f"<title>{escape(dot_words(say, measure, dot.row))}</title>"
            f'<path d="{column}" fill="none" pointer-events="all"/>{line}{_mark(frame, dot, radius)}</g>'
        )


def _mark(frame: _Frame, dot: _Dot, r: float) -> str:
    """A disc in the first tier, a ring in the middle one, a diamond in the last; an arrowhead beyond the scale."""
    x, y, tier, palette = frame.x(dot.at), frame.y(dot.row["value"]), dot.row["tier"], frame.look.palette
    if beyond := frame.beyond(dot.row["value"]):
        return f'<path d="M{_n(x - r - 1)} {_n(y)}h{_n(2 * r + 2)}l{_n(-r - 1)} {_n(-beyond * (r + 3))}z" {_fill(palette, tier)}/>'
    if tier == "middle":
        return f'<circle cx="{_n(x)}" cy="{_n(y)}" r="{_n(r * 0.85)}" {_fill(palette, "ground")} {_stroke(palette, tier)} stroke-width="{_n(min(r * 0.6, 1.4))}"/>'
    if tier == "last":
        d = r * 1.2
        return f'<path d="M{_n(x)} {_n(y - d)}l{_n(d)} {_n(d)}l{_n(-d)} {_n(d)}l{_n(-d)} {_n(-d)}z" {_fill(palette, tier)}/>'
    return f'<circle cx="{_n(x)}" cy="{_n(y)}" r="{_n(r)}" {_fill(palette, tier)}/>'


def _crowd(frame: _Frame, dots: list[_Dot]) -> Iterator[str]:
    """Units too many to be told apart: a ribbon of the usual interval at each place, and small dots by tier."""
    yield from _ribbon(frame, dots)
    for tier in ("middle", "first", "last"):
        points = [(frame.x(dot.at), frame.y(dot.row["value"])) for dot in dots if dot.row["tier"] == tier]
        path = "".join(f"M{_n(x)} {_n(y)}h0" for x, y in points)
        if path:
            ends = "square" if tier == "last" else "round"
            yield (
                f'<path d="{path}" fill="none" {_stroke(frame.look.palette, tier)} stroke-width="2" '
                f'stroke-linecap="{ends}" stroke-opacity=".75"/>'
            )


def _ribbon(frame: _Frame, dots: list[_Dot]) -> Iterator[str]:
    """From the median lower to the median upper end of the intervals of the units next to each other."""
    known = [dot for dot in dots if _known(dot.row["value_low"]) and _known(dot.row["value_high"])]
    upper, lower = [], []
    for _, group in groupby(known, key=lambda dot: int(dot.at * frame.pitch / _RIBBON_STEP)):
        run = list(group)
        x = frame.x(float(np.mean([dot.at for dot in run])))
        low, high = (float(np.median([dot.row[end] for dot in run])) for end in ("value_low", "value_high"))
        upper.append((x, frame.y(high)))
        lower.append((x, frame.y(low)))
    if len(upper) > 1:
        corners = "L".join(f"{_n(x)} {_n(y)}" for x, y in [*upper, *reversed(lower)])
        yield f'<path d="M{corners}z" {_fill(frame.look.palette, "middle")} fill-opacity=".3"/>'


def _own(frame: _Frame, dots: list[_Dot]) -> Iterator[str]:
    """The reader's units once more, on top and ringed."""
    for dot in dots:
        if dot.mine:
            x, y = frame.x(dot.at), frame.y(dot.row["value"])
            yield _mark(frame, dot, 4) if frame.many else ""
            yield (
                f'<circle cx="{_n(x)}" cy="{_n(y)}" r="7" fill="none" pointer-events="none" '
                f'{_stroke(frame.look.palette, "ink")} stroke-width="2"/>'
            )


# --- names below the picture


def _names(say: Speaker, measure: Measure, frame: _Frame, dots: list[_Dot]) -> Iterator[str]:
    """The first, the last and the reader's units; all of them where there is room for every name."""
    if frame.look.simulated:
        yield _text(frame, _LEFT, frame.look.height - 4, say("open.simulated"), "ink", "start", weight=600)
    if frame.pitch >= _ROOM_FOR_A_NAME:
        for dot in dots:
            yield from _below(say, measure, frame, dot, "middle", 0, frame.pitch - 8)
        return
    ends = {dots[0].at: "start", dots[-1].at: "end"}
    for dot in (dots[0], dots[-1])[: len(ends)]:
        yield from _below(say, measure, frame, dot, ends[dot.at], 0, (frame.right - _LEFT) / 2 - 6)
    mine = next((dot for dot in dots if dot.mine and dot.at not in ends), None)
    if mine is not None:
        words = f"{mine.row['name']} {numbers.with_unit(mine.row['value'], measure, say.language)}"
        half = _width(words + " · " + expected_words(say, mine.row)) / 2
        x = frame.x(mine.at)
        anchor = "start" if x - half < _LEFT else "end" if x + half > frame.right else "middle"
        yield from _below(say, measure, frame, mine, anchor, 2, frame.right - _LEFT)


def _below(
    say: Speaker, measure: Measure, frame: _Frame, dot: _Dot, anchor: str, line: int, room: float
) -> Iterator[str]:
    """A unit's name and value under its dot, from the `line`-th line on, with a hair up to the dot."""
    x, y = frame.x(dot.at), frame.y(dot.row["value"])
    first = frame.bottom + 16 + line * _LINE
    hair = first - 11
    yield f'<path d="M{_n(x)} {_n(y)}V{_n(hair)}" {_stroke(frame.look.palette, "quiet")} stroke-width=".8" pointer-events="none"/>'
    weight = 600 if dot.mine else 500
    value = numbers.with_unit(dot.row["value"], measure, say.language)
    if line:
        words = f"{dot.row['name']} {value} · {expected_words(say, dot.row)}"
        yield _text(frame, _edge(frame, x, anchor), first, _cut(words, room), "ink", anchor, weight=weight)
        return
    x = _edge(frame, x, anchor)
    yield _text(frame, x, first, _cut(dot.row["name"], room), "ink", anchor, weight=weight)
    yield _text(frame, x, first + _LINE - 1, value, "quiet", anchor)


def _edge(frame: _Frame, x: float, anchor: str) -> float:
    return {"start": min(x, frame.right), "end": x, "middle": x}[anchor]


def _cut(words: str, room: float) -> str:
    letters = max(int(room / (_LETTER * _WIDTH_OF_LETTER)), 2)
    return words if len(words) <= letters else words[: letters - 1].rstrip() + "…"


# --- what a script needs


def _attributes(say: Speaker, measure: Measure, frame: _Frame, dots: list[_Dot]) -> str:
    """Codes, places and words of all units, in the order from left to right."""
    codes = " ".join(dot.row["unit_code"] for dot in dots)
    places = " ".join(f"{_n(frame.x(dot.at))},{_n(frame.y(dot.row['value']))}" for dot in dots)
    said = "|".join(
        f"{dot.row['name']}: {numbers.with_unit(dot.row['value'], measure, say.language)}".replace("|", "/")
        for dot in dots
    )
    return f' data-units="{escape(codes)}" data-places="{places}" data-said="{escape(said)}"'


def _found(palette: Palette) -> str:
    """Where a script marks and names the unit that is pointed at."""
    return (
        f'<g class="gd-found" visibility="hidden" pointer-events="none"><circle r="7" fill="none" stroke-width="2.5" '
        f'{_stroke(palette, "ink")}/><text font-weight="600" paint-order="stroke" stroke-width="5" '
        f'stroke-linejoin="round" {_fill(palette, "ink")} {_stroke(palette, "ground")}></text></g>'
    )


# --- strokes


def _fill(palette: Palette, name: str) -> str:
    return f'class="gd-fill-{name}" fill="{_colour(palette, name)}"'


def _stroke(palette: Palette, name: str) -> str:
    return f'stroke="{_colour(palette, name)}"'


def _colour(palette: Palette, name: str) -> str:
    return palette.band(BANDS_OF_TIERS[name]) if name in BANDS_OF_TIERS else str(getattr(palette, name))


def _text(
    frame: _Frame, x: float, y: float, words: str, colour: str, anchor: str, weight: int = 400, *, halo: bool = False
) -> str:
    around = ""
    if halo:
        around = f' paint-order="stroke" stroke="{frame.look.palette.ground}" stroke-width="4" stroke-linejoin="round"'
    bold = f' font-weight="{weight}"' if weight != 400 else ""
    return (
        f'<text x="{_n(x)}" y="{_n(y)}" text-anchor="{anchor}"{bold}{around} '
        f"{_fill(frame.look.palette, colour)}>{escape(words)}</text>"
    )


def _width(words: str, size: float = _LETTER) -> float:
    return len(words) * size * _WIDTH_OF_LETTER


def _n(number: float) -> str:
    """A length to a tenth of a pixel, as short as it can be written."""
    return f"{number:.1f}".removesuffix(".0")
