"""The shortlist as files: CSV and Excel, with its parts in columns of their own."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import polars as pl
import streamlit as st

from display.words import numbers
from display.words.view import View
from files import sheets
from files.sheets import Sheet
from ranking.shortlist import PARTS
from store import reference
from ui.frame import sign_in
from ui.inspection import candidates, head
from ui.inspection.choices import Chosen


def downloads(view: View, chosen: Chosen, rows: pl.DataFrame) -> None:
    """The whole filtered list as CSV and as Excel."""
    name = f"gan-dan_kiem-tra_{chosen.scope}_{view.snapshot.manifest.dataset}"
    titles = (view.say("inspection.list"), view.say("download.sheet.about"))
    excel = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    files: dict[str, tuple[str, Callable[[], bytes]]] = {
        "csv": ("text/csv", partial(_csv, view, chosen, rows)),
        "xlsx": (excel, partial(_excel, view, chosen, rows, titles)),
    }
    with st.container(horizontal=True, gap="small"):
        for ending, (kind, make) in files.items():
            content = sign_in.noted(view, f"{name}.{ending}", make)
            st.download_button(
                view.say(f"download.{ending}"),
                content,
                f"{name}.{ending}",
                kind,
                icon=":material/download:",
                on_click="ignore",
                key=f"shortlist_{ending}",
            )


def _csv(view: View, chosen: Chosen, rows: pl.DataFrame) -> bytes:
    made = sheet(view, chosen, rows)
    return sheets.to_csv(made.headers, made.rows)


def _excel(view: View, chosen: Chosen, rows: pl.DataFrame, titles: tuple[str, str]) -> bytes:
    return sheets.to_excel(sheet(view, chosen, rows), titles)


def sheet(view: View, chosen: Chosen, rows: pl.DataFrame) -> Sheet:
    """The list as on screen, with its parts in columns of their own."""
    headers = ["place", "unit_code", "name", "province", "score", *PARTS, "reasons", "last_visit", "distance_km"]
    nature = "mô phỏng" if view.snapshot.manifest.nature == "simulated" else view.snapshot.manifest.nature
    table = [
        (
            *(row["place"], row["unit_code"], row["name"], reference.scope_name(row["province_code"])),
            *(float(numbers.rounded(row[part], 2)) for part in ("score", *PARTS)),
            "; ".join(candidates.reasons(view, row)),
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
    return Sheet([*headers, "nature"], table, notes)
