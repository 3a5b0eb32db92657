"""Who waits longer, in words: a sentence per kind of communes and for the way of filing, and its fields in a table."""

from __future__ import annotations

import polars as pl

from display.words import numbers
from display.words.text import Speaker
from ranking.dossiers.gaps import ONLINE
from ranking.frame_types import Row
from ranking.waiting_gaps import ALL, FEWEST, FEWEST_UNITS
from store.areas import KINDS

ORDER = (*KINDS, ONLINE)


def sentences(say: Speaker, rows: pl.DataFrame, kind: str) -> list[str]:
    """Whether one group waits longer with the same mix of fields, and in which fields clearly; empty without rows."""
    own = rows.filter(pl.col("kind") == kind)
    whole = next(own.filter(pl.col("field") == ALL).iter_rows(named=True), None)
    if whole is None:
        return []
    named = {"group": say(f"gaps.group.{kind}"), "rest": rest(say, kind)}
    if whole["untold"]:
        return [say("gaps.untold", **named, why=why(say, whole))]
    way = _way(whole)
    low, high = (whole["gap_low"], whole["gap_high"]) if way != "shorter" else (-whole["gap_high"], -whole["gap_low"])
    gap = whole["gap"] if way == "alike" else abs(whole["gap"])
    figures = {"gap": gap, "low": low, "high": high}
    plain = numbers.signed if way == "alike" else numbers.number
    said = [say(f"gaps.{way}", **named, **{name: plain(value, say.language, 1) for name, value in figures.items()})]
    for side in ("longer", "shorter"):
        if fields := _fields(say, own, side):
            said.append(say(f"gaps.fields.{side}", fields=fields))
    return said


def table(say: Speaker, rows: pl.DataFrame, kind: str) -> tuple[list[str], list[list[str]]]:
    """(headings, a line per field): the difference with its range, both means and halves, dossiers of both."""
    own = rows.filter(pl.col("kind") == kind, pl.col("field") != ALL)
    heads = [say(f"gaps.column.{name}") for name in ("field", "gap", "a")]
    heads += [say("gaps.column.b", rest=rest(say, kind)), say("gaps.column.half"), say("gaps.column.n")]
    ordered = own.sort("gap", "field", descending=[True, False], nulls_last=True)
    return heads, [_line(say, row) for row in ordered.iter_rows(named=True)]


def rest(say: Speaker, kind: str) -> str:
    """Whom a group is set against."""
    return say("gaps.rest.online") if kind == ONLINE else say("gaps.rest")


def why(say: Speaker, row: Row) -> str:
    """Why no difference is told."""
    return say(f"gaps.why.{row['untold']}", units=FEWEST_UNITS, least=FEWEST)


def _way(row: Row) -> str:
    if row["gap_low"] > 0:
        return "longer"
    return "shorter" if row["gap_high"] < 0 else "alike"


def _fields(say: Speaker, own: pl.DataFrame, side: str) -> str:
    told = own.filter(pl.col("field") != ALL, pl.col("gap").is_not_null())
    found = [row for row in told.sort(pl.col("gap").abs(), descending=True).iter_rows(named=True) if _way(row) == side]
    return ", ".join(
        say("gaps.field", field=row["field"], gap=numbers.signed(row["gap"], say.language, 1)) for row in found
    )


def _line(say: Speaker, row: Row) -> list[str]:
    def pair(first: float | None, second: float | None) -> str:
        return say("gaps.pair", a=numbers.number(first, say.language), b=numbers.number(second, say.language))

    if row["untold"]:
        middle = [why(say, row), "–", "–"]
    else:
        figures = {
            name: numbers.signed(row[of], say.language, 1)
            for name, of in (("gap", "gap"), ("low", "gap_low"), ("high", "gap_high"))
        }
        means = [numbers.number(row[name], say.language, 1) for name in ("mean_a", "mean_b")]
        middle = [say("gaps.range", **figures), *means]
    return [row["field"], *middle, pair(row["half_a"], row["half_b"]), pair(row["n_a"], row["n_b"])]
