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
from files.faults import BadInput, Fault
from ranking.periods import Period
from ranking.states import COUNTED

MOST = 200
"""Entries of each list that are written out; how many there were is told beside it."""
_LISTS = ("taken", "not_reported", "skipped", "warnings", "totals")
_UNITS = ("twice", "not_found")


class OtherProvince(BadInput):
    """A form of another province than the one that is asked for; `provinces`: the codes that its title block names."""

    def __init__(self, place: str, what: str, provinces: set[str]) -> None:
        super().__init__(place, what)
        self.provinces = sorted(provinces)


def refused(file: str, fault: Fault) -> dict[str, object]:
    """The report on a file that was refused as a whole, with the one province that it is of, if it is another's."""
    others = fault.provinces if isinstance(fault, OtherProvince) else []
    return {"file": file, "refused": str(fault), "province": others[0] if len(others) == 1 else None}


def plain(report: FormReport, harvest: Harvest) -> dict[str, object]:
    """A file's report as JSON knows it: periods, lists, sums by measure over the units that
    have a figure, quarantined cells."""
    own = (pl.col("field") == "all") & (pl.col("level") != "province") & pl.col("state").is_in(COUNTED)
    rows = harvest.measurements.filter(own)
    sums = rows.group_by("measure", maintain_order=True).agg(
        pl.len().alias("units"), *(_sum(name) for name in ("numerator", "denominator"))
    )
    return {
        "file": report.file,
        "refused": "" if harvest.measurements.height else "no row could be taken",
        "periods": [period.id for period in report.periods],
        "units": rows.get_column("unit_code").n_unique(),
        "sums": sums.to_dicts(),
        "sheets": report.sheets,
        "quarantine": report.cells[:MOST],
        "counts": {name: len(getattr(report, name)) for name in _LISTS} | {"quarantine": len(report.cells)},
        "missing": [{"period": period.id, "units": names} for period, names in report.missing.items() if names],
    } | {name: getattr(report, name)[:MOST] for name in (*_LISTS, *_UNITS)}


def _sum(name: str) -> pl.Expr:
    """None where there is nothing to add: a count has no denominator, which is not one of 0."""
    return pl.when(pl.col(name).is_not_null().any()).then(pl.col(name).sum()).alias(name)


def write(path: Path, understood: list[dict[str, object]]) -> None:
    """Write the reports of all files; Fault where that is not possible."""
    try:
        path.write_text(json.dumps(understood, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        raise Fault(f"--report {path}: cannot be written: {error.strerror}") from error


def kept_name(name: str) -> str:
    """The name of a workbook as it is kept, after its content's own."""
    return re.sub(r"[^\w.\- ]", "_", name)[-100:]


def keep(path: Path, folder: Path) -> Path:
    """Keep a workbook under its content's own name, so that figures can be traced to it; Fault on a full disk."""
    digest = hashlib.sha256(path.read_bytes()).hexdigest()[:16]
    kept = folder / f"{digest}-{kept_name(path.name)}"
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
_SHEETS_MAX = 12


@dataclass
class FormReport:
    """What became of one file, for the person who imports it; each list holds one fact per entry."""

    file: str
    periods: list[Period] = field(default_factory=list)
    sheets: list[str] = field(default_factory=list)
    taken: list[str] = field(default_factory=list)
    not_reported: list[str] = field(default_factory=list)
    quarantined: list[str] = field(default_factory=list)
    cells: list[dict[str, object]] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    totals: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    missing: dict[Period, list[str]] = field(default_factory=dict)
    twice: list[dict[str, object]] = field(default_factory=list)
    not_found: list[dict[str, object]] = field(default_factory=list)

    @property
    def absent(self) -> dict[Period, int]:
        """How many communes of the province no row names, for each period."""
        return {period: len(names) for period, names in self.missing.items()}

    def lines(self) -> list[str]:
        """The report as plain text."""
        lines = [
            f"{self.file}: period {', '.join(period.id for period in self.periods) or 'none'}",
            f"  read from {len(self.sheets)} sheets: {', '.join(map(repr, self.sheets[:_SHEETS_MAX]))}"
            + (" and more" if len(self.sheets) > _SHEETS_MAX else ""),
            f"  {len(self.taken)} rows taken, {len(self.not_reported)} units without any figure, "
            f"{len(self.quarantined)} entries in quarantine, {len(self.skipped)} rows or sheets skipped",
        ]
        for period, names in self.missing.items():
            lines.append(f"  communes of the province that are not in the file for {period.id}: {len(names)}")
            lines += [f"    {name}" for name in names[:_LINES_MAX]]
            lines += [f"    and {len(names) - _LINES_MAX} more"] if len(names) > _LINES_MAX else []
        for word, facts in (
            ("total", self.totals),
            ("warning", self.warnings),
            ("not found", [_not_found(one) for one in self.not_found]),
            ("stands twice", [_twice(one) for one in self.twice]),
            ("quarantined", self.quarantined),
            ("not reported", self.not_reported),
            ("skipped", self.skipped),
        ):
            lines += [f"  {word}: {fact}" for fact in facts[:_LINES_MAX]]
            if len(facts) > _LINES_MAX:
                lines.append(f"  {word}: and {len(facts) - _LINES_MAX} more")
        return lines


def _not_found(one: dict[str, object]) -> str:
    told = f"{one['place']}, row {one['row']}, {one['name'] or 'a name that is not shown'}"
    if not one["nearest"]:
        return f"{told}: no commune is called so"
    nearest = f"{one['nearest']} {one['nearest_name']}"
    return f"{told}: the nearest is {nearest}; if so, local/names.csv takes it: {one['province']},NAME,{one['nearest']}"


def _twice(one: dict[str, object]) -> str:
    rows = one["rows"]
    found = rows if isinstance(rows, list) else []
    where = " and ".join(f"{row['place']}, " + (f"row {row['row']}" if row["row"] else "the sum") for row in found)
    return f"{one['code']} {one['name']}: {where}; " + ("one of them counts" if one["taken"] else "none was taken")
