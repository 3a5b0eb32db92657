"""Form II.06/VPCP/KSTT, "Tình hình, kết quả giải quyết TTHC": from workbooks to measurements.

A row counts the dossiers of one unit, or of one field (lĩnh vực) of the unit that reports. Whatever
cannot be taken goes to quarantine with its reason; a row that is taken keeps the form's own sums.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl

from etl.faults import BadInput, Fault
from etl.form_figures import Counts, added, balance, measured, read_counts
from etl.form_layout import FIGURES, Row, Table, find_tables
from etl.form_title import province_code, provinces_named, reporting_unit, title_period
from etl.form_workbook import read_workbook
from etl.harvest import Harvest, measurement_rows, quarantine_rows
from etl.matching import UnitMatcher
from etl.places import DATA, reference
from ranking.names import fold, spelling
from ranking.periods import MERGER, Period, local_day, parse
from ranking.tables import CELL

SERIES = "ii06"
DEPARTMENT = "department: no state code in the form"
_DETAIL_LINES = 40

_TOTAL = re.compile(r"(tong( so| cong)?|cong)( toan (tinh|thanh pho))?( \d+.*)?:?")
_WHOLE_PROVINCE = re.compile(r"((tong( so| cong)?|cong) )?toan (tinh|thanh pho)\b.*")
_SUBTOTAL = re.compile(r"(tong|cong)\b.*")
_PART = re.compile(r"[-+*• ]*trong do\b.*")
_DEPARTMENT = re.compile(
    r"(sở|ban|văn phòng|thanh tra|công an|bộ chỉ huy|bảo hiểm|cục|chi cục|thuế|kho bạc|trường|trung tâm|viện|công ty)\s",
    re.IGNORECASE,
)
_LEADING_NUMBER = re.compile(r"^(\d+(\.\d+)*[.)]?|[-+*•])\s+")


@dataclass(frozen=True)
class Reading:
    """One row that says something: whose it is, its sound counts, or the reason why it is not taken."""

    table: str
    row: Row
    unit: tuple[str, str] | None = None
    field: str = "all"
    counts: Counts = field(default_factory=dict)
    faults: tuple[BadInput, ...] = ()
    reason: str | None = None

    @property
    def taken(self) -> bool:
        return self.unit is not None and not self.faults and not self.reason


@dataclass
class FormReport:
    """What one file gave: for the person who imported it."""

    file: str
    periods: list[Period] = field(default_factory=list)
    taken: list[str] = field(default_factory=list)
    not_reported: list[str] = field(default_factory=list)
    quarantined: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def lines(self) -> list[str]:
        """The report as plain text, one fact a line."""
        periods = ", ".join(f"{p.id}" for p in self.periods)
        sums = f"{len(self.taken)} rows taken, {len(self.not_reported)} without any figure"
        lines = [f"{self.file}: {sums}, {len(self.quarantined)} quarantined; period {periods}"]
        for word, facts in (
            ("taken", self.taken),
            ("not reported", self.not_reported),
            ("quarantined", self.quarantined),
            ("skipped", self.skipped),
            ("warning", self.warnings),
        ):
            shown = facts if word == "warning" else facts[:_DETAIL_LINES]
            lines += [f"  {word}: {fact}" for fact in shown]
            if len(facts) > len(shown):
                lines.append(f"  {word}: {len(facts) - len(shown)} more")
        return lines


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `python -m etl import-form`."""
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="workbooks, .xlsx or .xls")
    parser.add_argument("--province", help="code (25), state code (H44) or name; else as the title block says")
    parser.add_argument("--period", help="2026-08, 2026-Q3, 2026 or 2026-01-01_2026-09-14; wins over the title block")
    parser.add_argument("--unit", metavar="CODE", help="the commune that a form by field (lĩnh vực) reports on")
    parser.add_argument("--dataset", default="live", help="dataset to publish to (default: live)")
    parser.add_argument("--data", type=Path, default=DATA, help="folder that holds published/ (default: data)")
    parser.add_argument("--dry-run", action="store_true", help="report only, publish nothing")


