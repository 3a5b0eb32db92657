"""Where things stand in a sheet of form II.06: its title block, headings, columns and rows.

The form (Biểu II.06/VPCP/KSTT) numbers its columns: 1 TT, 2 Đơn vị or Lĩnh vực, 3 to 13 the figures.
A column is found by its heading, whatever its place and whatever stands beside it; the row of
numbers below the headings only confirms.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from etl.forms.workbook import Cells, Sheet
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
    r"|xin loi|ghi chu|\b(ty|ti) le\b|%"
)
# "Trực tuyến (toàn trình, một phần)" is all that was filed online, so column 4 and nothing extra.
_BOTH_KINDS = re.compile(r"toan trinh\W+(va )?mot phan|mot phan\W+(va )?toan trinh")
_ORDINAL_HEAD = re.compile(r"(tt|stt|so tt|so thu tu)\.?")
_ORDINAL = re.compile(r"\(?(\d+(\.\d+)*|[IVXLC]+|[A-Za-z])[.)]{0,2}")
_FIELD_HEAD = re.compile(r"linh vuc")
_UNIT_HEAD = re.compile(r"don vi|co quan|dia phuong|\bxa\b|phuong|ubnd")
_HEADING_WORDS = re.compile(
    r"tong so|trong ky|truc t|ky truoc|(truoc|dung|qua|trong) han|trong do|" + _EXTRA.pattern.replace("|%", "")
)
_COLUMN_NUMBER = re.compile(r"\(?(\d{1,2})[a-z]?\)?( ?=.*)?|\(?[ab]\)?")
_SIGNATURES = re.compile(
    r"nguoi (lap|bao cao|tong hop)|thu truong|\(?ky(,| ten)|noi nhan|lanh dao|chu tich|giam doc|(tm|kt|tl|tuq)\. ?"
    r"|.*\bngay [\d. …]+ ?thang "
)
_HEADING_ROWS_MAX = 8


@dataclass(frozen=True)
class Row:
    """One line of the table: its number in the sheet, TT, name, and its cells by form column (3 to 13)."""

    number: int
    ordinal: str | None
    name: str | None
    cells: dict[int, str | float | None]

    @property
    def is_empty(self) -> bool:
        """No figure at all, which is a silence and not a zero."""
        return all(cell is None for cell in self.cells.values())


@dataclass(frozen=True)
class Table:
    """What one sheet holds: its place for messages, title block, what a row is, rows, and doubts."""

    place: str
    title: list[list[str]]
    by_field: bool
    rows: list[Row]
    warnings: list[str]


def find_tables(file: str, sheets: Sequence[Sheet]) -> tuple[list[Table], list[str]]:
    """(tables of form II.06 in `sheets`, names of the sheets that hold none).

    Raises BadInput where no sheet holds one, a sheet says it is another form, or a column is missing.
    """
    tables, others = [], []
    for sheet in sheets:
        start = _first_heading_row(sheet.cells)
        if start is None:
            others.append(sheet.name)
        else:
            place = file if len(sheets) == 1 else f"{file}, sheet {sheet.name!r}"
            tables.append(_table(place, sheet.cells, start))
    if not tables:
        seen = [tidy(str(cell)) for row in sheets[0].cells for cell in row if cell is not None]
        raise BadInput(
            file,
            "is not form II.06: no row has the headings 'Tiếp nhận', 'Đã giải quyết' and 'Đang giải quyết'; "
            f"it begins with {seen[:4]}",
        )
    return tables, others


def _first_heading_row(cells: Sequence[Cells]) -> int | None:
    """The first row where two of the three groups stand in cells of their own; one up if TT stands there."""
    for i, row in enumerate(cells):
        groups = {group for text in _folded(row) if (group := _group(text))}
        if len(groups) >= 2:
            above = _folded(cells[i - 1]) if i else []
            return i - 1 if any(_ORDINAL_HEAD.fullmatch(text) for text in above) else i
    return None


def _folded(row: Cells) -> list[str]:
    return ["" if cell is None else fold(str(cell)) for cell in row]


def _group(text: str) -> int | None:
    """The group (by the number of its total column) that a heading names, if it names exactly one."""
    named = [total for total, pattern in _GROUPS.items() if pattern.search(text)]
    return named[0] if len(named) == 1 else None


def _table(place: str, cells: Sequence[Cells], start: int) -> Table:
    title = _title(cells[:start])
    _refuse_other_form(place, title)
    first_row, numbers = _end_of_headings(cells, start)
    headings_end = first_row - 1 if numbers else first_row
    paths = _heading_paths(cells[start:headings_end])
    columns = _figure_columns(place, paths)
    name, by_field = _name_column(place, paths)
    doubts = _unconfirmed(place, columns, numbers) if numbers else []
    return Table(place, title, by_field, _rows(cells, first_row, name, columns), doubts)


def _title(cells: Sequence[Cells]) -> list[list[str]]:
    """The texts above the headings, row by row, a cell of several lines as several texts."""
    rows = [[tidy(line) for cell in row if cell is not None for line in str(cell).splitlines()] for row in cells]
    return [[text for text in row if text] for row in rows if any(row)]


def _refuse_other_form(place: str, title: list[list[str]]) -> None:
    for text in (text for row in title for text in row):
        found = re.search(r"bieu (?:mau )?(?:so )?:? ?(i{1,3}\.\d+\w?)", fold(text))
        if found and not found.group(1).startswith("ii.06"):
            raise BadInput(place, f"says {text!r}: only form II.06/VPCP/KSTT can be read")


def _end_of_headings(cells: Sequence[Cells], start: int) -> tuple[int, list[str]]:
    """(index of the first row below the headings, the cells of the row of numbers where there is one)."""
    for i in range(start + 1, min(start + _HEADING_ROWS_MAX, len(cells))):
        if _is_number_row(cells[i]):
            return i + 1, _folded(cells[i])
    end = start + 1
    while end < len(cells) and _continues_headings(cells[end]):
        end += 1
    return end, []


def _is_number_row(row: Cells) -> bool:
    """(1) (2) (3)=(4)+(5)+(6) … or A B 1 2 3 …: every cell a column number, rising from left to right."""
    found = [_COLUMN_NUMBER.fullmatch(text) for text in _folded(row) if text]
    numbers = [int(match.group(1)) for match in found if match and match.group(1)]
    return all(found) and len(numbers) >= 5 and numbers == sorted(numbers) and numbers[0] <= 3


def _continues_headings(row: Cells) -> bool:
    texts = [text for text in _folded(row) if text]
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


def _figure_columns(place: str, paths: list[tuple[str, ...]]) -> dict[int, int]:
    """Form column (3 to 13) → index in the sheet; BadInput where one is missing or stands twice."""
    found: dict[int, list[int]] = {number: [] for number in FIGURES}
    for j, path in enumerate(paths):
        if number := _figure([fold(text) for text in path]):
            found[number].append(j)
    seen = _seen(paths)
    if missing := [f"{number} {FIGURES[number]!r}" for number, at in found.items() if not at]:
        raise BadInput(place, f"column missing: {'; '.join(missing)}. Headings seen: {seen}")
    if twice := [f"{number} {FIGURES[number]!r}" for number, at in found.items() if len(at) > 1]:
        raise BadInput(place, f"column stands twice: {'; '.join(twice)}. Headings seen: {seen}")
    return {number: at[0] for number, at in found.items()}


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


def _name_column(place: str, paths: list[tuple[str, ...]]) -> tuple[int, bool]:
    """(index of the names, whether they name fields); BadInput where there are none, or both kinds."""
    folded = [[fold(text) for text in path] for path in paths]
    others = {j: " ".join(path) for j, path in enumerate(folded) if path and not any(map(_group, path))}
    fields = [j for j, text in others.items() if _FIELD_HEAD.search(text)]
    units = [j for j, text in others.items() if _UNIT_HEAD.search(text) and not _EXTRA.search(text)]
    if set(units) - set(fields) and fields:
        raise BadInput(place, "has a column of units and one of fields; only one of the two can be read")
    if not units and not fields:
        raise BadInput(place, f"column missing: 2 'Đơn vị' or 'Lĩnh vực'. Headings seen: {_seen(paths)}")
    return (units or fields)[0], not units


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


def _rows(cells: Sequence[Cells], first: int, name: int, columns: dict[int, int]) -> list[Row]:
    """Rows with a name or a figure, up to the signatures; below those stand people's names."""
    rows = []
    for i, line in enumerate(cells[first:], start=first):
        if _is_number_row(line) or _repeats_headings(line):
            continue
        row = _row(i + 1, line, name, columns)
        if row.is_empty and any(_SIGNATURES.match(text) for text in _folded(line)):
            break
        if _signed_in_figures(row):
            break
        if row.name or not row.is_empty:
            rows.append(row)
    return rows


