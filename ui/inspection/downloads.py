"""The shortlist as files: CSV and Excel, with its parts in columns of their own."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import polars as pl
import streamlit as st

from display.portraits import reasons
from display.words import numbers
from display.words.view import View
from files import sheets
from files.sheets import Figure, Sheet, Shown
from press.share import files
from press.share.shareable import Listed
from ranking.shortlist import PARTS
from store import reference
from ui.frame import sign_in
from ui.inspection import head
from ui.inspection.choices import Chosen
from ui.parts import share

_SHOWN = (
    *("inspection.place", "table.unit.commune", "brief.plan.province", "inspection.score"),
    *(f"inspection.part.{part}" for part in PARTS),
    *("inspection.why", "inspection.last", "plan.column.km"),
)
_OWN = {"score": "score_total"}
"""Columns whose names mean something else in other tables."""


def downloads(view: View, chosen: Chosen, rows: pl.DataFrame) -> None:
    """The whole filtered list as CSV and as Excel, and what the columns of the bare CSV hold."""
    name = f"gan-dan_kiem-tra_{chosen.scope}_{view.snapshot.manifest.dataset}"
    titles = files.titles(view)
    excel = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    kinds: dict[str, tuple[str, Callable[[], bytes]]] = {
        "csv": ("text/csv", partial(_csv, view, chosen, rows)),
        "xlsx": (excel, partial(_excel, view, chosen, rows, titles)),
        "columns": ("text/csv", partial(files.columns, partial(sheet, view, chosen, rows))),
    }
    with st.container(horizontal=True, gap="small"):
        for ending, (kind, make) in kinds.items():
            file = files.named(name, ending)
            st.download_button(
                view.say(f"download.{ending}"),
                sign_in.noted(view, file, make),
                file,
                kind,
                icon=":material/download:",
                on_click="ignore",
                key=f"shortlist_{ending}",
            )
        share.part(
            view,
            "shortlist",
            {"page": "inspection", "province": chosen.scope},
            head.title(view, chosen.scope),
            lambda: listed(view, rows),
            reading=f"{view.say('inspection.score.about')} {head.known_line(view, chosen)}".strip(),
            sheet=partial(sheet, view, chosen, rows),
        )


def listed(view: View, rows: pl.DataFrame) -> Listed:
    """The list in the page's words."""
    names = ("inspection.place", "table.unit.commune", "inspection.score", "inspection.why")
    body = [
        [
            numbers.number(row["place"], view.language),
            row["name"],
            numbers.number(row["score"], view.language, 1),
            "; ".join(reasons.reasons(view, row)),
        ]
        for row in rows.iter_rows(named=True)
    ]
    return Listed([view.say(name) for name in names], body, frozenset({0, 2}))


def _csv(view: View, chosen: Chosen, rows: pl.DataFrame) -> bytes:
    made = sheet(view, chosen, rows)
    return sheets.to_csv(made.headers, made.rows)


def _excel(view: View, chosen: Chosen, rows: pl.DataFrame, titles: tuple[str, str, str]) -> bytes:
    return sheets.to_excel(sheet(view, chosen, rows), titles)


def sheet(view: View, chosen: Chosen, rows: pl.DataFrame) -> Sheet:
    """The list as on screen, with its parts in columns of their own."""
    headers = ["place", "unit_code", "name", "province", "score", *PARTS, "reasons", "last_visit", "distance_km"]
    nature = "mô phỏng" if view.snapshot.manifest.nature == "simulated" else view.snapshot.manifest.nature
    table = [
        (
            *(row["place"], row["unit_code"], row["name"], reference.scope_name(row["province_code"])),
            *(float(numbers.rounded(row[part], 2)) for part in ("score", *PARTS)),
            "; ".join(reasons.reasons(view, row)),
            row["visited_on"].isoformat() if row["visited_on"] else None,
            None if row["km"] is None else float(numbers.rounded(row["km"], 1)),
            nature,
        )
        for row in rows.iter_rows(named=True)
    ]
    notes = [
        (view.say("filters.scope"), reference.scope_name(chosen.scope) or view.say("scope.country")),
        (view.say("shell.dataset"), f"{view.say(f'dataset.{view.snapshot.manifest.dataset}')}"),
        (view.say("inspection.score"), f"{view.say('inspection.score.about')} {head.known_line(view, chosen)}".strip()),
        (view.say("inspection.km_note.name"), view.say("inspection.km_note")),
    ]
    shown = Shown([view.say(name) for name in _SHOWN], [_shown(view, row) for row in rows.iter_rows(named=True)])
    named = [*headers, "nature"]
    meanings = {name: view.say(f"column.{_OWN.get(name, name)}") for name in named}
    return Sheet(named, table, notes, meanings=meanings, shown=shown)


def _shown(view: View, row: dict) -> list[str | Figure | None]:
    """A row as the page has it; `_SHOWN` are its headings."""
    return [
        Figure(row["place"], 0),
        row["name"],
        reference.scope_name(row["province_code"]),
        *(Figure(float(numbers.rounded(row[part], 1)), 1) for part in ("score", *PARTS)),
        "; ".join(reasons.reasons(view, row)),
        numbers.day(row["visited_on"], view.language) if row["visited_on"] else view.say("inspection.never"),
        None if row["km"] is None else Figure(float(numbers.rounded(row["km"], 1)), 1),
    ]
