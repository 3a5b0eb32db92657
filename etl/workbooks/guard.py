"""What an Excel file is before anything reads its cells: refuses what is no workbook, or one made to do harm.

Looks at the archive's own list and at the beginnings of its parts, never at a whole part.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib

from etl.workbooks.kinds import DAMAGED

PARTS_MAX = 2_000
RATIO_MAX = 1_000
"""Near the most that Deflate can do, which no sheet that a person filled in comes to."""
BEGINNING = 4_096
MACROS = "vbaproject.bin"
_OLE_MACROS = "_VBA_PROJECT".encode("utf-16-le")
_ENTITY = re.compile(rb"<!\s*(DOCTYPE|ENTITY)", re.IGNORECASE)
_OTHER_KINDS = {"word/": "a Word document", "ppt/": "a PowerPoint file", "content.xml": "an OpenDocument file"}


def ole_trouble(content: bytes) -> str | None:
    """What is wrong with an .xls, or None."""
    return _said("macros") if _OLE_MACROS in content else None


def zip_trouble(content: bytes, unpacked_max: int) -> str | None:
    """What is wrong with the archive that an .xlsx is, or None."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _listed(archive.infolist(), unpacked_max) or _begun(archive)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, ValueError, OSError):
        return _said("damaged")


def _listed(parts: list[zipfile.ZipInfo], unpacked_max: int) -> str | None:
    names = {part.filename.replace("\\", "/").lower() for part in parts}
    if any(name.endswith(MACROS) for name in names):
        return _said("macros")
    if len(parts) > PARTS_MAX or sum(part.file_size for part in parts) > unpacked_max:
        return _said("bomb")
    if any(part.file_size > RATIO_MAX * max(part.compress_size, 1) for part in parts):
        return _said("bomb")
    if not any(name.startswith("xl/workbook") for name in names):
        kind = next((kind for begin, kind in _OTHER_KINDS.items() if any(n.startswith(begin) for n in names)), None)
        return f"is no Excel workbook but {kind or 'another kind of archive'}; save it as .xlsx in Excel"
    if "xl/workbook.bin" in names:
        return "is a binary workbook (.xlsb), of which cannot be told what it holds; save it as .xlsx in Excel"
    return None


def _begun(archive: zipfile.ZipFile) -> str | None:
    """XML that declares entities: Excel never writes any, and they can unfold to gigabytes."""
    for part in archive.infolist():
        if part.filename.lower().endswith((".xml", ".rels", ".vml")):
            with archive.open(part) as file:
                beginning = file.read(BEGINNING)
            if _ENTITY.search(beginning) or _ENTITY.search(beginning.replace(b"\0", b"")):
                return _said("entities")
    return None


def _said(kind: str) -> str:
    return {
        "macros": "holds macros, which are never needed here; save a copy as .xlsx, without macros",
        "bomb": "unfolds to far more than it can need, as a file made to do harm does; save it again in Excel",
        "entities": "declares XML entities, which Excel never does; save it again in Excel",
        "damaged": DAMAGED,
    }[kind]
