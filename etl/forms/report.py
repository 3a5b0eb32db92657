"""What an import of form II.06 understood, for a program to show, and the workbooks themselves, kept."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from etl.publishing.harvest import Harvest
from files.faults import Fault
from ranking.periods import Period

MOST = 200
"""Entries of each list that are written out; how many there were is told beside it."""
_LISTS = ("taken", "not_reported", "skipped", "warnings")


def plain(report: FormReport, harvest: Harvest) -> dict[str, object]:
    """A file's report as JSON knows it: periods, lists, sums by measure over the form's units, quarantined cells."""
    rows = harvest.measurements.filter(pl.col("field") == "all", pl.col("level") != "province")
    sums = rows.group_by("measure", maintain_order=True).agg(
        pl.len().alias("units"), *(_sum(name) for name in ("numerator", "denominator"))
    )
    cells = harvest.quarantine.select("place", "row", "column", "value", "reason")
    return {
        "file": report.file,
        "refused": "" if harvest.measurements.height else "no row could be taken",
        "periods": [period.id for period in report.periods],
        "units": rows.get_column("unit_code").n_unique(),
        "sums": sums.to_dicts(),
        "quarantine": cells.head(MOST).to_dicts(),
        "counts": {name: len(getattr(report, name)) for name in _LISTS} | {"quarantine": cells.height},
        "absent": sum(report.absent.values()),
    } | {name: getattr(report, name)[:MOST] for name in _LISTS}


def _sum(name: str) -> pl.Expr:
    """None where there is nothing to add: a count has no denominator, which is not one of 0."""
    return pl.when(pl.col(name).is_not_null().any()).then(pl.col(name).sum()).alias(name)


def write(path: Path, understood: list[dict[str, object]]) -> None:
    """Write the reports of all files; Fault where that is not possible."""
    try:
        path.write_text(json.dumps(understood, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        raise Fault(f"--report {path}: cannot be written: {error.strerror}") from error


def keep(path: Path, folder: Path) -> Path:
    """Keep a workbook under its content's own name, so that figures can be traced to it; Fault on a full disk."""
    digest = hashlib.sha256(path.read_bytes()).hexdigest()[:16]
    name = re.sub(r"[^\w.\- ]", "_", path.name)[-100:]
    kept = folder / f"{digest}-{name}"
    partial = folder / f".{digest}-{os.getpid()}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not kept.exists():
            shutil.copyfile(path, partial)
            partial.replace(kept)
        with suppress(PermissionError):  # one that is handed in again is as young as the figures that it gives now
            os.utime(kept)
    except OSError as error:
        raise Fault(f"{folder}: the workbook cannot be kept ({error.strerror}), so nothing was published") from error
    return kept


_LINES_MAX = 30


@dataclass
class FormReport:
    """What became of one file, for the person who imports it; each list holds one fact per entry."""

    file: str
    periods: list[Period] = field(default_factory=list)
    taken: list[str] = field(default_factory=list)
    not_reported: list[str] = field(default_factory=list)
    quarantined: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    absent: dict[Period, int] = field(default_factory=dict)

    def lines(self) -> list[str]:
        """The report as plain text."""
        lines = [
            f"{self.file}: period {', '.join(period.id for period in self.periods) or 'none'}",
            f"  {len(self.taken)} rows taken, {len(self.not_reported)} units without any figure, "
            f"{len(self.quarantined)} entries in quarantine, {len(self.skipped)} rows or sheets skipped",
        ]
        for period, number in self.absent.items():
            lines.append(f"  communes of the province that are not in the file for {period.id}: {number}")
        for word, facts in (
            ("warning", self.warnings),
            ("quarantined", self.quarantined),
            ("not reported", self.not_reported),
            ("skipped", self.skipped),
        ):
            lines += [f"  {word}: {fact}" for fact in facts[:_LINES_MAX]]
            if len(facts) > _LINES_MAX:
                lines.append(f"  {word}: and {len(facts) - _LINES_MAX} more")
        return lines
