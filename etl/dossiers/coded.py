"""A column of text as numbers of its distinct texts: each text is looked at once, however many rows hold it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl

_MANY = 60_000
_BLANKS = " \t\r\n\u00a0\ufeff\u200b\u3000"
ERROR = r"^#(?:N/A|REF!|VALUE!|DIV/0!|NAME\?|NULL!|NUM!|SPILL!|CALC!|FIELD!|BLOCKED!|GETTING_DATA|#+)"


@dataclass(frozen=True)
class Coded:
    """`texts`: the distinct texts, trimmed, null for blank ones and for those that no row holds. `codes`: the place of
    each row's text in them; None where nearly every row has a text of its own, and `texts` are the rows themselves.
    """

    texts: pl.Series
    codes: pl.Series | None

    @classmethod
    def of(cls, column: pl.Series) -> Coded:
        if isinstance(column.dtype, pl.Categorical):
            return cls._numbered(column, column.dtype.categories.to_series())
        distinct = column.unique().drop_nulls()
        if distinct.len() > _MANY:
            return cls(_trimmed(column), None)
        return cls._numbered(column.cast(pl.Enum(distinct)), distinct)

    @classmethod
    def _numbered(cls, column: pl.Series, texts: pl.Series) -> Coded:
        """Of a column that is kept as numbers of `texts`; an empty cell has the number behind them."""
        codes = column.to_physical().cast(pl.UInt32).fill_null(texts.len()).alias("code")
        counts = _counts(codes, texts.len() + 1)
        if counts.gt(0).sum() > _MANY:
            return cls(_trimmed(column.cast(pl.String)), None)
        texts = pl.concat([texts.alias("text"), pl.Series("text", [None], pl.String)])
        found = cls(_trimmed(texts.set(counts == 0, None)), codes)
        found.__dict__["counts"] = counts
        return found

    def spread(self, by_text: pl.Series) -> pl.Series:
        """What is known of each text, for each row."""
        return by_text if self.codes is None else by_text.gather(self.codes)

    def without(self, words: str) -> tuple[Coded, int]:
        """(the column with the texts that a pattern finds emptied, how many rows held one)."""
        found = self.texts.str.contains(words).fill_null(False)
        if not found.any():
            return self, 0
        number, rest = counted(self.counts, found), Coded(self.texts.set(found, None), self.codes)
        rest.__dict__["counts"] = self.counts
        return rest, number

    def spread_few(self, by_text: pl.Series) -> pl.Series:
        """Texts that are known of each text, for each row, as an Enum of those that some row holds: few are handled as
        numbers, where every row would have a text of its own."""
        if self.codes is None:
            return by_text
        names = by_text.filter(self.counts > 0).unique().drop_nulls()
        return by_text.cast(pl.Enum(names), strict=False).gather(self.codes)

    def read(
        self, meaning: Callable[[str], object], dtype: pl.DataType | type[pl.DataType], *, empty: object
    ) -> pl.Series:
        """The meaning of each row's text; `empty` for empty cells."""
        return self.spread(self.meanings(meaning, dtype).fill_null(empty))

    def meanings(self, meaning: Callable[[str], object], dtype: pl.DataType | type[pl.DataType]) -> pl.Series:
        """The meaning of each distinct text."""
        found = [None if text is None else meaning(text) for text in self.texts]
        return pl.Series(found, dtype=dtype)

    @cached_property
    def counts(self) -> pl.Series:
        """How many rows hold each of `texts`."""
        if self.codes is None:
            return pl.Series([1]).new_from_index(0, self.texts.len()).cast(pl.UInt32)
        return _counts(self.codes, self.texts.len())

    def rows_of(self, chosen: pl.Series, rows: pl.Series, most: int) -> list[int]:
        """Numbers of the first rows whose text is among the `chosen` (booleans by text)."""
        return rows.filter(self.spread(chosen).fill_null(False)).head(most).to_list()


def _counts(codes: pl.Series, number: int) -> pl.Series:
    """How often each number below `number` stands in a column."""
    return pl.Series(np.bincount(codes.to_numpy(), minlength=number)).cast(pl.UInt32)


def _trimmed(texts: pl.Series) -> pl.Series:
    trimmed = texts.str.strip_chars(_BLANKS)
    return trimmed.set(trimmed == "", None) if (trimmed == "").any() else trimmed


def listed(rows: Iterable[int]) -> str:
    """Numbers of rows as they are told."""
    return ", ".join(map(str, rows)) or "none"


def counted(counts: pl.Series, chosen: pl.Series) -> int:
    """How many rows hold the texts that were chosen."""
    return int(counts.filter(chosen.fill_null(False)).sum())
