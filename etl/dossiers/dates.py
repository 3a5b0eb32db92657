"""Dates of an export: read column by column, so that one `08/17/2026` tells how the whole column is meant.

A text is taken apart first (`taken_apart`), in any order of day and month. What its column, the dossiers' own codes and
the other columns show decides the order (`etl.dossiers.survey`), and only then `days` makes days of it.
A moment becomes the day it was in Vietnam; one without a zone was written in Vietnam's time.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

VIETNAM_MINUTES = 7 * 60
_MANY = 20_000
# What is taken apart: nothing; day and month before a year; a year first; sure of its day; a year of two digits.
NONE, YEAR_LAST, YEAR_FIRST, SURE, SHORT = 0, 1, 2, 3, 4

_TIME = (
    r"(?:(?P<h>\d{1,2})[:hg](?P<mi>\d{2})?(?::(?P<s>\d{2})(?:[.,]\d{1,9})?)?\s*(?P<half>AM|PM|SA|CH|am|pm|sa|ch)?"
    r"\s*(?P<zone>[Zz]|(?:UTC|GMT)?[+-]\d{1,2}(?::?\d{2})?|UTC|GMT|ICT|\[?Asia/[A-Za-z_]+\]?)?"
    r"(?:\s*\[[A-Za-z_/]+\])?)"
)
_BETWEEN = r"(?:\s*[,T]\s*|\s+|\s+-\s+)"
_DAY = r"(?:[Nn]gày\s+)?"
_NUMBERS = rf"{_DAY}(?P<a>\d{{1,2}})(?:\s*[/.\-]\s*|\s)(?P<b>\d{{1,2}})(?:\s*[/.\-]\s*|\s)(?P<y>\d{{4}}|\d{{2}})\.?"
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NAMES = "|".join(_MONTHS)
_SPOKEN = (
    rf"{_DAY}(?P<a>\d{{1,2}})[\s\-]*(?:tháng|thg|Thg|Tháng)\.?[\s\-]*(?P<b>\d{{1,2}})[\s,\-]*"
    r"(?:năm\s+)?(?P<y>\d{4}|\d{2})"
)
_SHAPES = (
    (YEAR_LAST, rf"^{_NUMBERS}(?:{_BETWEEN}{_TIME})?$"),
    (YEAR_LAST, rf"^{_TIME}{_BETWEEN}{_NUMBERS}$"),
    (YEAR_FIRST, rf"^(?P<y>\d{{4}})[-/.](?P<a>\d{{1,2}})[-/.](?P<b>\d{{1,2}})(?:{_BETWEEN}{_TIME})?$"),
    (YEAR_FIRST, rf"^{_TIME}{_BETWEEN}(?P<y>\d{{4}})[-/.](?P<a>\d{{1,2}})[-/.](?P<b>\d{{1,2}})$"),
    (SURE, rf"^{_SPOKEN}(?:{_BETWEEN}{_TIME})?$"),
    (
        SURE,
        rf"^(?P<a>\d{{1,2}})[\s\-]+(?i:(?P<name>{_NAMES}))[a-z]*\.?[\s\-,]+(?P<y>\d{{4}}|\d{{2}})(?:{_BETWEEN}{_TIME})?$",
    ),
    (SURE, rf"^(?i:(?P<name>{_NAMES}))[a-z]*\.?\s+(?P<a>\d{{1,2}}),?\s+(?P<y>\d{{4}})(?:{_BETWEEN}{_TIME})?$"),
)
_COMPACT = r"^(20\d{2})(\d{2})(\d{2})(?:T?(\d{2})(\d{2})(\d{2})?(Z)?)?$"
_SERIAL = r"^([3-6]\d{4}(?:[.,]\d{1,12})?)$"
_EPOCH = r"^((?:1[2-9]|2[01])\d{8})(\d{3}|\d{6}|\d{9})?(?:\.\d*)?$"
_SCHEMA = {"kind": pl.Int8, "y": pl.Int32, "a": pl.Int32, "b": pl.Int32, "seconds": pl.Int32, "zone": pl.Int32}


@dataclass(frozen=True)
class Order:
    """How days are written: `month_first` as 08/17/2026, `day_second` as 2026-17-08, `year_first` as 26-08-17."""

    month_first: bool = False
    day_second: bool = False
    year_first: bool = False


class TakenApart:
    """Takes texts apart, those that it has met only once: a file's days come again in each of its chunks."""

    def __init__(self) -> None:
        self._known = pl.DataFrame(schema={"text": pl.String, **_SCHEMA})

    def of(self, texts: pl.Series) -> pl.DataFrame:
        """As `taken_apart`."""
        if texts.len() > _MANY:
            return taken_apart(texts)
        if self._known.height > _MANY:
            self._known = self._known.clear()
        rows = texts.to_frame("text")
        fresh = rows.drop_nulls().unique().join(self._known, on="text", how="anti")["text"]
        if fresh.len():
            found = _by_shapes(fresh).with_columns(text=fresh).select("text", *_SCHEMA)
            self._known = pl.concat([self._known, found])
        parts = rows.join(self._known, on="text", how="left", maintain_order="left").drop("text")
        return parts.with_columns(pl.col("kind").fill_null(NONE))


