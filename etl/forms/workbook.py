"""From an Excel file to plain text cells, or to one clear sentence about what is wrong with the file.

The library that reads the cells allocates whatever a file asks for, and a damaged or sparse file can
ask for hundreds of gigabytes, which ends the whole process. So it runs in a process of its own, with
a limit on memory and time: one bad file stops that process, never the import of the others.
"""

from __future__ import annotations

import json
import re
import resource
import subprocess
import sys
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from etl.forms.guard import ole_trouble, zip_trouble
from files.faults import BadInput
from files.places import HOME

if TYPE_CHECKING:
    from fastexcel import ExcelSheet

BYTES_MAX = 50_000_000
SECONDS_MAX = 120
MEMORY_MAX = 4 << 30
ROWS_MAX = 20_000
ERROR_CELL = "#ERROR"

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_FRACTION = re.compile(r"-?[0-9]+\.[0-9]+")
# A locked .xlsx lies whole in one stream of this name; a locked .xls says so in the record after its first.
_LOCK = re.compile(
    "EncryptedPackage".encode("utf-16-le") + rb"|\x09\x08\x10\x00\x00\x06\x05\x00.{12}(?:\x86\x00\x00\x00)?\x2f\x00",
    re.S,
)


Cells = list[str | float | None]


@dataclass(frozen=True)
class Sheet:
    """One visible sheet: `cells[i]` are the cells of row i + 1, empty ones None.

    A whole number stands as text, one with a fraction as float: so the number 1.234 cannot be
    taken for the text "1.234", which is one thousand and more. An Excel error is `ERROR_CELL`.
    """

    name: str
    cells: list[Cells]


def read_workbook(path: Path) -> tuple[list[Sheet], list[str]]:
    """(the visible sheets with content, the names of hidden ones), .xls or .xlsx, whatever the name says.

    Raises BadInput where the file is missing, no workbook, damaged, locked with a password or empty.
    """
    _recognise(path)
    answer = _read_apart(path)
    if "too_long" in answer:
        raise BadInput(path.name, f"sheet {answer['too_long']!r} has over {ROWS_MAX} rows: not a form II.06")
    sheets = [Sheet(name, cells) for name, cells in answer["sheets"].items() if cells]
    if not sheets:
        raise BadInput(path.name, "the workbook is empty: no visible sheet has anything in it")
    return sheets, answer["hidden"]


_DAMAGED = "is damaged or cut off and cannot be read as a workbook; open it in Excel and save it again as .xlsx"


def _recognise(path: Path) -> None:
    """BadInput where the first bytes show that the file is no workbook that can be read."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise BadInput(path.name, f"cannot be opened: {error.strerror}") from error
    if not content:
        raise BadInput(path.name, "the file is empty (0 bytes)")
    if len(content) > BYTES_MAX:
        raise BadInput(path.name, f"has {len(content) / 1e6:.0f} MB; a form II.06 has less than {BYTES_MAX / 1e6:.0f}")
    if content.startswith(_OLE) and _LOCK.search(content):
        raise BadInput(path.name, "is locked with a password; save a copy without one")
    if not content.startswith((_ZIP, _OLE)):
        raise BadInput(path.name, f"is no Excel workbook but {_nature(content)}; save it as .xlsx in Excel")
    if trouble := ole_trouble(content) if content.startswith(_OLE) else zip_trouble(content):
        raise BadInput(path.name, trouble)


def _nature(content: bytes) -> str:
    beginning = content[:400].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if b"<html" in beginning or b"<table" in beginning:
        return "a web page with an Excel name"
    if beginning.startswith(b"<?xml"):
        return "an XML file with an Excel name"
    if content.startswith((b"MZ", b"\x7fELF")):
        return "a program with an Excel name"
    return "a PDF document" if beginning.startswith(b"%pdf") else "a text or other file with an Excel name"


def _read_apart(path: Path) -> dict:
    try:
        done = subprocess.run(
            [sys.executable, "-m", "etl.forms.workbook", str(path.resolve())],
            cwd=HOME,
            capture_output=True,
            timeout=SECONDS_MAX,
            check=True,
        )
        return json.loads(done.stdout)
    except subprocess.TimeoutExpired:
        raise BadInput(path.name, f"took longer than {SECONDS_MAX} s to open and {_DAMAGED}") from None
    except (subprocess.CalledProcessError, ValueError):
        raise BadInput(path.name, _DAMAGED) from None


def read_here(path: Path) -> dict:
    """What the process apart answers; any exception there, or its sudden end, means a damaged file."""
    # Imported here so that the process of the command line never loads the library.
    import fastexcel

    reader = fastexcel.read_excel(path.read_bytes())
    found: dict[str, list[Cells]] = {}
    hidden = []
    for name in reader.sheet_names:
        load = partial(reader.load_sheet, name, header_row=None, skip_rows=0, whitespace_as_null=True)
        texts = load(dtypes="string")
        if texts.visible != "visible":
            hidden.append(name)
        elif texts.total_height > ROWS_MAX:
            return {"too_long": name}
        else:
            found[name] = _cells(texts, load(dtypes="int")) if texts.width else []
    return {"sheets": found, "hidden": hidden}


def _cells(texts: ExcelSheet, whole_numbers: ExcelSheet) -> list[Cells]:
    """Rows of cells; read as whole numbers, texts such as "1.234" fail and numbers such as 1.234 don't."""
    table, errors = texts.to_arrow_with_errors()
    numbers, _ = whole_numbers.to_arrow_with_errors()
    rows: list[Cells] = [list(row) for row in zip(*(column.to_pylist() for column in table.columns), strict=True)]
    for j, column in enumerate(numbers.columns):
        for i, number in enumerate(column.to_pylist()):
            text = rows[i][j]
            if number is not None and isinstance(text, str) and _FRACTION.fullmatch(text):
                rows[i][j] = float(text)
    for error in errors.errors if errors else []:
        i, j = error.offset_position
        rows[i][j] = ERROR_CELL
    return rows


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_MAX, MEMORY_MAX))
    json.dump(read_here(Path(sys.argv[1])), sys.stdout)
