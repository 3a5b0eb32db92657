"""Codes of dossiers and procedures: kept where they have a known form, else told apart by a salted hash alone.

A code of an unknown form could be anything, a telephone number or a name among them. The salt lies in the store, so the
same code gives the same hash in every export of this data folder, and nowhere else.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata

import numpy as np
import polars as pl

# H44.100-260817-0001, 000.00.12.H44-260817-0001: the unit, the day, a number.
_DAY = r"\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
KNOWN_CODE = rf"^(?:\d{{3}}\.\d{{2}}\.\d{{2}}\.)?[A-Z]\d{{2}}(?:\.\d{{1,4}}){{0,4}}-{_DAY}-\d{{1,7}}$"
KNOWN_PROCEDURE = r"^\d\.\d{6}(?:\.\d{2,3}){0,3}(?:\.[A-Z]\d{2})?$"
DAY_IN_CODE = rf"-({_DAY})-\d{{1,7}}$"
_SHAPE = re.compile(r"(?=[^\d]*\d)[\w./\-]{4,60}")
# Marks that nobody sees are taken out: a soft hyphen, blanks without width, marks of direction, of order of bytes.
_DASHES = str.maketrans(
    dict.fromkeys("‐‑‒–—−", "-") | dict.fromkeys("\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff")
)
_CUT = re.compile(r"\d(?:[.,]\d+)?E\+?\d+", re.IGNORECASE)
_LONG = re.compile(r"\d{16,30}(?:\.0+)?")
_DIGITS_OF_EXCEL = 15
_FEW = 3
_WHOLE = re.compile(r"0*(\d+?)(?:\.0+)?")
NO_CODE, CUT_CODE = "this is no dossier code", "Excel has cut this code to a power of ten; export the column as text"


def written(text: str) -> str | None:
    """A code as it is compared: without quotation marks and blanks around it, of one kind of dash, in capitals.

    A whole number is the same with or without zeros before it or decimals behind it. None for what is no code.
    """
    code = unicodedata.normalize("NFKC", text).translate(_DASHES).strip(" \t='\"`’‘“”").upper()
    tight = re.sub(r"\s+", "", code)
    if re.match(KNOWN_CODE, tight):
        return tight
    if whole := _WHOLE.fullmatch(code):
        code = whole.group(1).zfill(4)
    return code if _SHAPE.fullmatch(code) and not _CUT.fullmatch(code) else None


HASHED = r"^x[0-9a-f]{20}$"


def hashed(code: str, salt: bytes) -> str:
    """What stands for a code of an unknown form."""
    return "x" + hashlib.blake2b(code.encode(), key=salt, digest_size=10).hexdigest()


def part_of(code: pl.Expr) -> pl.Expr:
    """The part of the store that a code belongs to: the month in it, else its last digits. It never changes."""
    return pl.coalesce(
        pl.format(
            "20{}-{}",
            code.str.extract(r"-(\d\d)(?:0[1-9]|1[0-2])[0-3]\d-"),
            code.str.extract(r"-\d\d(0[1-9]|1[0-2])[0-3]\d-"),
        ),
        pl.format("other-{}", code.str.extract(r"(\d{1,2})\D*$")),
        pl.lit("other"),
    )


def are_known(column: pl.Series) -> pl.Series:
    """Which cells hold a code of a known form; null for an empty one."""
    return column.str.contains(KNOWN_CODE)


def read_codes(column: pl.Series, known: pl.Series, salt: bytes) -> pl.DataFrame:
    """One row per cell: `code` or null, `part` of the store, `day` in the code or null, and where
    any is wrong `why` there is no code.

    `known`: which ones have a known form (`are_known`).
    """
    if known.all(ignore_nulls=False):
        # Before the day such a code has no dash, so it is cut out where a pattern would have to look for it.
        day = pl.col("code").str.slice(pl.col("code").str.find("-", literal=True) + 1, 6)
        return _of_known(column, day)
    odd = column.filter(~known.fill_null(True)).unique()
    tidy = {text: written(text) for text in odd}
    cut = [text for text in odd if _CUT.fullmatch(text.strip())] + _rounded(odd, column)
    plain = (
        pl.when(known)
        .then(pl.col("text"))
        .otherwise(pl.col("text").replace_strict(tidy, default=None, return_dtype=pl.String))
    )
    rows = pl.DataFrame({"text": column, "known": known}).select(
        "text", code=plain, cut=pl.col("text").is_in(cut), blank=pl.col("text").str.strip_chars().fill_null("") == ""
    )
    found = _of_known(rows["code"])
    strange = rows["code"].filter(~rows["code"].str.contains(KNOWN_CODE)).drop_nulls().unique()
    names = {code: hashed(code, salt) for code in strange}
    return found.with_columns(
        code=pl.col("code").replace(names),
        why=rows.select(
            pl.when(pl.col("blank")).then(pl.lit("the dossier has no code"))
            .when(pl.col("cut")).then(pl.lit(CUT_CODE))
            .when(pl.col("code").is_null()).then(pl.lit(NO_CODE))
        ).to_series(),
    )  # fmt: skip


def _rounded(odd: pl.Series, column: pl.Series) -> list[str]:
    """Whole numbers of more digits than Excel keeps, if all of them end in zeros from there on: they were other codes.

    Different dossiers come to the same number then. One long number that ends in one zero may be a code by itself.
    """
    long = [text for text in odd if _LONG.fullmatch(text.strip())]
    behind = [text.strip().partition(".")[0][_DIGITS_OF_EXCEL:] for text in long]
    if not long or any(digits.strip("0") for digits in behind):
        return []
    alone = len(long) == column.is_in(long).sum() < _FEW and max(map(len, behind)) == 1
    return [] if alone else long


def _of_known(codes: pl.Series, day: pl.Expr | None = None) -> pl.DataFrame:
    day = pl.col("code").str.extract(DAY_IN_CODE) if day is None else day
    rows = pl.DataFrame({"code": codes.rename("code")})
    said = rows.select(day.cast(pl.Int32, strict=False)).to_series()
    # A day for each row, by its place among the few that there are: quicker than to look every row up.
    days = said.unique().drop_nulls().sort()
    first, last = (days[0], days[-1]) if days.len() else (0, 0)
    places = np.full(last - first + 2, days.len(), np.uint32)
    places[days.to_numpy() - first] = np.arange(days.len(), dtype=np.uint32)
    written_as = days.cast(pl.String).str.zfill(6)
    read = pl.DataFrame({"day": pl.concat([written_as, pl.Series([None], dtype=pl.String)])}).with_columns(
        read=("20" + pl.col("day")).str.to_date("%Y%m%d", strict=False),
        month=pl.format("20{}-{}", pl.col("day").str.slice(0, 2), pl.col("day").str.slice(2, 2)),
    )
    by_row = pl.Series(places[(said - first).fill_null(last - first + 1).to_numpy()])
    months = read["month"].drop_nulls().unique()
    by_day = read.with_columns(pl.col("month").cast(pl.Enum(months)))
    rows = rows.with_columns(by_day["read"].gather(by_row).alias("read"), by_day["month"].gather(by_row).alias("month"))
    if rows["month"].null_count():
        rows = rows.with_columns(pl.col("month").cast(pl.String))
        rows = rows.with_columns(month=pl.coalesce("month", part_of(pl.col("code"))))
    return rows.select("code", part="month", day="read")
