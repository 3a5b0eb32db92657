"""A commune's checklist as a workbook to fill in: one sheet for the visit, one on where it comes from."""

from __future__ import annotations

import io
from collections.abc import Sequence

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from display.portraits import checklist, summary_words, visits
from display.portraits.checklist import Line
from display.words import numbers
from display.words.marks import simulated_suffix
from display.words.view import View
from journal.typed import seen
from journal.visits import Visit
from store import units
from store.reference import province_name

_WIDTHS = (5, 26, 58, 26, 26, 18)
_LOOKS = {
    "title": {"bold": True, "font_size": 15},
    "plain": {"text_wrap": True, "valign": "top", "border": 1, "border_color": "#9AA5B1"},
    "strong": {"bold": True, "text_wrap": True, "valign": "top", "border": 1, "border_color": "#9AA5B1"},
    "head": {"bold": True, "text_wrap": True, "border": 1, "bg_color": "#E8EDF1"},
    "part": {"bold": True, "border": 1, "bg_color": "#F4F6F8"},
}


def workbook(view: View, code: str) -> bytes:
    """The checklist of a commune: the last promises, its own questions, the general list, earlier visits.

    Texts are never formulas.
    """
    found = visits.of_unit(view, code) or []
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(out, options) as book:
        looks = {name: book.add_format(look) for name, look in _LOOKS.items()}
        sheet = book.add_worksheet(view.say("inspection.sheet.checklist"))
        _lay_out(sheet)
        row = _head(view, sheet, looks, code)
        for title, lines in _parts(view, code, found):
            row = _part(sheet, looks, row, title, lines)
    return out.getvalue()


def file_name(view: View, code: str) -> str:
    """`gan-dan_phieu-kiem-tra_16654.xlsx`; a simulated one says so in its name."""
    return f"gan-dan_phieu-kiem-tra_{code}{simulated_suffix(view)}.xlsx"


def _lay_out(sheet: Worksheet) -> None:
    """One page wide on A4 paper, the headers on every page."""
    for column, width in enumerate(_WIDTHS):
        sheet.set_column(column, column, width)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.5)


def _head(view: View, sheet: Worksheet, looks: dict[str, Format], code: str) -> int:
    """Title, place and source, then the header of the table; the number of the next row."""
    unit = units.known(code)
    place = f"{unit['full_name']}, {province_name(unit['province_code'])}"
    sheet.write_string(0, 0, view.say("inspection.sheet.title", unit=place), looks["title"])
    sheet.write_string(1, 0, summary_words.source_line(view, code))
    sheet.write_string(2, 0, view.say("inspection.sheet.blanks"))
    for column, name in enumerate(("number", "matter", "ask", "basis", "result", "remark")):
        sheet.write_string(4, column, view.say(f"inspection.sheet.{name}"), looks["head"])
    sheet.repeat_rows(4)
    sheet.freeze_panes(5, 2)
    return 5


def _parts(view: View, code: str, found: Sequence[Visit]) -> list[tuple[str, list[Line]]]:
    own, promised = checklist.own_lines(view, code), checklist.promise_lines(view, code)
    earlier = [
        Line(numbers.day(visit.visited_on, view.language), seen(visit.findings), seen(visit.team)) for visit in found
    ]
    parts = [
        (view.say("promises.sheet.title", n=len(promised)), promised),
        (view.say("inspection.checklist.own", n=len(own)), own),
        (view.say("inspection.checklist.general"), checklist.general_lines(view, None)),
        (view.say("inspection.sheet.earlier"), earlier),
    ]
    return [(title, lines) for title, lines in parts if lines]


def _part(sheet: Worksheet, looks: dict[str, Format], row: int, title: str, lines: Sequence[Line]) -> int:
    """A heading and its numbered lines, with room to write; the number of the next row."""
    for column in range(len(_WIDTHS)):
        sheet.write_string(row, column, title if column == 0 else "", looks["part"])
    for number, line in enumerate(lines, 1):
        sheet.write_number(row + number, 0, number, looks["plain"])
        sheet.write_string(row + number, 1, line.title, looks["strong"])
        for column, text in enumerate((line.ask, line.basis, "", ""), 2):
            sheet.write_string(row + number, column, text, looks["plain"])
        sheet.set_row(row + number, 15 * _lines_of(line))
    return row + len(lines) + 1


def _lines_of(line: Line) -> int:
    """How many lines of text the row needs; a spreadsheet does not work that out when it opens a file."""
    texts = ((line.title, _WIDTHS[1]), (line.ask, _WIDTHS[2]), (line.basis, _WIDTHS[3]))
    needed = [sum(-(-max(len(part), 1) // (width - 2)) for part in text.split("\n")) for text, width in texts]
    return min(max(2, *needed), 26)
