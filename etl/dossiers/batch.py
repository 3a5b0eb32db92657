"""One batch of an export's rows: each distinct text of a column is looked at once."""

from __future__ import annotations

import polars as pl

from etl.dossiers.coded import ERROR, Coded
from etl.dossiers.codes import read_codes
from etl.dossiers.date_orders import parts_of
from etl.dossiers.lists import Lists, plain
from etl.dossiers.survey import Survey

_TOTALS = r"^(?i:tổng|tổng cộng|tổng số|cộng|total|tong cong)[\s:]*$"


class Rows:
    """One batch of rows, each distinct text of a column looked at once. Rows that hold nothing, or say the headings or
    a total again, are left out; `left_out` counts the latter.
    """

    def __init__(self, rows: pl.DataFrame, lists: Lists, salt: bytes) -> None:
        rows, self.left_out = _without_headings(rows, lists)
        self.numbers = rows["row"]
        self.code_texts = rows["code"]
        self.codes = read_codes(self.code_texts, salt)
        self.columns = {name: Coded.of(rows[name]) for name in rows.columns if name not in ("row", "code")}
        self.parts = parts_of(self.columns)

    def spread(self, name: str, by_text: pl.Series) -> pl.Series:
        return self.columns[name].spread(by_text)

    def blank(self, name: str) -> pl.Series:
        """Which rows have nothing in a column; all where there is no such column."""
        if name not in self.columns:
            return pl.Series([True]).new_from_index(0, self.numbers.len())
        column = self.columns[name]
        return self.spread(name, column.texts.is_null()).fill_null(True)

    def errors(self, name: str) -> pl.Series:
        return self.spread(name, self.columns[name].texts.str.contains(ERROR)).fill_null(False)

    def survey(self, survey: Survey) -> None:
        """What the columns say as columns."""
        survey.dates.add(self.columns, self.parts, self.numbers, self.codes["day"])
        survey.words.add(self.columns, self.numbers)


def _without_headings(rows: pl.DataFrame, lists: Lists) -> tuple[pl.DataFrame, int]:
    code = pl.col("code")
    if not rows["code"].str.contains(r"^\S*\d\S*$").all(ignore_nulls=False):
        names = [name for name in rows.columns if name != "row"]
        rows = rows.with_columns(pl.col(names).cast(pl.String))
        rows = rows.filter(pl.any_horizontal(pl.col(name).str.strip_chars().fill_null("") != "" for name in names))
        texts = [text for text in rows["code"].unique().drop_nulls() if lists.columns.get(plain(text)) == "code"]
        again = code.is_in(texts) | code.str.strip_chars().str.contains(_TOTALS)
        kept = rows.filter(~again.fill_null(False))
        return kept, rows.height - kept.height
    return rows, 0