def _repeats_headings(line: Cells) -> bool:
    """The headings again, as on every printed page."""
    texts = _folded(line)
    return len({group for text in texts if (group := _group(text))}) >= 2 or (
        sum(bool(_HEADING_WORDS.match(text)) for text in texts) >= 3
    )


def _row(number: int, line: Cells, name: int, columns: dict[int, int]) -> Row:
    """TT stands somewhere left of the name; so does the name of a total, in cells merged with TT."""
    left = [text for cell in line[:name] if (text := _text(cell))]
    ordinal = next((text.strip("().") for text in left if _ORDINAL.fullmatch(text)), None)
    label = _text(line[name]) or next((text for text in left if not _ORDINAL.fullmatch(text)), None)
    return Row(number, ordinal, label, {form: _cell(line[j]) for form, j in columns.items()})


def _text(cell: str | float | None) -> str | None:
    return tidy(str(cell)) or None if cell is not None else None


def _cell(cell: str | float | None) -> str | float | None:
    return cell if isinstance(cell, float) else _text(cell)


def _signed_in_figures(row: Row) -> bool:
    """A nameless row whose figures are words: the place and date above the signatures."""
    texts = [fold(cell) for cell in row.cells.values() if isinstance(cell, str)]
    return row.name is None and any(_SIGNATURES.match(text) for text in texts)
