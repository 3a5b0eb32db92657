"""Which order of day and month the date columns of a table have, by the columns as columns.

One 08/17 decides it for a column; else the days in dossiers' codes, the other columns and what cannot be do, and else
the editor says.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import polars as pl

from etl.dossiers.coded import Coded, counted, listed
from etl.dossiers.dates import SHORT, YEAR_FIRST, YEAR_LAST, Order, TakenApart, day_of
from files.faults import BadInput

DATES = ("received", "due", "done", "returned", "stopped")
DAY_FIRST, MONTH_FIRST = "day-first", "month-first"
_ROWS_NAMED = 5
_STRAY_PART = 0.005
_AGAINST_CODES = 0.05
_YEARS_ABOUT = 6
_GRID_MOST = 1 << 21


@dataclass
class _Order:
    """What speaks for and against an order of day and month, in rows."""

    first: int = 0
    second: int = 0
    either: int = 0
    code_first: int = 0
    code_second: int = 0
    first_rows: list[int] = field(default_factory=list)
    second_rows: list[int] = field(default_factory=list)

    @property
    def mixed(self) -> bool:
        """Both orders are certain in more than stray rows."""
        return min(self.first, self.second) > _STRAY_PART * (self.first + self.second)

    @property
    def said(self) -> bool | None:
        """Whether the second order holds, by the column itself; None where no row tells."""
        return None if self.first == self.second == 0 else self.second > self.first

    @property
    def by_codes(self) -> bool | None:
        if min(self.code_first, self.code_second) > _AGAINST_CODES * (self.code_first + self.code_second):
            return None
        return None if self.code_first == self.code_second else self.code_second > self.code_first


@dataclass
class _Dates:
    """Evidence of one date column. `last`: 08/17/2026. `year`: 2026-17-08. `short`: 26-08-17 against 17-08-26."""

    last: _Order = field(default_factory=_Order)
    year: _Order = field(default_factory=_Order)
    short: _Order = field(default_factory=_Order)
    late_days: int = 0
    early_days: int = 0


class DateOrders:
    """Gathers, batch by batch, what dates say. `asked`: the order the editor gave for dates that tell none."""

    def __init__(self, place: str, exported: date, asked: str | None = None) -> None:
        self._place, self._exported, self._asked = place, exported, asked
        self._dates = {name: _Dates() for name in DATES}
        self._wrong = {False: 0, True: 0}

    def add(
        self, columns: Mapping[str, Coded], parts: Mapping[str, pl.DataFrame], rows: pl.Series, in_code: pl.Series
    ) -> None:
        """`parts`: the texts of each date column taken apart; `in_code`: the day in each dossier's code or null."""
        for name, apart in parts.items():
            self._add_order(self._dates[name], columns[name], apart, rows)
        if "received" in parts:
            self._add_codes(columns["received"], parts["received"], in_code)
        if any(self._order_of(name) is None for name in parts):
            self._add_likelihood(columns, parts)

    def _add_order(self, found: _Dates, column: Coded, apart: pl.DataFrame, rows: pl.Series) -> None:
        kind, a, b = apart["kind"], apart["a"], apart["b"]
        counts = column.counts
        for kinds, order, turned in (((YEAR_LAST, SHORT), found.last, False), ((YEAR_FIRST,), found.year, True)):
            mine = kind.is_in(kinds)
            if not mine.any():
                continue
            one, two = (a, b) if not turned else (b, a)
            first, second = mine & (one > 12) & (two <= 12), mine & (two > 12) & (one <= 12)
            order.first += counted(counts, first)
            order.second += counted(counts, second)
            order.either += counted(counts, mine & (a <= 12) & (b <= 12) & (a != b))
            for chosen, named in ((first, order.first_rows), (second, order.second_rows)):
                if len(named) < _ROWS_NAMED and chosen.any():
                    named += column.rows_of(chosen, rows, _ROWS_NAMED - len(named))
        short = kind == SHORT
        if short.any():
            near = range(self._exported.year % 100 - _YEARS_ABOUT, self._exported.year % 100 + _YEARS_ABOUT)
            last, first = apart["y"].is_in([*near]), a.is_in([*near])
            found.short.first += counted(counts, short & last & ~first)
            found.short.second += counted(counts, short & first & ~last)
        by_excel = (kind == YEAR_FIRST) & apart["seconds"].is_not_null()
        found.early_days += counted(counts, by_excel & (b <= 12) & (a <= 12))
        found.late_days += counted(counts, by_excel & (b > 12))

    def _add_codes(self, column: Coded, apart: pl.DataFrame, in_code: pl.Series) -> None:
        """Where a code holds the day of its reception, the order that gives this day is the column's."""
        if not in_code.is_not_null().any():
            return
        both = apart.select(
            kind="kind", straight=day_of(Order(), pl.lit(None)), turned=day_of(Order(True, True), pl.lit(None))
        ).with_row_index("code")
        codes = column.codes if column.codes is not None else pl.int_range(apart.height, dtype=pl.UInt32, eager=True)
        pairs = _pairs(codes, in_code)
        pairs = pairs.join(both, on="code").filter(pl.col("straight").ne_missing(pl.col("turned")))
        for kinds, order in (
            ((YEAR_LAST, SHORT), self._dates["received"].last),
            ((YEAR_FIRST,), self._dates["received"].year),
        ):
            mine = pairs.filter(pl.col("kind").is_in(kinds))
            order.code_first += int(mine.filter(pl.col("straight") == pl.col("day"))["len"].sum())
            order.code_second += int(mine.filter(pl.col("turned") == pl.col("day"))["len"].sum())

    def _add_likelihood(self, columns: Mapping[str, Coded], parts: Mapping[str, pl.DataFrame]) -> None:
        """How many rows cannot be under either order of columns that tell none: ended before received, in future."""
        for second in (False, True):
            days = {}
            for name, apart in parts.items():
                order = self._order_of(name)
                order = Order(month_first=second) if order is None else order
                days[name] = columns[name].spread(apart.select(day_of(order, pl.lit(None))).to_series())
            frame = pl.DataFrame(days)
            late = [pl.col(name) > self._exported for name in days if name != "due"]
            early = [pl.col(name) < pl.col("received") for name in days if name != "received" and "received" in days]
            self._wrong[second] += frame.select(pl.any_horizontal(*late, *early).fill_null(False).sum()).item()

    def _order_of(self, name: str) -> Order | None:
        """The order of a column as far as it, the codes and the other columns tell; None where nothing does."""
        own = self._own(name)
        if own is None:
            others = {said for other in DATES if other != name and (said := self._own(other)) is not None}
            others = {said for said in others if said in (True, False)}
            own = others.pop() if len(others) == 1 else None
        found = self._dates[name]
        if own is None and found.last.either:
            return None
        year = found.year.said
        if year is None:
            year = bool(found.year.by_codes) if name == "received" else bool(self._dates["received"].year.by_codes)
        return Order(bool(own), bool(year), found.short.second > found.short.first)

    def _own(self, name: str) -> bool | None:
        found = self._dates[name].last
        return found.said if found.said is not None else found.by_codes

    def so_far(self) -> dict[str, Order]:
        """The orders by what was seen so far, the day before the month where nothing tells."""
        return {name: self._order_of(name) or Order(self._asked == MONTH_FIRST) for name in DATES}

    def settled(self) -> dict[str, Order]:
        """The orders in the end. BadInput where a column contradicts itself, or nothing tells its order."""
        orders = {}
        for name in DATES:
            self._refuse_contradictions(name)
            order = self._order_of(name)
            if order is None:
                order = Order(self._likelier(name), bool(self._dates[name].year.said), False)
            self._refuse_month_first(name, order)
            orders[name] = order
        return orders

    def _refuse_contradictions(self, name: str) -> None:
        found = self._dates[name]
        for order, what in (
            (found.last, "the day first and others the month"),
            (found.year, "the month second and others the day"),
        ):
            if order.mixed:
                raise BadInput(
                    self._place,
                    f"some rows have {what}: rows {listed(order.first_rows)} against rows "
                    f"{listed(order.second_rows)}. "
                    "Which is meant elsewhere in the column cannot be told; export the dates in one order",
                    field=name,
                )
            shown = order.second_rows if order.said else order.first_rows
            against = order.code_first if order.said else order.code_second
            if (
                order.said is not None
                and name == "received"
                and against > _AGAINST_CODES * (order.code_first + order.code_second)
            ):
                raise BadInput(
                    self._place,
                    f"the column's order of day and month, as row {listed(shown[:1])} shows it, is not that of "
                    f"the days in the dossiers' codes ({against} rows); export the dates in one order",
                    field=name,
                )
        if found.early_days and not found.late_days and found.last.first and not found.last.either:
            raise BadInput(
                self._place,
                "dates of Excel stand beside dates as text, and of the first none is after the 12th: Excel has "
                "taken days for months. Export again, as CSV or with the column as text",
                field=name,
            )

    def _refuse_month_first(self, name: str, order: Order) -> None:
        """Dates of another country are read only if the editor says so: the same program may turn others silently."""
        found = self._dates[name].last
        if not order.month_first or self._asked == MONTH_FIRST or not (found.second or found.either):
            return
        shown = f"row {found.second_rows[0]} shows" if found.second_rows else "other columns or the codes show"
        raise BadInput(
            self._place,
            f"{shown} that the column is written with the month before the day, so that 07/03/2026 is the 3rd of July; "
            f"if all its rows are, say --dates {MONTH_FIRST}",
            field=name,
        )

    def _likelier(self, name: str) -> bool:
        """Whether the month stands first in a column that does not tell: by what cannot be, or as the editor says."""
        day_first, month_first = self._wrong[False], self._wrong[True]
        if self._asked:
            return self._asked == MONTH_FIRST
        if 10 * day_first < month_first:
            return False
        if 10 * month_first < day_first:
            return True
        raise BadInput(
            self._place,
            "nothing tells whether 03/08/2026 is the 3rd of August or the 8th of March: no day after the 12th stands "
            f"in the column; say --dates {DAY_FIRST} or --dates {MONTH_FIRST}",
            field=name,
        )

    def remarks(self, orders: Mapping[str, Order]) -> Iterator[str]:
        """What the editor is told of the columns."""
        for name, order in orders.items():
            found = self._dates[name].last
            if order.month_first and (found.second or found.either):
                shown = f", as row {found.second_rows[0]} shows" if found.second_rows else ""
                yield f"{name}: read with the month before the day{shown}"


def _pairs(codes: pl.Series, days: pl.Series) -> pl.DataFrame:
    """How often (`len`) each number of a text stands beside each day: counted in a grid where it is small."""
    rows = pl.DataFrame({"code": codes, "day": days})
    first, last, most = days.min(), days.max(), codes.max()
    width = (last - first).days + 1  # type: ignore[operator, union-attr]
    if days.null_count() or codes.null_count() or (int(most) + 1) * width > _GRID_MOST:  # type: ignore[arg-type]
        return rows.drop_nulls().group_by("code", "day").len()
    at = rows.select(pl.col("code").cast(pl.Int64) * width + (pl.col("day") - first).dt.total_days()).to_series()
    counts = np.bincount(at.to_numpy())
    used = np.flatnonzero(counts)
    return pl.DataFrame({"code": used // width, "day": used % width, "len": counts[used]}).with_columns(
        pl.col("code").cast(pl.UInt32), day=pl.lit(first) + pl.duration(days="day")
    )


def parts_of(columns: Mapping[str, Coded], dates: TakenApart) -> dict[str, pl.DataFrame]:
    """The texts of the date columns taken apart."""
    return {name: dates.of(columns[name].texts) for name in DATES if name in columns}
