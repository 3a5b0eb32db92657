"""Exports of dossiers, one row per dossier: from a province's files to the same tables as the other sources.

The steps: `files` and `headers` find the tables and columns, `survey` judges them as columns, `personal` keeps people's
data out, `rows` makes plain dossiers or says why not, `store` and `changes` keep each dossier's latest state and the
partial sums (`ranking.dossiers.rows`), `ranking.dossiers.tables` makes measures of the sums.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import tempfile
from collections.abc import Collection, Iterable
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl

from etl.dossiers.changes import Changes, fold_longest, months_in, sum_here, take_in
from etl.dossiers.date_orders import DAY_FIRST, MONTH_FIRST
from etl.dossiers.earlier import settle
from etl.dossiers.files import files_in
from etl.dossiers.lists import Lists, field_names, lists_of
from etl.dossiers.measurements import BASIS, harvest
from etl.dossiers.staging import REFUSED_KEPT, SERIES, stage_file
from etl.dossiers.store import LIVE, SIMULATED, Store, rules
from etl.dossiers.trial import lines
from etl.dossiers.units import Units
from etl.forms.title import province_code
from etl.matching import remarks
from etl.publishing.harvest import Harvest
from files.faults import Fault
from files.places import DATA
from journal.names import accepted
from ranking.dossiers.procedures import commonest
from ranking.dossiers.tables import added
from ranking.manifest import table_file
from store.reference import measures, reference_table


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `python -m etl dossiers`."""
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="files or folders: CSV, Parquet, Excel")
    parser.add_argument("--province", help="code (25), state code (H44) or name; else by the dossiers' codes")
    parser.add_argument("--exported", metavar="DAY", help="day of the export, 2026-09-26; else the file's own date")
    parser.add_argument(
        "--dates", choices=(DAY_FIRST, MONTH_FIRST), help="how dates are written where no day after the 12th tells"
    )
    parser.add_argument("--dataset", default="live", help="dataset to publish to (default: live)")
    parser.add_argument(
        "--begin-again", action="store_true", help="publish over dossiers whose kept states are gone: give all exports"
    )
    parser.add_argument("--data", type=Path, default=DATA, metavar="DIR", help="folder that holds published/")
    parser.add_argument("--dry-run", action="store_true", help="report only: keep nothing, publish nothing")
    parser.add_argument("--engine", choices=("polars", "spark"), default="polars", help="what computes the sums")
    parser.add_argument("--master", default="local[*]", metavar="URL", help="Spark master, such as spark://host:7077")


def run(args: argparse.Namespace) -> int:
    """Take in every file, publish what changed; 1 where a file could not be read."""
    units = Units(reference_table("units"), reference_table("provinces"), accepted=accepted(args.data))
    province = province_code(args.province, units.provinces) if args.province else None
    exported, store, lists = _day(args.exported), Store(args.data), lists_of(args.data)
    if args.dry_run:
        _check_kept(store, args)
        return _tried(args, units, province, exported, lists)
    refused, failed = [], 0
    with store.sole_writer():
        _check_kept(store, args)
        if texts := settle(store, lists):
            print(f"{texts} fields and procedures of earlier imports are on no code list; they count as not known")
        for path in files_in(args.paths):
            try:
                refused += stage_file(store, path, units, province, exported, dates=args.dates, lists=lists)
            except Fault as fault:
                failed += 1
                print(f"{fault}; nothing was taken from this file", file=sys.stderr)
        _check_nature(store, args)
        for remark in remarks(units.near(), SERIES):
            print(f"warning: {remark}")
        changes = take_in(store)
        refused += _conflicts(changes)
        print(f"{changes.new} dossiers new, {changes.replaced} replaced, {len(refused)} rows in quarantine")
        _bring_up_to_date(store, units, refused, args, lists)
    return 1 if failed else 0


def _tried(args: argparse.Namespace, units: Units, province: str | None, exported: date | None, lists: Lists) -> int:
    """Read every file into a store that is for the moment, and tell what it would bring; 1 where one cannot be read."""
    failed, refused = 0, 0
    with tempfile.TemporaryDirectory(prefix="gandan-") as folder:
        store = Store(Path(folder))
        for path in files_in(args.paths):
            try:
                refused += len(stage_file(store, path, units, province, exported, dates=args.dates, lists=lists))
            except Fault as fault:
                failed += 1
                print(f"{fault}; nothing would be taken from this file", file=sys.stderr)
        for remark in remarks(units.near(), SERIES):
            print(f"warning: {remark}")
        print("\n".join(lines(store, units)))
        _check_nature(store, args)
    print(f"{refused} rows would go to quarantine; nothing was kept and nothing was published")
    return 1 if failed else 0


def _check_nature(store: Store, args: argparse.Namespace) -> None:
    """Fault where simulated dossiers would be published as real ones."""
    if store.state()["nature"] == SIMULATED and args.dataset == LIVE:
        raise Fault(
            f"simulated dossiers are never published to {LIVE}, and the export has the column Mô phỏng; "
            f"give --dataset {SIMULATED}, or export real ones without that column"
        )


