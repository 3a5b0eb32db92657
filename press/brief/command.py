"""`python -m etl brief`: the printed brief of one commune as a PDF file, without a browser."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from display.drawing.palette import LIGHT
from display.words.text import LANGUAGES, Speaker
from display.words.view import View
from files import whole
from files.places import published_folder
from press.brief import pdf
from store import snapshot, units
from store.snapshot import SnapshotTrouble


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--unit", required=True, help="five-digit code of a commune, such as 16654")
    parser.add_argument("--out", type=Path, required=True, help="the PDF file to write")
    parser.add_argument("--dataset", choices=snapshot.DATASETS, help="default: the first of these that is published")
    parser.add_argument("--lang", choices=LANGUAGES, default=LANGUAGES[0], help="default: vi")
    parser.add_argument(
        "--unreleased", action="store_true", help="of the latest snapshot, which may not be released yet"
    )
    parser.add_argument("--data", type=Path, help="folder that holds published/ (default: data)")


def run(args: argparse.Namespace) -> int:
    """Write the brief and say so; exit code 1 with one clear line where it cannot be made or written."""
    if args.data:
        os.environ["GANDAN_DATA"] = str(args.data)  # where files/places.py looks
    try:
        content = _brief(args)
        _write(args.out, content)
    except SnapshotTrouble as trouble:
        return _failed(f"{str(trouble).strip()}; `{trouble.command}` mends it")
    except ValueError as error:
        return _failed(str(error))
    except OSError as error:
        return _failed(f"{args.out}: {error.strerror}; the brief was not written")
    print(f"{args.out}: {len(content):,} bytes")
    return 0


def _brief(args: argparse.Namespace) -> bytes:
    if units.unit(args.unit) is None:
        raise ValueError(f"--unit {args.unit!r} is not the code of a commune of today; 16654 is one")
    dataset = args.dataset or next(iter(snapshot.datasets(unreleased=args.unreleased)), None)
    if dataset is None:
        raise ValueError(
            f"{published_folder()}: nothing is published; `python -m etl pull` or `python -m etl simulate` fills it"
        )
    opened = snapshot.open_snapshot(dataset, unreleased=args.unreleased)
    view = View(args.lang, Speaker(args.lang), opened, LIGHT)
    return pdf.pdf(view, args.unit)


def _write(path: Path, content: bytes) -> None:
    """All of the file or none of it; an older file stays as it was where the new one cannot be written."""
    if path.exists() and not path.is_file():
        path.write_bytes(content)  # a pipe or device cannot be replaced
        return
    whole.write(path, content)


def _failed(message: str) -> int:
    print(f"brief: {message}", file=sys.stderr)
    return 1
