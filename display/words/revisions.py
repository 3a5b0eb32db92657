"""Figures that changed, in words: of what, the old one, the new one, and when."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from display.words import numbers
from display.words.text import Speaker
from ranking.periods import Period
from store import standings
from store.reference import measures
from store.snapshot import Snapshot


def lines(say: Speaker, snapshot: Snapshot, rows: pl.DataFrame, moment: str) -> list[list[str]]:
    """Unit, measure, period, old figure, new figure, and the day of the column `moment`; `rows` have the columns of
    `tables.Revisions`."""
    names = {
        (level, code): name
        for level in ("commune", "province", "department")
        for code, name in standings.unit_names(snapshot, level).select("unit_code", "name").iter_rows()
    }
    return [_line(say, row, names, moment) for row in rows.iter_rows(named=True)]


def _line(say: Speaker, row: Mapping[str, Any], names: Mapping[tuple[str, str], str], moment: str) -> list[str]:
    measure = measures().get(row["measure"])
    return [
        names.get((row["level"], row["unit_code"]), row["unit_code"]),
        measure.short.in_language(say.language) if measure else row["measure"],
        numbers.period(Period(row["period_start"], row["period_end"], row["period_kind"]), say.language),
        _figure(say, row, "old"),
        _figure(say, row, "new"),
        numbers.local_date(row[moment], say.language),
    ]


def _figure(say: Speaker, row: Mapping[str, Any], when: str) -> str:
    """`90/100`, a score, or the state in words where there is no figure."""
    numerator, denominator, score = (row[f"{when}_{name}"] for name in ("numerator", "denominator", "score"))
    if score is not None:
        return numbers.number(score, say.language, 2)
    if numerator is None:
        return say(f"state.{row[f'{when}_state']}")
    parts = [numerator] if denominator is None else [numerator, denominator]
    return "/".join(numbers.number(part, say.language, 0 if part % 1 == 0 else 1) for part in parts)
