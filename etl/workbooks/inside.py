"""Runs in the box (`etl.workbooks.box`): from a workbook's bytes to its visible sheets, or why it is not read."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal
from xml.etree import ElementTree

from etl.workbooks.formulas import Calculation, Node, NotPlain, Place
from etl.workbooks.guard import ole_trouble, zip_trouble
from etl.workbooks.kinds import ZIP, is_workbook
from etl.workbooks.ole import records
from etl.workbooks.outline import Outline
from etl.workbooks.sheet_biff import outlines
from etl.workbooks.sheet_xml import TooLarge, outline, read_whole
from etl.workbooks.web_page import grid

if TYPE_CHECKING:
    import pyarrow

UNCALCULATED = "#UNCALCULATED"
_ERRORS = {
    "Div0": "#DIV/0!", "NA": "#N/A", "Name": "#NAME?", "Null": "#NULL!", "Num": "#NUM!", "Ref": "#REF!",
    "Value": "#VALUE!",
}  # fmt: skip
_RELATIONS = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_STRICT_RELATIONS = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"
_FRACTION = re.compile(r"-?[0-9]+\.[0-9]+")


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
    computed = _computed(tables, outlines_of, _never(content, states))
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
                "fractions": [[r, c + found.left] for r, c in table.fractions(limits)]
                + [[*place] for place, text in cells.items() if _is_fraction(text)],
                "hidden_rows": _runs(found.hidden_rows, found.bottom),
                "hidden_columns": _runs(found.hidden_columns, found.right),
                "merged": found.merged,
            }
        )
    return {"sheets": sheets, "hidden": hidden + more}, [table.packed() for table in tables.values()]


def _page(content: bytes) -> tuple[dict[str, Any], list[bytes]]:
    import pyarrow

    rows = grid(content)
    columns = [pyarrow.array(list(column), pyarrow.string()) for column in zip(*rows, strict=True)] if rows else []
    table = _Table(pyarrow.table(columns, names=[str(n) for n in range(len(columns))]), [], None)
    sheet = {"name": "1", "left": 0, "marks": [], "computed": [], "told": [], "fractions": [], "merged": []}
    return {"sheets": [sheet | {"hidden_rows": [], "hidden_columns": []}], "hidden": []}, [table.packed()]


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


@dataclass
class _Table:
    """A sheet as the library gives it: texts, the errors of Excel (row, column, which), and the sheet itself."""

    cells: pyarrow.Table
    errors: list[tuple[int, int, str]]
    load: Any

    def fractions(self, limits: Limits) -> list[tuple[int, int]]:
        """Numbers with a fraction: read as whole numbers, texts like "1.234" fail and numbers like 1.234 don't."""
        if not limits.fractions or self.load is None:
            return []
        columns = [column.to_pylist() for column in self.cells.columns]
        like = [(r, c) for c, texts in enumerate(columns) for r, text in enumerate(texts) if _is_fraction(text)]
        if not like:
            return []
        numbers = [column.to_pylist() for column in self.load(dtypes="int").to_arrow_with_errors()[0].columns]
        return [(r, c) for r, c in like if numbers[c][r] is not None]

    def packed(self) -> bytes:
        import pyarrow

        sink = pyarrow.BufferOutputStream()
        with pyarrow.ipc.new_stream(sink, self.cells.schema) as stream:
            stream.write_table(self.cells)
        return sink.getvalue().to_pybytes()


def _is_fraction(text: str | None) -> bool:
    return text is not None and "." in text and bool(_FRACTION.fullmatch(text))


def _tables(content: bytes, found: Mapping[str, Outline], hidden: list[str]) -> tuple[dict[str, _Table], list[str]]:
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
        tables[name] = _Table(pyarrow.Table.from_batches([batch]), told, load)
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
    return _ERRORS.get(found[1], "#N/A") if found else "#N/A"


# Formulas


def _never(content: bytes, states: Mapping[str, tuple[str, Outline]]) -> bool:
    """Whether a workbook's writer has calculated nothing: no formula has a value, and it says so or keeps no chain."""
    found = [one for _, one in states.values()]
    if not any(one.without_value for one in found) or any(len(one.without_value) < len(one.formulas) for one in found):
        return False
    if not content.startswith(ZIP):
        return any(one.never for one in found)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = {name.lower(): name for name in archive.namelist()}
        book = archive.read(names["xl/workbook.xml"])
    return "xl/calcchain.xml" not in names or bool(re.search(rb"fullCalcOnLoad=[\"'](1|true)", book))


def _computed(
    tables: Mapping[str, _Table], found: Mapping[str, Outline], never: bool
) -> dict[str, tuple[dict[tuple[int, int], str], list[tuple[int, int]]]]:
    """Sheet → (cells that were worked out, cells whose formula nobody has calculated)."""
    if not any(one.without_value for one in found.values()):
        return {}
    formulas: dict[Place, Node | None] = {
        (name, *place): node for name, one in found.items() for place, node in one.formulas.items()
    }
    calculation = Calculation(_Values(tables, found), formulas)
    result: dict[str, tuple[dict[tuple[int, int], str], list[tuple[int, int]]]] = {}
    for name, one in found.items():
        cells, uncalculated = result.setdefault(name, ({}, []))
        for place, kept in one.without_value.items():
            try:
                value = calculation.at((name, *place)) if one.formulas[place] is not None else None
                if one.formulas[place] is None:
                    raise NotPlain
            except NotPlain:
                if kept == "" or never:
                    uncalculated.append(place)
                continue
            own = one.formulas[place]
            text = "" if value is None and own is not None and own[0] == "blank" else _written(value)
            if text != kept:
                cells[place] = text
    return result


def _written(value: float | str | None) -> str:
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else f"{value:.9f}".rstrip("0")
    return value or "0"


class _Values(dict[Place, str | None]):
    """What stands in the sheets, column by column as it is asked for; NotPlain for a sheet that was not loaded."""

    def __init__(self, tables: Mapping[str, _Table], found: Mapping[str, Outline]) -> None:
        super().__init__()
        self._tables, self._found = tables, found
        self._columns: dict[tuple[str, int], list[str | None]] = {}
        self._errors = {
            (name, row, column + found[name].left): text
            for name, table in tables.items()
            for row, column, text in table.errors
        }

    def get(self, place: Place, default: object = None) -> str | None:
        name, row, column = place
        if name not in self._tables:
            raise NotPlain
        if place in self._errors:
            return self._errors[place]
        at = column - self._found[name].left
        if not 0 <= at < self._tables[name].cells.num_columns:
            return None
        if (name, at) not in self._columns:
            self._columns[name, at] = self._tables[name].cells.column(at).to_pylist()
        texts = self._columns[name, at]
        return texts[row] if row < len(texts) else None


def _runs(numbers: set[int], last: int) -> list[list[int]]:
    """Numbers up to the last used one as first and last of each run, from 1."""
    runs: list[list[int]] = []
    for number in sorted(n + 1 for n in numbers if n <= last):
        if runs and runs[-1][1] == number - 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return runs
