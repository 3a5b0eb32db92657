"""The one search box: a route of our own that answers a query, and the box at the top of every page that asks it."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ranking.search import LONGEST, Hit, Index
from ui import addresses, numbers, store
from ui.text import LANGUAGES, Speaker

if TYPE_CHECKING:
    from ui.shell import View

MOST = 12
_HERE = Path(__file__)
_KEPT = {"cache-control": "public, max-age=3600"}


async def search(request: Request) -> Response:
    """The hits of the query `q`, in words of the language `lang`."""
    query = request.query_params.get("q", "")[:LONGEST]
    wanted = request.query_params.get("lang")
    language = wanted if wanted in LANGUAGES else LANGUAGES[0]
    return JSONResponse(await run_in_threadpool(answer, query, language), headers=_KEPT)


ROUTES = [Route("/search.json", search)]


def answer(query: str, language: str) -> dict[str, object]:
    """`said`, a sentence on what was found, and `hits`, each in words."""
    say = Speaker(language)
    hits = index().find(query, MOST)
    return {"said": _said(query, len(hits), say), "hits": [_in_words(hit, say) for hit in hits]}


@lru_cache(maxsize=1)
def index() -> Index:
    """The index of all names and codes."""
    return Index.of(store.reference("units"), store.reference("lineage"), store.reference("provinces"))


def _said(query: str, count: int, say: Speaker) -> str:
    if not query.strip():
        return ""
    if not count:
        return say("search.none", query=query.strip())
    n = numbers.number(count, say.language)
    return say("search.first", n=n) if count == MOST else say("search.count", n=n)


def _in_words(hit: Hit, say: Speaker) -> dict[str, str]:
    place = say("search.province") if hit.kind == "province" else store.province_names()[hit.province_code]
    return {
        "kind": hit.kind,
        "code": hit.code,
        "label": hit.name,
        "place": place,
        "province": hit.province_code,
        "why": _why(hit, say),
    }


def _why(hit: Hit, say: Speaker) -> str:
    why = hit.why
    if why is None:
        return ""
    unit = _inside(hit.name)
    if why.of in ("province", "state"):
        return say(f"search.why.{why.of}", old=why.name, unit=unit)
    where = ", ".join(part for part in (_inside(why.district), _bare_province(why.province)) if part)
    if why.of == "district":
        n = numbers.number(why.count, say.language)
        return say("search.why.district", old=_inside(why.name), where=where, n=n)
    others = ", ".join(_inside(_unit_names()[code]) for code in why.others)
    return say(f"search.why.{why.part}", old=why.name, where=where, unit=unit, others=others)


def _inside(name: str) -> str:
    """A name as it stands inside a sentence: `phường Nghi Sơn`."""
    return name[:1].lower() + name[1:]


def _bare_province(name: str) -> str:
    bare = name.removeprefix("Tỉnh ").removeprefix("Thành phố ")
    return f"TP. {bare}" if bare == "Hồ Chí Minh" else bare


@lru_cache(maxsize=1)
def _unit_names() -> dict[str, str]:
    return dict(store.reference("units").select("code", "full_name").iter_rows())


def box(view: View) -> None:
    """The box itself. Hits are links, so that `browser.meet` follows them in the reader's session."""
    parts = {kind: _asset(kind) for kind in ("html", "css", "js")}
    component = st.components.v2.component("gan_dan_search", **parts)
    unit = "unit" if view.reader.may("page.unit") else "transparency"
    province = "overview" if view.reader.may("page.overview") else "transparency"
    component(
        key="search",
        data={
            "language": view.language,
            "label": view.say("search.label"),
            "trouble": view.say("search.trouble"),
            "new": addresses.address(view, unit) + "&unit=",
            "old": addresses.address(view, unit) + "&unit=",
            "province": addresses.address(view, province) + "&province=",
        },
    )


@lru_cache(maxsize=3)
def _asset(kind: str) -> str:
    return _HERE.with_suffix(f".{kind}").read_text(encoding="utf-8")
