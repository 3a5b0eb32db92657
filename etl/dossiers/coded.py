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
    """`texts`: the distinct texts, trimmed, null for blank ones. `codes`: the place of each row's text in them, null
    for an empty cell; None where nearly every row has a text of its own, and `texts` are the rows themselves.
    """

    texts: pl.Series
    codes: pl.Series | None

    @classmethod
    def of(cls, column: pl.Series) -> Coded:
        distinct = column.unique().drop_nulls()
        if distinct.len() > _MANY:
            return cls(_trimmed(column.cast(pl.String)), None)
        if isinstance(column.dtype, pl.Categorical):
            return cls(_trimmed(distinct.cast(pl.String)), _renumbered(column, distinct))
        return cls(_trimmed(distinct), column.cast(pl.Enum(distinct)).to_physical().cast(pl.UInt32))

    def spread(self, by_text: pl.Series) -> pl.Series:
        """What is known of each text, for each row."""
        return by_text if self.codes is None else by_text.gather(self.codes)

    def without(self, words: str) -> tuple[Coded, int]:
        """(the column with the texts that a pattern finds emptied, how many rows held one)."""
        found = self.texts.str.contains(words).fill_null(False)
        if not found.any():
            return self, 0
        return Coded(self.texts.set(found, None), self.codes), counted(self.counts, found)

    def spread_few(self, by_text: pl.Series, *further: str) -> pl.Series:
        """Texts that are known of each text, for each row, as an Enum of those and `further` ones: few are handled as
        numbers, where every row would have a text of its own."""
        if self.codes is None:
            return by_text
        names = pl.Series([*by_text.unique().drop_nulls(), *further], dtype=pl.String).unique()
        return by_text.cast(pl.Enum(names)).gather(self.codes)

    def read(self, meaning: Callable[[str], object], dtype: pl.DataType | type[pl.DataType]) -> pl.Series:
        """The meaning of each row's text; null for empty cells."""
        return self.spread(self.meanings(meaning, dtype))

    def meanings(self, meaning: Callable[[str], object], dtype: pl.DataType | type[pl.DataType]) -> pl.Series:
        """The meaning of each distinct text."""
        found = [None if text is None else meaning(text) for text in self.texts]
        return pl.Series(found, dtype=dtype)

    @cached_property
    def counts(self) -> pl.Series:
        """How many rows hold each of `texts`."""
        if self.codes is None:
            return pl.Series([1]).new_from_index(0, self.texts.len()).cast(pl.UInt32)
        counted = self.codes.drop_nulls().to_frame("code").group_by("code").len()
        every = pl.DataFrame({"code": pl.int_range(self.texts.len(), dtype=pl.UInt32, eager=True)})
        return every.join(counted, on="code", how="left", maintain_order="left")["len"].fill_null(0)

    def rows_of(self, chosen: pl.Series, rows: pl.Series, most: int) -> list[int]:
        """Numbers of the first rows whose text is among the `chosen` (booleans by text)."""
        return rows.filter(self.spread(chosen).fill_null(False)).head(most).to_list()


def _renumbered(column: pl.Series, distinct: pl.Series) -> pl.Series:
    """The numbers of a column that was read as such, as places in its distinct texts."""
    numbers = distinct.to_physical().to_numpy()
    places = np.zeros(int(numbers.max(initial=0)) + 1, np.uint32)
    places[numbers] = np.arange(len(numbers), dtype=np.uint32)
    return pl.Series(places).gather(column.to_physical())


def _trimmed(texts: pl.Series) -> pl.Series:
    trimmed = texts.str.strip_chars(_BLANKS)
    return trimmed.set(trimmed == "", None) if (trimmed == "").any() else trimmed


def listed(rows: Iterable[int]) -> str:
    """Numbers of rows as they are told."""
    return ", ".join(map(str, rows)) or "none"


def counted(counts: pl.Series, chosen: pl.Series) -> int:
    """How many rows hold the texts that were chosen."""
    return int(counts.filter(chosen.fill_null(False)).sum())
