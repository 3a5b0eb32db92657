"""Small lists that a province fills in: CSV as Excel writes it here, with commas or semicolons."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from io import StringIO
from pathlib import Path

from files.faults import BadInput

LOCAL = "local"


def rows_of(data: Path | None, name: str, columns: Sequence[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """(row, cells by column) of `data`/local/`name`, as `rows_in`; none where there is no such file."""
    path = data / LOCAL / name if data else None
    if path is not None and path.exists():
        yield from rows_in(path.read_bytes(), name, columns)


def rows_in(content: bytes, place: str, columns: Sequence[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """(row as Excel counts them, cells by column without needless blanks) of each row that is not empty.

    BadInput names `place` where it is no UTF-8, and its row where a column is missing or unknown, or a row has another
    number of cells than the first: a comma too many would move what comes after it.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadInput(place, f"is not UTF-8 (byte {error.start}); save it as CSV UTF-8") from None
    head = text.partition("\n")[0]
    lines = csv.reader(StringIO(text), delimiter=";" if head.count(";") > head.count(",") else ",")
    heads = [name.strip().lower() for name in next(lines, [])]
    if missing := [column for column in columns if column not in heads]:
        raise BadInput(place, f"the column is missing; needed are {', '.join(columns)}", row=1, field=missing[0])
    if unknown := [name for name in heads if name not in columns]:
        raise BadInput(place, f"the column is unknown; known are {', '.join(columns)}", row=1, field=unknown[0])
    for row, cells in enumerate(lines, 2):
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(heads):
            raise BadInput(place, f"has {len(cells)} cells, {len(heads)} are needed", row=row)
        found = {name: " ".join(cell.split()) for name, cell in zip(heads, cells, strict=True)}
        yield row, found
