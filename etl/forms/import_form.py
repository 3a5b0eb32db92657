"""Form II.06/VPCP/KSTT, "Tình hình, kết quả giải quyết TTHC": from workbooks to measurements.

A row counts the dossiers of one unit, or of one field (lĩnh vực) of the unit that reports. Whatever
cannot be taken goes to quarantine with its reason. The steps: `etl.workbooks.read` opens the file, `tables` finds
title blocks and rows and `layout` their columns, `periods` and `title` read the title block, `rows` finds whose figures
a row holds, `figures` checks and measures them.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime
from importlib import import_module
from pathlib import Path

import polars as pl

from etl.dossiers.units import UNKNOWN_UNIT, Units
from etl.forms import checked, tellable
from etl.forms.figures import formulas, measured
from etl.forms.grid import grid_of
from etl.forms.layout import FIGURES
from etl.forms.periods import Title, title_period
from etl.forms.report import FormReport, OtherProvince, keep, plain, refused, write
from etl.forms.rows import Reading, field_readings, readings_of_both, unit_readings, without_contradictions
from etl.forms.tables import Table, find_tables
from etl.forms.title import province_code, provinces_named, reporting_unit
from etl.forms.told import report_of
from etl.matching import remarks
from etl.publishing.harvest import Harvest, measurement_rows, quarantine_rows
from etl.workbooks.read import Workbook, read_workbook
from files.faults import BadInput, Fault
from files.places import DATA
from journal.names import Accepted, accepted
from ranking.formulas import FormFormula
from ranking.names import fold, unit_code
from ranking.periods import MERGER, Period, local_day, parse
from ranking.vocabulary import CELL
from store.reference import measures, reference_table

SERIES, BASIS = "ii06", "form"
_NAMED_MAX = 8
_AT_ONCE = 2
_LOCK = "~$"
_SO_FAR = "luy ke"
_PROVINCE_OFFICE = re.compile(r"(ubnd |uy ban nhan dan )?(tinh|thanh pho|tp)\b[^,-]*$")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `python -m etl import-form`."""
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="workbooks, .xlsx or .xls, or folders")
    parser.add_argument("--province", help="code (25), state code (H44) or name; else as the title block says")
    parser.add_argument(
        "--period", help="2026-08, 2026-Q3, 2026 or 2026-01-01_2026-09-14; else as the title block says"
    )
    parser.add_argument("--unit", metavar="CODE", help="the commune that a form by field (lĩnh vực) reports on")
    parser.add_argument("--dataset", default="live", help="dataset to publish to (default: live)")
    parser.add_argument("--data", type=Path, default=DATA, metavar="DIR", help="folder that holds published/")
    parser.add_argument(
        "--strict", action="store_true", help="refuse a file whose title block names another province than --province"
    )
    parser.add_argument("--report", type=Path, metavar="FILE", help="also write what was understood, as JSON")
    parser.add_argument("--dry-run", action="store_true", help="report only, publish nothing")
    parser.add_argument(
        "--checked",
        type=Path,
        metavar="FILE",
        help="the report of a --dry-run that was agreed to: publish only over the figures it was checked against",
    )


def run(args: argparse.Namespace) -> int:
    """Read and report every file, publish what the good ones gave; 1 where a file gave nothing."""
    units, provinces = reference_table("units"), reference_table("provinces")
    options = {
        "province": province_code(args.province, provinces) if args.province else None,
        "period": _period_option(args.period),
        "unit": args.unit,
        "captured_at": datetime.now(UTC),
        "names": accepted(args.data),
    }
    seen = checked.seen_in(args.checked) if args.checked else []
    harvests, taken = [], []
    told: list[dict[str, object]] = []
    files = workbooks_in(args.files)
    for path, opened in _opened(files, publishing=not args.dry_run):
        try:
            harvest, report = understood(path.name, opened(), units, provinces, strict=args.strict, **options)
        except Fault as fault:
            print(f"{fault}; nothing was taken from this file", file=sys.stderr)
            told.append(refused(path.name, fault))
            continue
        told.append(plain(report, harvest) | {"checked": _marks(args, harvest)})
        print("\n".join(report.lines()))
        if harvest.measurements.is_empty():
            print(f"{path.name}: no row could be taken", file=sys.stderr)
        else:
            harvests.append(harvest)
            taken.append(path)
    try:
        if harvests and not args.dry_run:
            for path in taken:
                keep(path, args.data / "raw" / "forms")
            _publish(args, together(harvests), seen, [path.name for path in taken])
    except checked.Overtaken as overtaken:
        told[0]["overtaken"] = overtaken.by
        raise
    finally:
        if args.report:
            write(args.report, told)
    return 0 if len(harvests) == len(files) else 1


