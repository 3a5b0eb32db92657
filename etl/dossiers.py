"""Exports of dossiers, one row per dossier: from a province's files to the same tables as the other sources.

The steps: `dossier_files` and `dossier_headers` find the columns, `dossier_personal` keeps people's data out,
`dossier_rows` makes plain dossiers or says why not, `dossier_store` keeps each dossier's latest state and its
partial sums (`ranking.dossiers`), `ranking.dossier_tables` makes measures of the sums.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from pathlib import Path

import polars as pl

from etl.dossier_files import files_in, read
from etl.dossier_rows import Units, dossiers
from etl.dossier_store import Changes, Store, latest_export, rules, sum_here
from etl.faults import BadInput, Fault
from etl.form_title import province_code
from etl.harvest import Harvest, quarantine_rows
from etl.places import DATA, reference
from ranking.dossier_calendar import calendar
from ranking.dossier_tables import SCHEMA, commonest, measured, periods_of, stock
from ranking.dossiers import NOT_ENDED
from ranking.periods import VIETNAM, local_day
from ranking.tables import Measurements

SERIES = BASIS = "dossiers"
_REFUSED_KEPT = 10_000
_REASONS_SHOWN = 10


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `python -m etl dossiers`."""
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="files or folders: CSV, Parquet, Excel")
    parser.add_argument("--province", help="code (25), state code (H44) or name; else by the dossiers' codes")
    parser.add_argument("--exported", metavar="DAY", help="day of the export, 2026-09-26; else the file's own date")
    parser.add_argument("--dataset", default="live", help="dataset to publish to (default: live)")
    parser.add_argument("--data", type=Path, default=DATA, metavar="DIR", help="folder that holds published/")
    parser.add_argument("--engine", choices=("polars", "spark"), default="polars", help="what computes the sums")
    parser.add_argument("--master", default="local[*]", metavar="URL", help="Spark master, such as spark://host:7077")


def run(args: argparse.Namespace) -> int:
    """Take in every file, publish what changed; 1 where a file could not be read."""
    units = Units(reference("units"), reference("provinces"))
    province = province_code(args.province, units.provinces) if args.province else None
    exported, store = _day(args.exported), Store(args.data)
    refused, failed = [], 0
    with store.sole_writer():
        for path in files_in(args.paths):
            try:
                refused += _staged(store, path, units, province, exported)
            except Fault as fault:
                failed += 1
                print(f"{fault}; nothing was taken from this file", file=sys.stderr)
        changes = store.take_in()
        refused += _conflicts(changes)
        print(f"{changes.new} dossiers new, {changes.replaced} replaced, {len(refused)} rows in quarantine")
        _bring_up_to_date(store, units, refused, args)
    return 1 if failed else 0


def _bring_up_to_date(store: Store, units: Units, refused: list[dict], args: argparse.Namespace) -> None:
    """Compute what the kept sums lack, publish it, and only then note that nothing is pending."""
    outdated = store.outdated()
    if outdated:
        _summed(store, outdated, args.engine, args.master)
    if not outdated and not store.state()["unpublished"]:
        print("nothing has changed, so nothing was published")
        return
    _publish(args, harvest(store, units, outdated, refused))
    names = {name: store.listed(name) for name in ("provinces", "fields", "procedures")}
    commonest(store.sums("procedures").collect(), names).write_csv(store.folder / "procedures.csv")
    store.remember(pending=[], unpublished=False, rules=rules())


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Fault(f"--exported: {text!r} is no day; write it as 2026-09-26") from None


def _staged(store: Store, path: Path, units: Units, province: str | None, exported: date | None) -> list[dict]:
    """Read one file and set its dossiers aside; the rows it refused, for quarantine."""
    day = exported or local_day(datetime.fromtimestamp(path.stat().st_mtime, UTC))
    if day > local_day(datetime.now(UTC)):
        raise BadInput(path.name, f"the export's day, {day}, lies in the future; correct --exported")
    layout, first, frames = read(path)
    parts, refused, seen = [], [], 0
    try:
        for frame in frames:
            rows, bad = dossiers(frame, first + seen, units, province=province, exported=day)
            parts.append(store.stage(rows))
            refused += bad.to_dicts()
            seen += frame.height
    except pl.exceptions.PolarsError as error:
        for part in parts:
            part.unlink()
        raise BadInput(path.name, f"cannot be read to its end: {str(error).splitlines()[0]}") from None
    print("\n".join(_told(path, day, seen, layout.personal, layout.unknown, refused)))
    stamp = {"source": f"{SERIES}:{path.name}", "place": path.name, "captured_at": _moment(day)}
    if len(refused) > _REFUSED_KEPT:
        more = f"{len(refused) - _REFUSED_KEPT} more rows were refused"
        refused = [*refused[:_REFUSED_KEPT], {"row": None, "column": None, "value": None, "reason": more}]
    return [row | stamp for row in refused]


