"""A table as a drawing: as many columns and rows as can be read, and words on what is left out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from display.drawing.palette import LIGHT
from display.words import numbers
from display.words.text import Speaker
from press import letters
from press.share.block import Block
from press.share.shareable import Listed

_MOST_ROWS = 40
_GAP = 1.1
_LEAST = 0.78
_WIDEST_LINE = 22
"""Of the letters in a cell of words: it breaks before it takes more room than that."""


class Form(Protocol):
    """What a table needs to know of its picture (`press.share.picture.Format`)."""

    @property
    def edge(self) -> int: ...

    @property
    def words(self) -> int: ...

    @property
    def inner(self) -> int: ...


def block(say: Speaker, listed: Listed, form: Form, room: float) -> Block:
    """The table within `room` pixels of height."""
    size, shown = _fitting(listed, form)
    made = Block(form.edge, form.inner)
    widths = _widths(listed, shown, size, form.inner)
    _line(made, [listed.headers[n] for n in shown], listed, shown, widths, size * 0.92, head=True)
    left_out = say("share.columns_left", n=numbers.number(len(listed.headers) - len(shown), say.language))
    note = 0.0 if len(shown) == len(listed.headers) else size * 1.6
    heights = [_height([row[n] for n in shown], widths, size) for row in listed.rows]
    first, last = _kept(heights, room - made.height - note, size, listed)
    for number, row in enumerate(listed.rows):
        if number == first and first < last:
            more = say("share.rows_left", n=numbers.number(last - first, say.language))
            made.write(more, size * 0.92, LIGHT.quiet)
            made.space(size * 0.3)
        if number < first or number >= last:
            _line(made, [row[n] for n in shown], listed, shown, widths, size)
    if note:
        made.write(left_out, size * 0.92, LIGHT.quiet)
    return made


def _kept(heights: Sequence[float], room: float, size: float, listed: Listed) -> tuple[int, int]:
    """The rows from `first` up to before `last` are left out: those in the middle, or all after the first ones."""
    if sum(heights) <= room and len(heights) <= _MOST_ROWS:
        return len(heights), len(heights)
    room -= size * 2
    first, last, taken, from_top = 0, len(heights), 0.0, True
    while first + len(heights) - last < _MOST_ROWS:
        taken += heights[first] if from_top else heights[last - 1]
        if taken > room or first >= last - 1:
            break
        if from_top:
            first += 1
        else:
            last -= 1
        from_top = not from_top or not listed.both_ends
    return first, last


def _fitting(listed: Listed, form: Form) -> tuple[float, list[int]]:
    """The size of letters and the columns that fit: smaller letters first, then without the last columns."""
    shown = list(range(len(listed.headers)))
    while True:
        for part in (1.0, 0.9, _LEAST):
            size = form.words * part
            if sum(_least(listed, n, size) for n in shown) + _GAP * size * (len(shown) - 1) <= form.inner:
                return size, shown
        if len(shown) == 1:
            return form.words * _LEAST, shown
        shown.pop()


def _texts(listed: Listed, column: int) -> list[str]:
    return [listed.headers[column], *(row[column] for row in listed.rows)]


def _least(listed: Listed, column: int, size: float) -> float:
    """The room of a column whose texts break at their words; figures don't break."""
    whole = column in listed.figures
    head, *texts = _texts(listed, column)
    words = [*head.split()] + [part for text in texts for part in ([text] if whole else text.split())]
    return max((letters.width(word, size) for word in words), default=0.0) * 1.03


def _widths(listed: Listed, shown: Sequence[int], size: float, inner: float) -> list[float]:
    """The room of each column: what it needs at least, and its part of what is left."""
    least = [_least(listed, n, size) for n in shown]
    most = [min(max(letters.width(t, size) for t in _texts(listed, n)) * 1.03, size * _WIDEST_LINE) for n in shown]
    left = inner - sum(least) - _GAP * size * (len(shown) - 1)
    wished = [max(full - own, 0.0) for full, own in zip(most, least, strict=True)]
    part = min(1.0, left / sum(wished)) if sum(wished) else 0.0
    return [own + more * part for own, more in zip(least, wished, strict=True)]


def _height(cells: Sequence[str], widths: Sequence[float], size: float) -> float:
    lines = max(len(letters.broken(cell, size, width / 0.97)) for cell, width in zip(cells, widths, strict=True))
    return lines * size * 1.3 + size * 0.7


def _line(
    made: Block,
    cells: Sequence[str],
    listed: Listed,
    shown: Sequence[int],
    widths: Sequence[float],
    size: float,
    *,
    head: bool = False,
) -> None:
    """A row with the rule below it."""
    height, x, top = _height(cells, widths, size), made.edge, made.height
    spread = (made.inner - sum(widths)) / max(len(widths) - 1, 1)
    colour, weight = (LIGHT.quiet, letters.SEMIBOLD) if head else (LIGHT.ink, 400)
    for column, cell, width in zip(shown, cells, widths, strict=True):
        at_right = column in listed.figures
        for number, line in enumerate(letters.broken(cell, size, width / 0.97)):
            y = round(top + size * 1.3 * (number + 1), 1)
            place = round(x + width, 1) if at_right else round(x, 1)
            strong = letters.SEMIBOLD if column == shown[0] and not head else weight
            made.add(letters.words(place, y, line, size, colour, strong, "end" if at_right else "start"), 0)
        x += width + spread
    foot = round(top + height, 1)
    rule = LIGHT.quiet if head else LIGHT.line
    made.add(f'<path d="M{made.edge:g} {foot:g}H{made.edge + made.inner:g}" stroke="{rule}"/>', height)