def workbooks_in(paths: list[Path]) -> list[Path]:
    """The workbooks among files and in folders, in order of their names; Fault where there is none.

    The lock file of a workbook that is open is none, and of a folder only what is called .xlsx or .xls counts.
    """
    found = []
    for path in paths:
        inside = sorted(one for one in path.rglob("*") if _is_workbook(one)) if path.is_dir() else [path]
        found += [one for one in inside if not one.name.startswith(_LOCK)]
    if not found:
        raise Fault(f"{', '.join(path.name for path in paths)}: there is no workbook; a form is an .xlsx or .xls")
    return found


def _is_workbook(path: Path) -> bool:
    return path.is_file() and path.suffix.lower() in (".xlsx", ".xls") and not path.name.startswith(".")


def _opened(paths: list[Path], *, publishing: bool) -> Iterator[tuple[Path, Callable[[], Workbook]]]:
    """Each workbook and what gives its sheets, or raises: opened in processes apart, two ahead, while this one works.

    `publishing`: whether what publishing needs is loaded meanwhile; reading and reporting forms needs nothing of it.
    """
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        ahead = [pool.submit(read_workbook, path) for path in paths[:_AT_ONCE]]
        if publishing:
            import_module("etl.publishing.publish")
        for n, path in enumerate(paths):
            yield path, ahead[n].result
            ahead += [pool.submit(read_workbook, other) for other in paths[len(ahead) :][:1]]
            ahead[n] = Future()  # the sheets of a workbook that was dealt with are not kept


def _period_option(text: str | None) -> Period | None:
    try:
        return parse(text) if text else None
    except ValueError as error:
        raise Fault(f"--period: {error}") from None


def _marks(args: argparse.Namespace, harvest: Harvest) -> list[checked.Mark]:
    if not args.report:
        return []
    # Imported late: reading and reporting forms needs nothing of what publishing needs.
    from etl.publishing.in_service import current_snapshot

    return checked.marks(current_snapshot(args.data / "published" / args.dataset), harvest.measurements, BASIS)


def _publish(args: argparse.Namespace, harvest: Harvest, seen: list[checked.Mark], files: list[str]) -> None:
    # Imported late, as above.
    from etl.publishing.publish import publish

    rows = harvest.measurements
    ask = checked.check(args.data, args.dataset, seen, rows, BASIS)
    manifest = publish(args.data, args.dataset, harvest, nature="live", first=ask)
    checked.note(args.data, args.dataset, rows, files, manifest.id)
    print(f"published {manifest.id} to {args.dataset}")


def together(harvests: list[Harvest]) -> Harvest:
    """One harvest of several files; where two give one cell different figures, the file named later counts."""
    rows = pl.concat([harvest.measurements for harvest in harvests])
    kept = rows.unique(CELL, keep="last", maintain_order=True)
    differing = rows.unique([*CELL, "numerator", "denominator", "state"]).height - kept.height
    warnings = [text for harvest in harvests for text in harvest.warnings]
    if differing:
        warnings.append(f"{differing} figures differ between the files; those of the file named later were taken")
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
    strict: bool = False,
) -> tuple[Harvest, FormReport]:
    """What one workbook gives, and the report on it.

    `units` and `provinces` as in `ranking.tables`; `province` is a code, state code or name; `unit` is
    the code of the commune (or province) that a form by field is about. These and `period` win over
    the title block; with `strict` the title block may name no other province. Raises BadInput where the file cannot
    be read, is not this form, lacks a column, or where neither title block nor option says which province, period or
    unit it is about.
    """
    return understood(
        path.name, read_workbook(path), units, provinces, province, period, unit, captured_at, strict=strict
    )


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
) -> tuple[Harvest, FormReport]:
    """As `read_form`, of a workbook that was opened before; `names`: those that provinces have accepted."""
    found = find_tables(file, [grid_of(sheet) for sheet in book.sheets])
    chosen = province and province_code(province, provinces)
    # A province is given by two digits, which are no commune's code without its zeros.
    asked = unit if unit is None or len(unit) == 2 else unit_code(unit) or unit
    finder = Units(units, provinces, "form", names or {})
    form = _Form(units, provinces, finder, chosen, period, asked, captured_at, strict)
    readings: list[Reading] = []
    listed: list[Reading] = []
    warnings = [*found.warnings, *_remarks(file, book)]
    for table in found.tables:
        read, doubts = form.read(table)
        readings += read
        listed += [] if table.by_field else read
        warnings += [*table.warnings, *doubts]
    readings = without_contradictions(readings)
    warnings += remarks(form.finder.near(tellable.name), file)
    report = report_of(file, readings, listed, warnings, form.finder)
    report.sheets = list(dict.fromkeys(tellable.name(table.sheet) or tellable.HIDDEN for table in found.tables))
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


