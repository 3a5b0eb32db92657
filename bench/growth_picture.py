"""How time and memory grow with the number of dossiers, as a picture: one panel each, drawn from measured figures."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from html import escape
from math import ceil, log10
from pathlib import Path

WIDTH, HEIGHT, LEFT, TOP, PLOT_WIDTH, PLOT_HEIGHT = 300, 250, 52, 46, 226, 150
COLOURS = {"ours": "#0b6e75", "DuckDB": "#8a5a00", "scan": "#6b7686"}
# The engines of `bench.dossiers` under the names that a reader sees.
NAMES = {"polars": "ours", "duckdb": "DuckDB", "scan": "scan"}
INK, FAINT, RED = "#22303c", "#d5dbe1", "#b3261e"

Points = list[tuple[int, float]]


@dataclass
class Panel:
    """Lines over the number of dossiers; `limit` is a value that none may pass."""

    title: str
    unit: str
    lines: dict[str, Points] = field(default_factory=dict)
    limit: float | None = None

    @property
    def top(self) -> float:
        values = [value for points in self.lines.values() for _, value in points]
        return _round_up(max([*values, self.limit or 0]))


def panels(figures: dict[int, list[tuple[str, float, str]]]) -> list[Panel]:
    """Time, memory and one more day's export, from the figures of `bench.dossiers.run` by number of dossiers."""
    time, memory = Panel("Processor time of all sums", "s"), Panel("Peak memory", "MiB", limit=2048)
    day = Panel("One more day's export on top", "s", limit=5)
    for rows, found in sorted(figures.items()):
        for name, value, _ in found:
            what = name.split(": ", 1)[1]
            for engine, said in NAMES.items():
                if what == f"{engine}, processor time":
                    time.lines.setdefault(said, []).append((rows, value))
                if what == f"{engine}, peak memory" and engine != "scan":
                    memory.lines.setdefault(said, []).append((rows, value))
            if what.startswith("one more day's export"):
                day.lines.setdefault("ours", []).append((rows, value))
    return [time, memory, day]


def write(figures: dict[int, list[tuple[str, float, str]]], path: Path) -> None:
    """Draw `figures` to an SVG file."""
    drawn = panels(figures)
    width = WIDTH * len(drawn)
    said = "; ".join(_said(panel) for panel in drawn)
    path.write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {HEIGHT}" role="img" '
        f'font-family="sans-serif" font-size="11" fill="{INK}">\n<title>Growth with the number of dossiers</title>\n'
        f'<desc>{escape(said)}</desc>\n<rect width="{width}" height="{HEIGHT}" fill="#ffffff"/>\n'
        + "\n".join(_panel(panel, number * WIDTH) for number, panel in enumerate(drawn))
        + "\n</svg>\n",
        encoding="utf-8",
    )


def _said(panel: Panel) -> str:
    """The panel in words, for those who do not see it."""
    lines = (
        f"{name} " + ", ".join(f"{rows / 1e6:g} M {value:,.1f} {panel.unit}" for rows, value in points)
        for name, points in panel.lines.items()
    )
    return f"{panel.title}: " + "; ".join(lines)


def _panel(panel: Panel, left: float) -> str:
    most = max(rows for points in panel.lines.values() for rows, _ in points)

    def x(rows: float) -> float:
        return LEFT + PLOT_WIDTH * rows / most

    def y(value: float) -> float:
        return TOP + PLOT_HEIGHT * (1 - value / panel.top)

    parts = [f'<g transform="translate({left} 0)">', _text(8, 16, panel.title, 'font-size="13" font-weight="600"')]
    parts += _grid(panel, most, x, y)
    for name, points in panel.lines.items():
        path = " ".join(f"{x(rows):.1f},{y(value):.1f}" for rows, value in points)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{COLOURS[name]}" stroke-width="2"/>')
        parts += [_dot(x(rows), y(value), name) for rows, value in points]
    parts += _legend(panel.lines)
    return "\n".join([*parts, "</g>"])


def _grid(panel: Panel, most: int, x: Callable[[float], float], y: Callable[[float], float]) -> Iterable[str]:
    for step in range(5):
        value = panel.top * step / 4
        yield f'<line x1="{LEFT}" x2="{LEFT + PLOT_WIDTH}" y1="{y(value):.1f}" y2="{y(value):.1f}" stroke="{FAINT}"/>'
        yield _text(LEFT - 6, y(value) + 4, f"{value:,g}", 'text-anchor="end"')
    for share in (0, 0.5, 1):
        yield _text(x(most * share), TOP + PLOT_HEIGHT + 16, f"{most * share / 1e6:g} M", 'text-anchor="middle"')
    yield _text(LEFT + PLOT_WIDTH, TOP - 8, panel.unit, 'text-anchor="end"')
    if panel.limit:
        height = y(panel.limit)
        yield (
            f'<line x1="{LEFT}" x2="{LEFT + PLOT_WIDTH}" y1="{height:.1f}" y2="{height:.1f}" '
            f'stroke="{RED}" stroke-dasharray="4 3"/>'
        )
        yield _text(LEFT + 4, height - 4, f"goal: at most {panel.limit:,g} {panel.unit}", f'fill="{RED}"')


def _legend(names: Iterable[str]) -> Iterable[str]:
    for number, name in enumerate(names):
        left = LEFT + 72 * number
        yield _dot(left, HEIGHT - 18, name)
        yield _text(left + 9, HEIGHT - 14, name)


def _dot(x: float, y: float, name: str) -> str:
    """Filled for ours, hollow for the others: colour is not the only sign."""
    fill = COLOURS[name] if name == "ours" else "#ffffff"
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{fill}" stroke="{COLOURS[name]}" stroke-width="2"/>'


def _text(x: float, y: float, text: str, more: str = "") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" {more}>{escape(text)}</text>'


def _round_up(value: float) -> float:
    """To 1, 2, 4 or 8 times a power of ten: the four steps of the grid stay short numbers."""
    size = 10 ** ceil(log10(value) - 1)
    return next(size * step for step in (1, 2, 4, 8, 10, 20) if size * step >= value)
