"""What the columns of a table say as columns: the order of their dates, whether a blank says no."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

import polars as pl

from etl.dossiers.coded import listed
from etl.dossiers.date_orders import DateOrders
from etl.dossiers.dates import Order
from etl.dossiers.lists import Lists
from etl.dossiers.words_seen import WordsSeen

FAR_DAYS = 60
_ROWS_NAMED = 5


@dataclass(frozen=True)
class Reading:
    """How a table's columns are read: the order of each date column, the columns whose blanks say no, those where a
    cross says nothing, those in use."""

    orders: Mapping[str, Order]
    ticks: frozenset[str] = frozenset()
    used: frozenset[str] = frozenset()
    crossed: frozenset[str] = frozenset()


@dataclass
class FarDays:
    """Dossiers received long before or after the day in their codes: a year or a month may be mistyped."""

    number: int = 0
    rows: list[int] = field(default_factory=list)

    def add(self, far: pl.Series, rows: pl.Series) -> None:
        """`far`: by row."""
        self.number += int(far.sum())
        if len(self.rows) < _ROWS_NAMED:
            self.rows += rows.filter(far).head(_ROWS_NAMED - len(self.rows)).to_list()

    def remarks(self) -> Iterable[str]:
        if self.number:
            more = ", …" if self.number > len(self.rows) else ""
            what = f"{self.number} rows lie more than {FAR_DAYS} days from the day in the dossier's code"
            yield f"received: {what} (rows {listed(self.rows)}{more}); a year or a month may be mistyped"


class Survey:
    """Gathers, batch by batch, what columns say. `asked`: the order the editor gave for dates that tell none."""

    def __init__(self, place: str, lists: Lists, exported: date, asked: str | None = None) -> None:
        self.dates = DateOrders(place, exported, asked)
        self.words = WordsSeen(lists)
        self.far = FarDays()
        self.nothing: Counter[str] = Counter()

    def so_far(self) -> Reading:
        """How the table is read by what was seen so far, the day before the month where nothing tells."""
        return self._reading(self.dates.so_far())

    def reading(self) -> Reading:
        """How the table is read. BadInput where a column contradicts itself, or nothing tells its order of dates."""
        return self._reading(self.dates.settled())

    def _reading(self, orders: dict[str, Order]) -> Reading:
        return Reading(orders, self.words.ticks(), self.words.used(), self.words.crossed())

    def remarks(self, reading: Reading) -> Iterable[str]:
        """What the editor is told of the columns."""
        yield from self.dates.remarks(reading.orders)
        yield from self.words.remarks(reading.ticks)
        yield from self.far.remarks()
        for name, number in self.nothing.items():
            if number:
                yield f"{name}: {number} cells hold what stands for nothing (NULL, 01/01/1900) and count as empty"
