"""What cannot be in a row of an export, and what quarantine keeps of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import polars as pl

from etl.dossiers.batch import NUMBERS_MAX, Rows
from etl.dossiers.codes import KNOWN_CODE
from etl.dossiers.date_orders import DATES
from etl.dossiers.dates import zone_minutes
from etl.dossiers.row_units import UNIT_COLUMNS
from ranking.dossiers.days import FIRST_DAY
from ranking.dossiers.rows import DONE, RETURNED, STOPPED, WITHDRAWN

REFUSED = {"row": pl.Int64, "column": pl.String, "value": pl.String, "reason": pl.String}
EXCEL_ERROR = "an error of Excel stands here"
UNKNOWN_STATE = -1
# What quarantine may keep of a failed cell: a day since 2015, a number, a code. Anything else may be about a person.
_DAY_KEPT = (
    r"^(?:\d{1,2}[/.\-]\d{1,2}[/.\-]20(?:1[5-9]|[2-9]\d)|20(?:1[5-9]|[2-9]\d)[/.\-]\d{1,2}[/.\-]\d{1,2})"
    r"(?:[ T]\d{1,2}:\d{2}(?::\d{2})?)?$"
)
_KEPT = {
    **dict.fromkeys(DATES, _DAY_KEPT),
    **dict.fromkeys(NUMBERS_MAX, r"^-?\d{1,5}(?:[.,]\d{1,3})?$"),
    **dict.fromkeys(("intake_unit", "deciding_unit"), r"^(?:\d{5}|[A-Z]\d{2}(?:\.\d{1,4}){0,4})$"),
    "code": KNOWN_CODE,
}


@dataclass(frozen=True)
class Days:
    """A date column as days, by row; and by text where each text is the same day in every row."""

    by_text: pl.Series | None
    by_row: pl.Series


@dataclass(frozen=True)
class Check:
    """Which rows are wrong, why (a text, or the column that says it), and in which column."""

    wrong: pl.Series
    why: pl.Expr
    column: str


def checks_of(frame: pl.DataFrame, rows: Rows, days: dict[str, Days], exported: date) -> list[Check]:
    """What is wrong in some row, in the order that a row's reason is looked for; nothing where all rows are sound."""
    return [check for check in _checks(frame, rows, days, exported) if check.wrong.any()]


def _checks(frame: pl.DataFrame, rows: Rows, days: dict[str, Days], exported: date) -> Iterator[Check]:
    said = pl.lit
    if "why" in frame.columns:
        yield Check(frame["why"].is_not_null(), pl.col("why"), "code")
    yield Check(rows.blank("intake_unit"), said("no intake unit"), "intake_unit")
    yield Check(rows.blank("received"), said("no day of reception"), "received")
    if "foreign" in frame.columns:
        yield Check(frame["foreign"], pl.col("foreign_reason"), "code")
    for name in (name for name in DATES if name in rows.columns):
        yield from _date_checks(name, rows, days[name], exported)
    for name in ("done", "returned", "stopped"):
        yield Check(frame[name] < frame["received"], said("ended before it was received"), name)
    yield Check(frame["due"] < frame["received"], said("due before it was received"), "due")
    for name in (name for name in NUMBERS_MAX if name in rows.columns):
        yield Check(frame[name].is_null(), said("this is no whole number of 0 or more"), name)
    no_end = frame["done"].is_null() & frame["returned"].is_null() & frame["stopped"].is_null()
    ended = frame["said"].is_in([DONE, RETURNED, WITHDRAWN, STOPPED])
    yield Check(no_end & ended, said("ended, but no day of the end"), "state")
    unknown = "the word for its state is not known, and no day of an end is given"
    yield Check(no_end & (frame["said"] == UNKNOWN_STATE), said(unknown), "state")
    for code, name in UNIT_COLUMNS:
        if (reason := f"{code}_reason") in frame.columns:
            yield Check(frame[reason].is_not_null(), pl.col(reason), name)
    if "zone" in rows.columns:
        zone = rows.columns["zone"]
        known = zone.texts.to_frame("zone").select(zone_minutes(pl.col("zone")).is_null()).to_series()
        lost = rows.spread("zone", known & zone.texts.is_not_null()).fill_null(False)
        yield Check(lost, said("this time zone is not known"), "zone")


def _date_checks(name: str, rows: Rows, found: Days, exported: date) -> Iterator[Check]:
    """Each text is looked at once, and rows only where some text is wrong."""
    texts = rows.columns[name].texts
    day, blank, error = found.by_text, texts.is_null(), rows.errors(name)
    if day is None:
        day, blank, error = found.by_row, rows.spread(name, blank), rows.spread(name, error)
    checks = [
        (error, EXCEL_ERROR),
        (day.is_null() & ~blank, "this is no date"),
        ((day < FIRST_DAY) | (day > date(exported.year + 15, 12, 31)), "this date cannot be"),
    ]
    if name != "due":
        checks.append((day > exported, f"lies in the future, after the export of {exported}"))
    for wrong, why in checks:
        if wrong.any():
            by_row = wrong if found.by_text is None else rows.spread(name, wrong)
            yield Check(by_row.fill_null(False), pl.lit(why), name)


def refused(frame: pl.DataFrame, rows: Rows, checks: list[Check]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """(sound rows, refused ones as `REFUSED`), each refused for its first reason.

    The cell that was wrong is kept only where it is a failed date, number or code.
    """
    if not checks:
        return frame, pl.DataFrame(schema=REFUSED)
    marks = pl.DataFrame([check.wrong.fill_null(False).alias(f"_{at}") for at, check in enumerate(checks)])
    wrong = marks.select(pl.any_horizontal(pl.all())).to_series()
    told = pl.concat([frame.filter(wrong), marks.filter(wrong)], how="horizontal")
    told = told.select(
        "row",
        column=pl.coalesce(pl.when(f"_{at}").then(pl.lit(check.column)) for at, check in enumerate(checks)),
        reason=pl.coalesce(pl.when(f"_{at}").then(check.why) for at, check in enumerate(checks)),
    )
    return frame.filter(~wrong), _with_values(told, rows, wrong)


def _with_values(told: pl.DataFrame, rows: Rows, wrong: pl.Series) -> pl.DataFrame:
    value = pl.lit(None, pl.String)
    for name, shape in _KEPT.items():
        if name == "code":
            cells = rows.code_texts.filter(wrong)
        elif name in rows.columns:
            cells = rows.columns[name].spread(rows.columns[name].texts).filter(wrong)
        else:
            continue
        told = told.with_columns(cells.alias(f"_{name}"))
        kept = (pl.col("column") == name) & pl.col(f"_{name}").str.contains(shape)
        value = pl.when(kept).then(pl.col(f"_{name}")).otherwise(value)
    return told.with_columns(value=value).select(*REFUSED).cast(pl.Schema(REFUSED))