def taken_apart(texts: pl.Series) -> pl.DataFrame:
    """One row per text: `kind`, `y`, `a`, `b` (year and the two other numbers as they follow), `seconds`, `zone`.

    `seconds` of the day, null without a time; `zone` in minutes ahead of UTC, null without one. Of a kind SURE `a` is
    the day and `b` the month. Texts that are no date are of the kind NONE.
    """
    if texts.len() > _MANY:
        return _in_two(texts)
    return _by_shapes(texts)


def _in_two(texts: pl.Series) -> pl.DataFrame:
    """Many texts differ by their times alone: dates and times are taken apart by themselves, and put together."""
    head, tail = texts.str.slice(0, 10), texts.str.slice(10)
    cut = texts.str.slice(10, 1).is_in([" ", "T"]).fill_null(False)
    dates = _looked_up(head.set(~cut, None))
    times = _looked_up(("01/01/2000" + tail).set(~cut, None))
    both = dates.with_columns(times.select("seconds", "zone", whole="kind"))
    good = cut & (both["whole"] != NONE) & (both["kind"] != NONE) & dates["seconds"].is_null()
    both = both.drop("whole")
    if good.all():
        return both
    rest = _by_shapes(texts.filter(~good))
    order = pl.concat([good.arg_true(), (~good).arg_true()]).arg_sort()
    return pl.concat([both.filter(good), rest])[order]


def _looked_up(texts: pl.Series) -> pl.DataFrame:
    distinct = texts.drop_nulls().unique()
    found = _by_shapes(distinct).with_columns(text=distinct)
    joined = texts.to_frame("text").join(found, on="text", how="left", maintain_order="left").drop("text")
    return joined.with_columns(pl.col("kind").fill_null(NONE))


def _by_shapes(texts: pl.Series) -> pl.DataFrame:
    text = pl.col("text").str.replace(r"^(?:[Tt]hứ\s+\w+|[Cc]hủ\s+[Nn]hật)\s*,?\s*", "").str.strip_chars(" \t'\"")
    rows = pl.DataFrame({"text": texts}).with_row_index("place").with_columns(text)
    found, left = [], rows.drop_nulls()
    for kind, shape in _SHAPES:
        if left.is_empty():
            break
        parts = left.filter(pl.col("text").str.contains(shape))
        if parts.height:
            found.append(_of_shape(parts, kind, shape))
            left = left.join(parts, on="place", how="anti")
    for read, shape in ((_compact, _COMPACT), (_serial, _SERIAL), (_epoch, _EPOCH)):
        if left.is_empty():
            break
        parts = left.filter(pl.col("text").str.contains(shape))
        if parts.height:
            found.append(read(parts).select("place", *(pl.col(n).cast(t) for n, t in _SCHEMA.items())))
            left = left.join(parts, on="place", how="anti")
    blank = rows.filter(pl.col("text").is_null())
    none = pl.concat([left, blank]).select(
        "place", *(pl.lit(NONE if n == "kind" else None, t).alias(n) for n, t in _SCHEMA.items())
    )
    return pl.concat([*found, none]).sort("place").drop("place")


def _of_shape(rows: pl.DataFrame, kind: int, shape: str) -> pl.DataFrame:
    got = rows.with_columns(g=pl.col("text").str.extract_groups(shape)).unnest("g")
    for name in ("a", "b", "y", "name", "h", "mi", "s", "half", "zone"):
        if name not in got.columns:
            got = got.with_columns(pl.lit(None, pl.String).alias(name))
    number = {name: pl.col(name).cast(pl.Int32, strict=False) for name in ("a", "b", "y", "h", "mi", "s")}
    months = {name: place for place, name in enumerate(_MONTHS, 1)}
    b = pl.coalesce(
        number["b"], pl.col("name").str.to_lowercase().replace_strict(months, default=None, return_dtype=pl.Int32)
    )
    short = pl.col("y").str.len_bytes() == 2
    half = pl.col("half").str.to_uppercase()
    hour = (
        pl.when(half.is_in(["PM", "CH"]) & (number["h"] < 12)).then(number["h"] + 12)
        .when(half.is_in(["AM", "SA"]) & (number["h"] == 12)).then(0)
        .otherwise(number["h"])
    )  # fmt: skip
    seconds = hour * 3600 + number["mi"].fill_null(0) * 60 + number["s"].fill_null(0)
    wrong = (hour > 24) | (number["mi"] > 59) | (number["s"] > 60)
    read = got.select(
        "place",
        kind=pl.when(wrong.fill_null(False)).then(NONE).when(short & (kind == YEAR_LAST)).then(SHORT).otherwise(kind),
        y=pl.when(short & (kind != YEAR_LAST)).then(number["y"] + 2000).otherwise(number["y"]),
        a=number["a"],
        b=b,
        seconds=pl.min_horizontal(seconds, pl.lit(86_399)),
        zone=zone_minutes(pl.col("zone")),
    )
    return read.select("place", *(pl.col(name).cast(dtype) for name, dtype in _SCHEMA.items()))


