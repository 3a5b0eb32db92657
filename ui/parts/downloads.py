"""The ranking as files: CSV, Excel with its filters named, and a zip that explains itself."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial

import polars as pl
import streamlit as st

from display.words import marks, numbers, rankings
from display.words.marks import nature_word
from display.words.selection import Selection
from display.words.view import View
from files import sheets
from files.sheets import Sheet
from press import ranking_list, ranking_sheet
from press.share import files
from press.share import rankings as shared_rankings
from ranking.states import SUPPRESSED
from store.reference import scope_name
from ui.frame import sign_in
from ui.parts import share

_PLAIN = (
    "unit_code",
    "name",
    "kind",
    "province_code",
    "rank",
    "rank_low",
    "rank_high",
    "of",
    "value",
    "value_low",
    "value_high",
    "band",
    "tier",
    "expected_rank",
    "likely_low",
    "likely_high",
    "p_first",
    "p_last",
    "window_start",
    "rho",
    "known",
    "bond",
    "numerator",
    "denominator",
    "score",
    "max_score",
    "received",
    "state",
    "provisional",
    "quality",
    "petitions",
    "without",
    "rank_without",
    "adjusted",
    "adjusted_low",
    "adjusted_high",
    "rank_adjusted",
    "of_adjusted",
    "depends",
    "mix",
    "own",
    "untold",
    "procedures",
    "n_others",
    "share_others",
    "rank_others",
    "of_others",
    "peer_rank",
    "peer_of",
    "previous_rank",
    "movement_own",
    "movement_others",
    "movement_membership",
    "change",
    "clear",
    "expected_before",
    "expected_now",
    "expected_own",
    "expected_others",
    "expected_membership",
)


def buttons(view: View, selection: Selection, rows: pl.DataFrame, filters: list[tuple[str, str]]) -> None:
    """A button per file: three tables, what the columns of the bare one hold, and the sheets to print of a list that
    paper can hold. A file is made only when its button is pressed."""
    name = f"gan-dan_{selection.measure.id}_{selection.level}_{selection.scope}_{selection.period.id}"
    content = partial(sheet, view, selection, rows, filters)
    kinds = {
        "csv": ("text/csv", partial(_csv, content)),
        "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", partial(_excel, view, content)),
        "zip": ("application/zip", partial(_zip, view, selection, content, name)),
        "columns": ("text/csv", partial(files.columns, content)),
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
                key=f"download_{ending}",
            )
        for paper in ranking_sheet.papers(rows):
            printed = ranking_sheet.file_name(view, selection, paper)
            made = partial(ranking_sheet.pdf, view, selection, rows, paper, str(st.context.url or ""))
            st.download_button(
                view.say("sheet.download", paper=paper.upper()),
                sign_in.noted(view, printed, made),
                printed,
                "application/pdf",
                icon=":material/print:",
                on_click="ignore",
                key=f"sheet_{paper}",
            )


def share_picture(
    view: View, selection: Selection, rows: pl.DataFrame, found: pl.DataFrame, mine: Collection[str]
) -> None:
    """The control beside the picture of likely ranks; `found` and `mine` as the picture takes them."""
    content = partial(sheet, view, selection, rows, [])
    own = [code for code in mine if code]
    share.control(view, "picture", partial(shared_rankings.of_picture, view, selection, rows, found, own, content))


def sheet(view: View, selection: Selection, rows: pl.DataFrame, filters: list[tuple[str, str]]) -> Sheet:
    """The rows on screen with all that is known of them, and notes on what they are."""
    columns = [name for name in _PLAIN if name in rows.columns]
    fixed = {
        "measure": selection.measure.id,
        "basis": selection.basis,
        "series": selection.series,
        "period": selection.period.id,
        "scope": selection.scope,
        "nature": nature_word(view),
    }
    table = [(*row, *fixed.values()) for row in rows.select(columns).iter_rows()]
    decimals, told = [selection.measure.decimals] * len(table), notes(view, selection, rows, filters)
    headers = [*columns, *fixed]
    meanings = {name: view.say(f"column.{name}") for name in headers}
    return Sheet(headers, table, told, decimals, meanings, ranking_list.shown(view, selection, rows))


def notes(
    view: View, selection: Selection, rows: pl.DataFrame, filters: list[tuple[str, str]]
) -> list[tuple[str, str]]:
    """What the table shows, where it comes from, how it was filtered and how to read it."""
    say, measure, language = view.say, selection.measure, view.language
    place = scope_name(selection.scope) or say("scope.country")
    rest = [(say("measure.caveats"), text.in_language(language)) for text in measure.caveats]
    manifest = view.snapshot.manifest
    return [
        (say("filters.measure"), measure.name.in_language(language)),
        (say("measure.meaning"), measure.meaning.in_language(language)),
        (say("filters.scope"), place),
        (say("filters.period"), numbers.period(selection.period, language)),
        (say("download.rows"), numbers.number(rows.height, language)),
        *filters,
        (say("measure.sources"), rankings.source_line(view, selection, rows)),
        (say("shell.dataset"), f"{say(f'dataset.{manifest.dataset}')} · {manifest.id}"),
        (say("download.licence.name"), say("download.licence")),
        *rest,
        *([(say("state.suppressed"), marks.withheld_words(say))] if _withheld(rows) else []),
    ]


def _withheld(rows: pl.DataFrame) -> bool:
    return SUPPRESSED in rows.get_column("state")


def _csv(content: partial[Sheet]) -> bytes:
    made = content()
    return sheets.to_csv(made.headers, made.rows)


def _excel(view: View, content: partial[Sheet]) -> bytes:
    return sheets.to_excel(content(), files.titles(view))


def _zip(view: View, selection: Selection, content: partial[Sheet], name: str) -> bytes:
    made, manifest = content(), view.snapshot.manifest
    metadata = {
        "measure": selection.measure.model_dump(mode="json"),
        "period": {"start": selection.period.start, "end": selection.period.end, "kind": selection.period.kind},
        "scope": selection.scope,
        "basis": selection.basis,
        "series": selection.series,
        "nature": nature_word(view),
        "snapshot": manifest.id,
        "captured_at": manifest.captured_at,
        "sources": manifest.sources,
        "columns": [{"name": name, "meaning": meaning} for name, meaning in sheets.explained(made)],
        "notes": [{"name": name, "text": text} for name, text in made.notes],
        "licence": "CC-BY-4.0",
    }
    return sheets.to_zip(made, metadata, files.readme(made), name)
