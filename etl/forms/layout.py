"""Where the columns of form II.06 stand in a sheet, by its headings.

The form (Biểu II.06/VPCP/KSTT) numbers its columns: 1 TT, 2 Đơn vị or Lĩnh vực, 3 to 13 the figures.
A column is found by its heading, whatever its place and whatever stands beside it; the row of
numbers below the headings only confirms.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from etl.forms.grid import Cells, Grid
from etl.workbooks.formulas import address
from files.faults import BadInput
from ranking.names import fold, tidy

FIGURES = {
    3: "Tiếp nhận / Tổng số",
    4: "Tiếp nhận / Trong kỳ / Trực tuyến",
    5: "Tiếp nhận / Trong kỳ / Trực tiếp, dịch vụ bưu chính",
    6: "Tiếp nhận / Từ kỳ trước",
    7: "Đã giải quyết / Tổng số",
    8: "Đã giải quyết / Trước hạn",
    9: "Đã giải quyết / Đúng hạn",
    10: "Đã giải quyết / Quá hạn",
    11: "Đang giải quyết / Tổng số",
    12: "Đang giải quyết / Trong hạn",
    13: "Đang giải quyết / Quá hạn",
}

# Patterns meet text that went through `names.fold`: lower case, no diacritics, one space.
_GROUPS = {
    3: re.compile(r"tiep nhan"),
    7: re.compile(r"\bda (duoc )?(giai quyet|xu ly)"),
    11: re.compile(r"\b(dang|chua) (duoc )?(giai quyet|xu ly)"),
}
_LEAVES = {
    3: {4: r"truc tuyen", 5: r"truc tiep|buu chinh", 6: r"ky truoc"},
    7: {8: r"truoc han", 9: r"dung han", 10: r"qua han"},
    11: {12: r"trong han|chua den han", 13: r"qua han"},
}
_TOTAL = re.compile(r"\btong\b")
_IN_PERIOD = re.compile(r"trong ky")
_EXTRA = re.compile(
    r"toan trinh|mot phan|phi dia gioi|\brut\b|dung (xu ly|giai quyet)|\bbo sung|thanh toan|thu xin loi"
    r"|xin loi|ghi chu|\b(ty|ti) le\b|\bluy ke\b|tu dau nam|%"
)
# "Trực tuyến (toàn trình, một phần)" is all that was filed online, so column 4 and nothing extra.
_BOTH_KINDS = re.compile(r"toan trinh\W+(va )?mot phan|mot phan\W+(va )?toan trinh")
_ORDINAL_HEAD = re.compile(r"(tt|stt|so tt|so thu tu)\.?")
_FIELD_HEAD = re.compile(r"linh vuc")
_CODE_HEAD = re.compile(r"ma( so)?( (dinh danh|don vi|co quan|xa|phuong|dia phuong|dvhc|dbhc|hanh chinh).*)?")
_UNIT_HEAD = re.compile(r"don vi|co quan|dia phuong|\bxa\b|phuong|ubnd")
_HEADING_WORDS = re.compile(
    r"tong so|trong ky|truc t|ky truoc|(truoc|dung|qua|trong) han|trong do|" + _EXTRA.pattern.replace("|%", "")
)
_COLUMN_NUMBER = re.compile(r"\(?(\d{1,2})[a-z]?\)?( ?=.*)?|\(?[ab]\)?")
_HEADING_ROWS_MAX = 8


@dataclass(frozen=True)
class Headings:
    """Where a table's columns stand: form column (3 to 13) → column of the sheet from 0; those of names and codes.

    `begin`: the row of the first heading, `end`: the first row below them, from 0. `field`: the column of fields, where
    rows are fields; `name`: that of units. `doubts`: what the row of numbers contradicts, and columns that stand twice.
    """

    begin: int
    end: int
    figures: dict[int, int]
    name: int | None
    field: int | None
    code: int | None
    doubts: list[str]


def heading_rows(cells: Sequence[Cells]) -> list[int]:
    """The rows where headings begin: two of the three groups stand in cells of their own; one up if TT stands there."""
    found: list[int] = []
    last = -_HEADING_ROWS_MAX
    for i, row in enumerate(cells):
        if len({group for text in folded(row) if text and (group := _group(text))}) < 2:
            continue
        if i - last > 2:
            above = folded(cells[i - 1]) if i else []
            found.append(i - 1 if any(_ORDINAL_HEAD.fullmatch(text) for text in above) else i)
        last = i
    return found


def folded(row: Cells) -> list[str]:
    """The cells of a row as the patterns want them; empty ones are empty texts."""
    return ["" if cell is None else _folded(str(cell)) for cell in row]


@lru_cache(maxsize=1 << 16)
def _folded(text: str) -> str:
    """Most cells of a form are digits, or stand in many of its rows and sheets."""
    return text if text.isascii() and text.isdigit() else fold(text)


def headings(place: str, grid: Grid, start: int) -> Headings:
    """The columns of the table whose headings begin in a row. BadInput where one is missing, or stands twice."""
    end, numbers = _end_of_headings(grid.cells, start)
    paths = _heading_paths(grid.cells[start : end - 1 if numbers else end])
    figures, doubts = _figure_columns(place, paths, grid, end)
    name, by_field, code = _name_columns(place, paths)
    doubts += _unconfirmed(place, figures, numbers) if numbers else []
    return Headings(start, end, figures, name, by_field, code, doubts)


def repeats_headings(line: Cells) -> bool:
    """The headings again, or their numbers, as on every printed page."""
    texts = folded(line)
    return (
        is_number_row(line)
        or len({group for text in texts if text and (group := _group(text))}) >= 2
        or sum(bool(_HEADING_WORDS.match(text)) for text in texts if text) >= 3
    )


@lru_cache(maxsize=1 << 14)
def _group(text: str) -> int | None:
    """The group (by the number of its total column) that a heading names, if it names exactly one."""
    named = [total for total, pattern in _GROUPS.items() if pattern.search(text)]
    return named[0] if len(named) == 1 else None


def _end_of_headings(cells: Sequence[Cells], start: int) -> tuple[int, list[str]]:
    """(index of the first row below the headings, the cells of the row of numbers where there is one)."""
    for i in range(start + 1, min(start + _HEADING_ROWS_MAX, len(cells))):
        if is_number_row(cells[i]):
            return i + 1, folded(cells[i])
    end = start + 1
    while end < len(cells) and _continues_headings(cells[end]):
        end += 1
    return end, []


def is_number_row(row: Cells) -> bool:
    """A row such as (1) (2) (3)=(4)+(5)+(6) … or A B 1 2 3 …: all column numbers, rising from left to right."""
    found = [_COLUMN_NUMBER.fullmatch(text) for text in folded(row) if text]
    numbers = [int(match.group(1)) for match in found if match and match.group(1)]
    return all(found) and len(numbers) >= 5 and numbers == sorted(numbers) and numbers[0] <= 3


def _continues_headings(row: Cells) -> bool:
    texts = [text for text in folded(row) if text]
    has_figure = any(re.fullmatch(r"[\d., -]+", text) for text in texts)
    return not has_figure and any(_HEADING_WORDS.search(text) for text in texts)


def _heading_paths(rows: Sequence[Cells]) -> list[tuple[str, ...]]:
    """For each column its headings from top to bottom; merged ones are carried to the right.

    A cell takes the text of its left neighbour only below the same headings. A column where no
    heading at all begins is a gap, and its path stays empty.
    """
    width = len(rows[0])
    paths: list[tuple[str, ...]] = [()] * width
    for row in rows:
        texts = [tidy(str(cell)) if cell is not None else "" for cell in row]
        for j in range(1, width):
            if not texts[j] and paths[j] == paths[j - 1]:
                texts[j] = texts[j - 1]
        paths = [(*path, text) if text else path for path, text in zip(paths, texts, strict=True)]
    own = [any(row[j] is not None for row in rows) for j in range(width)]
    return [path if own[j] else () for j, path in enumerate(paths)]


def _figure_columns(
    place: str, paths: list[tuple[str, ...]], grid: Grid, below: int
) -> tuple[dict[int, int], list[str]]:
    """(form column (3 to 13) → index in the sheet, doubts); BadInput where one is missing or stands twice.

    Of two columns for one thing that which is not hidden counts; where both are shown and hold the same, the first.
    """
    found: dict[int, list[int]] = {number: [] for number in FIGURES}
    for j, path in enumerate(paths):
        if number := _figure([_folded(text) for text in path]):
            found[number].append(j)
    seen = _seen(paths)
    if missing := [f"{number} {FIGURES[number]!r}" for number, at in found.items() if not at]:
        raise BadInput(place, f"column missing: {'; '.join(missing)}. Headings seen: {seen}")
    doubts, twice = [], []
    for number, at in found.items():
        shown = [j for j in at if j not in grid.hidden_columns] or at
        if len(at) > 1 and len(shown) > 1 and not _alike(grid.cells[below:], shown):
            twice.append(f"{number} {FIGURES[number]!r}")
        elif len(at) > 1:
            doubts.append(
                f"{place}: column {number} {FIGURES[number]!r} stands twice; that in {_letters(shown[0])} was read"
            )
        found[number] = shown
    if twice:
        raise BadInput(place, f"column stands twice: {'; '.join(twice)}. Headings seen: {seen}")
    return {number: at[0] for number, at in found.items()}, doubts


def _alike(cells: Sequence[Cells], columns: list[int]) -> bool:
    return all(len({row[j] for j in columns}) == 1 for row in cells)


def _letters(column: int) -> str:
    return address(0, column)[:-1]


def _seen(paths: list[tuple[str, ...]]) -> str:
    return ", ".join(repr(" / ".join(path)) for path in paths if path)


def _figure(path: list[str]) -> int | None:
    """The form column that a path of folded headings stands for; None for extra columns and others."""
    group = next((found for text in reversed(path) if (found := _group(text))), None)
    if group is None or any(_EXTRA.search(_BOTH_KINDS.sub("", text)) for text in path):
        return None
    # Under "Tổng số" the heading above decides: "Trực tuyến / Tổng số" is column 4, "Trong kỳ / Tổng số" none.
    deciding = list(reversed(path)) if _TOTAL.search(path[-1]) else path[-1:]
    for text in deciding:
        leaves = [number for number, words in _LEAVES[group].items() if re.search(words, text)]
        if len(leaves) == 1:
            return leaves[0]
        if not leaves and _IN_PERIOD.search(text):
            return None
    return group if _TOTAL.search(path[-1]) else None


def _name_columns(place: str, paths: list[tuple[str, ...]]) -> tuple[int | None, int | None, int | None]:
    """Where units, fields and the units' codes stand; BadInput where there are neither units nor fields."""
    texts = [[_folded(text) for text in path] for path in paths]
    others = {j: " ".join(path) for j, path in enumerate(texts) if path and not any(map(_group, path))}
    codes = [j for j, text in others.items() if _CODE_HEAD.fullmatch(text)]
    fields = [j for j, text in others.items() if _FIELD_HEAD.search(text)]
    units = [
        j
        for j, text in others.items()
        if _UNIT_HEAD.search(text) and not _EXTRA.search(text) and j not in {*codes, *fields}
    ]
    if not units and not fields:
        raise BadInput(place, f"column missing: 2 'Đơn vị' or 'Lĩnh vực'. Headings seen: {_seen(paths)}")
    return next(iter(units), None), next(iter(fields), None), next(iter(codes), None)


def _unconfirmed(place: str, columns: dict[int, int], numbers: list[str]) -> list[str]:
    """One doubt where the row of numbers gives a column another number than its heading does."""
    differing = []
    for number, j in columns.items():
        match = _COLUMN_NUMBER.fullmatch(numbers[j])
        if match and match.group(1) and int(match.group(1)) != number:
            differing.append(f"{FIGURES[number]!r} is numbered {match.group(1)}, not {number}")
    if not differing:
        return []
    return [f"{place}: columns were found by their headings, but {'; '.join(differing)}"]
