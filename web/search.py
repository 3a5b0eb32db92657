"""The search route: a query answered with hits in words."""

from __future__ import annotations

from functools import lru_cache

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from display.words import numbers
from display.words.text import LANGUAGES, Speaker
from ranking.search import LONGEST, Index
from ranking.search_entries import Hit
from store.reference import province_names, reference_table

MOST = 12


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
    return {"said": _said(query, len(hits), say), "hits": [_hit_words(hit, say) for hit in hits]}


@lru_cache(maxsize=1)
def index() -> Index:
    """The index of all names and codes."""
    return Index.of(reference_table("units"), reference_table("lineage"), reference_table("provinces"))


def _said(query: str, count: int, say: Speaker) -> str:
    if not query.strip():
        return ""
    if not count:
        return say("search.none", query=query.strip())
    n = numbers.number(count, say.language)
    return say("search.first", n=n) if count == MOST else say("search.count", n=n)


def _hit_words(hit: Hit, say: Speaker) -> dict[str, str]:
    place = say("search.province") if hit.kind == "province" else province_names()[hit.province_code]
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
    return dict(reference_table("units").select("code", "full_name").iter_rows())
