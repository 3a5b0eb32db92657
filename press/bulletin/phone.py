"""The bulletin as a picture for a phone: an upright SVG whose words can be read by a program."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from html import escape

from PIL import ImageFont

from display.drawing.palette import LIGHT
from display.words.text import Speaker
from files.places import HOME
from press.brief.pdf import drawn
from press.bulletin.content import Bulletin

SIZE = (1080, 1350)
_EDGE = 64
_FONTS = "Be Vietnam Pro, Arial, sans-serif"
_SEMIBOLD = 600
_FOOT = 130


def svg(said: Bulletin) -> str:
    """The picture: title, finding, the thirds as bars, what matters most, who changed, where the figures come from.

    What does not fit any more is left out whole, the last first; nothing is cut off within a sentence.
    """
    width, height = SIZE
    top = _Column(150 if said.simulated else 84)
    top.write(said.title, 50, LIGHT.accent, _SEMIBOLD)
    if said.sentence:
        top.write(said.sentence, 36, LIGHT.ink, _SEMIBOLD)
    top.write(said.headline, 34, LIGHT.ink)
    if said.tiers:
        top.parts.extend(_bars(said, top))
    for heading, lines in _paragraphs(said):
        room = _Column(top.y)
        if heading:
            room.write(heading, 34, LIGHT.ink, _SEMIBOLD)
        for words in lines:
            room.write(words, 29, LIGHT.quiet)
        if room.y > height - _FOOT:
            break
        top.parts.extend(room.parts)
        top.y = room.y
    foot = _Column(height - _FOOT + 44)
    foot.write(said.foot[-3], 24, LIGHT.quiet)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'role="img" lang="{said.language}"><title>{escape(said.title)}</title>'
        f'<rect width="{width}" height="{height}" fill="{LIGHT.ground}"/>'
        f'<rect width="16" height="{height}" fill="{LIGHT.accent}"/>{_warning(said)}'
        f"{''.join(top.parts)}{''.join(foot.parts)}</svg>\n"
    )


def png(said: Bulletin) -> bytes:
    """The same as PNG, for programs that send no SVG."""
    return drawn(svg(said), *SIZE)


def _paragraphs(said: Bulletin) -> Iterator[tuple[str, Sequence[str]]]:
    """What stands below the bars, the weightiest first: a heading and its lines each."""
    for finding in said.findings:
        yield finding.says, finding.evidence[:1]
    to = Speaker(said.language)("bulletin.to")  # our typeface has no arrow
    for part in said.moved:
        if part.heading or len(said.moved) == 1:
            yield part.heading, [words.replace("→", to) for words in (part.says, *part.lines[:1]) if words]
    for part in (said.silent, said.overdue):
        if part.says:
            yield part.heading, [part.says]


def _warning(said: Bulletin) -> str:
    """A band at the head that the figures are simulated; empty where they are not."""
    if not said.simulated:
        return ""
    band = f'<rect width="{SIZE[0]}" height="84" fill="{LIGHT.warning}"/>'
    return band + _words(_EDGE, 54, said.simulated, 30, LIGHT.ground, _SEMIBOLD)


def _bars(said: Bulletin, column: _Column) -> Iterator[str]:
    """One bar per third, as long as it has units, with its name and number."""
    most = max(tier.count for tier in said.tiers) or 1
    left = 400
    longest = SIZE[0] - left - _EDGE - 90
    tints = {"first": LIGHT.accent, "middle": LIGHT.line, "last": LIGHT.warning}
    for tier in said.tiers:
        length = round(longest * tier.count / most)
        yield _words(_EDGE, column.y + 34, tier.name, 30, LIGHT.ink)
        yield f'<rect x="{left}" y="{column.y + 6}" width="{length}" height="36" fill="{tints[tier.code]}"/>'
        yield _words(left + length + 14, column.y + 35, str(tier.count), 32, LIGHT.ink, _SEMIBOLD)
        column.y += 58
    column.y += 24


class _Column:
    """Lines of text one below the other, broken at their words."""

    def __init__(self, y: int) -> None:
        self.y = y
        self.parts: list[str] = []

    def write(self, words: str, size: int, colour: str, weight: int = 400) -> None:
        for line in _broken(words, size, weight):
            self.parts.append(_words(_EDGE, self.y + size, line, size, colour, weight))
            self.y += round(size * 1.34)
        self.y += round(size * 0.5)


def _words(x: int, y: int, words: str, size: int, colour: str, weight: int = 400) -> str:
    return (
        f'<text x="{x}" y="{y}" font-family="{_FONTS}" font-size="{size}" font-weight="{weight}" fill="{colour}">'
        f"{escape(words)}</text>"
    )


def _broken(words: str, size: int, weight: int) -> Sequence[str]:
    font, room = _font(weight, size), (SIZE[0] - 2 * _EDGE) * 0.97
    lines: list[str] = []
    for word in words.split(" "):
        wider = f"{lines[-1]} {word}" if lines else word
        if lines and font.getlength(wider) <= room:
            lines[-1] = wider
        else:
            lines.append(word)
    return lines


@lru_cache(maxsize=16)
def _font(weight: int, size: int) -> ImageFont.FreeTypeFont:
    name = "SemiBold" if weight == _SEMIBOLD else "Regular"
    return ImageFont.truetype(str(HOME / "static" / "fonts" / "ttf" / f"BeVietnamPro-{name}.ttf"), size)
