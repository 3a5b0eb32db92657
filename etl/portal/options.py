"""What a pull from the portal can be asked for on the command line: period, provinces, manners."""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

import polars as pl

from etl.portal.client import PORTAL, Manners
from etl.portal.units import Province, provinces_by
from etl.settings import CONTACT, Settings
from files.faults import Fault
from files.places import DATA
from ranking.names import fold
from ranking.periods import Period, calendar_period
from ranking.vocabulary import NATURES

FIRST_YEAR = 2026


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--year", type=int)
    part = parser.add_mutually_exclusive_group()
    part.add_argument("--month", type=int, metavar="1-12")
    part.add_argument("--quarter", type=int, metavar="1-4")
    parser.add_argument(
        "--procedure",
        nargs="+",
        action="extend",
        type=procedure_code,
        metavar="CODE",
        help="the on-time figures of single procedures (2.000815), and of all others together; nothing else is asked",
    )
    parser.add_argument("--national", action="store_true", help="the list of provinces too, beside those of --province")
    add_source_arguments(parser, dataset="live")


def add_source_arguments(parser: argparse.ArgumentParser, *, dataset: str) -> None:
    """Options that pulls from the portal and from its former gateway share."""
    parser.add_argument(
        "--province",
        nargs="+",
        action="extend",
        metavar="PROVINCE",
        help="state code (H44), two-digit code (25) or name; default: all 34",
    )
    parser.add_argument("--base-url", default=PORTAL, help="default: %(default)s")
    parser.add_argument("--dataset", default=dataset, help="default: %(default)s")
    parser.add_argument("--nature", choices=NATURES, help="default: that of the dataset's name, else live")
    parser.add_argument("--data", type=Path, default=DATA, metavar="DIR", help="where data lie; default: data")
    parser.add_argument("--fresh", action="store_true", help="ask everything again instead of resuming")
    parser.add_argument(
        "--delay",
        nargs=2,
        type=float,
        default=Manners.delay,
        metavar=("LEAST", "MOST"),
        help="seconds between two requests; default: %(default)s",
    )
    parser.add_argument("--timeout", type=float, default=Manners.read_seconds, metavar="SECONDS")
    parser.add_argument("--tries", type=int, default=Manners.tries)


def procedure_code(text: str) -> str:
    """A procedure's code as the national database of procedures writes it, such as 2.000815."""
    if not re.fullmatch(r"[0-9]\.[0-9]{6}", text):
        raise argparse.ArgumentTypeError(f"{text!r} is no code of a procedure, such as 2.000815")
    return text


def chosen_period(year: int, month: int | None, quarter: int | None) -> Period:
    if year < FIRST_YEAR:
        raise Fault(f"--year {year}: the portal scores {FIRST_YEAR} and later; for 2025 use pull-2025")
    return whole_period(year, month=month, quarter=quarter)


def whole_period(year: int, **parts: int | None) -> Period:
    """The calendar period that options such as --month and --quarter name."""
    kind, number = next(((kind, number) for kind, number in parts.items() if number is not None), ("year", 1))
    try:
        return calendar_period(kind, year, number)
    except ValueError as error:
        raise Fault(f"--year {year} --{kind} {number}: {error}") from error


def chosen_provinces(provinces: pl.DataFrame, words: list[str] | None) -> list[Province]:
    """The provinces that words name by state code, code or name (with or without diacritics); all without words."""
    by_code = provinces_by(provinces, "code")
    if not words:
        return list(by_code.values())
    by_word: dict[str, Province] = {}
    for province in by_code.values():
        names = (province.code, province.state_code, province.name, province.full_name)
        by_word |= {fold(name): province for name in names}
    unknown = [word for word in words if fold(word) not in by_word]
    if unknown:
        listed = ", ".join(f"{p.state_code} {p.name}" for p in by_code.values())
        raise Fault(f"--province {', '.join(unknown)}: not among {listed}")
    return list({by_word[fold(word)].code: by_word[fold(word)] for word in words}.values())


def manners(args: argparse.Namespace) -> Manners:
    """How to ask; says so when a real request would name nobody to write to."""
    least, most = args.delay
    if not 0 <= least <= most:
        raise Fault(f"--delay {least:g} {most:g}: must be two numbers of 0 or more, the smaller one first")
    if not args.base_url.startswith(("http://", "https://")):
        raise Fault(f"--base-url {args.base_url}: must start with https:// or http://")
    if args.tries < 1 or args.timeout <= 0:
        raise Fault(f"--tries {args.tries} --timeout {args.timeout:g}: must be at least 1, and more than 0")
    if args.base_url.rstrip("/") == PORTAL and not Settings.from_environment().contact:
        print(f"{CONTACT} is not set: set it to an address that the portal's staff can write to", file=sys.stderr)
    return Manners(delay=(least, most), read_seconds=args.timeout, total_seconds=4 * args.timeout, tries=args.tries)
