"""Sheets for the wall of a counter: A4, with the QR code of exactly that commune's page; also `python -m etl wall`."""

from __future__ import annotations

import argparse
import io
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import segno

from display.words.text import LANGUAGES, Speaker
from files import whole
from files.faults import Fault
from press.brief.pdf import typeset
from press.site.paths import in_language, unit_path
from store import units
from store.reference import communes_of, province_name, province_names

_LINES = ("first", "second", "third")
_QUIET = 4
"""Modules of white around the code that ISO/IEC 18004 asks for."""
_ADDRESS = re.compile(r"https?://[^\s]+")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--province", required=True, metavar="NN", help="two-digit code of a province, such as 25")
    parser.add_argument("--base-url", required=True, metavar="URL", help="address of the static site")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="the PDF, one page per commune")
    parser.add_argument("--language", choices=LANGUAGES, default=LANGUAGES[0], help="default: vi")


def run(args: argparse.Namespace) -> int:
    """Write the sheets of all communes of a province, each leading to its page of the static site."""
    if args.province not in province_names():
        raise Fault(f"--province {args.province!r}: no such province; codes are two digits, such as 25")
    if not _ADDRESS.fullmatch(args.base_url):
        raise Fault(f"--base-url {args.base_url!r}: is no address; right is https://gandan.example.vn/")
    say, base = Speaker(args.language), args.base_url.rstrip("/")
    codes = list(communes_of(args.province))
    pages = [(code, f"{base}/{in_language(unit_path(code), say.language)}") for code in codes]
    try:
        args.out.parent.mkdir(parents=True, exist_ok=True)
        whole.write(args.out, pdf(say, pages))
    except OSError as error:
        raise Fault(f"{args.out}: {error.strerror}") from error
    print(f"{args.out}: {len(pages)} sheets")
    return 0


def pdf(say: Speaker, pages: Sequence[tuple[str, str]]) -> bytes:
    """One sheet per pair of a commune's code and the address that its QR code opens."""
    data = {
        "title": say("centre.wall"),
        "language": say.language,
        "sheets": [_sheet(say, code, address) for code, address in pages],
    }
    return typeset(data, datetime(2026, 1, 1, tzinfo=UTC), "wall.typ")  # the same sheet is the same file


def file_name(code: str) -> str:
    return f"gan-dan_ma-qr_{code}.pdf"


def code_svg(address: str) -> str:
    """The QR code of an address, at the level of error correction that bears a smudge (M)."""
    out = io.BytesIO()
    segno.make_qr(address, error="m").save(out, kind="svg", border=_QUIET, dark="#000", light="#fff", xmldecl=False)
    return out.getvalue().decode()


def _sheet(say: Speaker, code: str, address: str) -> dict[str, Any]:
    unit = units.known(code)
    return {
        "unit": unit["full_name"],
        "province": province_name(unit["province_code"]),
        "head": say("centre.wall.head"),
        "scan": say("centre.wall.scan"),
        "lines": [say(f"centre.wall.{name}") for name in _LINES],
        "address": address,
        "code": code_svg(address),
        "said": say("centre.wall.said", address=address),
        "foot": say("centre.wall.free"),
    }
