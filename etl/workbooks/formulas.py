"""Formulas that no program has ever calculated: plain sums are worked out, of others it is known that they aren't.

A plain sum is made of numbers, cells of the workbook, `SUM`, plus, minus and brackets. Nothing else is worked out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

Place = tuple[str, int, int]
"""Name of the sheet, row and column from 0."""
Node = tuple[object, ...]

_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d+)?(?![\w.]))|(?P<sheet>'(?:[^']|'')+'|[^\W\d][\w.]*)!"
    r"|(?P<cell>\$?[A-Za-z]{1,3}\$?\d{1,7})(?![\w(.])|(?P<sum>SUM)(?=\s*\()|(?P<sign>[-+(),;:])"
    r"|(?P<blank>IF\s*\(\s*COUNT\s*(?=\())|(?P<then>=\s*0\s*[,;]\s*\"\"\s*(?=[,;])))",
    re.IGNORECASE,
)
_CELL = re.compile(r"(\$?)([A-Za-z]{1,3})(\$?)(\d{1,7})")
_NUMBER = re.compile(r"-?\d+(\.\d+)?(e[-+]?\d+)?", re.IGNORECASE)
_CELLS_MAX = 200_000


class NotPlain(ValueError):
    """A formula that is no plain sum, or one that rests on such a formula, on an error or on itself."""


def column_number(letters: str) -> int:
    """The number of a column from 0: A is 0, AA is 26."""
    number = 0
    for letter in letters.upper():
        number = 26 * number + ord(letter) - 64
    return number - 1


def address(row: int, column: int) -> str:
    """A cell's address as Excel writes it, of its row and column from 0."""
    letters, left = "", column + 1
    while left:
        left, digit = divmod(left - 1, 26)
        letters = chr(65 + digit) + letters
    return f"{letters}{row + 1}"


def parsed(text: str, shift: tuple[int, int] = (0, 0)) -> Node:
    """A formula as a tree; `shift`: rows and columns by which a shared one is moved. NotPlain for other formulas."""
    return _Parser(text.strip().removeprefix("="), shift).whole()


class _Parser:
    def __init__(self, text: str, shift: tuple[int, int]) -> None:
        self._shift = shift
        self._tokens: list[tuple[str, str]] = []
        at, text = 0, text.rstrip()
        while at < len(text):
            found = _TOKEN.match(text, at)
            if found is None or found.lastgroup is None:
                raise NotPlain
            self._tokens.append((found.lastgroup, found[found.lastgroup]))
            at = found.end()
        self._at = 0

    def whole(self) -> Node:
        node = self._added()
        if self._at < len(self._tokens):
            raise NotPlain
        return node

    def _next(self) -> tuple[str, str]:
        return self._tokens[self._at] if self._at < len(self._tokens) else ("end", "")

    def _take(self, *signs: str) -> str | None:
        kind, text = self._next()
        if kind == "sign" and text in signs:
            self._at += 1
            return text
        return None

    def _added(self) -> Node:
        node = self._signed()
        while sign := self._take("+", "-"):
            node = ("add" if sign == "+" else "subtract", node, self._signed())
        return node

    def _signed(self) -> Node:
        sign = self._take("+", "-")
        if sign is None:
            return self._single()
        return ("minus", self._signed()) if sign == "-" else self._signed()

    def _single(self) -> Node:
        kind, text = self._next()
        if self._take("("):
            node = self._added()
            self._expect(")")
            return node
        self._at += 1
        if kind == "number":
            return ("number", float(text))
        if kind == "sum":
            return self._sum()
        if kind == "blank":
            return self._blank()
        sheet = None
        if kind == "sheet":
            sheet = text[1:-1].replace("''", "'") if text.startswith("'") else text
            kind, text = self._next()
            self._at += 1
        if kind != "cell":
            raise NotPlain
        return ("cell", sheet, *self._cell(text))

    def _sum(self) -> Node:
        self._expect("(")
        parts = [self._part()]
        while self._take(",", ";"):
            parts.append(self._part())
        self._expect(")")
        return ("sum", *parts)

    def _blank(self) -> Node:
        """As in our own template: IF(COUNT(D8:F8)=0,"",SUM(D8:F8))."""
        counted = self._sum()
        if self._next()[0] != "then":
            raise NotPlain
        self._at += 1
        if not self._take(",", ";"):
            raise NotPlain
        node = self._added()
        self._expect(")")
        return ("blank", node, *counted[1:])

    def _part(self) -> Node:
        node = self._added()
        if node[0] == "cell" and self._take(":"):
            kind, text = self._next()
            self._at += 1
            if kind != "cell":
                raise NotPlain
            return ("cells", *node[1:], *self._cell(text))
        return node

    def _expect(self, sign: str) -> None:
        if not self._take(sign):
            raise NotPlain

    def _cell(self, text: str) -> tuple[int, int]:
        found = _CELL.fullmatch(text)
        if found is None:
            raise NotPlain
        fixed_column, letters, fixed_row, digits = found.groups()
        row, column = int(digits) - 1, column_number(letters)
        return row + (0 if fixed_row else self._shift[0]), column + (0 if fixed_column else self._shift[1])


