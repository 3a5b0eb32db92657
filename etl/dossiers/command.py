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
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from pathlib import Path

import polars as pl

from etl.dossiers.batch import Rows
from etl.dossiers.changes import Changes, fold_longest, months_in, sum_here, take_in
from etl.dossiers.date_orders import DAY_FIRST, MONTH_FIRST
from etl.dossiers.earlier import settle
from etl.dossiers.files import Export, files_in, read
from etl.dossiers.lists import Lists, field_names, lists_of
from etl.dossiers.row_checks import REFUSED
from etl.dossiers.rows import dossiers
from etl.dossiers.store import LIVE, SIMULATED, Store, latest_export, rules
from etl.dossiers.survey import Reading, Survey
from etl.dossiers.trial import lines
from etl.dossiers.units import Units
from etl.forms.title import province_code
from etl.matching import remarks
from etl.publishing.harvest import Harvest, quarantine_rows
from files.faults import BadInput, Fault
from files.places import DATA
from journal.names import accepted
from ranking.dossiers.days import calendar
from ranking.dossiers.formulas import DossierMeasures
from ranking.dossiers.rows import KEYS
from ranking.dossiers.tables import SCHEMA, added, commonest, fallen_silent, measured, month_of, periods_of
from ranking.manifest import table_file
from ranking.periods import VIETNAM, local_day
from ranking.tables import Measurements, types_of
from store.reference import measures, reference_table
from store.swapped_days import swapped_days

SERIES = BASIS = "dossiers"
_REFUSED_KEPT = 10_000
_REASONS_SHOWN = 10


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
                refused += _staged(store, path, units, province, exported, dates=args.dates, lists=lists)
            except Fault as fault:
                failed += 1
                print(f"{fault}; nothing was taken from this file", file=sys.stderr)
        if store.state()["nature"] == SIMULATED and args.dataset == LIVE:
            raise Fault(f"simulated dossiers are never published to {LIVE}; give --dataset {SIMULATED}")
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
                refused += len(_staged(store, path, units, province, exported, dates=args.dates, lists=lists))
            except Fault as fault:
                failed += 1
                print(f"{fault}; nothing would be taken from this file", file=sys.stderr)
        for remark in remarks(units.near(), SERIES):
            print(f"warning: {remark}")
        print("\n".join(lines(store, units)))
    print(f"{refused} rows would go to quarantine; nothing was kept and nothing was published")
    return 1 if failed else 0


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


@dataclass
class _Taken:
    """What one file brought: rows read, left out as headings or totals, the first refused ones, and why how many."""

    seen: int = 0
    left_out: int = 0
    refused: list[dict] = field(default_factory=list)
    reasons: Counter[str] = field(default_factory=Counter)
    parts: list[Path] = field(default_factory=list)

    def refuse(self, bad: pl.DataFrame, place: str) -> None:
        self.reasons.update(dict(bad.group_by("reason").len().iter_rows()))
        self.refused += [row | {"place": place} for row in bad.head(_REFUSED_KEPT - len(self.refused)).to_dicts()]


def _staged(
    store: Store, path: Path, units: Units, province: str | None, exported: date | None,
    *, dates: str | None = None, lists: Lists | None = None,
) -> list[dict]:  # fmt: skip
    """Read one file and set its dossiers aside; the rows it refused, for quarantine."""
    day = exported or local_day(datetime.fromtimestamp(path.stat().st_mtime, UTC))
    if day > local_day(datetime.now(UTC)):
        raise BadInput(path.name, f"the export's day, {day}, lies in the future; correct --exported")
    lists = lists or lists_of()
    taken, survey, reading = _Taken(), Survey(path.name, lists, day, dates), None
    try:
        export = read(path, lists)
        store.note_nature(SIMULATED if any(SIMULATED in one.layout.read for one in export.tables) else LIVE, path.name)
        # Columns are judged by what is seen of them: where the whole file tells otherwise than its beginning, again.
        while True:
            used = _stage_all(store, export, units, province, day, lists, survey, reading, taken)
            reading = survey.reading()
            if used is None or used == reading:
                break
            for part in taken.parts:
                part.unlink()
            taken, survey = _Taken(), Survey(path.name, lists, day, dates)
    except Exception as error:
        for part in taken.parts:
            part.unlink(missing_ok=True)
        if isinstance(error, Fault):
            raise
        # A library's words may quote a row, so none of them are said.
        raise BadInput(path.name, "cannot be read to its end: a part of it is damaged") from None
    remarks_of = [*export.remarks, *survey.remarks(reading)]
    print("\n".join(_report_lines(path, day, taken, export, remarks_of)))
    number = taken.reasons.total()
    stamp = {"source": f"{SERIES}:{path.name}", "captured_at": _moment(day)}
    if number > len(taken.refused):
        more = f"{number - len(taken.refused)} more rows were refused"
        taken.refused.append({"row": None, "column": None, "value": None, "reason": more, "place": path.name})
    return [row | stamp for row in taken.refused]


