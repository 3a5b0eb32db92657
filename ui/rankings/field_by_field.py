"""Units side by side field by field, and whether their work is too unlike to compare them as a whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from display.words import addresses, numbers
from display.words.selection import Selection
from display.words.view import View
from ranking.mix_distance import MOST, unlike
from store import case_mix
from ui.frame import html
from ui.parts import tables

FEWEST = 30
"""With fewer dossiers a share of a field is not told."""


def section(view: View, selection: Selection, units: Sequence[str], names: Mapping[str, str]) -> None:
    """A sentence and a table for the on-time shares whose figures the reader may see by field; else nothing."""
    where = (selection.level, selection.measure.id, selection.basis, selection.period, selection.scope)
    rows = case_mix.by_field(view.snapshot, *where, units)
    distance = unlike(rows)
    if distance is None:
        return
    share = numbers.number(100 * distance, view.language)
    html.caption(view.say("compare.unlike" if distance > MOST else "compare.alike", share=share))
    short = selection.measure.short.in_language(view.language)
    title = view.say("compare.fields", measure=short)
    headings = [view.say("wait.column.field"), *(names[code] for code in units)]
    figures = {(row["unit_code"], row["field"]): row for row in rows.iter_rows(named=True)}
    lines = [[field, *(_cell(view, figures.get((code, field))) for code in units)] for field in _fields(rows)]
    page = {"page": "rankings", **addresses.choices(view, selection), "units": ",".join(units)}
    tables.shared_table(view, "compared_fields", page, headings, lines, title, range(1, len(headings)))
    html.caption(view.say("compare.fields.note", least=FEWEST))


def _fields(rows: pl.DataFrame) -> list[str]:
    """The most dossiers first."""
    sizes = (
        rows.group_by("field").agg(pl.col("denominator").sum()).sort("denominator", "field", descending=[True, False])
    )
    return sizes["field"].to_list()


def _cell(view: View, row: Mapping[str, float] | None) -> str:
    if row is None:
        return "–"
    n = numbers.number(row["denominator"], view.language)
    if row["denominator"] < FEWEST:
        return view.say("compare.fields.few", n=n)
    value = numbers.number(100 * row["numerator"] / row["denominator"], view.language, 1)
    return view.say("compare.fields.cell", value=value, n=n)
