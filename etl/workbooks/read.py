"""Workbooks for every importer: the visible sheets with all their cells, and what is hidden in them.

First `kinds` looks at the file's beginning. Then `box` opens it in a process apart, where `guard` looks at its list of
parts and `inside` at what each sheet claims to span, before a library reads its cells.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from etl.workbooks import box
from etl.workbooks.formulas import address
from etl.workbooks.inside import UNCALCULATED, Limits
from etl.workbooks.kinds import OLE, is_web_page, is_workbook, no_workbook, other_nature
from etl.workbooks.outline import Area
from files.faults import BadInput

__all__ = ["DOSSIERS", "FORM", "UNCALCULATED", "Purpose", "Sheet", "Workbook", "read_workbook"]

NAMED_MAX = 8
# A locked .xlsx lies whole in one stream of this name; a locked .xls says so in the record after its first.
_LOCK = re.compile(
    "EncryptedPackage".encode("utf-16-le") + rb"|\x09\x08\x10\x00\x00\x06\x05\x00.{12}(?:\x86\x00\x00\x00)?\x2f\x00",
    re.S,
)


@dataclass(frozen=True)
class Purpose:
    """What is read, which says how much it may be: bytes of the file, and the box it is opened in."""

    what: str
    bytes: int
    memory: int
    seconds: int
    limits: Limits


FORM = Purpose("a form II.06", 50_000_000, 1 << 30, 30, Limits(5_000_000, 32_000_000, 300_000_000, True))
"""Read beside the app too, where a replica has 2 GB."""
DOSSIERS = Purpose("an export", 300_000_000, 3 << 30, 300, Limits(80_000_000, 4_000_000_000, 4_000_000_000, False))
"""Read by a command of its own only, which has 6 GB."""


@dataclass(frozen=True)
class Sheet:
    """One visible sheet with content: row n of `cells` is Excel's row n + 1, its first column is A; all texts.

    A number stands as its digits with a point; those with a fraction are named in `fractions`, so that the number 1.234
    isn't taken for the text "1.234". An error of Excel stands as its name, such as `#REF!`, and a formula that nobody
    has calculated as `UNCALCULATED`. `computed`: the addresses of plain sums that were worked out here, but for
    those of our own template. Hidden rows and columns are read like others; `hidden` has a remark for each kind.
    """

    name: str
    cells: pl.DataFrame
    fractions: frozenset[tuple[int, int]] = frozenset()
    computed: list[str] = field(default_factory=list)
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    hidden: list[str] = field(default_factory=list)
    merged: list[Area] = field(default_factory=list)


@dataclass(frozen=True)
class Workbook:
    """The visible sheets that hold something, and the names of those that are hidden.

    `from_1904`: whether a number that stands for a day counts from 1904 and not from 1900; a cell that is formatted as
    a day is read as that day in either.
    """

    sheets: list[Sheet]
    hidden: list[str]
    from_1904: bool = False


def read_workbook(path: Path, purpose: Purpose = FORM) -> Workbook:
    """The sheets of an .xls, an .xlsx, or a web page with such a name, whatever the name says.

    Raises BadInput where the file is missing, no workbook, damaged, locked with a password, empty, or would take more
    than `purpose` allows; never with words of its content.
    """
    _recognise(path, purpose)
    try:
        known, parts = box.read_apart(path, purpose.limits, memory=purpose.memory, seconds=purpose.seconds)
        sheets = [_sheet(one, part) for one, part in zip(known["sheets"], parts, strict=True)]
    except box.Failed as error:
        raise BadInput(path.name, str(error)) from None
    sheets = [sheet for sheet in sheets if sheet.cells.height and sheet.cells.width]
    if not sheets:
        raise BadInput(path.name, "the workbook is empty: no visible sheet has anything in it")
    return Workbook(sheets, known["hidden"], known["from_1904"])


def _recognise(path: Path, purpose: Purpose) -> None:
    """BadInput where the first bytes, or the archive's list of parts, show that the file is not to be opened."""
    try:
        size = path.stat().st_size
        content = path.read_bytes() if size <= purpose.bytes else b""
    except OSError as error:
        raise BadInput(path.name, f"cannot be opened: {error.strerror}") from None
    if size > purpose.bytes:
        raise BadInput(path.name, f"has {size / 1e6:.0f} MB; {purpose.what} has less than {purpose.bytes / 1e6:.0f}")
    if not content:
        raise BadInput(path.name, "the file is empty (0 bytes)")
    if content.startswith(OLE) and _LOCK.search(content):
        raise BadInput(path.name, "is locked with a password; save a copy without one")
    if is_workbook(content):
        return
    if (nature := other_nature(content)) or not is_web_page(content):
        raise BadInput(path.name, no_workbook(nature or "a text or other file with an Excel name"))


def _sheet(known: dict[str, Any], part: bytes) -> Sheet:
    # Series by series: a workbook may have hundreds of small sheets, and each query of a frame takes its time.
    columns = [column.cast(pl.String) for column in pl.read_ipc_stream(io.BytesIO(part)).get_columns()] if part else []
    height = columns[0].len() if columns else 0
    before = [
        pl.Series([None], dtype=pl.String).new_from_index(0, height) for _ in range(known["left"] if columns else 0)
    ]
    cells = pl.DataFrame([column.alias(str(n)) for n, column in enumerate([*before, *columns])])
    marks = known["marks"] + known["computed"]
    return Sheet(
        known["name"],
        _with(cells, marks),
        frozenset((row, column) for row, column in known["fractions"]),
        [address(row, column) for row, column in known["told"]],
        frozenset(n - 1 for first, last in known["hidden_rows"] for n in range(first, last + 1)),
        frozenset(n - 1 for first, last in known["hidden_columns"] for n in range(first, last + 1)),
        list(_hidden(known)),
        [(top, left, bottom, right) for top, left, bottom, right in known["merged"]],
    )


def _with(cells: pl.DataFrame, marks: list[tuple[int, int, str]]) -> pl.DataFrame:
    """The cells with some of them replaced; what lies behind the last row or column widens the table."""
    if not marks:
        return cells
    width, height = max(column for _, column, _ in marks) + 1, max(row for row, _, _ in marks) + 1
    if height > cells.height:
        more = pl.DataFrame({name: [None] * (height - cells.height) for name in cells.columns}, schema=cells.schema)
        cells = pl.concat([cells, more])
    cells = cells.with_columns(pl.lit(None, pl.String).alias(str(n)) for n in range(cells.width, width))
    by_column: dict[int, dict[int, str]] = {}
    for row, column, text in marks:
        by_column.setdefault(column, {})[row] = text
    changed = []
    for column, texts in by_column.items():
        rows = pl.Series([*texts], dtype=pl.UInt32)
        changed.append(cells[str(column)].scatter(rows, pl.Series([*texts.values()], dtype=pl.String)))
    return cells.with_columns(changed)


def _hidden(known: dict[str, Any]) -> list[str]:
    told = []
    for what, runs in (("rows", known["hidden_rows"]), ("columns", known["hidden_columns"])):
        if runs:
            letters = [[n if what == "rows" else address(0, n - 1)[:-1] for n in run] for run in runs[:NAMED_MAX]]
            named = ", ".join(str(a) if a == b else f"{a}–{b}" for a, b in letters)
            told.append(f"{what} {named}{' and more' if len(runs) > NAMED_MAX else ''} are hidden; they were read")
    return told
