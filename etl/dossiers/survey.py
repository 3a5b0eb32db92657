"""What the columns of a table say as columns: the order of their dates, whether a blank says no, words nobody knows.

Nothing of a cell is kept but unknown words with their counts, in memory, to be told to the editor by the rule of
`etl.dossiers.personal.tellable`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

import polars as pl

from etl.dossiers.coded import ERROR, Coded
from etl.dossiers.dates import SHORT, YEAR_FIRST, YEAR_LAST, Order, day_of, taken_apart
from etl.dossiers.lists import Lists, word_key
from etl.dossiers.personal import tellable
from files.faults import BadInput
from ranking.dossiers.rows import FLAGS

DATES = ("received", "due", "done", "returned", "stopped")
WORDS = ("channel", "service_level", "state", *FLAGS)
DAY_FIRST, MONTH_FIRST = "day-first", "month-first"
_ROWS_NAMED = 5
_WORDS_NAMED = 20
_WORDS_KEPT = 2_000
_STRAY_PART = 0.005
_AGAINST_CODES = 0.05
_YEARS_ABOUT = 6


@dataclass(frozen=True)
class Reading:
    """How a table's columns are read: the order of each date column, the columns whose blanks say no, those in use."""

    orders: Mapping[str, Order]
    ticks: frozenset[str] = frozenset()
    used: frozenset[str] = frozenset()


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


@dataclass
class _Words:
    """Evidence of one column of words."""

    yes: int = 0
    no: int = 0
    blank: int = 0
    unknown: dict[str, int] = field(default_factory=dict)
    unknown_rows: int = 0
    errors: int = 0
    rows: dict[str, list[int]] = field(default_factory=dict)
    error_rows: list[int] = field(default_factory=list)


