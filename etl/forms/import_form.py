"""Form II.06/VPCP/KSTT, "Tình hình, kết quả giải quyết TTHC": from workbooks to measurements.

A row counts the dossiers of one unit, or of one field (lĩnh vực) of the unit that reports. Whatever
cannot be taken goes to quarantine with its reason. The steps: `etl.workbooks.read` opens the file, `tables` finds
title blocks and rows and `layout` their columns, `periods` and `title` read the title block, `rows` finds whose figures
a row holds, `figures` checks and measures them.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

import polars as pl

from etl.forms import checked
from etl.forms.own_headings import own_headings
from etl.forms.report import keep, plain, refused, write
from etl.forms.title import province_code
from etl.forms.understand import BASIS, understood
from etl.publishing.harvest import Harvest
from etl.workbooks.read import Workbook, read_workbook
from files.faults import Fault
from files.places import DATA
from journal.names import accepted
from ranking.periods import Period, parse
from ranking.vocabulary import CELL
from store.reference import reference_table

_AT_ONCE = 2
_LOCK = "~$"


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
        "own": own_headings(args.data),
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