def zone_minutes(text: pl.Expr) -> pl.Expr:
    """Minutes ahead of UTC of `Z`, `+07:00`, `GMT+7`, `Asia/Ho_Chi_Minh`; null where none is known."""
    sign = pl.when(text.str.contains("-")).then(-1).otherwise(1)
    hours = text.str.extract(r"[+-](\d{1,2})").cast(pl.Int32, strict=False)
    minutes = text.str.extract(r"[+-]\d{1,2}:?(\d{2})$").cast(pl.Int32, strict=False).fill_null(0)
    name = text.str.to_uppercase().str.strip_chars(" []")
    return (
        pl.when(hours.is_not_null())
        .then(sign * (hours * 60 + minutes))
        .when(name.is_in(["Z", "UTC", "GMT", "ETC/UTC", "ETC/GMT"]))
        .then(0)
        .when(
            name.is_in(
                ["ICT", "ASIA/HO_CHI_MINH", "ASIA/SAIGON", "ASIA/BANGKOK", "ASIA/HANOI", "SE ASIA STANDARD TIME"]
            )
        )
        .then(VIETNAM_MINUTES)
    )


def _compact(rows: pl.DataFrame) -> pl.DataFrame:
    got = rows.with_columns(*(pl.col("text").str.extract(_COMPACT, n).alias(f"g{n}") for n in range(1, 8)))
    part = [pl.col(f"g{n}").cast(pl.Int32, strict=False) for n in range(1, 7)]
    seconds = part[3] * 3600 + part[4] * 60 + part[5].fill_null(0)
    zone = pl.when(pl.col("g7").is_not_null()).then(0)
    return got.select("place", kind=pl.lit(SURE), y=part[0], a=part[2], b=part[1], seconds=seconds, zone=zone)


def _serial(rows: pl.DataFrame) -> pl.DataFrame:
    """Excel's number of days, with the time as a part of a day."""
    number = pl.col("text").str.replace(",", ".").cast(pl.Float64)
    seconds = ((number - number.floor()) * 86_400).round()
    day = pl.date(1899, 12, 30) + pl.duration(days=number.floor().cast(pl.Int32))
    return rows.select("place", seconds=seconds, day=day).select(
        "place", *_of_day(pl.col("day")), seconds="seconds", zone=pl.lit(None)
    )


def _epoch(rows: pl.DataFrame) -> pl.DataFrame:
    """Seconds since 1970 in UTC, or a thousandth, millionth, milliardth of them."""
    seconds = pl.col("text").str.extract(_EPOCH).cast(pl.Int64)
    moment = pl.from_epoch(seconds, time_unit="s")
    return rows.select("place", day=moment.dt.date(), seconds=seconds % 86_400).select(
        "place", *_of_day(pl.col("day")), seconds="seconds", zone=pl.lit(0)
    )


def _of_day(day: pl.Expr) -> tuple[pl.Expr, ...]:
    parts = (("y", day.dt.year()), ("a", day.dt.day()), ("b", day.dt.month()))
    return pl.lit(SURE).alias("kind"), *(part.alias(name) for name, part in parts)


def days(parts: pl.DataFrame, order: Order, zone: int | None = None) -> pl.Series:
    """The day in Vietnam of each text that was taken apart; null where there is none.

    `zone`: minutes ahead of UTC of times that tell none themselves; Vietnam's by default.
    """
    return parts.select(day_of(order, pl.lit(VIETNAM_MINUTES if zone is None else zone))).to_series()


def day_of(order: Order, zone: pl.Expr) -> pl.Expr:
    """The same as an expression of the columns that `taken_apart` gives."""
    kind, a, b, y = (pl.col(name) for name in ("kind", "a", "b", "y"))
    swapped = ((kind == YEAR_LAST) | (kind == SHORT)) & order.month_first
    swapped = swapped | ((kind == YEAR_FIRST) & (not order.day_second))
    short = kind == SHORT
    turned = short & order.year_first
    day = pl.when(turned).then(y).when(swapped).then(b).otherwise(a)
    month = pl.when(turned).then(b).when(swapped).then(a).otherwise(b)
    year = pl.when(turned).then(a + 2000).when(short).then(y + 2000).otherwise(y)
    sound = month.is_between(1, 12) & day.is_between(1, 31) & year.is_between(1900, 2200) & (kind != NONE)
    # A day that the month does not have (31/02) comes out as null.
    text = pl.format("{}-{}-{}", year, month, day)
    written = pl.when(sound).then(text).str.to_date("%Y-%m-%d", strict=False)
    moved = (pl.col("seconds") - pl.coalesce(pl.col("zone"), zone) * 60 + VIETNAM_MINUTES * 60).floordiv(86_400)
    return written + pl.duration(days=moved.fill_null(0))
