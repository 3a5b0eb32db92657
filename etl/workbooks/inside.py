"""Runs in the box (`etl.workbooks.box`): from a workbook's bytes to its visible sheets, or why it is not read."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal
from xml.etree import ElementTree

from etl.workbooks.computed import computed_cells, never_calculated
from etl.workbooks.guard import ole_trouble, zip_trouble
from etl.workbooks.kinds import ZIP, is_workbook
from etl.workbooks.loaded import ERRORS, Loaded, is_fraction
from etl.workbooks.ole import records
from etl.workbooks.outline import Outline
from etl.workbooks.sheet_biff import counts_from_1904, outlines
from etl.workbooks.sheet_xml import TooLarge, outline, read_whole
from etl.workbooks.web_page import grid

if TYPE_CHECKING:
    pass

UNCALCULATED = "#UNCALCULATED"
_RELATIONS = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_STRICT_RELATIONS = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"


@dataclass(frozen=True)
class Limits:
    """How much a workbook may be: cells that a sheet spans, bytes of its XML and of all parts.

    `fractions`: whether numbers with a fraction are told from texts that look like one.
    """

    cells: int
    sheet_bytes: int
    unpacked: int
    fractions: bool

    def plain(self) -> dict[str, Any]:
        return asdict(self)


class Refused(ValueError):
    """Why a workbook is not read, in words for a person."""


def answer(content: bytes, limits: Limits) -> tuple[dict[str, Any], list[bytes]]:
    """(what is known of the sheets, the cells of each visible one with content as an Arrow stream of texts)."""
    if not is_workbook(content):
        return _page(content)
    if trouble := zip_trouble(content, limits.unpacked) if content.startswith(ZIP) else ole_trouble(content):
        raise Refused(trouble)
    states = _outlined(content, limits)
    hidden = [name for name, (state, _) in states.items() if state != "visible"]
    tables, more = _tables(content, {name: found for name, (_, found) in states.items()}, hidden)
    outlines_of = {name: states[name][1] if name in states else Outline() for name in tables}
    computed = computed_cells(tables, outlines_of, never_calculated(content, states))
    sheets = []
    for name, table in tables.items():
        found = outlines_of[name]
        cells, uncalculated = computed.get(name, ({}, []))
        marks = [[row, column + found.left, text] for row, column, text in table.errors]
        sheets.append(
            {
                "name": name,
                "left": found.left,
                "marks": marks + [[*place, UNCALCULATED] for place in uncalculated],
                "computed": [[*place, text] for place, text in cells.items()],
                "told": [[*place] for place in cells if (found.formulas[place] or ("",))[0] != "blank"],
                "fractions": [[r, c + found.left] for r, c in (table.fractions() if limits.fractions else [])]
                + [[*place] for place, text in cells.items() if is_fraction(text)],
                "hidden_rows": _runs(found.hidden_rows, found.bottom),
                "hidden_columns": _runs(found.hidden_columns, found.right),
                "merged": found.merged,
            }
        )
    known = {"sheets": sheets, "hidden": hidden + more, "from_1904": _is_from_1904(content)}
    return known, [table.packed() for table in tables.values()]


def _page(content: bytes) -> tuple[dict[str, Any], list[bytes]]:
    import pyarrow

    rows = grid(content)
    columns = [pyarrow.array(list(column), pyarrow.string()) for column in zip(*rows, strict=True)] if rows else []
    table = Loaded(pyarrow.table(columns, names=[str(n) for n in range(len(columns))]), [], None)
    sheet = {"name": "1", "left": 0, "marks": [], "computed": [], "told": [], "fractions": [], "merged": []}
    sheets = [sheet | {"hidden_rows": [], "hidden_columns": []}]
    return {"sheets": sheets, "hidden": [], "from_1904": False}, [table.packed()]


# What the sheets claim to span, before any is loaded


def _outlined(content: bytes, limits: Limits) -> dict[str, tuple[str, Outline]]:
    if content.startswith(ZIP):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            found = dict(_xml_outlines(archive, limits))
    else:
        found = outlines(records(content))
    for name, (state, one) in found.items():
        if state == "visible" and (trouble := one.trouble(limits.cells)):
            raise Refused(f"sheet {name!r} {trouble}")
    return found


def _xml_outlines(archive: zipfile.ZipFile, limits: Limits) -> Iterator[tuple[str, tuple[str, Outline]]]:
    for name, state, part in _parts(archive):
        found = Outline()
        if state == "visible":
            try:
                with archive.open(part) as file:
                    found, whole = outline(file, limits.sheet_bytes)
            except TooLarge:
                raise Refused(
                    f"sheet {name!r} unfolds to over {limits.sheet_bytes / 1e6:.0f} MB; in Excel, delete the empty "
                    "rows and columns behind the table and save it again"
                ) from None
            if whole and found.trouble(limits.cells) is None:
                with archive.open(part) as file:
                    read_whole(file, found)
        yield name, (state, found)


def _is_from_1904(content: bytes) -> bool:
    """Whether the workbook counts days from 1904, as Excel for Macintosh did, and not from 1900."""
    if not content.startswith(ZIP):
        return counts_from_1904(records(content))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = {name.lower(): name for name in archive.namelist()}
        book = ElementTree.fromstring(archive.read(names["xl/workbook.xml"]))
    said = [part.get("date1904", "0") for part in book.iter() if part.tag.rpartition("}")[2] == "workbookPr"]
    return any(word.lower() in ("1", "true") for word in said)


def _parts(archive: zipfile.ZipFile) -> Iterator[tuple[str, str, str]]:
    """(name, state, part of the archive) of each sheet."""
    names = {name.lower(): name for name in archive.namelist()}
    book = ElementTree.fromstring(archive.read(names["xl/workbook.xml"]))
    links = ElementTree.fromstring(archive.read(names["xl/_rels/workbook.xml.rels"]))
    targets = {link.get("Id"): link.get("Target", "") for link in links}
    for sheet in book.iter():
        if sheet.tag.rpartition("}")[2] != "sheet":
            continue
        target = targets.get(sheet.get(_RELATIONS) or sheet.get(_STRICT_RELATIONS), "")
        part = target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
        if part.lower() in names and "worksheets" in part.lower():
            yield sheet.get("name", ""), sheet.get("state", "visible").lower(), names[part.lower()]


# Values


def _tables(content: bytes, found: Mapping[str, Outline], hidden: list[str]) -> tuple[dict[str, Loaded], list[str]]:
    """(the visible sheets that may hold something, hidden ones that were not known as such)."""
    # Imported here, so that the process of the command line never loads the library.
    import fastexcel
    import pyarrow

    reader = fastexcel.read_excel(content)
    tables, more = {}, []
    for name in reader.sheet_names:
        if name in hidden or (name in found and found[name].top is None and not found[name].formulas):
            continue

        def load(dtypes: Literal["string", "int"], name: str = name) -> fastexcel.ExcelSheet:
            return reader.load_sheet(name, header_row=None, skip_rows=0, whitespace_as_null=True, dtypes=dtypes)

        sheet = load("string")
        if sheet.visible != "visible":
            more.append(name)
            continue
        batch, errors = sheet.to_arrow_with_errors() if sheet.width else (pyarrow.record_batch([]), None)
        told = [(*error.offset_position, _error(error.detail)) for error in (errors.errors if errors else [])]
        tables[name] = Loaded(pyarrow.Table.from_batches([batch]), told, load)
        if name in found and sheet.width not in (0, found[name].width):
            _correct(content, name, found[name])
    return tables, more


def _correct(content: bytes, name: str, found: Outline) -> None:
    """The library leaves out cells at the edge that hold nothing in the end: look tag by tag where the table begins."""
    if content.startswith(ZIP):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for other, _, part in _parts(archive):
                if other == name:
                    with archive.open(part) as file:
                        read_whole(file, found)


def _error(detail: str) -> str:
    found = re.search(r"Error\((\w+)\)", detail)
    return ERRORS.get(found[1], "#N/A") if found else "#N/A"


def _runs(numbers: set[int], last: int) -> list[list[int]]:
    """Numbers up to the last used one as first and last of each run, from 1."""
    runs: list[list[int]] = []
    for number in sorted(n + 1 for n in numbers if n <= last):
        if runs and runs[-1][1] == number - 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return runs
