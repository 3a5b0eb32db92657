"""In which order the rows of the ranking stand: each header that can be sorted by is a link, so the order has an
address, works by keyboard and goes back with the browser."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

import polars as pl

from display.words import addresses
from display.words.marks import n_of
from display.words.selection import Selection
from display.words.view import View
from ranking.collation import name_order
from ui.frame import links

PARAM, RANK = "sort", "rank"
FIRST = {"name": "ascending", "value": "descending", "n": "descending", "change": "descending", "place": "ascending"}
"""Which way the first click on a column sorts; the second sorts the other way, the third goes back to the ranks."""
_OTHER = {"ascending": "descending", "descending": "ascending"}
_KIND = r"^(Phường|Xã|Đặc khu|Thị trấn) "
_MARKS = {"ascending": "▲", "descending": "▼"}


@dataclass(frozen=True)
class Order:
    """The column that rows are sorted by, and which way."""

    column: str = RANK
    way: str = "ascending"

    @property
    def code(self) -> str:
        """As the address has it: `n` for the column's first way, `n.other` for the second."""
        return self.column if self.column == RANK or self.way == FIRST[self.column] else f"{self.column}.other"

    def after_a_click_on(self, column: str) -> Order:
        if column == RANK:
            return Order()
        if self.column != column:
            return Order(column, FIRST[column])
        return Order(column, _OTHER[self.way]) if self.way == FIRST[column] else Order()


ORDERS = {
    order.code: order
    for order in (Order(), *(Order(name, one) for name, way in FIRST.items() for one in (way, _OTHER[way])))
}


def chosen() -> Order:
    """What the address asks for; by rank unless it does."""
    return ORDERS[links.choice(PARAM, list(ORDERS), RANK)]


def ordered(rows: pl.DataFrame, selection: Selection, order: Order) -> pl.DataFrame:
    """The rows of a ranking in an order; those without a figure last, names as Vietnamese sorts them."""
    if order.column == RANK:
        return rows
    by = _by(rows, selection, order.column)
    falls = order.way == "descending"
    places = rows.select(by.alias("by")).with_row_index("place")
    return rows[places.sort("by", "place", descending=[falls, False], nulls_last=True).get_column("place")]


def _by(rows: pl.DataFrame, selection: Selection, column: str) -> pl.Series:
    if column == "name":
        names = rows.get_column("name").str.replace(_KIND, "")
        places = {name: place for place, name in enumerate(sorted(names.unique(), key=name_order))}
        return names.replace_strict(places, return_dtype=pl.Int64)
    if column == "n":
        counts = [n_of(selection.measure, row) for row in rows.iter_rows(named=True)]
        return pl.Series(counts, dtype=pl.Float64)
    name = {"value": "value", "change": "change", "place": "expected_rank"}[column]
    return rows.get_column(name) if name in rows.columns else pl.Series([None] * rows.height, dtype=pl.Float64)


def header(view: View, selection: Selection, words: str, column: str, order: Order, asked: Mapping[str, str]) -> str:
    """The words of a column's header (markup) as a link to the list in the order that a click brings."""
    if not column or column == order.column == RANK:
        return words
    kept = {key: value for key, value in asked.items() if key not in (PARAM, "page", "dataset", "lang")}
    code = order.after_a_click_on(column).code
    target = kept | addresses.choices(view, selection) | ({} if code == RANK else {PARAM: code})
    mark = f' <span aria-hidden="true">{_MARKS[order.way]}</span>' if order.column == column else ""
    href = escape(addresses.address(view, "rankings", **target))
    title = escape(view.say("table.sort"))
    return f'<a class="gd-sort" href="{href}" target="_self" title="{title}">{words}{mark}</a>'


def aria(column: str, order: Order) -> str:
    """The attribute of the header that the rows are sorted by; empty for the others."""
    return f' aria-sort="{order.way}"' if column == order.column else ""