def run(args: argparse.Namespace) -> int:
    """Read every file, report on each, publish what the good ones gave; 1 where a file gave nothing."""
    units, provinces = reference("units"), reference("provinces")
    options = {
        "province": province_code(args.province, provinces) if args.province else None,
        "period": _period_option(args.period),
        "unit": args.unit,
        "captured_at": datetime.now(UTC),
    }
    harvests: list[Harvest] = []
    for path in args.files:
        try:
            harvest, report = read_form(path, units, provinces, **options)
        except Fault as fault:
            print(f"{fault}\n  nothing was taken from this file", file=sys.stderr)
            continue
        print("\n".join(report.lines()))
        if harvest.measurements.is_empty():
            print(f"{path.name}: no row could be taken", file=sys.stderr)
        else:
            harvests.append(harvest)
    if harvests and not args.dry_run:
        _publish(args, together(harvests))
    return 0 if len(harvests) == len(args.files) else 1


def _period_option(text: str | None) -> Period | None:
    try:
        return parse(text) if text else None
    except ValueError as error:
        raise Fault(f"--period: {error}") from None


def _publish(args: argparse.Namespace, harvest: Harvest) -> None:
    from etl.publish import publish

    manifest = publish(args.data, args.dataset, harvest, nature="live")
    print(f"published {args.dataset} {manifest.id}")


def together(harvests: list[Harvest]) -> Harvest:
    """One harvest of several files; where two files give one cell different figures, the later file counts."""
    rows = pl.concat([harvest.measurements for harvest in harvests])
    kept = rows.unique(CELL, keep="last", maintain_order=True)
    figures = rows.unique([*CELL, "numerator", "denominator", "state"])
    differing = figures.height - kept.height
    warnings = [text for harvest in harvests for text in harvest.warnings]
    if differing:
        warnings.append(f"{differing} figures differ between files; those of the file named later were taken")
        print(f"warning: {warnings[-1]}", file=sys.stderr)
    return Harvest(
        measurements=kept,
        captured_at=max(harvest.captured_at for harvest in harvests),
        sources=[source for harvest in harvests for source in harvest.sources],
        quarantine=pl.concat([harvest.quarantine for harvest in harvests]),
        warnings=warnings,
    )


def read_form(
    path: Path,
    units: pl.DataFrame,
    provinces: pl.DataFrame,
    *,
    province: str | None = None,
    period: Period | None = None,
    unit: str | None = None,
    captured_at: datetime,
) -> tuple[Harvest, FormReport]:
    """What one workbook gives, and a report for the person who imports it.

    `units` and `provinces` as in `ranking.tables`; `province` is a code, state code or name, `unit` the
    code of the commune that a form by field is about; both and `period` win over the title block.
    Raises BadInput where the file cannot be read, is not this form, lacks a column, or where neither
    its title block nor an option says which province, period or unit it is about.
    """
    sheets, hidden = read_workbook(path)
    tables, others = find_tables(path.name, sheets)
    report = FormReport(path.name, skipped=[f"sheet {name!r}: hidden" for name in hidden])
    report.skipped += [f"sheet {name!r}: no form II.06" for name in others]
    source = f"{SERIES}:{path.name}"
    places = _Places(units, provinces, province, unit)
    found: list[tuple[Period, Reading]] = []
    for table in tables:
        spell = _period(table, period, local_day(captured_at), report)
        found += [(spell, reading) for reading in _readings(table, places, report)]
        report.warnings += table.warnings
    found = _without_contradictions(found, report)
    report.periods = sorted({spell for spell, _ in found})
    rows = [row for spell, reading in found if reading.taken for row in _measurements(spell, reading)]
    stamp = {"series": SERIES, "basis": "form", "source": source, "captured_at": captured_at}
    today = local_day(captured_at)
    harvest = Harvest(
        measurements=measurement_rows(row | stamp | {"provisional": today <= row["period_end"]} for row in rows),
        captured_at=captured_at,
        sources=[source],
        quarantine=quarantine_rows(
            entry | {"source": source, "captured_at": captured_at}
            for _, reading in found
            for entry in _quarantine(reading)
        ),
        warnings=report.warnings,
    )
    _count_up(report, (reading for _, reading in found), places)
    return harvest, report


@dataclass
class _Places:
    """What is known of units and provinces, and what the options say about this file."""

    units: pl.DataFrame
    provinces: pl.DataFrame
    province_option: str | None
    unit_option: str | None
