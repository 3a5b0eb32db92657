"""Small lists that a province puts into `local/` of its data folder, as CSV."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path

from files.faults import BadInput

LOCAL = "local"


def rows_of(data: Path | None, name: str, columns: Sequence[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """(line, cells by column) of `data`/local/`name`, cells without blanks around them; none where there is no file.

    BadInput where it is no UTF-8 or lacks a column. The first line holds the columns' names; empty lines are skipped.
    """
    path = data / LOCAL / name if data else None
    if path is None or not path.exists():
        return
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError:
        raise BadInput(name, "is no UTF-8 text; save it as CSV UTF-8") from None
    reader = csv.reader(lines)
    heads = [head.strip().lower() for head in next(reader, [])]
    if missing := [column for column in columns if column not in heads]:
        raise BadInput(name, f"the column is missing; needed are {', '.join(columns)}", row=1, field=missing[0])
    for line, cells in enumerate(reader, 2):
        row = {head: cell.strip() for head, cell in zip(heads, cells, strict=False)}
        if any(row.values()):
            yield line, {column: row.get(column, "") for column in columns}