@dataclass(frozen=True)
class _Form:
    """What is known apart from the file: reference tables, options, time."""

    units: pl.DataFrame
    provinces: pl.DataFrame
    finder: Units
    province: str | None
    period: Period | None
    unit: str | None
    captured_at: datetime
    strict: bool = False

    def read(self, table: Table) -> tuple[list[Reading], list[str]]:
        """(the readings of one table, warnings)."""
        period, doubts = self._period(table)
        province, more = self._province(table)
        if table.by_field:
            unit, about_unit = self._unit(table, province)
            readings, warnings = field_readings(table, period, unit)
            return readings, [*doubts, *more, *about_unit, *warnings]
        if self.unit:
            more.append(f"{table.place}: --unit {self.unit} was not used, because the rows are units, not fields")
        read = readings_of_both if table.by_both else unit_readings
        readings, warnings = read(table, period, province, self.finder)
        return readings, [*doubts, *more, *warnings]

    def _period(self, table: Table) -> tuple[Period, list[str]]:
        said = self._said_period(table)
        period = self.period or said
        if period is None:
            raise BadInput(table.place, "the title block names no period; give one, such as --period 2026-08")
        if period.start < MERGER:
            what = f"the period {period.id} begins before 1 July 2025, when today's communes did not exist; "
            raise BadInput(table.place, what + "give --period for a period that begins on that day or later")
        if period.start > local_day(self.captured_at):
            raise BadInput(table.place, f"the period {period.id} lies in the future; correct it or give --period")
        if said and said != period:
            return period, [f"{table.place}: the title block says {said.id}, --period {period.id} was taken"]
        return period, []

    def _said_period(self, table: Table) -> Period | None:
        """The period in the title block, else on a sheet before; an option settles what they leave open."""
        try:
            said = title_period(table.place, table.title) or title_period(table.place, table.cover)
        except BadInput:
            if self.period is None:
                raise
            return None
        if (
            said
            and self.period is None
            and said.kind == "month"
            and said.start.month > 1
            and _SO_FAR in fold(table.sheet)
        ):
            so_far = Period(said.start.replace(month=1), said.end, "to_date").id
            what = f"the title block says {said.id}, but the sheet is named after the year so far; "
            raise BadInput(table.place, f"{what}say which period it is with --period {said.id} or --period {so_far}")
        return said

    def _province(self, table: Table) -> tuple[str, list[str]]:
        said = self._named_in(table.title) or self._named_in(table.cover)
        chosen = self.province or self._province_of_unit()
        if chosen and said and chosen not in said:
            if self.strict:
                what = f"the title block names province {_codes(said)}, but only forms of {chosen} are taken"
                raise OtherProvince(table.place, what, said)
            return chosen, [f"{table.place}: the title block names province {_codes(said)}, {chosen} was taken"]
        if chosen:
            return chosen, []
        if len(said) != 1:
            found = f"several provinces ({_codes(said)})" if said else "no province"
            raise BadInput(table.place, f"the title block names {found}; give one, such as --province 25")
        return next(iter(said)), []

    def _named_in(self, title: Title) -> set[str]:
        return provinces_named((text for row in title for text in row), self.provinces)

    def _province_of_unit(self) -> str | None:
        if self.unit is None:
            return None
        if self.unit in self.provinces["code"]:
            return self.unit
        own = self.units.filter(pl.col("code") == self.unit)
        if own.is_empty():
            raise Fault(f"--unit {self.unit}: no commune or province of today has this code")
        return own["province_code"][0]

    def _unit(self, table: Table, province: str) -> tuple[tuple[str, str], list[str]]:
        """((level, code) of the unit that a table by field is about, warnings)."""
        name = reporting_unit(table.title)
        said = self._named(name, province) if name else None
        if name is None:
            said = self._named(table.sheet, province) or self._on_cover(table, province)
        if self.unit:
            if self._province_of_unit() != province:
                raise Fault(f"--unit {self.unit} does not lie in province {province}")
            chosen = ("province" if len(self.unit) == 2 else "commune", self.unit)
            if said and said != chosen:
                told = tellable.name(name) or "a unit"
                return chosen, [f"{table.place}: the title block says {told!r} ({said[1]}), {self.unit} was taken"]
            return chosen, []
        if said is None:
            told = repr(tellable.name(name)) if tellable.name(name) else "a unit"
            found = f"names {told}: {self._why(name, province)}" if name else "names no reporting unit"
            raise BadInput(table.place, f"the title block {found}; give the commune's code with --unit")
        return said, []

    def _on_cover(self, table: Table, province: str) -> tuple[str, str] | None:
        name = reporting_unit(table.cover)
        return self._named(name, province) if name else None

    def _why(self, name: str, province: str) -> str:
        return self.finder.find(name, province, elsewhere=False)[1].removeprefix(f"{UNKNOWN_UNIT}: ")

    def _named(self, name: str, province: str) -> tuple[str, str] | None:
        code, _ = self.finder.find(name, province, elsewhere=False)
        if code and len(code) == 5 and code.isdigit():
            return "commune", code
        own = provinces_named([name], self.provinces) == {province}
        return ("province", province) if own and _PROVINCE_OFFICE.match(fold(name)) else None


def _codes(codes: Iterable[str]) -> str:
    return ", ".join(sorted(codes))


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
