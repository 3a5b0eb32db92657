"""From an opened workbook to measurements, quarantine and a report."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime

import polars as pl

from etl.dossiers.lists import Lists, lists_of
from etl.dossiers.units import Units
from etl.forms import tellable
from etl.forms.about import Form
from etl.forms.fields import by_list
from etl.forms.figures import formulas, measured
from etl.forms.grid import grid_of
from etl.forms.layout import FIGURES
from etl.forms.own_headings import OwnHeadings, in_the_forms_words
from etl.forms.reading import Reading
from etl.forms.report import FormReport
from etl.forms.sums import without_contradictions
from etl.forms.tables import find_tables
from etl.forms.title import province_code
from etl.forms.told import report_of
from etl.matching import remarks
from etl.publishing.harvest import Harvest, measurement_rows, quarantine_rows
from etl.workbooks.read import Workbook
from journal.names import Accepted
from ranking.formulas import FormFormula
from ranking.names import unit_code
from ranking.periods import Period, local_day
from store.reference import measures

SERIES, BASIS = "ii06", "form"
_NAMED_MAX = 8


def understood(
    file: str,
    book: Workbook,
    units: pl.DataFrame,
    provinces: pl.DataFrame,
    province: str | None,
    period: Period | None,
    unit: str | None,
    captured_at: datetime,
    *,
    strict: bool,
    names: Accepted | None = None,
    own: OwnHeadings | None = None,
    lists: Lists | None = None,
) -> tuple[Harvest, FormReport]:
    """What one workbook gives, and the report on it.

    `units` and `provinces` as in `ranking.tables`; `province` is a code, state code or name; `unit` is the code of the
    commune (or province) that a form by field is about. These and `period` win over the title block; with `strict` it
    may name no other province. `names`, `own`, `lists`: unit names, headings and code lists with what
    provinces have added. Raises BadInput where the workbook is not this form, lacks a column, or where neither title
    block nor option says which province, period or unit it is about.
    """
    found = find_tables(file, [in_the_forms_words(grid_of(sheet), own or {}) for sheet in book.sheets])
    chosen = province and province_code(province, provinces)
    # A province is given by two digits, which are no commune's code without its zeros.
    asked = unit if unit is None or len(unit) == 2 else unit_code(unit) or unit
    finder = Units(units, provinces, "form", names or {})
    form = Form(units, provinces, finder, chosen, period, asked, captured_at, strict)
    readings: list[Reading] = []
    listed: list[Reading] = []
    warnings = [*found.warnings, *_remarks(file, book)]
    tables, others = form.of_one_province(found.tables)
    for table in tables:
        read, doubts = form.read(table)
        readings += read
        listed += [] if table.by_field else read
        warnings += [*table.warnings, *doubts]
    readings, kept, told = by_list(file, without_contradictions(readings), lists or lists_of())
    warnings += kept
    warnings += remarks(form.finder.near(tellable.name), file)
    report = report_of(file, readings, listed, warnings, form.finder)
    report.sheets = list(dict.fromkeys(tellable.name(table.sheet) or tellable.HIDDEN for table in found.tables))
    report.warnings += told
    report.skipped += others
    report.skipped += [*(f"sheet {name!r}: hidden" for name in book.hidden), *found.skipped]
    return _harvest(f"{SERIES}:{file}", readings, warnings, captured_at), report


def _remarks(file: str, book: Workbook) -> Iterable[str]:
    """What is hidden in the sheets, and the sums that were worked out because no program had."""
    for sheet in book.sheets:
        place = file if len(book.sheets) == 1 else f"{file}, sheet {sheet.name!r}"
        yield from (f"{place}: {told}" for told in sheet.hidden)
        if sheet.computed:
            n, more = len(sheet.computed), " and more" if len(sheet.computed) > _NAMED_MAX else ""
            cells = ", ".join(sheet.computed[:_NAMED_MAX]) + more
            yield f"{place}: {n} cells hold sums that no spreadsheet had calculated; worked out here: {cells}"


def _harvest(source: str, readings: list[Reading], warnings: list[str], captured_at: datetime) -> Harvest:
    stamp = {"source": source, "captured_at": captured_at}
    today, made_of = local_day(captured_at), formulas(measures())
    told = readings if any(reading.taken for reading in readings) else []
    return Harvest(
        measurements=measurement_rows(row | stamp for reading in told for row in _rows(reading, made_of, today)),
        captured_at=captured_at,
        sources=[source],
        quarantine=quarantine_rows(row | stamp for reading in readings for row in _refused(reading)),
        warnings=warnings,
    )


def _rows(reading: Reading, made_of: Mapping[str, FormFormula], today: date) -> Iterable[dict[str, object]]:
    """Rows of `tables.Measurements`, one per measure; provisional up to the period's last day.

    A total of the province that was refused says `not_reported`: publishing then adds up its communes.
    """
    if not reading.unit or reading.counts is None or not (reading.taken or reading.is_lost_total):
        return
    level, code = reading.unit
    period = reading.period
    counts = reading.counts if reading.taken else dict.fromkeys(FIGURES)
    for row in measured(counts, made_of):
        yield {
            "unit_code": code,
            "level": level,
            "period_start": period.start,
            "period_end": period.end,
            "period_kind": period.kind,
            "series": SERIES,
            "basis": BASIS,
            "field": reading.field,
            "provisional": today <= period.end,
        } | row


def _refused(reading: Reading) -> Iterable[dict[str, object]]:
    """Rows of `tables.Quarantine`, one per reason."""
    for refusal in reading.refusals:
        where: dict[str, object] = {"place": reading.place, "row": reading.number}
        yield where | {"column": refusal.column, "value": refusal.value, "reason": refusal.reason}
