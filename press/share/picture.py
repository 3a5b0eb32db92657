"""A chart or table as a picture: its finding, the drawing in light colours, and where the figures come from.

SVG whose words a program can read, and PNG of the same. Two formats: wide, as high as its content asks, and upright
for phones.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import partial
from html import escape

from display.drawing.palette import LIGHT
from display.drawing.plotted import Room
from display.drawing.swatches import SIDE, swatch
from display.words import marks, numbers
from display.words.view import View
from press import letters
from press.brief.pdf import drawn
from press.share import table
from press.share.block import Block
from press.share.shareable import Shared


@dataclass(frozen=True)
class Format:
    """A picture's size in pixels (`height` 0: as its content asks), its edge, and how large its words are.

    `drawing`: how wide a drawing is told to be; it is then enlarged to the room, its letters with it.
    """

    width: int
    height: int
    edge: int
    title: int
    finding: int
    words: int
    drawing: int

    @property
    def inner(self) -> int:
        return self.width - 2 * self.edge


WIDE = Format(1200, 0, 40, 21, 30, 17, 860)
PHONE = Format(1080, 1350, 56, 30, 42, 25, 470)
FORMATS = {"wide": WIDE, "phone": PHONE}
_TALLEST = 2400
_BAND = 2.6
_RISE, _FALL = re.compile(r"▲ (?=[0-9])"), re.compile(r"▼ (?=[0-9])")
_MARKS = str.maketrans("", "", "▲●▼◆")


@dataclass(frozen=True)
class Picture:
    """A picture as markup without its frame, and its size."""

    inside: str
    width: int
    height: int
    title: str
    language: str

    def svg(self, scale: int = 1) -> str:
        """SVG text, `scale` times as large."""
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.width} {self.height}" '
            f'width="{self.width * scale}" height="{self.height * scale}" role="img" lang="{self.language}">'
            f'<title>{escape(self.title)}</title><rect width="{self.width}" height="{self.height}" '
            f'fill="{LIGHT.ground}"/>{self.inside}</svg>\n'
        )

    def png(self, scale: int = 1) -> bytes:
        """The same as PNG, for programs that take no SVG."""
        return drawn(self.svg(), self.width, self.height, scale)


def picture(view: View, shared: Shared, form: Format = WIDE) -> Picture:
    """The picture of a chart or, where there is no drawing, of a table."""
    shared = spoken(shared, view.say("bulletin.to"))
    head, legend, foot = _head(view, shared, form), _legend(shared, form), _foot(view, shared, form)
    taken = head.height + legend.height + foot.height + 1.5 * form.edge
    room = (form.height or _TALLEST) - taken
    middle = _drawing(view, shared, form, room) or table.block(view.say, shared.listed, form, room)
    height = form.height or round(taken + middle.height)
    parts = [
        head.at(0),
        middle.at(head.height),
        legend.at(head.height + middle.height),
        foot.at(height - foot.height - form.edge / 2),
    ]
    inside = "".join(parts).replace("→", escape(view.say("bulletin.to")))
    return Picture(inside, form.width, height, shared.title, view.language)


def spoken(shared: Shared, to: str) -> Shared:
    """With words or signs for what our typeface has not: arrows, and the marks that go before a word."""

    def plain(text: str) -> str:
        return _FALL.sub("−", _RISE.sub("+", text)).translate(_MARKS).replace("→", to).strip()

    said = replace(
        shared.listed,
        headers=[plain(text) for text in shared.listed.headers],
        rows=[[plain(text) for text in row] for row in shared.listed.rows],
    )
    legend = [(colour, plain(text)) for colour, text in shared.legend]
    return replace(shared, listed=said, legend=legend, finding=plain(shared.finding), title=plain(shared.title))


def snapshot_line(view: View) -> str:
    """`Gần Dân. Số liệu thật, cập nhật đến 3/9/2026. Bản số liệu 20260902T….`"""
    manifest = view.snapshot.manifest
    nature = view.say(f"nature.{manifest.nature}", captured=numbers.local_date(manifest.captured_at, view.language))
    return view.say("shell.footer", nature=nature, snapshot=manifest.id)


def _head(view: View, shared: Shared, form: Format) -> Block:
    head = Block(form.edge, form.inner)
    if marks.simulated_suffix(view):
        band = form.words * _BAND
        head.add(f'<rect width="{form.width}" height="{band:g}" fill="{LIGHT.warning}"/>', 0)
        said = view.say("nature.simulated", captured="")
        head.add(letters.words(form.edge, band * 0.65, said, form.words * 1.1, LIGHT.ground, letters.SEMIBOLD), band)
    head.space(form.edge * 0.7)
    head.write(shared.title, form.title, LIGHT.accent, letters.SEMIBOLD)
    if shared.finding and shared.finding != shared.title:
        head.space(form.title * 0.25)
        head.write(shared.finding, _finding_size(shared, form), LIGHT.ink, letters.SEMIBOLD)
    head.space(form.words)
    return head


def _finding_size(shared: Shared, form: Format) -> int:
    """Smaller letters for a long sentence: it must not take the drawing's room."""
    size, most = form.finding, 5 if form.height else 3
    while size > form.words and len(letters.broken(shared.finding, size, form.inner, letters.SEMIBOLD)) > most:
        size -= 2
    return size


def _drawing(view: View, shared: Shared, form: Format, room: float) -> Block | None:
    """The drawing enlarged to the width; upright as high as there is room, wide by its own ratio. None without one."""
    scale = form.inner / form.drawing
    high = form.inner * shared.ratio if not form.height else min(room, form.inner * 1.1)
    asked = Room(form.drawing, round(high / scale), LIGHT, partial(written, view.language))
    made = shared.draw(asked) if shared.draw else ""
    if not made:
        return None
    block = Block(form.edge, form.inner)
    placed = made.replace("<svg ", f'<svg x="{form.edge}" y="0" ', 1)
    for name, size in (("width", form.inner), ("height", round(high))):
        placed = _sized(placed, name, size)
    block.add(placed, high)
    return block


def written(language: str, value: float, decimals: int) -> str:
    return numbers.number(value, language, decimals)


def _sized(svg: str, name: str, size: float) -> str:
    """The outer element of a drawing with another width or height."""
    head, rest = svg.split(">", 1)
    before, _, after = head.partition(f' {name}="')
    return f'{before} {name}="{size:g}"{after.partition(chr(34))[2]}>{rest}'


def _legend(shared: Shared, form: Format) -> Block:
    """A swatch with words each, in lines."""
    block, x, size = Block(form.edge, form.inner), float(form.edge), form.words
    if not shared.legend:
        return block
    block.space(size * 0.6)
    for colour, said in shared.legend:
        wide = size * 1.5 + letters.width(said, size) * 1.03
        if x > form.edge and x + wide > form.width - form.edge:
            x = form.edge
            block.space(size * 1.5)
        moved = f"translate({x:g} {block.height:g}) scale({size / SIDE:g})"
        block.add(f'<g transform="{moved}">{swatch(colour, LIGHT)}</g>', 0)
        block.add(letters.words(x + size * 1.4, block.height + size * 0.87, said, size, LIGHT.ink), 0)
        x += wide + size
    block.space(size * 1.5)
    return block


def _foot(view: View, shared: Shared, form: Format) -> Block:
    """How it is read, where the figures come from, which snapshot, and whose picture it is."""
    foot = Block(form.edge, form.inner)
    foot.space(form.words * 0.7)
    for said in (shared.reading, shared.source, f"{snapshot_line(view)} CC BY 4.0."):
        if said:
            foot.write(said, form.words * 0.88, LIGHT.quiet)
    return foot
