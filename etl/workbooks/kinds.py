"""What a file with an Excel name is by its first bytes, in the same words for every importer."""

from __future__ import annotations

ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
BEGINNING = 1_024
DAMAGED = "is damaged or cut off and cannot be read as a workbook; open it in Excel and save it again as .xlsx"


def is_workbook(content: bytes) -> bool:
    return content.startswith((ZIP, OLE))


def is_web_page(content: bytes) -> bool:
    """A page with a table, as many systems hand out under the name .xls."""
    beginning = _begun(content)
    return beginning.startswith(b"<") and any(tag in beginning for tag in (b"<html", b"<table", b"<meta", b"<!doctype"))


def other_nature(content: bytes) -> str | None:
    """What a file is that is neither workbook, web page nor text; None where it may be one of these."""
    beginning = _begun(content)
    if b"mime-version:" in beginning[:200]:
        return "a web page in one file (.mht)"
    if beginning.startswith(b"<?xml") and not is_web_page(content):
        return "an XML file with an Excel name"
    if content.startswith((b"MZ", b"\x7fELF")):
        return "a program with an Excel name"
    if content.startswith((b"\x1f\x8b", b"Rar!", b"7z\xbc\xaf")):
        return "an archive with an Excel name"
    return "a PDF document" if beginning.startswith(b"%pdf") else None


def no_workbook(nature: str) -> str:
    return f"is no Excel workbook but {nature}; save it as .xlsx in Excel"


def _begun(content: bytes) -> bytes:
    return content[:BEGINNING].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \r\n\t").lower()
