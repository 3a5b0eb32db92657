"""What cannot be in a row of an export, and what quarantine keeps of it."""

from __future__ import annotations

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


def checks_of(rows: Rows, exported: date) -> list[tuple[pl.Expr, pl.Expr, str]]:
    """(what is wrong, why, column), in the order that a row's reason is looked for."""
    said = pl.lit
    checks = [
        (pl.col("why").is_not_null(), pl.col("why"), "code"),
        (pl.col("intake_unit_blank"), said("no intake unit"), "intake_unit"),
        (pl.col("received_blank"), said("no day of reception"), "received"),
        (pl.col("foreign"), pl.col("foreign_reason"), "code"),
    ]
    for name in DATES:
        if name in rows.columns:
            checks.append((pl.lit(rows.errors(name)), said(EXCEL_ERROR), name))
        checks.append((pl.col(name).is_null() & ~pl.col(f"{name}_blank"), said("this is no date"), name))
        far = (pl.col(name) < FIRST_DAY) | (pl.col(name) > date(exported.year + 15, 12, 31))
        checks.append((far, said("this date cannot be"), name))
        if name != "due":
            checks.append((pl.col(name) > exported, said(f"lies in the future, after the export of {exported}"), name))
    for name in ("done", "returned", "stopped"):
        checks.append((pl.col(name) < pl.col("received"), said("ended before it was received"), name))
    checks.append((pl.col("due") < pl.col("received"), said("due before it was received"), "due"))
    for name in (name for name in NUMBERS_MAX if name in rows.columns):
        checks.append((pl.col(name).is_null(), said("this is no whole number of 0 or more"), name))
    no_end = pl.all_horizontal(pl.col(name).is_null() for name in ("done", "returned", "stopped"))
    ended = pl.col("said").is_in([DONE, RETURNED, WITHDRAWN, STOPPED])
    checks.append((no_end & ended, said("ended, but no day of the end"), "state"))
    unknown = "the word for its state is not known, and no day of an end is given"
    checks.append((no_end & (pl.col("said") == UNKNOWN_STATE), said(unknown), "state"))
    for code, name in UNIT_COLUMNS:
        checks.append((pl.col(f"{code}_reason").is_not_null(), pl.col(f"{code}_reason"), name))
    if "zone" in rows.columns:
        zone = rows.columns["zone"]
        known = zone.texts.to_frame("zone").select(zone_minutes(pl.col("zone")).is_null()).to_series()
        lost = rows.spread("zone", known & zone.texts.is_not_null()).fill_null(False)
        checks.append((pl.lit(lost), said("this time zone is not known"), "zone"))
    return checks


def refused(frame: pl.DataFrame, rows: Rows) -> pl.DataFrame:
    """The refused rows; the cell that was wrong is kept only where it is a failed date, number or code."""
    wrong = frame["reason"].is_not_null()
    told = frame.filter(wrong).select("row", "column", "reason")
    if told.is_empty():
        return pl.DataFrame(schema=REFUSED)
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
