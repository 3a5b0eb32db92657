"""`python -m etl bulletin`: a province's bulletin as PDF, Word, slides and picture, of what the public may see."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

import polars as pl

from display.drawing.palette import LIGHT
from display.words.selection import Selection
from display.words.text import LANGUAGES, Speaker
from display.words.view import View
from files import whole
from files.faults import Fault
from files.places import published_folder
from press.bulletin import files
from ranking import periods
from ranking.in_period import in_period
from ranking.periods import Period
from ranking.vocabulary import PERIOD_COLUMNS
from store import catalog, opening, snapshot
from store.access import rules
from store.reference import measures, province_names
from store.snapshot import Snapshot, SnapshotTrouble

_LEVEL = "commune"
_MOST_TOLD = 6
LATEST, RUNNING = "latest", "running"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--province", required=True, nargs="+", metavar="NN", help="two-digit codes such as 25, or all")
    parser.add_argument(
        "--period",
        required=True,
        help="such as 2026-08, 2026-Q3 or 2026; latest: the one pages open on; running: the open month so far",
    )
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder to write the files into")
    parser.add_argument("--dataset", choices=snapshot.DATASETS, help="default: the first of these that is released")
    parser.add_argument("--language", choices=LANGUAGES, default=LANGUAGES[0], help="default: vi")
    parser.add_argument("--data", type=Path, metavar="DIR", help="folder that holds published/ (default: data)")


def run(args: argparse.Namespace) -> int:
    """Write the bulletin of each province and say so. Fault where one cannot be made: none of its files is written.

    With `latest` or `running` a province of which nobody is ranked has no bulletin, and that is said.
    """
    if args.data:
        os.environ["GANDAN_DATA"] = str(args.data)  # where files/places.py looks
    codes = list(province_names()) if args.province == ["all"] else args.province
    for code in codes:
        if code not in province_names():
            raise Fault(f"--province {code!r}: no such province; codes are two digits, such as 25")
    view = _view(args.dataset, args.language)
    for code in codes:
        period = _period(args.period, view.snapshot, code)
        if period is None:
            print(f"{code}: no commune is ranked, so there is no bulletin")
        else:
            _write(args.out, files.made(view, code, selection(view.snapshot, code, period), period))
    return 0


def _period(words: str, opened: Snapshot, province: str) -> Period | None:
    """The period that is asked for; of `latest` the one that the pages of a province open on, None where none is."""
    if words == RUNNING:
        return running(opened, province)
    if words == LATEST:
        found = opening.first(opened, _LEVEL, province)
        return found.period if found else None
    try:
        return periods.parse(words)
    except ValueError as error:
        raise Fault(f"--period: {error}") from error


def running(opened: Snapshot, province: str) -> Period | None:
    """The stretch of the open month that reaches furthest, of those in which a province's communes are ranked.

    The sources tell of a week only by what has come since the month began: weeks by themselves cannot be had from it,
    for its periods overlap and are counted again each time. None where no month is open.
    """
    known = catalog.catalog(opened).filter(
        pl.col("level") == _LEVEL,
        pl.col("scope") == province,
        pl.col("of") > 0,
        pl.col("period_kind") == "to_date",
        pl.col("period_start").dt.truncate("1mo") == pl.col("period_end").dt.truncate("1mo"),
        pl.col("period_start").dt.day() == 1,
    )
    rows = known.sort("period_end").select(PERIOD_COLUMNS).rows()
    return Period(*rows[-1]) if rows else None


def _write(out: Path, made: dict[str, bytes]) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, content in made.items():
            whole.write(out / name, content)
    except OSError as error:
        raise Fault(f"{out}: {error.strerror}; the bulletin was not written") from error
    for name, content in made.items():
        print(f"{out / name}: {len(content):,} bytes")


def _view(dataset: str | None, language: str) -> View:
    """What the public may see of a dataset."""
    name = dataset or next(iter(snapshot.datasets()), None)
    if name is None:
        raise Fault(f"{published_folder()}: nothing is published; `python -m etl pull` or `simulate` fills it")
    try:
        opened = snapshot.open_snapshot(name)
    except SnapshotTrouble as trouble:
        raise Fault(f"{str(trouble).strip()}; `{trouble.command}` mends it") from trouble
    public = opened.seen_in(rules.PUBLIC.seen)
    return View(language, Speaker(language), public, LIGHT, reader=rules.PUBLIC)


def selection(opened: Snapshot, scope: str, period: Period) -> Selection | None:
    """What the pages of a province open on in a period; None where none of its communes is ranked then.

    Fault where nobody in the whole dataset is.
    """
    ranked = catalog.catalog(opened).filter(pl.col("level") == _LEVEL, pl.col("of") > 0)
    then = ranked.filter(in_period(period))
    if then.is_empty():
        ends = ranked.filter(pl.col("period_kind") == period.kind).select(PERIOD_COLUMNS).unique().sort(PERIOD_COLUMNS)
        known = [Period(*row).id for row in ends.tail(_MOST_TOLD).iter_rows()]
        said = f"; the last of its kind: {', '.join(known)}" if known else ""
        raise Fault(f"--period {period.id!r}: {opened.manifest.dataset} ranks no commune in it{said}")
    own = then.filter(pl.col("scope") == scope)
    if own.is_empty():
        return None
    measure = opening.first_measure(own)
    found = opening.opening(opened.on(period), _LEVEL, scope, measure)
    if found is None or found.period != period:
        return None
    return Selection(_LEVEL, scope, measures()[measure], found.basis, found.series, period)
