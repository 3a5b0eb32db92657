"""The report on one form, made of its readings: what was taken, set apart and passed over, and which units it names."""

from __future__ import annotations

from collections import defaultdict

import polars as pl

from etl.dossiers.units import Units
from etl.forms import tellable
from etl.forms.reading import NOT_BALANCED, ROWS_DIFFER, Reading
from etl.forms.report import FormReport
from ranking.periods import Period


def report_of(
    file: str, readings: list[Reading], listed: list[Reading], warnings: list[str], finder: Units
) -> FormReport:
    """The report; `listed` are the readings of tables whose rows are units, `finder` knows the units' names."""
    totals = [text for text in warnings if ROWS_DIFFER in text or NOT_BALANCED in text]
    others = [text for text in warnings if text not in totals]
    report = FormReport(file, sorted({one.period for one in readings}), warnings=others, totals=totals)
    for reading in readings:
        if reading.skipped is not None:
            report.skipped.append(f"{reading.place}, {reading.row}: {reading.skipped}")
        elif reading.refusals:
            _set_apart(report, reading)
        elif reading.unit:
            level, code = reading.unit
            whose = f"{level} {code}" + (f", {reading.field}" if reading.field != "all" else "")
            (report.not_reported if reading.silent else report.taken).append(_line(reading, whose))
    report.missing = _missing(listed, finder)
    report.twice = _twice(readings, finder)
    report.not_found = _not_found(readings, finder)
    return report


def _set_apart(report: FormReport, reading: Reading) -> None:
    for refusal in reading.refusals:
        at = f"cell {refusal.cell}: " if refusal.cell and refusal.cell not in refusal.reason else ""
        report.quarantined.append(_line(reading, at + refusal.reason))
        report.cells.append(
            {
                "place": reading.place,
                "row": reading.number,
                "cell": refusal.cell,
                "column": refusal.column,
                "value": refusal.value,
                "reason": refusal.reason,
            }
        )


def _line(reading: Reading, what: str) -> str:
    told = tellable.name(reading.name)
    named = tellable.HIDDEN if told is None and reading.name else repr(told or "")
    return f"{reading.place}, {reading.row}, {named}: {what}"


def _missing(listed: list[Reading], finder: Units) -> dict[Period, list[str]]:
    """The names of the communes of the province that no row names, for each period of a list of communes."""
    by_period: dict[Period, set[str]] = defaultdict(set)
    for reading in listed:
        if reading.unit and reading.unit[0] == "commune":
            by_period[reading.period].add(reading.unit[1])
    found = {}
    for period, codes in by_period.items():
        homes = {finder.province(code) for code in codes}
        own = finder.units.filter(pl.col("province_code").is_in(homes), ~pl.col("code").is_in(codes)).sort("code")
        found[period] = own.get_column("full_name").to_list()
    return found


def _twice(readings: list[Reading], finder: Units) -> list[dict[str, object]]:
    """The communes that stand in several rows: code, name, where, and whether one of the rows was taken."""
    rows: dict[tuple[Period, str], list[Reading]] = defaultdict(list)
    for reading in readings:
        if reading.unit and reading.unit[0] == "commune" and reading.field == "all":
            rows[reading.period, reading.unit[1]].append(reading)
    return [
        {
            "code": code,
            "name": finder.full_name(code),
            "rows": [{"place": one.place, "row": one.number} for one in several],
            "taken": any(one.taken for one in several),
        }
        for (_, code), several in rows.items()
        if len(several) > 1
    ]


def _not_found(readings: list[Reading], finder: Units) -> list[dict[str, object]]:
    """The rows whose unit's name is on no list: where, the name as far as it may be told, and the nearest unit."""
    found: list[dict[str, object]] = []
    for reading in readings:
        if reading.unknown_in is None or reading.skipped is not None:
            continue
        name = tellable.name(reading.name)
        nearest = finder.nearest(reading.name, reading.unknown_in) if name else None
        found.append(
            {
                "place": reading.place,
                "row": reading.number,
                "name": name,
                "province": reading.unknown_in,
                "nearest": nearest,
                "nearest_name": finder.full_name(nearest) if nearest else None,
            }
        )
    return found
