"""A chart of a page drawn again as SVG text, from what its description says: for pictures, print and embeds.

The pages draw with Plotly, which needs a browser. What is taken of a chart is its traces and its layout as plain
mappings, as Plotly's own JSON has them, so the picture shows the same figures. Of Plotly's language it knows what our
charts use: `scatter` with lines, marks, texts, areas and intervals, stacked `bar`, lines across, words beside points.
A trace of another type raises ValueError: half a chart would be a wrong one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from itertools import pairwise
from typing import Any

from display.drawing import plot_axes
from display.drawing.plot_axes import position
from display.drawing.plot_frame import LINE, Frame, Room, Spec, framed, names_an_end, placed
from display.drawing.plot_strokes import LETTER, box, line, paint, pair, px, text, width_of
from display.drawing.strokes import FONT

_DASHES = {"dot": "2 3", "dash": "7 5"}
_SYMBOLS = {
    "triangle-up": "M{x} {a}L{r} {b}L{l} {b}z",
    "triangle-down": "M{x} {b}L{r} {a}L{l} {a}z",
    "diamond": "M{x} {a}L{r} {y}L{x} {b}L{l} {y}z",
}


def drawn(traces: Sequence[Spec], layout: Spec, room: Room, alt: str = "") -> str:
    """The chart as SVG text; empty where it has no point. ValueError for a type of trace that is not known."""
    for trace in traces:
        if trace.get("type", "scatter") not in ("scatter", "bar"):
            raise ValueError(f"trace of type {trace['type']!r}: scatter and bar can be drawn")
    stacked = list(_stacked(traces))
    across, upwards = plot_axes.of(stacked, layout)
    if across is None or upwards is None:
        return ""
    frame = framed(stacked, layout, room, across, upwards)
    clip = f'<clipPath id="in"><rect {box(frame.left, frame.top - 6, frame.right, frame.bottom + 6)}/></clipPath>'
    parts = [
        *_grid(frame, layout),
        '<g clip-path="url(#in)">',
        *_areas(frame, stacked),
        *(part for trace in stacked for part in _trace(frame, trace)),
        *_shapes(frame, layout),
        "</g>",
        *(part for trace in stacked for part in _texts(frame, trace)),
        *_annotations(frame, layout),
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {room.width} {room.height}" width="{room.width}" '
        f'height="{room.height}" font-family="{FONT}" font-size="{LETTER}" role="img" aria-label="{escape(alt)}">'
        f"{clip}{''.join(parts)}</svg>"
    )


def _stacked(traces: Sequence[Spec]) -> Iterator[dict[str, Any]]:
    """The traces with lists for arrays; a bar stands on those before it at the same place (`base`)."""
    heights: dict[float, float] = {}
    for trace in traces:
        own = dict(trace) | {"x": _listed(trace, "x"), "y": _listed(trace, "y")}
        if own.get("type") == "bar":
            places = [position(x) for x in own["x"]]
            own["base"] = [heights.get(place, 0.0) for place in places]
            own["y"] = [base + (y or 0.0) for base, y in zip(own["base"], own["y"], strict=True)]
            heights |= dict(zip(places, own["y"], strict=True))
        yield own


def _listed(trace: Spec, name: str) -> list[Any]:
    values = trace.get(name)
    return [] if values is None else [None if value != value else value for value in values]  # NaN is no point


def _grid(frame: Frame, layout: Spec) -> Iterator[str]:
    colours = frame.room.palette
    for value, words in frame.upwards.ticks(frame.room.write, frame.bottom - frame.top):
        y = frame.y(value)
        yield line(frame.left, y, frame.right, y, colours.line)
        yield text(frame.left - 6, y + 4.5, words, colours.quiet, "end")
    yield line(frame.left, frame.bottom, frame.right, frame.bottom, colours.line)
    free_from = -1.0
    for value, words in frame.across.ticks(frame.room.write, frame.right - frame.left):
        x, half = frame.x(value), width_of(words) / 2
        if x - half > free_from and x + half <= frame.room.width:
            yield line(x, frame.bottom, x, frame.bottom + 4, colours.quiet)
            yield text(x, frame.bottom + LINE, words, colours.quiet, "middle")
            free_from = x + half + 8
    if frame.across.title:
        middle = (frame.left + frame.right) / 2
        yield text(middle, frame.room.height - 4, frame.across.title, colours.quiet, "middle")


def _areas(frame: Frame, traces: Sequence[Spec]) -> Iterator[str]:
    """What is filled: between a line and the one before it, or within a closed one."""
    before: Spec | None = None
    for trace in traces:
        fill, points = trace.get("fill"), _points(frame, trace)
        if fill == "tonexty" and before is not None:
            back = [point for point in reversed(_points(frame, before)) if point]
            yield _filled([point for point in points if point] + back, trace)
        elif fill == "toself":
            for run in _runs(points):
                yield _filled(run, trace)
        before = trace


def _filled(points: Sequence[tuple[float, float]], trace: Spec) -> str:
    return f'<path d="M{"L".join(map(pair, points))}z" {paint("fill", str(trace["fillcolor"]))}/>' if points else ""


def _trace(frame: Frame, trace: Spec) -> Iterator[str]:
    if trace.get("type") == "bar":
        yield from _bars(frame, trace)
        return
    mode, line, points = trace.get("mode", "lines"), trace.get("line") or {}, _points(frame, trace)
    if "lines" in mode and line.get("width", 2) and line.get("color"):
        dashes = _DASHES.get(line.get("dash", "solid"), "")
        for run in _runs(points):
            yield (
                f'<path d="{_path(run, line.get("shape", "linear"))}" fill="none" {paint("stroke", line["color"])} '
                f'stroke-width="{line.get("width", 2)}" stroke-linejoin="round"'
                + (f' stroke-dasharray="{dashes}"/>' if dashes else "/>")
            )
    yield from _intervals(frame, trace)
    marker = trace.get("marker") or {}
    if "markers" in mode and marker.get("opacity", 1):
        colour = marker.get("color") or line.get("color") or frame.room.palette.accent
        for x, y in filter(None, points):
            yield _mark(x, y, marker.get("size", 6) / 2, marker.get("symbol", "circle"), colour)


def _mark(x: float, y: float, half: float, symbol: str, colour: str) -> str:
    if shape := _SYMBOLS.get(symbol):
        named = {"x": x, "y": y, "l": x - half, "r": x + half, "a": y - half, "b": y + half}
        return f'<path d="{shape.format(**{k: px(v) for k, v in named.items()})}" {paint("fill", colour)}/>'
    return f'<circle cx="{px(x)}" cy="{px(y)}" r="{px(half)}" {paint("fill", colour)}/>'


def _intervals(frame: Frame, trace: Spec) -> Iterator[str]:
    errors = trace.get("error_y") or {}
    if errors.get("array") is None:
        return
    for x, y, up, down in zip(trace["x"], trace["y"], errors["array"], errors["arrayminus"], strict=True):
        if y is not None:
            yield line(frame.x(x), frame.y(y + up), frame.x(x), frame.y(y - down), errors["color"])


def _bars(frame: Frame, trace: Spec) -> Iterator[str]:
    places = [frame.x(x) for x in trace["x"]]
    apart = min((after - before for before, after in pairwise(places)), default=60.0)
    half = min(apart * 0.375, 40)
    for x, base, y in zip(places, trace["base"], trace["y"], strict=True):
        colour = paint("fill", trace["marker"]["color"])
        yield f"<rect {box(x - half, frame.y(y), x + half, frame.y(base))} {colour}/>"


def _texts(frame: Frame, trace: Spec) -> Iterator[str]:
    """The words at points; of names that only a pointer shows there are none in a picture."""
    if "text" not in trace.get("mode", ""):
        return
    style = trace.get("textfont") or {}
    for words, point in zip(trace["text"], _points(frame, trace), strict=True):
        if words and point:
            below = str(trace.get("textposition", "")).startswith("bottom")
            yield text(point[0], point[1] + (20 if below else -9), words, style.get("color", "#000000"), "middle")


def _shapes(frame: Frame, layout: Spec) -> Iterator[str]:
    for shape in layout.get("shapes", ()):
        ends = (
            [placed(frame, shape, "x", end) for end in ("0", "1")],
            [placed(frame, shape, "y", end) for end in ("0", "1")],
        )
        style = shape.get("line") or {}
        (x0, x1), (y0, y1) = ends
        dashes = _DASHES.get(style.get("dash", "solid"), "")
        yield line(x0, y0, x1, y1, style.get("color", "#000000"), dashes, shape.get("opacity", 1))


def _annotations(frame: Frame, layout: Spec) -> Iterator[str]:
    notes = layout.get("annotations", ())
    ends = _apart(frame, notes)
    for number, note in enumerate(notes):
        style, size = note.get("font") or {}, (note.get("font") or {}).get("size", LETTER)
        x = placed(frame, note, "x") + note.get("xshift", 0)
        if number in frame.rows_above:
            y = frame.top - 5 - LINE * frame.rows_above[number]
        else:
            y = ends.get(number, placed(frame, note, "y")) - note.get("yshift", 0)
            y += {"bottom": -3.0, "top": size + 2.0}.get(note.get("yanchor", "middle"), size * 0.35)
        anchor = {"left": "start", "right": "end"}.get(note.get("xanchor", ""), "middle")
        words = str(note.get("text", ""))
        x = min(x, frame.room.width - 2 - width_of(words, size)) if anchor == "start" else x
        ground = frame.room.palette.ground if note.get("bgcolor") else ""
        yield text(max(x, 2), y, words, style.get("color", frame.room.palette.ink), anchor, size, ground)


def _apart(frame: Frame, notes: Sequence[Spec]) -> dict[int, float]:
    """Where the names at the ends of lines stand, from the top down, none over another."""
    ends = [(placed(frame, note, "y"), number) for number, note in enumerate(notes) if names_an_end(note)]
    found: dict[int, float] = {}
    free = -1e9
    for y, number in sorted(ends):
        found[number] = free = max(y, free)
        free += LINE - 2
    return found


def _points(frame: Frame, trace: Spec) -> list[tuple[float, float] | None]:
    """The points of a trace within the drawing, None where one has no value."""
    pairs = zip(trace["x"], trace["y"], strict=True)
    return [None if x is None or y is None else (frame.x(x), frame.y(y)) for x, y in pairs]


def _runs(points: Sequence[tuple[float, float] | None]) -> Iterator[list[tuple[float, float]]]:
    """Points that are joined: a missing value lifts the pen."""
    run: list[tuple[float, float]] = []
    for point in [*points, None]:
        if point is not None:
            run.append(point)
        elif run:
            yield run
            run = []


def _path(run: Sequence[tuple[float, float]], shape: str) -> str:
    """Straight from point to point, or in steps: across first (`hv`), or half-way between two points (`hvh`)."""
    if shape == "hv":
        return f"M{pair(run[0])}" + "".join(f"H{px(x)}V{px(y)}" for x, y in run[1:])
    if shape == "hvh":
        steps = [
            f"H{px((x + at) / 2)}V{px(y)}H{px(at)}" if n else ""
            for n, ((x, _), (at, y)) in enumerate(zip([run[0], *run], run, strict=False))
        ]
        return f"M{pair(run[0])}" + "".join(steps)
    return f"M{'L'.join(map(pair, run))}"
