"""The units of the picture of likely ranks: each with its interval, or many as small dots on a ribbon."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from itertools import groupby

import numpy as np

from display.drawing.likely_frame import Dot, Frame, boxes, ink, is_known, px
from display.words.places import dot_words
from display.words.text import Speaker
from ranking.measures import Measure

_RIBBON_STEP = 5


def each(say: Speaker, measure: Measure, frame: Frame, dots: list[Dot]) -> Iterator[str]:
    """Each unit as a group of its own: its words, its column to point at, its interval and its dot."""
    radius = min(max(frame.pitch * 0.42, 2.0), 5.0)
    whisker = min(max(frame.pitch * 0.25, 0.9), 2.0)
    for dot in dots:
        x, y, tier = frame.x(dot.at), frame.y(dot.row["value"]), dot.row["tier"]
        column = boxes([(x - frame.pitch / 2, x + frame.pitch / 2)], frame.top, frame.bottom)
        line = ""
        if is_known(dot.row["value_low"]) and is_known(dot.row["value_high"]):
            line = (
                f'<path d="M{px(x)} {px(frame.y(dot.row["value_low"]))}V{px(frame.y(dot.row["value_high"]))}" '
                f'{ink(frame.look.palette, stroke=tier)} stroke-opacity=".5" stroke-width="{px(whisker)}"/>'
            )
        yield (
            f'<g data-unit="{escape(dot.row["unit_code"])}" data-at="{px(x)} {px(y)}">'
            f"<title>{escape(dot_words(say, measure, dot.row))}</title>"
            f'<path d="{column}" fill="none" pointer-events="all"/>{line}{_mark(frame, dot, radius)}</g>'
        )


def _mark(frame: Frame, dot: Dot, r: float) -> str:
    """A disc in the first tier, a ring in the middle one, a diamond in the last; an arrowhead beyond the scale."""
    x, y, tier = frame.x(dot.at), frame.y(dot.row["value"]), dot.row["tier"]
    full = ink(frame.look.palette, tier)
    if beyond := frame.beyond(dot.row["value"]):
        return f'<path d="M{px(x - r - 1)} {px(y)}h{px(2 * r + 2)}l{px(-r - 1)} {px(-beyond * (r + 3))}z" {full}/>'
    if tier == "last":
        d = r * 1.2
        return f'<path d="M{px(x)} {px(y - d)}l{px(d)} {px(d)}l{px(-d)} {px(d)}l{px(-d)} {px(-d)}z" {full}/>'
    disc = f'<circle cx="{px(x)}" cy="{px(y)}"'
    if tier == "middle":
        hollow = ink(frame.look.palette, "ground", tier)
        return f'{disc} r="{px(r * 0.85)}" {hollow} stroke-width="{px(min(r * 0.6, 1.4))}"/>'
    return f'{disc} r="{px(r)}" {full}/>'


def crowd(frame: Frame, dots: list[Dot]) -> Iterator[str]:
    """Units too many to be told apart: a ribbon of the usual interval at each place, and small dots by tier."""
    yield from _ribbon(frame, dots)
    for tier in ("middle", "first", "last"):
        points = [(frame.x(dot.at), frame.y(dot.row["value"])) for dot in dots if dot.row["tier"] == tier]
        path = "".join(f"M{px(x)} {px(y)}h0" for x, y in points)
        if path:
            ends = "square" if tier == "last" else "round"
            yield (
                f'<path d="{path}" {ink(frame.look.palette, stroke=tier)} stroke-width="2" '
                f'stroke-linecap="{ends}" stroke-opacity=".75"/>'
            )


def _ribbon(frame: Frame, dots: list[Dot]) -> Iterator[str]:
    """From the median lower to the median upper end of the intervals of the units next to each other."""
    known = [dot for dot in dots if is_known(dot.row["value_low"]) and is_known(dot.row["value_high"])]
    upper, lower = [], []
    for _, group in groupby(known, key=lambda dot: int(dot.at * frame.pitch / _RIBBON_STEP)):
        run = list(group)
        x = frame.x(float(np.mean([dot.at for dot in run])))
        low, high = (float(np.median([dot.row[end] for dot in run])) for end in ("value_low", "value_high"))
        upper.append((x, frame.y(high)))
        lower.append((x, frame.y(low)))
    if len(upper) > 1:
        corners = "L".join(f"{px(x)} {px(y)}" for x, y in [*upper, *reversed(lower)])
        yield f'<path d="M{corners}z" {ink(frame.look.palette, "middle")} fill-opacity=".3"/>'


def own(frame: Frame, dots: list[Dot]) -> Iterator[str]:
    """The reader's units once more, on top and ringed."""
    for dot in dots:
        if dot.mine:
            x, y = frame.x(dot.at), frame.y(dot.row["value"])
            yield _mark(frame, dot, 4) if frame.many else ""
            yield (
                f'<circle cx="{px(x)}" cy="{px(y)}" r="7" pointer-events="none" '
                f'{ink(frame.look.palette, stroke="ink")} stroke-width="2"/>'
            )
