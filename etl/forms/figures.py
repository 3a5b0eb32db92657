"""The figures of one row of form II.06: cells to counts, sums that must hold, measures."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from etl.forms import tellable
from etl.forms.grid import ERRORS
from etl.forms.layout import FIGURES
from etl.forms.tables import Row
from files.faults import BadInput
from ranking.formulas import FormFormula, terms
from ranking.measures import Measure

SUMS = {
    3: ("Tiếp nhận", (4, 5, 6)),
    7: ("Đã giải quyết", (8, 9, 10)),
    11: ("Đang giải quyết", (12, 13)),
}
Counts = dict[int, int | None]

_DASH = re.compile(r"[-–—−]+")
_GROUPED = re.compile(r"[1-9]\d{0,2}(?:([., ])\d{3})(?:\1\d{3})*")
_DIGITS_MAX = 12
_DUST = 1e-6
EXCEL_ERROR = "an error of Excel"


class NoCount(ValueError):
    """A cell that is no whole number of dossiers: what it is instead, and how it reads."""

    def __init__(self, kind: str, shown: str) -> None:
        super().__init__(f"{kind}: {shown}")
        self.kind, self.shown = kind, shown


def read_counts(row: Row) -> tuple[Counts, list[BadInput]]:
    """(the row's counts by form column, None where a cell is empty; what is wrong with them).

    A dash stands for 0 in such reports. It is taken for 0 only where every sum of the row then holds,
    and none of them lacks a cell; otherwise it could just as well mean "unknown".
    """
    place = row.place
    counts: Counts = {}
    faults = []
    if row.merged:
        what = f"one cell stands for several: the cells {row.merged} are merged"
        faults.append(BadInput(place, what, row=row.number))
    for number, cell in row.cells.items():
        try:
            counts[number] = 0 if _is_dash(cell) else count(cell)
        except NoCount as error:
            where = f" stands in cell {row.address(number)}" if error.kind == EXCEL_ERROR else ""
            what = f"{error.kind}{where}: column {number} {error.shown}"
            faults.append(BadInput(place, what, row=row.number, field=FIGURES[number]))
    if faults:
        return counts, faults
    faults = list(_broken_sums(place, row, counts))
    if not faults and any(map(_is_dash, row.cells.values())):
        faults = list(_unproven_dashes(place, row, counts))
    return counts, faults


def count(cell: str | float | None) -> int | None:
    """A whole number of dossiers, None for an empty cell; NoCount says what else the cell is.

    Points, commas and spaces that set off three digits each group thousands, so the ambiguous texts
    "1.234" and "1,234" are both 1234: a count has no decimals, and the sums of the row check the
    reading. Of two different signs the last is the decimal one: "1.234,0" is 1234, "1.234,5" no count.
    """
    if cell is None:
        return None
    if isinstance(cell, float):
        # What Excel's own sums leave behind the point is no part of a dossier.
        if abs(cell - round(cell)) > _DUST or cell < -_DUST:
            raise NoCount("negative" if cell < 0 else "not a whole number", f"says {cell:g}")
        return round(cell)
    if cell == "-0":
        return 0
    if cell.isascii() and cell.isdigit() and len(cell) <= _DIGITS_MAX:
        return int(cell)
    text = _without_zero_decimals(cell.replace("−", "-"))
    if text.isascii() and text.isdigit() and len(text) <= _DIGITS_MAX:
        return int(text)
    if _GROUPED.fullmatch(text) and len(text) <= _DIGITS_MAX:
        return int(re.sub(r"[., ]", "", text))
    shown = tellable.figure(cell)
    raise NoCount(_other_than_count(text), "holds a text" if shown is None else f"says {shown!r}")


def _without_zero_decimals(text: str) -> str:
    """ "1.234,00" and "12,0" without their decimals; three zeros after the only sign are thousands."""
    if found := re.fullmatch(r"(\d{1,3}(?:([., ])\d{3})+)(?!\2)[.,]0+", text):
        return found[1]
    found = re.fullmatch(r"(\d+)[.,]0{1,2}", text)
    return found[1] if found else text


def _is_dash(cell: str | float | None) -> bool:
    return isinstance(cell, str) and not cell.isdigit() and bool(_DASH.fullmatch(cell))


def _other_than_count(text: str) -> str:
    if text in ERRORS:
        return EXCEL_ERROR
    if re.fullmatch(r"-[\d., ]+", text):
        return "negative"
    return "not a whole number" if re.fullmatch(r"\d[\d., ]*", text) else "not a number"


def _broken_sums(place: str, row: Row, counts: Counts) -> Iterable[BadInput]:
    dash = ", with '-' read as 0" if any(map(_is_dash, row.cells.values())) else ""
    for total, (group, parts) in SUMS.items():
        summed = added(counts, parts)
        if None not in (summed, counts[total]) and summed != counts[total]:
            sum_text = f"{' + '.join(map(str, parts))} = {summed}, but column {total} says {counts[total]}{dash}"
            yield BadInput(place, f"the sum does not hold: {sum_text}", row=row.number, field=group)


def _unproven_dashes(place: str, row: Row, counts: Counts) -> Iterable[BadInput]:
    for total, (group, parts) in SUMS.items():
        columns = (total, *parts)
        if any(_is_dash(row.cells[number]) for number in columns) and added(counts, columns) is None:
            empty = next(number for number in columns if counts[number] is None)
            what = f"'-' means 0 only where the sum shows it: column {empty} is empty"
            yield BadInput(place, what, row=row.number, field=group)


def added(counts: Counts, columns: Iterable[int]) -> int | None:
    """The sum of some columns; None where one of them is empty."""
    values = [counts[number] for number in columns]
    known = [value for value in values if value is not None]
    return sum(known) if len(known) == len(values) else None


def balance(counts: Counts) -> bool:
    """Whether 3 = 7 + 11, as far as the cells are there; withdrawn and stopped dossiers may be missing."""
    handled_and_open = added(counts, (7, 11))
    return None in (counts[3], handled_and_open) or counts[3] == handled_and_open


def formulas(measures: Mapping[str, Measure]) -> dict[str, FormFormula]:
    """The measures that the form gives, in the order of its columns."""
    found = {name: measure.formula.form for name, measure in measures.items() if measure.formula.form}
    return dict(sorted(found.items(), key=lambda item: _place(item[1])))


def _place(formula: FormFormula) -> tuple[int, bool]:
    """The first column; a number stands before a share that begins with it."""
    return int(terms(formula.numerator)[0][1]), formula.denominator is not None


def measured(counts: Counts, formulas: Mapping[str, FormFormula]) -> Iterable[dict[str, object]]:
    """measure, numerator, denominator and state of a row whose sums hold.

    A share of no dossiers is `no_dossiers`; a measure that needs an empty cell is `not_reported`.
    """
    for measure, formula in formulas.items():
        numerator, below = _summed(counts, formula.numerator), formula.denominator
        denominator = _summed(counts, below) if below else None
        if numerator is None or (below and denominator is None):
            yield {"measure": measure, "state": "not_reported"}
        else:
            state = "no_dossiers" if denominator == 0 else "reported"
            yield {"measure": measure, "numerator": numerator, "denominator": denominator, "state": state}


def _summed(counts: Counts, text: str) -> int | None:
    """What a sum of columns comes to; None where one of them is empty."""
    parts = terms(text)
    known = [sign * value for sign, column in parts if (value := counts[int(column)]) is not None]
    return sum(known) if len(known) == len(parts) else None
