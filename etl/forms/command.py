"""`python -m etl import-form`: opens the workbooks while what reads and publishes forms is still being loaded."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from importlib import import_module
from pathlib import Path

from etl.workbooks.read import Workbook, read_workbook
from files.faults import Fault
from files.places import DATA

Opened = Iterator[tuple[Path, Callable[[], Workbook]]]
"""Each workbook and what gives its sheets, or raises."""

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
    files = workbooks_in(args.files)
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        opened = _opened(files, pool)
        module = import_module("etl.forms.import_form")
        if not args.dry_run:
            import_module("etl.publishing.publish")
        taken: int = module.imported(args, opened)
    return 0 if taken == len(files) else 1


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


def _opened(paths: list[Path], pool: ThreadPoolExecutor) -> Opened:
    """The workbooks, opened in processes apart from now on, two ahead."""
    return _each(paths, [pool.submit(read_workbook, path) for path in paths[:_AT_ONCE]], pool)


def _each(paths: list[Path], ahead: list[Future[Workbook]], pool: ThreadPoolExecutor) -> Opened:
    for n, path in enumerate(paths):
        yield path, ahead[n].result
        ahead += [pool.submit(read_workbook, other) for other in paths[len(ahead) :][:1]]
        ahead[n] = Future()  # the sheets of a workbook that was dealt with are not kept