def _check_kept(store: Store, args: argparse.Namespace) -> None:
    """Fault where dossiers are published but none are kept: what comes now would stand in the place of all of them."""
    if store.parts() or args.begin_again:
        return
    held = _held(args, ())
    if held is None:
        return
    # What the simulated country shows at first was never kept here.
    shown = (
        held.filter(pl.col("state") == "reported", pl.col("source") != SIMULATED)
        .select("unit_code")
        .unique()
        .collect()
        .height
    )
    if shown:
        raise Fault(
            f"{store.folder}: keeps no dossiers, but {args.dataset} shows those of {shown} units; "
            "nothing was read: restore it from a backup, or give all exports so far with --begin-again"
        )


def _bring_up_to_date(store: Store, units: Units, refused: list[dict], args: argparse.Namespace, lists: Lists) -> None:
    """Compute what the kept sums lack, publish it, and only then note that nothing is pending."""
    outdated = store.outdated()
    if outdated:
        _sum_whole(store, outdated, args.engine, args.master)
    state, formulas = store.state(), _formulas()
    if state["formulas"] != formulas:
        state["months"] = sorted({*state["months"], *_months(store, store.parts())})
    if not outdated and not state["unpublished"] and not state["months"]:
        print("nothing has changed, so nothing was published")
        return
    only = field_names(lists)
    taken = harvest(store, units, set(state["months"]), refused, _held(args, only))
    _publish(args, taken, only, store.state()["nature"] or LIVE)
    _procedures(store).write_csv(store.folder / "procedures.csv")
    store.remember(pending=[], months=[], unpublished=False, rules=rules(), formulas=formulas)
    fold_longest(store)


def _formulas() -> str:
    """A mark of what the published measures are made of: where a formula changes, all periods are told again."""
    made = {name: measure.formula.dossiers for name, measure in measures().items() if measure.formula.dossiers}
    said = json.dumps({name: formula.model_dump() for name, formula in sorted(made.items())})
    return hashlib.sha256(said.encode()).hexdigest()


def _procedures(store: Store) -> pl.DataFrame:
    """The commonest procedures of each province and year, counted year by year to keep memory flat."""
    names = {name: store.listed(name) for name in ("provinces", "fields", "procedures")}
    rows = store.addends("procedures")
    year = pl.col("end_month") // 12
    years = rows.select(year).unique().collect(engine="streaming").to_series().sort()
    parts = [
        commonest(added([rows.filter(year == one)], "procedures").collect(engine="streaming"), names) for one in years
    ]
    empty = commonest(pl.DataFrame(schema=rows.collect_schema()), names)
    return pl.concat([empty, *parts]).sort("province", "year", descending=[False, True], maintain_order=True)


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Fault(f"--exported: {text!r} is no day; write it as 2026-09-26") from None


def _conflicts(changes: Changes) -> list[dict]:
    why = "stands more than once in the same export with different content"
    stamp = {"source": f"{SERIES}:codes", "place": "several rows", "column": "code", "captured_at": datetime.now(UTC)}
    return [stamp | {"value": code, "reason": why} for code in sorted(changes.conflicts)[:REFUSED_KEPT]]


def _sum_whole(store: Store, parts: list[str], engine: str, master: str) -> None:
    """Compute the sums of whole parts, and note the months that they touch, with those they touched before."""
    store.remember(months=sorted({*store.state()["months"], *_months(store, parts)}))
    if engine == "polars":
        sum_here(store, parts)
    else:
        # Imported late: Spark and Java are needed by this engine only.
        from etl.dossiers.spark import sum_on_spark

        sum_on_spark(store, parts, master)
    store.remember(months=sorted({*store.state()["months"], *_months(store, parts)}))


def _months(store: Store, parts: Iterable[str]) -> set[int]:
    """The months that the sums of `parts` speak of; none where there are no sums yet."""
    files = [path for part in parts for path in store.sums_files("events", part)]
    return months_in(pl.scan_parquet(files)) if files else set()


def _held(args: argparse.Namespace, fields: Collection[str]) -> pl.LazyFrame | None:
    """The measurements of dossiers that the dataset holds, of fields that are on the code list."""
    # Imported late: reading exports needs nothing of what publishing needs.
    from etl.publishing.publish import current_snapshot

    before = current_snapshot(args.data / "published" / args.dataset)
    if before is None:
        return None
    return pl.scan_parquet(before / table_file("measurements")).filter(
        pl.col("basis") == BASIS, pl.col("field").is_in(["all", *fields])
    )


def _publish(args: argparse.Namespace, taken: Harvest, fields: Collection[str], nature: str) -> None:
    # Imported late: reading exports needs nothing of what publishing needs.
    from etl.publishing.publish import publish

    taken.fields[BASIS] = frozenset({"all", *fields})
    manifest = publish(args.data, args.dataset, taken, nature=nature)
    print(f"published {manifest.id} to {args.dataset}")
