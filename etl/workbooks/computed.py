"""Sums that no program ever calculated, worked out from what stands in the sheets."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping

from etl.workbooks.formulas import Calculation, Node, NotPlain, Place
from etl.workbooks.kinds import ZIP
from etl.workbooks.loaded import Loaded
from etl.workbooks.outline import Outline


def never_calculated(content: bytes, states: Mapping[str, tuple[str, Outline]]) -> bool:
    """Whether a workbook's writer has calculated nothing: no formula has a value, and it says so or keeps no chain."""
    found = [one for _, one in states.values()]
    if not any(one.without_value for one in found) or any(len(one.without_value) < len(one.formulas) for one in found):
        return False
    if not content.startswith(ZIP):
        return any(one.never for one in found)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = {name.lower(): name for name in archive.namelist()}
        book = archive.read(names["xl/workbook.xml"])
    return "xl/calcchain.xml" not in names or bool(re.search(rb"fullCalcOnLoad=[\"'](1|true)", book))


def computed_cells(
    tables: Mapping[str, Loaded], found: Mapping[str, Outline], never: bool
) -> dict[str, tuple[dict[tuple[int, int], str], list[tuple[int, int]]]]:
    """Sheet → (cells that were worked out, cells whose formula nobody has calculated)."""
    if not any(one.without_value for one in found.values()):
        return {}
    formulas: dict[Place, Node | None] = {
        (name, *place): node for name, one in found.items() for place, node in one.formulas.items()
    }
    calculation = Calculation(_Values(tables, found), formulas)
    result: dict[str, tuple[dict[tuple[int, int], str], list[tuple[int, int]]]] = {}
    for name, one in found.items():
        cells, uncalculated = result.setdefault(name, ({}, []))
        for place, kept in one.without_value.items():
            try:
                value = calculation.at((name, *place)) if one.formulas[place] is not None else None
                if one.formulas[place] is None:
                    raise NotPlain
            except NotPlain:
                if kept == "" or never:
                    uncalculated.append(place)
                continue
            own = one.formulas[place]
            text = "" if value is None and own is not None and own[0] == "blank" else _written(value)
            if text != kept:
                cells[place] = text
    return result


def _written(value: float | str | None) -> str:
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else f"{value:.9f}".rstrip("0")
    return value or "0"


class _Values(dict[Place, str | None]):
    """What stands in the sheets, column by column as it is asked for; NotPlain for a sheet that was not loaded."""

    def __init__(self, tables: Mapping[str, Loaded], found: Mapping[str, Outline]) -> None:
        super().__init__()
        self._tables, self._found = tables, found
        self._columns: dict[tuple[str, int], list[str | None]] = {}
        self._errors = {
            (name, row, column + found[name].left): text
            for name, table in tables.items()
            for row, column, text in table.errors
        }

    def get(self, place: Place, default: object = None) -> str | None:
        name, row, column = place
        if name not in self._tables:
            raise NotPlain
        if place in self._errors:
            return self._errors[place]
        at = column - self._found[name].left
        if not 0 <= at < self._tables[name].cells.num_columns:
            return None
        if (name, at) not in self._columns:
            self._columns[name, at] = self._tables[name].cells.column(at).to_pylist()
        texts = self._columns[name, at]
        return texts[row] if row < len(texts) else None