def _stage_all(
    store: Store, export: Export, units: Units, province: str | None, day: date, lists: Lists, survey: Survey,
    reading: Reading | None, taken: _Taken,
) -> Reading | None:  # fmt: skip
    """Stage all rows of a file; the reading that was used, which the survey of all rows may not confirm."""
    salt = store.salt()
    for table in export.tables:
        for batch in table.batches():
            if batch.broken:
                told = [{"row": one.row, "column": None, "value": None, "reason": one.reason} for one in batch.broken]
                taken.refuse(pl.DataFrame(told, schema=REFUSED, orient="row"), table.place)
                taken.seen += len(told)
            if batch.rows.is_empty():
                continue
            rows = Rows(batch.rows, lists, salt)
            taken.left_out += rows.left_out
            if not rows.numbers.len():
                continue
            rows.survey(survey)
            reading = reading or survey.so_far()
            sound, bad = dossiers(rows, table.layout, reading, lists, units, survey, province=province, exported=day)
            taken.parts += store.stage(sound)
            taken.refuse(bad, table.place)
            taken.seen += rows.numbers.len()
    return reading


def _report_lines(path: Path, day: date, taken: _Taken, export: Export, remarks_of: list[str]) -> Iterable[str]:
    """The report on one file as lines."""
    yield f"{path.name}: export of {day}, {taken.seen} rows read, {taken.reasons.total()} refused"
    layouts = [table.layout for table in export.tables]
    kinds = (("personal, dropped", [one.personal for one in layouts]), ("not used", [one.unknown for one in layouts]))
    for kind, headings in kinds:
        if told := list(dict.fromkeys(heading for some in headings for heading in some)):
            yield f"  columns {kind}: {', '.join(' '.join(heading.split()) for heading in told)}"
    if taken.left_out:
        yield f"  {taken.left_out} rows that say the headings again, or a total, were left out"
    for remark in remarks_of:
        yield f"  {remark}"
    for reason, number in taken.reasons.most_common(_REASONS_SHOWN):
        yield f"  refused: {number} × {reason}"


def _conflicts(changes: Changes) -> list[dict]:
    why = "stands more than once in the same export with different content"
    stamp = {"source": f"{SERIES}:codes", "place": "several rows", "column": "code", "captured_at": datetime.now(UTC)}
    return [stamp | {"value": code, "reason": why} for code in sorted(changes.conflicts)[:_REFUSED_KEPT]]


def _moment(day: date) -> datetime:
    """The end of the export's day, in Vietnam."""
    return datetime.combine(day, time(23, 59), VIETNAM).astimezone(UTC)


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


def harvest(
    store: Store, units: Units, changed: set[int], refused: list[dict], held: pl.LazyFrame | None = None
) -> Harvest:
    """The measurements of all periods that `changed` months and open dossiers touch, and of the current ones.

    `held`: what was published before; a figure that has no dossiers any more is told to have none.
    """
    listed, fields, days = store.units(units), store.listed("fields"), calendar(swapped_days())
    told = DossierMeasures.of(measures())
    exports = latest_export(store, listed["province"].unique())
    sums = {table: store.addends(table) for table in KEYS}
    still_open = set(store.sums("open").select("received_month").unique().collect()["received_month"])
    moment = types_of(Measurements)["captured_at"]
    frames = [pl.DataFrame(schema=SCHEMA | {"captured_at": moment})]
    for day in sorted(set(exports.values())):
        homes = [home for home, last in exports.items() if last == day]
        here = listed.filter(pl.col("province").is_in(homes))
        spans = periods_of(_touched(changed, still_open, month_of(day)), day)
        rows = pl.concat([pl.DataFrame(schema=SCHEMA), *measured(sums, here, fields, spans, days, day, told)])
        if held is not None:
            codes = [*here["code"], *homes]
            theirs = held.filter(pl.col("unit_code").is_in(codes))
            rows = pl.concat([rows, fallen_silent(theirs, rows, spans, day, told)])
        frames.append(rows.with_columns(captured_at=pl.lit(_moment(day)).cast(moment)))
    return Harvest(
        measurements=_as_measurements(pl.concat(frames)),
        captured_at=max(map(_moment, exports.values()), default=datetime.now(UTC)),
        sources=[SERIES],
        quarantine=quarantine_rows(refused),
        warnings=remarks(units.near(), SERIES),
    )


def _touched(changed: set[int], still_open: set[int], this_month: int) -> set[int]:
    """The months to count again: what was open at a month's end depends on all that changed before it."""
    since = range(min(changed, default=this_month), this_month + 1)
    return changed | still_open | {*since}


def _as_measurements(rows: pl.DataFrame) -> pl.DataFrame:
    schema = types_of(Measurements)
    constant = {"series": SERIES, "basis": BASIS, "source": SERIES}
    rows = rows.with_columns(
        *(pl.lit(value).alias(name) for name, value in constant.items()),
        *(pl.lit(None, pl.Float64).alias(name) for name in ("score", "max_score")),
        quality=pl.lit(None, pl.String),
    )
    return rows.select([*schema]).cast(schema)


def _publish(args: argparse.Namespace, taken: Harvest, fields: Collection[str], nature: str) -> None:
    # Imported late: reading exports needs nothing of what publishing needs.
    from etl.publishing.publish import publish

    taken.fields[BASIS] = frozenset({"all", *fields})
    manifest = publish(args.data, args.dataset, taken, nature=nature)
    print(f"published {manifest.id} to {args.dataset}")
