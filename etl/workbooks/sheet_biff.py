"""The outlines of the sheets of an .xls, from its records."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from etl.workbooks.formulas import Node, NotPlain
from etl.workbooks.ole import NotSound
from etl.workbooks.outline import Outline

_BOF, _EOF, _SHEET, _FIRST_DAY = 0x0809, 0x000A, 0x0085, 0x0022
_ROW, _COLUMNS, _MERGED, _FORMULA = 0x0208, 0x007D, 0x00E5, 0x0006
_ONE_CELL = {0x00FD, 0x0203, 0x027E, 0x0204, 0x0205, 0x00D6}
_MANY_CELLS = 0x00BD
_BIFF8, _WORKSHEET = 0x0600, 0
_TO_CALCULATE = 0x02
_SUM = 4
_ATTR, _ATTR_SUM, _ATTR_BLANK = 0x19, 0x10, 0x40
_STATES = ("visible", "hidden", "veryhidden")


def outlines(stream: bytes) -> dict[str, tuple[str, Outline]]:
    """Sheet → (visible, hidden or veryhidden, its outline); empty for a workbook of Excel 95 or older."""
    try:
        if struct.unpack_from("<HHH", stream)[::2] != (_BOF, _BIFF8):
            return {}
        return {name: (state, _outline(stream, at)) for name, state, at in _sheets(stream)}
    except struct.error:
        raise NotSound from None


def counts_from_1904(stream: bytes) -> bool:
    """Whether the workbook counts days from 1904; one of Excel 95 or older says so in the same record."""
    return any(
        kind == _FIRST_DAY and length >= 2 and struct.unpack_from("<H", stream, at)[0] == 1
        for kind, at, length in _records(stream, 0)
    )


def _records(stream: bytes, at: int) -> Iterator[tuple[int, int, int]]:
    """(kind, where its data begin, how long they are) up to the end of the part that begins at `at`."""
    depth = 0
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        depth += (kind == _BOF) - (kind == _EOF)
        if depth <= 0:
            return
        yield kind, at + 4, length
        at += 4 + length


def _sheets(stream: bytes) -> Iterator[tuple[str, str, int]]:
    for kind, at, _ in _records(stream, 0):
        if kind != _SHEET:
            continue
        start, state, sort, length, wide = struct.unpack_from("<IBBBB", stream, at)
        if sort == _WORKSHEET:
            name = stream[at + 8 : at + 8 + length * (1 + (wide & 1))]
            yield name.decode("utf-16-le" if wide & 1 else "latin-1", errors="replace"), _STATES[state % 3], start


def _outline(stream: bytes, start: int) -> Outline:
    found = Outline()
    for kind, at, length in _records(stream, start):
        if kind in _ONE_CELL or kind == _FORMULA:
            row, column = struct.unpack_from("<HH", stream, at)
            found.add(row, column, row, column, 1)
            if kind == _FORMULA:
                _add_formula(found, stream, at, row, column)
        elif kind == _MANY_CELLS:
            row, first = struct.unpack_from("<HH", stream, at)
            last = struct.unpack_from("<H", stream, at + length - 2)[0]
            found.add(row, first, row, last, last - first + 1)
        elif kind == _ROW:
            if struct.unpack_from("<H", stream, at + 12)[0] & 0x20:
                found.hidden_rows.add(struct.unpack_from("<H", stream, at)[0])
        elif kind == _COLUMNS:
            first, last, _, _, options = struct.unpack_from("<5H", stream, at)
            if options & 1:
                found.hidden_columns |= {*range(first, min(last, 255) + 1)}
        elif kind == _MERGED:
            for n in range(struct.unpack_from("<H", stream, at)[0]):
                top, bottom, left, right = struct.unpack_from("<4H", stream, at + 2 + 8 * n)
                found.merged.append((top, left, bottom, right))
    return found


def _add_formula(found: Outline, stream: bytes, at: int, row: int, column: int) -> None:
    result = stream[at + 6 : at + 14]
    length = struct.unpack_from("<H", stream, at + 20)[0]
    try:
        found.formulas[row, column] = _tree(stream[at + 22 : at + 22 + length])
    except (NotPlain, struct.error, IndexError):
        found.formulas[row, column] = None
    if result == bytes(8) or (result[6:] == b"\xff\xff" and result[0] == 3):
        found.without_value[row, column] = "0" if result == bytes(8) else ""
        found.never = found.never or bool(struct.unpack_from("<H", stream, at + 14)[0] & _TO_CALCULATE)


def _tree(tokens: bytes) -> Node:
    """The tree of a formula that is kept as tokens, operands before their operators. NotPlain where it is no sum."""
    stack: list[Node] = []
    at = 0
    while at < len(tokens):
        token = tokens[at]
        kind = token if token < 0x20 else token & 0x1F | 0x20
        if kind == 0x1E:
            stack.append(("number", float(struct.unpack_from("<H", tokens, at + 1)[0])))
            at += 3
        elif kind == 0x1F:
            stack.append(("number", struct.unpack_from("<d", tokens, at + 1)[0]))
            at += 9
        elif kind == 0x24:
            row, column = struct.unpack_from("<HH", tokens, at + 1)
            stack.append(("cell", None, row, column & 0xFF))
            at += 5
        elif kind == 0x25:
            top, bottom, left, right = struct.unpack_from("<4H", tokens, at + 1)
            stack.append(("cells", None, top, left & 0xFF, bottom, right & 0xFF))
            at += 9
        elif kind in (0x03, 0x04):
            two, one = stack.pop(), stack.pop()
            stack.append(("add" if kind == 0x03 else "subtract", one, two))
            at += 1
        elif kind in (0x12, 0x15):
            at += 1
        elif kind == 0x13:
            stack.append(("minus", stack.pop()))
            at += 1
        elif kind == 0x22 and struct.unpack_from("<H", tokens, at + 2)[0] == _SUM:
            parts = [stack.pop() for _ in range(tokens[at + 1])]
            stack.append(("sum", *reversed(parts)))
            at += 4
        elif kind == _ATTR and tokens[at + 1] in (_ATTR_SUM, _ATTR_BLANK, 0x01):
            if tokens[at + 1] == _ATTR_SUM:
                stack.append(("sum", stack.pop()))
            at += 4
        else:
            raise NotPlain
    if len(stack) != 1:
        raise NotPlain
    return stack[0]
