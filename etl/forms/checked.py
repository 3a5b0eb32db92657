"""What a form was checked against: the figures of its province and period that were published at that moment.

Whoever looked at a form and agrees to it agrees over those figures. If somebody else has published others meanwhile,
nothing is published, and it is told who, when, and how many figures differ from the form's own.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import polars as pl

from files.faults import Fault
from journal import audit
from ranking.manifest import table_file
from ranking.periods import Period, parse
from ranking.states import COUNTED
from ranking.vocabulary import CELL
from store.reference import reference_table

_SAID = ["numerator", "denominator", "state"]
Mark = dict[str, str]
"""province, period and `figures`, a hash of what is published of them."""


class Overtaken(Fault):
    """Somebody else has published a form's province and period since it was looked at; `by` has one entry for each."""

    def __init__(self, by: list[dict[str, Any]]) -> None:
        told = [
            f"{one['period']} of province {one['province']} was published by {one['who'] or 'somebody else'} "
            f"at {one['at'] or 'an unknown time'}; {one['differ']} of its figures differ from this form's"
            for one in by
        ]
        super().__init__(f"{'; '.join(told)}. Nothing was published: look at the form again")
        self.by = by


def marks(before: Path | None, rows: pl.DataFrame, basis: str) -> list[Mark]:
    """What the snapshot `before` holds of the provinces and periods of a form's rows, as marks."""
    return [
        {"province": province, "period": period, "figures": _hash(held)}
        for province, period, held in _held_of_each(before, rows, basis)
    ]


def check(
    data: Path, dataset: str, seen: Iterable[Mark], rows: pl.DataFrame, basis: str
) -> Callable[[Path | None], None]:
    """What publishing asks first, of the snapshot that it will follow: Overtaken where it is not what was `seen`."""
    known = {(mark["province"], mark["period"]): mark["figures"] for mark in seen}

    def ask(before: Path | None) -> None:
        by: list[dict[str, Any]] = []
        for province, period, held in _held_of_each(before, rows, basis):
            if known.get((province, period), _hash(held)) != _hash(held):
                own = rows.filter(_of_province(province))
                by.append({"province": province, "period": period, "differ": _differing(own, held, period)})
        if by:
            raise Overtaken([one | _last_import(data, dataset, one["province"], one["period"]) for one in by])

    return ask


def seen_in(report: Path) -> list[Mark]:
    """The marks in a report of an import that published nothing; Fault where there are none."""
    try:
        told = json.loads(report.read_text(encoding="utf-8"))
        return [mark for one in told for mark in one.get("checked", [])]
    except (OSError, ValueError, AttributeError, TypeError):
        raise Fault(f"--checked {report}: is no report of a --dry-run") from None


def note(data: Path, dataset: str, rows: pl.DataFrame, files: list[str], snapshot: str) -> None:
    """Note in the audit log which provinces and periods were published, for whoever comes second."""
    for province, period in _pairs(rows):
        about = {"dataset": dataset, "province": province, "period": period, "snapshot": snapshot}
        audit.note(data, audit.actor(), "import", **about, files="; ".join(files))


def _last_import(data: Path, dataset: str, province: str, period: str) -> dict[str, object]:
    about = {"act": "import", "dataset": dataset, "province": province, "period": period}
    found = [line for line in audit.lines(data) if about.items() <= line.items()]
    return {"who": found[-1]["who"], "at": found[-1]["at"]} if found else {"who": None, "at": None}


def _held_of_each(before: Path | None, rows: pl.DataFrame, basis: str) -> Iterable[tuple[str, str, pl.DataFrame]]:
    for province, period in _pairs(rows):
        if before is None:
            yield province, period, rows.clear()
            continue
        held = pl.scan_parquet(before / table_file("measurements")).filter(pl.col("basis") == basis)
        yield province, period, held.filter(_of_period(period), _of_province(province)).collect()


def _pairs(rows: pl.DataFrame) -> list[tuple[str, str]]:
    """The provinces and periods that rows tell of, in order."""
    home = _homes()
    spans = rows.select("unit_code", "period_start", "period_end", "period_kind").unique().iter_rows()
    return sorted({(home.get(code, code), Period(start, end, kind).id) for code, start, end, kind in spans})


def _homes() -> dict[str, str]:
    return dict(reference_table("units").select("code", "province_code").iter_rows())


def _of_province(province: str) -> pl.Expr:
    own = [code for code, home in _homes().items() if home == province]
    return pl.col("unit_code").is_in([province, *own])


def _of_period(period: str) -> pl.Expr:
    one = parse(period)
    return (
        (pl.col("period_start") == one.start) & (pl.col("period_end") == one.end) & (pl.col("period_kind") == one.kind)
    )


def _hash(held: pl.DataFrame) -> str:
    said = held.select(*CELL, *_SAID).sort(CELL).write_csv()
    return hashlib.sha256(said.encode()).hexdigest()


def _differing(own: pl.DataFrame, held: pl.DataFrame, period: str) -> int:
    """How many figures of the units of `own` are not said alike in a period: those of one side alone count too."""
    # Of what publishing adds by itself, such as figures per day, no form says anything.
    said = [pl.col(name).is_in(own.get_column(name).unique().to_list()) for name in ("unit_code", "measure")]
    held = held.filter(said)
    counted = pl.col("state").is_in(COUNTED)
    mine, theirs = (frame.filter(counted, _of_period(period)).select(*CELL, *_SAID) for frame in (own, held))
    both = mine.join(theirs, on=list(CELL), how="full", suffix="_held", coalesce=True)
    return both.filter(pl.any_horizontal(pl.col(name).ne_missing(pl.col(f"{name}_held")) for name in _SAID)).height