@dataclass
class Calculation:
    """Works out plain sums: `values` and `formulas` (None for one that is no plain sum) by place."""

    values: Mapping[Place, str | None]
    formulas: Mapping[Place, Node | None]
    _known: dict[Place, float | str | None] = field(default_factory=dict)
    _under_way: set[Place] = field(default_factory=set)

    def at(self, place: Place) -> float | str | None:
        """What stands in a cell: a number, another text, None for an empty cell. NotPlain where it can't be told."""
        if place not in self.formulas:
            return _value(self.values.get(place))
        if place not in self._known:
            node = self.formulas[place]
            if node is None:
                kept = self.values.get(place)
                if kept in (None, "", "0"):
                    raise NotPlain
                return _value(kept)
            if place in self._under_way:
                raise NotPlain
            self._under_way.add(place)
            try:
                self._known[place] = self._of(node, place[0])
            except RecursionError:
                raise NotPlain from None
            finally:
                self._under_way.discard(place)
        return self._known[place]

    def _of(self, node: Node, sheet: str) -> float | str | None:
        kind = node[0]
        if kind == "cell":
            return self.at((str(node[1] or sheet), int(str(node[2])), int(str(node[3]))))
        if kind == "number":
            return float(str(node[1]))
        if kind == "minus":
            return -self._number(node[1], sheet)
        if kind in ("add", "subtract"):
            one, two = (self._number(part, sheet) for part in node[1:])
            return one + two if kind == "add" else one - two
        if kind == "blank":
            filled = any(isinstance(value, float) for part in node[2:] for value in self._those(part, sheet))
            return self._of(node[1], sheet) if filled and isinstance(node[1], tuple) else None
        return sum(self._summand(part, sheet) for part in node[1:])

    def _number(self, node: object, sheet: str) -> float:
        assert isinstance(node, tuple)
        found = self._of(node, sheet)
        if isinstance(found, str):
            raise NotPlain
        return found or 0.0

    def _summand(self, node: object, sheet: str) -> float:
        """Like Excel's SUM: of cells, texts and empty ones count nothing."""
        found = self._those(node, sheet)
        if any(isinstance(value, str) and value.startswith("#") for value in found):
            raise NotPlain
        return sum(value for value in found if isinstance(value, float))

    def _those(self, node: object, sheet: str) -> list[float | str | None]:
        """The values of a cell, of a range of cells, or the one of anything else."""
        assert isinstance(node, tuple)
        if node[0] not in ("cell", "cells"):
            return [self._number(node, sheet)]
        own, top, left, *end = node[1:]
        bottom, right = end or (top, left)
        rows, columns = range(min(top, bottom), max(top, bottom) + 1), range(min(left, right), max(left, right) + 1)
        if len(rows) * len(columns) > _CELLS_MAX:
            raise NotPlain
        return [self.at((str(own or sheet), row, column)) for row in rows for column in columns]


def _value(text: str | None) -> float | str | None:
    if text is None or text == "":
        return None
    return float(text) if _NUMBER.fullmatch(text) else text
