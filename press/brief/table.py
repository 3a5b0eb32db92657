"""The summary of a commune as CSV and Excel: the figures of its page and of its brief, with all their digits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from display.portraits import summary, summary_words
from display.portraits.summary import Row
from display.words import numbers
from display.words.marks import nature_word, simulated_suffix
from display.words.view import View
from files import sheets
from files.sheets import Figure, Sheet, Shown
from press.share import files
from ranking.tiers import FILLED
from store import units
from store.reference import province_name

HEADERS = (
    "unit_code",
    "name",
    "province",
    "measure",
    "measure_name",
    "basis",
    "series",
    "period",
    "state",
    "value",
    "value_low",
    "value_high",
    "unit",
    "n",
    "target",
    "variation",
    "assurance",
    "rank",
    "rank_low",
    "rank_high",
    "of",
    *FILLED,
    "known",
    "band",
    "peer_rank",
    "peer_of",
    "provisional",
    "quality",
    "captured_at",
    "nature",
)


def csv(view: View, code: str) -> bytes:
    made = sheet(view, code)
    return sheets.to_csv(made.headers, made.rows)


def excel(view: View, code: str) -> bytes:
    return sheets.to_excel(sheet(view, code), files.titles(view))


def file_name(view: View, code: str, ending: str) -> str:
    """`gan-dan_bang-tom-tat_16654.csv`; a simulated one says so in its name."""
    return f"gan-dan_bang-tom-tat_{code}{simulated_suffix(view)}.{ending}"


def sheet(view: View, code: str) -> Sheet:
    """One row per row of `summary.rows`, and notes on what they are."""
    unit = units.known(code)
    place = (code, unit["full_name"], province_name(unit["province_code"]))
    found = summary.rows(view.snapshot, code)
    rows = [(*place, *_row(view, row)) for row in found]
    meanings = {name: view.say(f"column.{name}") for name in HEADERS}
    decimals = [row.measure.decimals for row in found]
    return Sheet(HEADERS, rows, _notes(view, code), decimals, meanings, _shown(view, code, found))


_SHOWN = (
    "measure",
    "unit",
    "period",
    "value",
    "low",
    "high",
    "n",
    "target",
    "band",
    "tier",
    "expected",
    "peers",
    "notes",
)


def _shown(view: View, code: str, found: Sequence[Row]) -> Shown:
    """The summary as the page has it: a row per measure, its figures rounded as there."""
    title = view.say("unit.summary.caption", unit=units.known(code)["full_name"])
    headers = [view.say(f"brief.shown.{name}") for name in _SHOWN]
    return Shown(headers, [_in_words(view, row) for row in found], title, [summary_words.source_line(view, code)])


def _in_words(view: View, row: Row) -> list[str | Figure | None]:
    words, measure = summary_words.row_words(view, row), row.measure
    return [
        words.measure,
        measure.unit.in_language(view.language),
        words.period,
        _figure(row.value, measure.decimals) or words.value,
        _figure(row.low, measure.decimals),
        _figure(row.high, measure.decimals),
        _figure(row.n),
        _figure(row.target, measure.decimals),
        words.band,
        words.place or words.rank,
        _figure(row.standing["expected_rank"]) if row.is_placed else None,
        words.peers,
        "; ".join(words.notes),
    ]


def _figure(value: float | None, decimals: int = 0) -> Figure | None:
    return None if value is None else Figure(float(numbers.rounded(value, decimals)), decimals)


def _row(view: View, row: Row) -> tuple:
    language, measure = view.language, row.measure
    return (
        measure.id,
        measure.short.in_language(language),
        row.basis,
        row.series,
        row.period.id,
        row.state,
        row.value,
        row.low,
        row.high,
        measure.unit.in_language(language),
        row.n,
        row.target,
        row.variation,
        row.assurance,
        row.rank,
        row.rank_low,
        row.rank_high,
        row.of,
        *(_plain(row.standing[name]) for name in FILLED),
        row.place["known"],
        row.band,
        row.peer_rank,
        row.peer_of,
        "yes" if row.provisional else "no",
        row.quality,
        row.captured_at.isoformat() if row.captured_at else None,
        nature_word(view),
    )


def _plain(value: Any) -> Any:
    """A day as text, any other figure as it is."""
    return value.isoformat() if isinstance(value, date) else value


def _notes(view: View, code: str) -> list[tuple[str, str]]:
    say, manifest = view.say, view.snapshot.manifest
    unit = units.known(code)
    nature = say(f"nature.{manifest.nature}", captured=numbers.local_date(manifest.captured_at, view.language))
    return [
        (say("brief.note.unit"), f"{unit['full_name']}, {province_name(unit['province_code'])} ({code})"),
        (say("measure.sources"), summary_words.source_line(view, code)),
        (say("shell.dataset"), f"{nature} · {manifest.id}"),
        (say("download.licence.name"), say("download.licence")),
    ]
