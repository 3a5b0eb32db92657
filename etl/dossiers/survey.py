"""What the columns of a table say as columns: the order of their dates, whether a blank says no."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from etl.dossiers.date_orders import DateOrders
from etl.dossiers.dates import Order
from etl.dossiers.lists import Lists
from etl.dossiers.words_seen import WordsSeen


@dataclass(frozen=True)
class Reading:
    """How a table's columns are read: the order of each date column, the columns whose blanks say no, those in use."""

    orders: Mapping[str, Order]
    ticks: frozenset[str] = frozenset()
    used: frozenset[str] = frozenset()


class Survey:
    """Gathers, batch by batch, what columns say. `asked`: the order the editor gave for dates that tell none."""

    def __init__(self, place: str, lists: Lists, exported: date, asked: str | None = None) -> None:
        self.dates = DateOrders(place, exported, asked)
        self.words = WordsSeen(lists)

    def so_far(self) -> Reading:
        """How the table is read by what was seen so far, the day before the month where nothing tells."""
        return self._reading(self.dates.so_far())

    def reading(self) -> Reading:
        """How the table is read. BadInput where a column contradicts itself, or nothing tells its order of dates."""
        return self._reading(self.dates.settled())

    def _reading(self, orders: dict[str, Order]) -> Reading:
        return Reading(orders, self.words.ticks(), self.words.used())

    def remarks(self, reading: Reading) -> Iterable[str]:
        """What the editor is told of the columns."""
        yield from self.dates.remarks(reading.orders)
        yield from self.words.remarks(reading.ticks)
