"""Files that come with an objection: what they are by their content, whatever they are called."""

from __future__ import annotations

from journal.database import VisitError

TYPES = {"pdf": "application/pdf", "png": "image/png", "jpeg": "image/jpeg"}
"""The kinds that are taken, with their media types."""
_ENDING = 1024
_PNG, _PNG_END = b"\x89PNG\r\n\x1a\n", b"IEND\xaeB`\x82"


def kind_of(content: bytes, most_megabytes: int) -> str:
    """The kind of a file, one of `TYPES`.

    It must begin and end as files of its kind do, so a program or page that merely begins like a picture is none.
    VisitError: file_empty, file_large, or file_kind.
    """
    if not content:
        raise VisitError("file_empty")
    if len(content) > most_megabytes * 1_000_000:
        raise VisitError("file_large", f"{len(content)} bytes, at most {most_megabytes} MB are taken")
    end = content[-_ENDING:]
    if content.startswith(b"%PDF-1.") or content.startswith(b"%PDF-2."):
        if b"%%EOF" in end:
            return "pdf"
    elif content.startswith(_PNG):
        if _PNG_END in end:
            return "png"
    elif content.startswith(b"\xff\xd8\xff") and b"\xff\xd9" in end:
        return "jpeg"
    raise VisitError("file_kind", "PDF, PNG or JPEG is taken, and the file is none of these by its content")