def _told(
    path: Path, day: date, seen: int, personal: list[str], unknown: list[str], refused: list[dict]
) -> Iterable[str]:
    """The report on one file as lines."""
    yield f"{path.name}: export of {day}, {seen} rows read, {len(refused)} refused"
    for kind, headers in (("personal, dropped", personal), ("not used", unknown)):
        if headers:
            yield f"  columns {kind}: {', '.join(headers)}"
    reasons = Counter(row["reason"] for row in refused)
    for reason, number in reasons.most_common(_REASONS_SHOWN):
        yield f"  refused: {number} × {reason}"


def _conflicts(changes: Changes) -> list[dict]:
    why = "stands more than once in the same export with different content"
    stamp = {"source": f"{SERIES}:codes", "place": "several rows", "column": "code", "captured_at": datetime.now(UTC)}
    return [stamp | {"value": code, "reason": why} for code in sorted(changes.conflicts)[:_REFUSED_KEPT]]


def _moment(day: date) -> datetime:
    """The end of the export's day, in Vietnam."""
    return datetime.combine(day, time(23, 59), VIETNAM).astimezone(UTC)


def _summed(store: Store, parts: list[str], engine: str, master: str) -> None:
    if engine == "polars":
        sum_here(store, parts)
        return
    # Imported late: Spark and Java are needed by this engine only.
    from etl.dossier_spark import sum_on_spark

    sum_on_spark(store, parts, master)


def harvest(store: Store, units: Units, parts: Iterable[str], refused: list[dict]) -> Harvest:
    """The measurements of all periods that the dossiers of `parts` touch, and of the current ones."""
    listed, fields = store.units(units), store.listed("fields")
    exports = latest_export(store, listed["province"].unique())
    held = store.sums("open").collect(engine="streaming")
    touched = _months(store, parts) | set(held["received_month"])
    wanted = _whole_periods({12 * day.year + day.month - 1 for day in exports.values()} | touched)
    ended = pl.col("end_month").is_in(wanted)
    events = store.sums("events", ended | pl.col("received_month").is_in(wanted)).collect(engine="streaming")
    days = store.sums("days", ended).collect(engine="streaming")
    frames = [pl.DataFrame(schema=SCHEMA | {"captured_at": Measurements.create_empty().schema["captured_at"]})]
    for day in sorted(set(exports.values())):
        here = listed.filter(pl.col("province").is_in([home for home, last in exports.items() if last == day]))
        spans = periods_of(touched | {12 * day.year + day.month - 1}, day)
        today = calendar().filter(pl.col("day") == day).item(0, "next")
        rows = measured(events, days, stock(held, today), here, spans, fields, day)
        frames.append(rows.with_columns(captured_at=pl.lit(_moment(day)).cast(frames[0].schema["captured_at"])))
    return Harvest(
        measurements=_as_measurements(pl.concat(frames)),
        captured_at=max(map(_moment, exports.values()), default=datetime.now(UTC)),
        sources=[SERIES],
        quarantine=quarantine_rows(refused),
    )


def _months(store: Store, parts: Iterable[str]) -> set[int]:
    """The months in which dossiers of `parts` were received or ended."""
    files = [store.sums_file("events", part) for part in parts]
    if not files:
        return set()
    both = pl.scan_parquet(files).select("received_month", "end_month").unique().collect()
    return {*both["received_month"], *both["end_month"]} - {NOT_ENDED}


def _whole_periods(months: set[int]) -> list[int]:
    """All months of the years that `months` lie in: what their months, quarters and years are made of."""
    years = {month // 12 for month in months}
    return [12 * year + number for year in sorted(years) for number in range(12)]


def _as_measurements(rows: pl.DataFrame) -> pl.DataFrame:
    schema = Measurements.create_empty().schema
    constant = {"series": SERIES, "basis": BASIS, "source": SERIES}
    rows = rows.with_columns(
        *(pl.lit(value).alias(name) for name, value in constant.items()),
        *(pl.lit(None, pl.Float64).alias(name) for name in ("score", "max_score")),
        quality=pl.lit(None, pl.String),
    )
    return rows.select([*schema]).cast(schema)


def _publish(args: argparse.Namespace, taken: Harvest) -> None:
    # Imported late: reading exports needs nothing of what publishing needs.
    from etl.publish import publish

    manifest = publish(args.data, args.dataset, taken, nature="live")
    print(f"published {manifest.id} to {args.dataset}")
