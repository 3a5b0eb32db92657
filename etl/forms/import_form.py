"""Form II.06/VPCP/KSTT, "Tình hình, kết quả giải quyết TTHC": from workbooks to measurements.

A row counts the dossiers of one unit, or of one field (lĩnh vực) of the unit that reports. Whatever
cannot be taken goes to quarantine with its reason. The steps: `etl.workbooks.read` opens the file, `tables` finds
title blocks and rows and `layout` their columns, `periods` and `title` read the title block, `rows` finds whose figures
a row holds, `figures` checks and measures them.
"""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime

import polars as pl

from etl.dossiers.lists import lists_of
from etl.forms import checked
from etl.forms.command import Opened
from etl.forms.own_headings import own_headings
from etl.forms.report import keep, plain, refused, write
from etl.forms.title import province_code
from etl.forms.understand import BASIS, understood
from etl.publishing.harvest import Harvest
from files.faults import Fault
from journal.names import accepted
from ranking.periods import Period, parse
from ranking.vocabulary import CELL
from store.reference import reference_table


def imported(args: argparse.Namespace, opened: Opened) -> int:
    """Read and report every file, publish what the good ones gave; how many gave something."""
    units, provinces = reference_table("units"), reference_table("provinces")
    options = {
        "province": province_code(args.province, provinces) if args.province else None,
        "period": _period_option(args.period),
        "unit": args.unit,
        "captured_at": datetime.now(UTC),
        "names": accepted(args.data),
        "own": own_headings(args.data),
        "lists": lists_of(args.data),
    }
    seen = checked.seen_in(args.checked) if args.checked else []
    harvests, taken = [], []
    told: list[dict[str, object]] = []
    for path, book in opened:
        try:
            harvest, report = understood(path.name, book(), units, provinces, strict=args.strict, **options)
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
    return len(harvests)


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
