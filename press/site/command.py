"""The public's static site: `python -m etl site --out DIR` writes it whole, in both languages, and switches to it."""

from __future__ import annotations

import argparse
import hashlib
import multiprocessing
import os
import sys
import time
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from display.drawing import css
from display.portraits import plain_words, replies
from display.portraits.plain_figures import Portrait, Province, province
from display.words.text import LANGUAGES, Speaker
from files.faults import Fault
from files.places import HOME
from press.site import data, frame, paths, picture, releases
from press.site import pages as site_pages
from press.site.frame import Site, Text
from press.site.release import Book, release
from store import units
from store.reference import province_name, province_names
from store.snapshot import DATASETS, Snapshot, SnapshotTrouble, datasets, open_snapshot
from web.open import package

BASE = "http://localhost/"
_FEW = 3
_ROBOTS, _SITEMAP, _CATALOG = "robots.txt", "sitemap.xml", "catalog.jsonld"


@dataclass(frozen=True)
class Built:
    """What a build did: pages in all, files made again, and the seconds it took."""

    pages: int
    files: int
    made: int
    seconds: float


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder that holds the releases")
    parser.add_argument("--dataset", choices=DATASETS, help="the best one that is published unless given")
    parser.add_argument("--data", type=Path, metavar="DIR", help="data folder (default: data, or GANDAN_DATA)")
    parser.add_argument("--base-url", default=BASE, metavar="URL", help="address of the site, for canonical links")
    parser.add_argument("--province", action="append", metavar="NN", help="only this province, for trying")
    parser.add_argument("--contact", default="", metavar="MAIL", help="whom readers write to; stands in the catalogue")
    parser.add_argument("--processes", type=int, default=os.cpu_count(), metavar="N")


def run(args: argparse.Namespace) -> int:
    """Build and publish; 1 with one clear line where that cannot be done."""
    if args.data:
        os.environ["GANDAN_DATA"] = str(args.data)
    try:
        built = build(
            args.out,
            args.dataset or next(iter(datasets()), "recorded"),
            base=args.base_url,
            only=args.province,
            processes=args.processes,
            contact=args.contact,
        )
    except (SnapshotTrouble, Fault) as trouble:
        print(f"site: {trouble}", file=sys.stderr)
        return 1
    print(f"{args.out}/current: {built.pages} pages; of {built.files} files {built.made} made, {built.seconds:.0f} s")
    if args.base_url == BASE:
        print(f"canonical links name {BASE}; give --base-url for a public site")
    return 0


def build(
    out: Path,
    dataset: str,
    *,
    base: str = BASE,
    only: Sequence[str] | None = None,
    processes: int | None = None,
    contact: str = "",
) -> Built:
    """Write the site of a dataset into `out` and switch to it; Fault and SnapshotTrouble say why not."""
    started = time.monotonic()
    snapshot = open_snapshot(dataset)
    codes = _codes(only)
    provinces = [province(snapshot, code) for code in codes]
    with release(out) as book:
        site = _assets(book, _site(snapshot, base, provinces), codes)
        with _workers(len(codes), processes) as submit:
            jobs = [submit(site, found, book) for found in provinces]
            files = _downloads(book, snapshot, provinces)
            _general(book, site, snapshot, provinces, files, contact)
            for job in jobs:
                stamps, made = job.result()
                book.stamps |= stamps
                book.made += made
        pages = sum(path.endswith(".html") for path in book.stamps)
        return Built(pages, len(book.stamps), book.made, time.monotonic() - started)


def _codes(only: Sequence[str] | None) -> list[str]:
    known = list(province_names())
    unknown = [code for code in only or [] if code not in known]
    if unknown:
        raise Fault(f"--province {unknown[0]!r}: no such province; codes are two digits, such as {known[0]}")
    return [code for code in known if not only or code in only]


def _site(snapshot: Snapshot, base: str, provinces: Sequence[Province]) -> Site:
    with_files = frozenset(found.code for found in provinces if found.answers)
    address = base if base.endswith("/") else f"{base}/"
    objections = replies.of_all(snapshot.manifest.dataset)
    return Site(address, snapshot.manifest.nature, "", "", "", with_files, objections)


# --- what is written once


def _assets(book: Book, site: Site, codes: Sequence[str]) -> Site:
    """Style, script, list of names, fonts and logo, the first three under names that change with their content."""
    contents = {
        "style": ("css", _style()),
        "script": ("js", (frame.TEMPLATES / "search.js").read_text(encoding="utf-8")),
        "index": ("json", data.names(codes)),
    }
    named = {}
    for name, (ending, text) in contents.items():
        named[name] = f"assets/{name}-{hashlib.sha256(text.encode()).hexdigest()[:10]}.{ending}"
        book.put(named[name], text, text.encode)
    for path in [*sorted((HOME / "static" / "fonts").glob("*.woff2")), HOME / "static" / "logo.svg"]:
        content = path.read_bytes()
        target = f"assets/{path.name}"
        book.put(target, hashlib.sha256(content).hexdigest(), partial(bytes, content))
    return replace(site, style=named["style"], script=named["script"], index=named["index"])


