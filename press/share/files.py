"""The files of one chart or table: what each is called, and what makes it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from display.words import numbers
from display.words.marks import nature_word
from display.words.text import texts
from display.words.view import View
from files import sheets
from files.sheets import Figure, Sheet, Shown
from press.share import paper, picture, words
from press.share.shareable import Listed, Shared

TYPES = {
    "png": "image/png",
    "svg": "image/svg+xml",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "zip": "application/zip",
    "pdf": "application/pdf",
}
"""By the ending of a file."""
WIDE, PHONE, TABLES = ("png", "double_png", "svg", "double_svg"), ("phone_png", "phone_svg"), ("xlsx", "zip")
PICTURES = (*WIDE, *PHONE)
PRINTED = ("small_pdf", "large_pdf")
"""On A4 and on A3."""
NAMES = (*PICTURES, *PRINTED, *TABLES)
_NUMBER = re.compile(r"([-−]?[0-9]+(?:[.,][0-9]+)*)(?:\s?(%))?")


def file_name(view: View, shared: Shared, name: str) -> str:
    """`gan-dan_rankings_on_time_share_38_2026-08.png`; at twice the size `…_2x.png`, for phones `…_1080x1350.png`."""
    form, _, ending = name.rpartition("_")
    suffix = {"double": "_2x", "phone": "_1080x1350", "small": "_a4", "large": "_a3"}.get(form, "")
    return f"{words.file_stem(view, shared)}{suffix}.{ending}"


def made(view: View, shared: Shared, name: str, at: str = "") -> bytes:
    """One of the files; `name`: one of `NAMES`; `at`: the address of any page of the app, for the foot of paper."""
    makers: dict[str, Callable[[View, Shared], bytes]] = {"xlsx": excel, "zip": package}
    if name in makers:
        return makers[name](view, shared)
    form, _, ending = name.rpartition("_")
    if ending == "pdf":
        return paper.pdf(view, shared, "a3" if form == "large" else "a4", at)
    drawn = picture.picture(view, shared, picture.PHONE if form == "phone" else picture.WIDE)
    scale = 2 if form == "double" else 1
    return drawn.png(scale) if ending == "png" else drawn.svg(scale).encode("utf-8")


def excel(view: View, shared: Shared) -> bytes:
    """The table as the page has it, the raw columns, and what each of them holds."""
    return sheets.to_excel(sheet_of(view, shared), titles(view))


def package(view: View, shared: Shared) -> bytes:
    """The raw columns as CSV with their companions: what it is of, what each column holds."""
    made, manifest = sheet_of(view, shared), view.snapshot.manifest
    metadata = {
        "title": shared.title,
        "finding": shared.finding,
        "source": shared.source,
        "nature": nature_word(view),
        "snapshot": manifest.id,
        "captured_at": manifest.captured_at,
        "sources": manifest.sources,
        "columns": [{"name": name, "meaning": meaning} for name, meaning in sheets.explained(made)],
        "licence": "CC-BY-4.0",
    }
    return sheets.to_zip(made, metadata, readme(made), words.file_stem(view, shared))


def columns(content: Callable[[], Sheet]) -> bytes:
    """The companion of a bare CSV: a row for each of its columns with what that holds."""
    return sheets.to_csv(["column", "meaning"], sheets.explained(content()))


def named(stem: str, kind: str) -> str:
    """`gan-dan_….csv` of the kind `csv`; its companion, of the kind `columns`, is `gan-dan_…_columns.csv`."""
    return f"{stem}_columns.csv" if kind == "columns" else f"{stem}.{kind}"


def readme(sheet: Sheet) -> str:
    """Notes and columns as plain text, a line each."""
    lines = [*sheet.notes, *((f"  {name}", meaning) for name, meaning in sheets.explained(sheet))]
    return "".join(f"{name}: {text}\n" for name, text in lines)


def titles(view: View) -> tuple[str, str, str]:
    """The names of a workbook's sheets."""
    names = ("shown", "raw", "about")
    shown, raw, about = (view.say(f"download.sheet.{name}") for name in names)
    return shown, raw, about


