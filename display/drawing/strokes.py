"""What drawings are made of: a document of SVG, a line, a word."""

from __future__ import annotations

from html import escape

FONT = "Be Vietnam Pro, sans-serif"
LETTER = 11.0


def svg(width: int, height: int, content: str, box: int | None = None) -> str:
    """A drawing as a document of its own; `box`: the side of the square that its content was drawn in."""
    view = f"0 0 {box} {box}" if box else f"0 0 {width} {height}"
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{view}" width="{width}" height="{height}">{content}</svg>'


def rule(x1: float, y1: float, x2: float, y2: float, colour: str, dash: str = "", width: float = 0.8) -> str:
    """A straight line between two points, in pixels; `dash` as SVG writes it."""
    dashes = f' stroke-dasharray="{dash}"' if dash else ""
    return (
        f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}" '
        f'stroke-width="{width}"{dashes}/>'
    )


def text(x: float, y: float, words: str, colour: str, anchor: str) -> str:
    """Letters at a point, escaped; `anchor` is `start`, `middle` or `end`."""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-family="{FONT}" font-size="{LETTER:g}" fill="{colour}" '
        f'text-anchor="{anchor}">{escape(words)}</text>'
    )