class Survey:
    """Gathers, batch by batch, what columns say. `asked`: the order the editor gave for dates that tell none."""

    def __init__(self, place: str, lists: Lists, exported: date, asked: str | None = None) -> None:
        self._place, self._lists, self._exported, self._asked = place, lists, exported, asked
        self._dates = {name: _Dates() for name in DATES}
        self._words: dict[str, _Words] = {}
        self._wrong = {False: 0, True: 0}

    # Dates

    def add_dates(
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
            order.first += _sum(counts, first)
            order.second += _sum(counts, second)
            order.either += _sum(counts, mine & (a <= 12) & (b <= 12) & (a != b))
            for chosen, named in ((first, order.first_rows), (second, order.second_rows)):
                if len(named) < _ROWS_NAMED and chosen.any():
                    named += column.rows_of(chosen, rows, _ROWS_NAMED - len(named))
        short = kind == SHORT
        if short.any():
            near = range(self._exported.year % 100 - _YEARS_ABOUT, self._exported.year % 100 + _YEARS_ABOUT)
            last, first = apart["y"].is_in([*near]), a.is_in([*near])
            found.short.first += _sum(counts, short & last & ~first)
            found.short.second += _sum(counts, short & first & ~last)
        by_excel = (kind == YEAR_FIRST) & apart["seconds"].is_not_null()
        found.early_days += _sum(counts, by_excel & (b <= 12) & (a <= 12))
        found.late_days += _sum(counts, by_excel & (b > 12))

    def _add_codes(self, column: Coded, apart: pl.DataFrame, in_code: pl.Series) -> None:
        """Where a code holds the day of its reception, the order that gives this day is the column's."""
        if not in_code.is_not_null().any():
            return
        both = apart.select(
            kind="kind", straight=day_of(Order(), pl.lit(None)), turned=day_of(Order(True, True), pl.lit(None))
        ).with_row_index("code")
        codes = column.codes if column.codes is not None else pl.int_range(apart.height, dtype=pl.UInt32, eager=True)
        pairs = pl.DataFrame({"code": codes, "day": in_code}).drop_nulls().group_by("code", "day").len()
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

    # Words

    def add_words(self, columns: Mapping[str, Coded], rows: pl.Series) -> None:
        """Columns of words: how often each answer, no answer, and a word that nobody knows stand there."""
        for name in WORDS:
            if name not in columns:
                continue
            column, known = columns[name], self._lists.words_of(name)
            found = self._words.setdefault(name, _Words())
            counts = column.counts.to_list()
            for text, count in zip(column.texts.to_list(), counts, strict=True):
                value = known.get(word_key(text)) if text is not None else None
                if value == "yes":
                    found.yes += count
                elif value == "no":
                    found.no += count
                elif text is None:
                    found.blank += count
            found.blank += rows.len() - sum(counts)
            told = [text is None or word_key(text) in known for text in column.texts]
            self._note(found, column, rows, pl.Series(told, dtype=pl.Boolean))

    def add_unknown(self, name: str, column: Coded, known: pl.Series, rows: pl.Series) -> None:
        """Texts of a column that its code list does not hold; `known`: by text."""
        self._note(self._words.setdefault(name, _Words()), column, rows, known)

    def _note(self, found: _Words, column: Coded, rows: pl.Series, known: pl.Series) -> None:
        odd = ~known.fill_null(True)
        if not odd.any():
            return
        errors = odd & column.texts.str.contains(ERROR).fill_null(False)
        found.errors += _sum(column.counts, errors)
        if errors.any():
            found.error_rows += column.rows_of(errors, rows, _ROWS_NAMED - len(found.error_rows))
        odd = odd & ~errors
        found.unknown_rows += _sum(column.counts, odd)
        for text, count in zip(column.texts.filter(odd).to_list(), column.counts.filter(odd).to_list(), strict=True):
            if text in found.unknown or len(found.unknown) < _WORDS_KEPT:
                found.unknown[text] = found.unknown.get(text, 0) + count
                named = found.rows.setdefault(text, [])
                if len(named) < _ROWS_NAMED:
                    named += column.rows_of(column.texts == text, rows, _ROWS_NAMED - len(named))

    # What follows

    def so_far(self) -> Reading:
        """How the table is read by what was seen so far, the day before the month where nothing tells."""
        return self._reading({name: self._order_of(name) or Order(self._asked == MONTH_FIRST) for name in DATES})

    def reading(self) -> Reading:
        """How the table is read. BadInput where a column contradicts itself, or nothing tells its order of dates."""
        orders = {}
        for name in DATES:
            self._refuse_contradictions(name)
            order = self._order_of(name)
            if order is None:
                order = Order(self._likelier(name), bool(self._dates[name].year.said), False)
            self._refuse_month_first(name, order)
            orders[name] = order
        return self._reading(orders)

    def _reading(self, orders: dict[str, Order]) -> Reading:
        ticks = frozenset(name for name in FLAGS if name in self._words and self._is_ticked(self._words[name]))
        used = frozenset(name for name, words in self._words.items() if words.yes or words.no)
        return Reading(orders, ticks, used)

    def _refuse_contradictions(self, name: str) -> None:
        found = self._dates[name]
        for order, what in (
            (found.last, "the day first and others the month"),
            (found.year, "the month second and others the day"),
        ):
            if order.mixed:
                raise BadInput(
                    self._place,
                    f"some rows have {what}: rows {_listed(order.first_rows)} against rows "
                    f"{_listed(order.second_rows)}. "
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
                    f"the column's order of day and month, as row {_listed(shown[:1])} shows it, is not that of "
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

    @staticmethod
    def _is_ticked(words: _Words) -> bool:
        return bool(words.yes and words.blank and not words.no and not words.unknown_rows and not words.errors)

    def remarks(self, reading: Reading) -> Iterable[str]:
        """What the editor is told of the columns."""
        for name, order in reading.orders.items():
            found = self._dates[name].last
            if order.month_first and (found.second or found.either):
                shown = f", as row {found.second_rows[0]} shows" if found.second_rows else ""
                yield f"{name}: read with the month before the day{shown}"
        for name, words in self._words.items():
            if name in reading.ticks:
                ticks = f"the column holds ticks alone ({words.yes}) and never a no"
                yield f"{name}: {words.blank} empty cells say no, as {ticks}"
            if words.errors:
                yield f"{name}: {words.errors} rows hold an error of Excel (rows {_listed(words.error_rows)})"
            if words.unknown_rows:
                yield self._unknown(name, words)

    def _unknown(self, name: str, words: _Words) -> str:
        told = {text: count for text, count in words.unknown.items() if tellable(text, count)}
        most = sorted(told.items(), key=lambda pair: (-pair[1], pair[0]))[:_WORDS_NAMED]
        rest = words.unknown_rows - sum(count for _, count in most)
        spoken = [f"{text!r} × {count}" for text, count in most]
        if rest:
            rows = sorted(row for text, found in words.rows.items() if text not in dict(most) for row in found)
            spoken.append(
                f"{rest} rows with words that are not shown (rows {_listed(rows[:_ROWS_NAMED])}"
                f"{', …' if rest > _ROWS_NAMED else ''})"
            )
        return f"{name}: {words.unknown_rows} rows with words that are not known: {', '.join(spoken)}. {_where(name)}"


def _where(name: str) -> str:
    if name == "field":
        return "They count as a field that is not known; add them to fields.yaml in data/dossiers or local/dossiers"
    if name in ("intake_unit", "deciding_unit"):
        return "These rows are in quarantine; write the unit's name or its five-digit code"
    if name == "procedure":
        return "A code of a procedure is written as 1.001193; these rows count without one"
    what = "yes or no" if name in FLAGS else name
    return f"Add them to {what} under values in headers.yaml, in data/dossiers or local/dossiers"


def _listed(rows: Iterable[int]) -> str:
    return ", ".join(map(str, rows)) or "none"


def _sum(counts: pl.Series, chosen: pl.Series) -> int:
    return int(counts.filter(chosen.fill_null(False)).sum())


def parts_of(columns: Mapping[str, Coded]) -> dict[str, pl.DataFrame]:
    """The texts of the date columns taken apart."""
    return {name: taken_apart(columns[name].texts) for name in DATES if name in columns}
