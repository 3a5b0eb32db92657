"""Workbooks of form II.06 for tests, good and bad, as offices send them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

import xlsxwriter

# For tests only: nobody maintains a writer of the old .xls format any more, but offices still send such files.
import xlwt

HEADINGS: dict[object, tuple[str, ...]] = {
    1: ("TT",),
    2: ("Đơn vị",),
    3: ("Tiếp nhận", "Tổng số"),
    4: ("Tiếp nhận", "Trong kỳ", "Trực tuyến"),
    5: ("Tiếp nhận", "Trong kỳ", "Trực tiếp, dịch vụ bưu chính"),
    6: ("Tiếp nhận", "Từ kỳ trước"),
    7: ("Đã giải quyết", "Tổng số"),
    8: ("Đã giải quyết", "Trước hạn"),
    9: ("Đã giải quyết", "Đúng hạn"),
    10: ("Đã giải quyết", "Quá hạn"),
    11: ("Đang giải quyết", "Tổng số"),
    12: ("Đang giải quyết", "Trong hạn"),
    13: ("Đang giải quyết", "Quá hạn"),
}
EXTRA_HEADINGS: dict[object, tuple[str, ...]] = {
    "fully online": ("Tiếp nhận", "Trong kỳ", "Trực tuyến toàn trình"),
    "partly online": ("Tiếp nhận", "Trong kỳ", "Trực tuyến một phần"),
    "elsewhere": ("Hồ sơ phi địa giới", "Tiếp nhận"),
    "withdrawn": ("Đã giải quyết", "Rút hồ sơ"),
    "stopped": ("Đã giải quyết", "Dừng xử lý"),
    "waiting": ("Đang giải quyết", "Chờ bổ sung"),
    "paid online": ("Thanh toán trực tuyến",),
    "apologies": ("Số thư xin lỗi",),
}
BY_FIELD: dict[object, tuple[str, ...]] = HEADINGS | {2: ("Lĩnh vực",)}
AUGUST = "Từ ngày 01/08/2026 đến ngày 31/08/2026"
TITLE = (
    ("Biểu số II.06/VPCP/KSTT", "TÌNH HÌNH, KẾT QUẢ GIẢI QUYẾT TTHC", "Đơn vị báo cáo: UBND tỉnh Phú Thọ"),
    ("", AUGUST, "Đơn vị tính: Số hồ sơ TTHC"),
)
SIGNATURES = (("", "", "", "Phú Thọ, ngày 05 tháng 9 năm 2026"), ("", "Người lập biểu", "", "Thủ trưởng"))


@dataclass
class FormSheet:
    """One sheet: title rows, columns in their order, rows (form column → value), texts below the table."""

    rows: Sequence[dict[object, object]]
    name: str = "Biểu II.06"
    title: Sequence[Sequence[str]] = TITLE
    headings: dict[object, tuple[str, ...]] = field(default_factory=lambda: HEADINGS)
    below: Sequence[Sequence[str]] = ()
    empty_first_column: bool = False
    number_row: bool = True

    def cells(self) -> Iterator[tuple[int, int, int, int, object]]:
        """(first row, first column, last row, last column, value), all counted from 0."""
        left = int(self.empty_first_column)
        for i, texts in enumerate(self.title):
            yield from ((i, left + j, i, left + j, text) for j, text in enumerate(texts) if text)
        top = len(self.title) + 1
        depth = max(map(len, self.headings.values()))
        yield from _heading_cells(list(self.headings.values()), top, left, depth)
        row = top + depth
        if self.number_row:
            numbers = [key if isinstance(key, int) else None for key in self.headings]
            yield from ((row, left + j, row, left + j, f"({n})") for j, n in enumerate(numbers) if n)
            row += 1
        for i, values in enumerate(self.rows, start=row):
            for j, key in enumerate(self.headings):
                if values.get(key) is not None:
                    yield i, left + j, i, left + j, values[key]
        for i, texts in enumerate(self.below, start=row + len(self.rows) + 1):
            yield from ((i, left + j, i, left + j, text) for j, text in enumerate(texts) if text)

    @property
    def first_row(self) -> int:
        """The number of the first row below the headings, as Excel counts."""
        return len(self.title) + 1 + max(map(len, self.headings.values())) + int(self.number_row) + 1


def _heading_cells(
    paths: list[tuple[str, ...]], top: int, left: int, depth: int
) -> Iterator[tuple[int, int, int, int, object]]:
    """Headings merged to the right over equal paths and, at the end of a path, down to the last row."""
    for level in range(depth):
        for path, group in groupby(enumerate(paths), key=lambda item: item[1][: level + 1]):
            columns = [j for j, _ in group]
            if len(path) == level + 1:
                ends = len(paths[columns[0]]) == level + 1
                last_row = top + (depth - 1 if ends else level)
                yield top + level, left + columns[0], last_row, left + columns[-1], path[-1]


def counts(
    online: int, direct: int, carried: int, early: int, on_time: int, late: int, in_time: int, overdue: int
) -> dict[object, object]:
    """The form columns 3 to 13 with sums that hold."""
    received, handled, still_open = online + direct + carried, early + on_time + late, in_time + overdue
    figures = (received, online, direct, carried, handled, early, on_time, late, still_open, in_time, overdue)
    return dict(enumerate(figures, start=3))


def row(ordinal: object, name: str | None, figures: dict[object, object], **changed: object) -> dict[object, object]:
    """A row of the table; `c7=…` changes form column 7."""
    return {1: ordinal, 2: name} | figures | {int(key[1:]): value for key, value in changed.items()}


def write(path: Path, *sheets: FormSheet) -> Path:
    """The sheets as a workbook of the kind that the file's name says."""
    (_write_xls if path.suffix == ".xls" else _write_xlsx)(path, sheets)
    return path


def _write_xlsx(path: Path, sheets: Sequence[FormSheet]) -> None:
    # Text stays text: a name that begins with "=" must not become a formula.
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        for sheet in sheets:
            page = book.add_worksheet(sheet.name)
            for top, left, bottom, right, value in sheet.cells():
                if (top, left) != (bottom, right):
                    page.merge_range(top, left, bottom, right, value)
                else:
                    page.write(top, left, value)


def _write_xls(path: Path, sheets: Sequence[FormSheet]) -> None:
    book = xlwt.Workbook(encoding="utf-8")
    for sheet in sheets:
        page = book.add_sheet(sheet.name)
        for top, left, bottom, right, value in sheet.cells():
            page.write_merge(top, bottom, left, right, value)
    book.save(str(path))


def truncated(path: Path) -> Path:
    """The file cut off in the middle, as after a broken download."""
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    return path


def sparse(path: Path) -> Path:
    """One stray cell in the very last row and column: read naively it asks for 500 GB."""
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet()
        page.write(0, 0, "Biểu số II.06/VPCP/KSTT")
        page.write(1_048_575, 16_383, "x")
    return path


def locked_xlsx(path: Path) -> Path:
    """As Excel stores a workbook with a password: an OLE container with a stream EncryptedPackage."""
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + "EncryptedPackage".encode("utf-16-le"))
    return path


def locked_xls(path: Path, sheet: FormSheet) -> Path:
    """An .xls whose second record says FILEPASS (0x2f), which marks a password."""
    write(path, sheet)
    path.write_bytes(path.read_bytes().replace(b"\xe1\x00\x02\x00", b"\x2f\x00\x02\x00", 1))
    return path