def _style() -> str:
    """The style sheet with the fonts as the app's own configuration names them, and the colours of bands."""
    own = (frame.TEMPLATES / "site.css").read_text(encoding="utf-8")
    return "\n".join([*_font_faces(), own, css.of_site()])


def _font_faces() -> Iterator[str]:
    """One rule per file; which letters a file holds is said where the app says it."""
    config = tomllib.loads((HOME / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    for face in config["theme"]["fontFaces"]:
        name = face["url"].rpartition("/")[2]
        yield (
            f'@font-face {{ font-family: "{face["family"]}"; src: url("{name}") format("woff2"); '
            f"font-weight: {face['weight']}; font-display: swap; unicode-range: {face['unicodeRange']}; }}"
        )


def _downloads(book: Book, snapshot: Snapshot, provinces: Sequence[Province]) -> list[dict[str, Any]]:
    """One package per province with any figure, in the period of its first measure, as the open data gives it."""
    files = []
    for found in provinces:
        if not found.answers:
            continue
        period, path = found.answers[0].period, paths.download_path(found.code)
        query = {"dataset": snapshot.manifest.dataset, "province": found.code, "period": period.id}
        source = f"{frame.edition()}{snapshot.manifest.id}{query}"
        book.put(path, source, partial(package.package, query, snapshot))
        files.append(
            {
                "code": found.code,
                "name": province_name(found.code),
                "link": path,
                "period": period,
                "size": book.size(path),
            }
        )
    return files


def _general(
    book: Book,
    site: Site,
    snapshot: Snapshot,
    provinces: Sequence[Province],
    files: Sequence[Mapping[str, Any]],
    contact: str,
) -> None:
    """The pages that are there once per language, and what machines read."""
    for say in map(Speaker, LANGUAGES):
        pages = [
            site_pages.home(site, say, provinces),
            site_pages.measures(site, say),
            site_pages.methods(site, say, releases.values(say, snapshot)),
            site_pages.downloads(site, say, files),
            site_pages.missing(site, say),
        ]
        for page in pages:
            _put(book, page)
        _picture(book, site, say, "vn", say("site.name"), say("site.tagline"), say("site.home.sentence"))
    own = [paths.HOME, paths.MEASURES, paths.METHODS, paths.DOWNLOADS]
    own += [paths.province_path(found.code) for found in provinces]
    own += [paths.unit_path(portrait.code) for found in provinces for portrait in found.communes]
    texts = {
        _SITEMAP: data.sitemap(site.base, own),
        _ROBOTS: data.robots(site.base),
        _CATALOG: data.catalog(site.base, files, site.nature, snapshot.manifest.dataset, contact),
    }
    for path, text in texts.items():
        book.put(path, text, text.encode)


# --- what is written per province, each in a process of its own


@contextmanager
def _workers(jobs: int, processes: int | None) -> Iterator[Callable[[Site, Province, Book], Future]]:
    """`submit(site, province, book)`: the pages of a province, in other processes where there are many."""
    if jobs < _FEW or (processes or 1) < 2:
        yield lambda *work: _done(_province_files(*_sent(*work)))
        return
    # A fresh interpreter per process: forking one whose threads hold locks can hang.
    with ProcessPoolExecutor(processes, mp_context=multiprocessing.get_context("spawn")) as pool:
        yield lambda *work: pool.submit(_province_files, *_sent(*work))


def _sent(site: Site, found: Province, book: Book) -> tuple:
    """What another process needs to write a province."""
    return site, found, book.folder, book.before, book.known


def _done(result: object) -> Future:
    future: Future = Future()
    future.set_result(result)
    return future


def _province_files(
    site: Site, found: Province, folder: Path, before: Path | None, known: Mapping[str, str]
) -> tuple[dict[str, str], int]:
    """All files of a province and its communes; what each was made from, and how many were made again."""
    book = Book(folder, before, known)
    for say in map(Speaker, LANGUAGES):
        _put(book, site_pages.province(site, say, found))
        place = province_name(found.code)
        cards = plain_words.province_cards(say, found)
        sentence = cards[0].sentence if cards else plain_words.province_opening(say, found, site.nature)
        _picture(book, site, say, found.code, place, say("site.tagline"), sentence)
        for portrait in found.communes:
            _put(book, site_pages.unit(site, say, found, portrait))
            _unit_picture(book, site, say, place, portrait)
    return book.stamps, book.made


def _put(book: Book, page: Text) -> None:
    book.put(page.path, page.source, page.html)


def _unit_picture(book: Book, site: Site, say: Speaker, place: str, portrait: Portrait) -> None:
    unit = units.known(portrait.code)
    known = [
        card
        for card, answer in zip(plain_words.cards(say, portrait.answers, place), portrait.answers, strict=True)
        if answer.value is not None
    ]
    sentence = known[0].sentence if known else say("public.unknown", unit=unit["full_name"])
    _picture(book, site, say, portrait.code, unit["full_name"], place, sentence)


def _picture(book: Book, site: Site, say: Speaker, code: str, name: str, place: str, sentence: str) -> None:
    is_simulated = site.nature == "simulated"
    words = (name, place, sentence, say("site.simulated") if is_simulated else say("site.real"))
    path = paths.in_language(paths.picture_path(code), say.language)
    book.put(path, f"{frame.edition()}{words}", lambda: picture.png(*words, is_warning=is_simulated))
