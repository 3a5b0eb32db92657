"""Atom feeds of communes and provinces (RFC 4287), for everybody: public figures only, whoever asks."""

from __future__ import annotations

from datetime import UTC
from xml.etree import ElementTree

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from display.portraits import feed
from display.portraits.feed import Entry
from display.portraits.plain_words import simulated
from display.words.text import LANGUAGES, Speaker
from store import units
from store.reference import province_name, province_names
from store.snapshot import DATASETS, SnapshotTrouble, datasets, open_snapshot

_ATOM = "http://www.w3.org/2005/Atom"
_KINDS = ("unit", "province")
_HEADERS = {"cache-control": "public, max-age=900", "access-control-allow-origin": "*"}
ElementTree.register_namespace("", _ATOM)


async def answer(request: Request) -> Response:
    """404 where there is no such commune or province, or nothing is published."""
    kind, name = request.path_params["kind"], request.path_params["name"]
    language = request.query_params.get("lang", LANGUAGES[0])
    dataset = request.query_params.get("dataset") or next(iter(datasets()), "")
    code = name.removesuffix(".atom")
    known = units.unit(code) if kind == "unit" else province_names().get(code)
    if kind not in _KINDS or language not in LANGUAGES or dataset not in DATASETS or not known or name == code:
        return PlainTextResponse("feed: there is none at this address", 404)
    try:
        body = await run_in_threadpool(_body, kind, code, language, dataset)
    except SnapshotTrouble:
        return PlainTextResponse("feed: nothing is published", 404)
    return Response(body, media_type="application/atom+xml", headers=_HEADERS)


ROUTES = [Route("/feed/{kind}/{name}", answer)]


def _body(kind: str, code: str, language: str, dataset: str) -> bytes:
    say, snapshot = Speaker(language), open_snapshot(dataset).seen_in(frozenset())
    entries = feed.of_unit(say, snapshot, code) if kind == "unit" else feed.of_province(say, snapshot, code)
    place = units.known(code)["full_name"] if kind == "unit" else province_name(code)
    page = f"minh-bach?unit={code}" if kind == "unit" else f"tong-quan?province={code}"
    return atom(
        f"urn:gandan:{dataset}:{kind}:{code}:{language}",
        " ".join([*simulated(say, snapshot.manifest.nature), say("feed.title", place=place)]),
        f"../../{page}&dataset={dataset}&lang={language}",
        language,
        entries,
        snapshot.manifest.captured_at.astimezone(UTC).isoformat(),
    )


def atom(own: str, title: str, page: str, language: str, entries: list[Entry], captured: str) -> bytes:
    """A feed as XML; `own`: its id, `page`: what it leads to, relative to its address, `captured`: without entries."""
    root = ElementTree.Element(f"{{{_ATOM}}}feed", {"xml:lang": language})
    _add(root, "id", own)
    _add(root, "title", title)
    _add(root, "updated", entries[0].updated.astimezone(UTC).isoformat() if entries else captured)
    _add(_add(root, "author"), "name", "Gần Dân")
    _add(root, "rights", "CC BY 4.0")
    _add(root, "link", rel="alternate", type="text/html", href=page)
    for one in entries:
        entry = _add(root, "entry")
        _add(entry, "id", f"urn:gandan:{one.key}")
        _add(entry, "title", one.title)
        _add(entry, "updated", one.updated.astimezone(UTC).isoformat())
        _add(entry, "summary", one.says)
        _add(entry, "link", rel="alternate", type="text/html", href=page)
    return ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)


def _add(parent: ElementTree.Element, name: str, text: str | None = None, **more: str) -> ElementTree.Element:
    made = ElementTree.SubElement(parent, f"{{{_ATOM}}}{name}", more)
    made.text = text
    return made
