"""The strokes and words of a chart drawn again as SVG text."""

from __future__ import annotations

from html import escape

LETTER = 13
"""Pixels of the words in a chart."""
_WIDTH_OF_LETTER = 0.56


def text(
    x: float, y: float, words: str, colour: str, anchor: str = "start", size: float = LETTER, ground: str = ""
) -> str:
    """Words in a drawing; over a `ground` of this colour where lines would run through them."""
    halo = f' paint-order="stroke" stroke="{ground}" stroke-width="4" stroke-linejoin="round"' if ground else ""
    sized = f' font-size="{size}"' if size != LETTER else ""
    return f'<text x="{px(x)}" y="{px(y)}" text-anchor="{anchor}"{sized}{halo} fill="{colour}">{escape(words)}</text>'


def width_of(words: str, size: float = LETTER) -> float:
    """About how many pixels words take."""
    return len(words) * size * _WIDTH_OF_LETTER


def line(x1: float, y1: float, x2: float, y2: float, colour: str, dashes: str = "", strength: float = 1) -> str:
    more = (f' stroke-dasharray="{dashes}"' if dashes else "") + (f' opacity="{strength}"' if strength != 1 else "")
    return f'<path d="M{px(x1)} {px(y1)}L{px(x2)} {px(y2)}" fill="none" {paint("stroke", colour)}{more}/>'


def box(left: float, top: float, right: float, bottom: float) -> str:
    return f'x="{px(left)}" y="{px(top)}" width="{px(right - left)}" height="{px(max(bottom - top, 0))}"'


def paint(what: str, colour: str) -> str:
    """`fill` or `stroke` of a hex colour or of `rgba(r,g,b,a)`, which not every program that reads SVG knows."""
    if not colour.startswith("rgba("):
        return f'{what}="{colour}"'
    red, green, blue, strength = (float(part) for part in colour[5:-1].split(","))
    return f'{what}="#{int(red):02X}{int(green):02X}{int(blue):02X}" {what}-opacity="{strength:g}"'


def pair(point: tuple[float, float]) -> str:
    return f"{px(point[0])} {px(point[1])}"


def px(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")