def sheet_of(view: View, shared: Shared) -> Sheet:
    """The sheet of its own where there is one, else its table beside the figures that it is made of."""
    if shared.sheet is not None:
        return shared.sheet()
    raw = shared.raw() if shared.raw else None
    shown = shown_of(view, shared, shared.listed)
    if raw is None:
        known = [f"column_{number}" for number in range(1, len(shown.headers) + 1)]
        plain = [[cell.value if isinstance(cell, Figure) else cell for cell in row] for row in shown.rows]
        told = dict(zip(known, shown.headers, strict=True))
        return Sheet(known, plain, notes(view, shared), meanings=told, shown=shown)
    told = explained(view, raw.columns)
    rows = [(*row, nature_word(view)) for row in raw.select(list(told)).iter_rows()]
    told |= explained(view, ["nature"])
    return Sheet(list(told), list(map(_plain, rows)), notes(view, shared), meanings=told, shown=shown)


def explained(view: View, columns: Iterable[str]) -> dict[str, str]:
    """What columns hold, by name; those that no text explains are left out, so no file has an unexplained one."""
    return {name: view.say(f"column.{name}") for name in columns if f"column.{name}" in texts()}


def notes(view: View, shared: Shared) -> list[tuple[str, str]]:
    """What the table is of and how it is read."""
    say, manifest = view.say, view.snapshot.manifest
    told = [
        (say("share.note.title"), shared.title),
        (say("share.note.finding"), shared.finding),
        (say("share.note.reading"), shared.reading),
        (say("measure.sources"), shared.source),
        (say("shell.dataset"), f"{say(f'dataset.{manifest.dataset}')} · {manifest.id}"),
        (say("download.licence.name"), say("download.licence")),
    ]
    return [(name, text) for name, text in told if text]


def shown_of(view: View, shared: Shared, listed: Listed) -> Shown:
    """The page's table with its figures as numbers: a unit that a whole column shares stands in the heading."""
    columns = [
        _column(view, listed.headers[n], [row[n] for row in listed.rows], is_figure=n in listed.figures)
        for n in range(len(listed.headers))
    ]
    rows = list(zip(*(cells for _, cells in columns), strict=True)) if listed.rows else []
    lines = [line for line in (shared.finding, shared.source, picture.snapshot_line(view)) if line]
    return Shown([header for header, _ in columns], rows, shared.title, lines)


def _column(view: View, header: str, texts: Sequence[str], *, is_figure: bool) -> tuple[str, list[str | Figure | None]]:
    if not is_figure:
        return header, list(texts)
    read = [_figure(text, view.language) for text in texts]
    units = {unit for found in read if found for unit in found[1:]}
    if len(units) > 1:
        return header, list(texts)
    cells: list[str | Figure | None] = [
        found[0] if found else None if text == numbers.MISSING else text
        for found, text in zip(read, texts, strict=True)
    ]
    unit = "".join(units)
    return (f"{header} ({unit})" if unit and unit not in header else header), cells


def _figure(text: str, language: str) -> tuple[Figure, str] | None:
    """A figure and its unit as a page writes them (`numbers.number`), read back; None for any other text."""
    found = _NUMBER.fullmatch(text.replace("\u00a0", " ").strip())
    if not found:
        return None
    thousands, point = (".", ",") if language == "vi" else (",", ".")
    digits = found[1].replace("−", "-").replace(thousands, "")
    whole, _, part = digits.partition(point)
    return Figure(float(f"{whole}.{part or 0}"), len(part)), found[2] or ""


def _plain(row: Sequence[object]) -> list[object]:
    """Days and moments as text, yes and no as words; other cells as they are."""
    return [_cell(value) for value in row]


def _cell(value: object) -> object:
    if isinstance(value, bool):
        return "yes" if value else "no"
    stamp = getattr(value, "isoformat", None)
    return stamp() if stamp else value
