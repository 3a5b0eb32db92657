"""One batch of an export's rows: each distinct text of a column is looked at once."""

from __future__ import annotations

import polars as pl

from etl.dossiers.coded import ERROR, Coded
from etl.dossiers.codes import are_known, read_codes
from etl.dossiers.date_orders import DATES, parts_of
from etl.dossiers.dates import TakenApart
from etl.dossiers.headers import FEWEST_HEADERS, Rearranged
from etl.dossiers.lists import Lists, plain
from etl.dossiers.survey import Survey

NUMBERS_MAX = {"supplements": 100, "waited": 2000}
"""The columns of numbers, and the most that one can say."""
_NO_NUMBER = r"^(?i:null|none|nan|n/?a|[-–—]+)$"
# The first or last day that a database knows, the first of Excel's and of Unix's time: no dossier had its day then.
_NO_DAY = (
    r"^(?i:null|none|nan|nat|n/?a|[-–—]+|0|0{1,2}[/.\-]0{1,2}[/.\-]0{4}|0{4}[/.\-]00?[/.\-]00?"
    r"|(?:0?1[/.\-]0?1[/.\-](?:0001|1753|1900|1970)|(?:0001|1753|1900|1970)[/.\-]0?1[/.\-]0?1)"
    r"|31[/.\-]12[/.\-]9999|12[/.\-]31[/.\-]9999|9999[/.\-]12[/.\-]31)"
    r"(?:[T ](?:0?[07]:00|23:59|12:00)(?::\d\d(?:\.\d+)?)?(?: ?[AaPp][Mm])?Z?)?$"
)
_NOTHING = dict.fromkeys(DATES, _NO_DAY) | dict.fromkeys(NUMBERS_MAX, _NO_NUMBER)
"""What systems write into empty cells, by column."""
_TOTALS = r"^(?i:tổng|tổng cộng|tổng số|cộng|total|tong cong)[\s:]*$"


class Rows:
    """One batch of rows, each distinct text of a column looked at once. Rows that hold nothing, or say the headings or
    a total again, are left out; `left_out` counts the latter. `dates`: remembers the file's dates from batch to batch.
    """

    def __init__(self, rows: pl.DataFrame, lists: Lists, salt: bytes, dates: TakenApart) -> None:
        known, self.left_out = are_known(rows["code"]), 0
        if not known.all(ignore_nulls=False):
            rows, self.left_out = _without_headings(rows, lists)
            known = are_known(rows["code"])
        self.numbers = rows["row"]
        self.code_texts = rows["code"]
        self.codes = read_codes(self.code_texts, known, salt)
        self.columns = {name: Coded.of(rows[name]) for name in rows.columns if name not in ("row", "code")}
        self.nothing = {name: self._without_nothing(name, words) for name, words in _NOTHING.items()}
        self.parts = parts_of(self.columns, dates)

    def _without_nothing(self, name: str, words: str) -> int:
        """Empty the cells of a column that hold what systems write for nothing; how many there were."""
        if name not in self.columns:
            return 0
        self.columns[name], number = self.columns[name].without(words)
        return number

    def spread(self, name: str, by_text: pl.Series) -> pl.Series:
        return self.columns[name].spread(by_text)

    def blank(self, name: str) -> pl.Series:
        """Which rows have nothing in a column; all where there is no such column."""
        if name not in self.columns:
            return pl.Series([True]).new_from_index(0, self.numbers.len())
        column = self.columns[name]
        blank = column.texts.is_null()
        if not (blank & (column.counts > 0)).any():
            return pl.Series([False]).new_from_index(0, self.numbers.len())
        return self.spread(name, blank)

    def errors(self, name: str) -> pl.Series:
        """Which texts of a column are an error of Excel."""
        return self.columns[name].texts.str.contains(ERROR).fill_null(False)

    def survey(self, survey: Survey) -> None:
        """What the columns say as columns."""
        survey.dates.add(self.columns, self.parts, self.numbers, self.codes["day"])
        survey.words.add(self.columns, self.numbers)
        survey.nothing.update(self.nothing)


def _without_headings(rows: pl.DataFrame, lists: Lists) -> tuple[pl.DataFrame, int]:
    """(the rows but for headings and totals, how many those were); Rearranged where other columns begin."""
    code = pl.col("code")
    if not rows["code"].str.contains(r"^\S*\d\S*$").all(ignore_nulls=False):
        names = [name for name in rows.columns if name != "row"]
        rows = rows.with_columns(pl.col(names).cast(pl.String))
        rows = rows.filter(pl.any_horizontal(pl.col(name).str.strip_chars().fill_null("") != "" for name in names))
        spoken = rows["code"].unique().drop_nulls()
        headings = [text for text in spoken if plain(text) in lists.columns]
        _check_order(rows.filter(code.is_in(headings)), lists)
        texts = [text for text in headings if lists.columns[plain(text)] == "code"]
        again = code.is_in(texts) | code.str.strip_chars().str.contains(_TOTALS)
        kept = rows.filter(~again.fill_null(False))
        return kept, rows.height - kept.height
    return rows, 0


def _check_order(headings: pl.DataFrame, lists: Lists) -> None:
    """Rows where a heading stands in the column of codes: the others must be headings of the columns they stand in."""
    names = [name for name in headings.columns if name != "row"]
    for row in headings.iter_rows(named=True):
        said = {name: lists.columns.get(plain(row[name] or "")) for name in names}
        if sum(column is not None for column in said.values()) >= FEWEST_HEADERS and any(
            column is not None and column != name for name, column in said.items()
        ):
            raise Rearranged(row["row"])
