"""`/embed/time` and `/embed/map`: a chart of the pages for an iframe, as the public sees it.

What draws them stands on floors above this one, so `app.py` hands it in (`routes`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from display.drawing import swatches
from display.drawing.palette import LIGHT
from display.words.text import Speaker
from display.words.view import View
from store.access.rules import PUBLIC
from store.snapshot import Snapshot
from web.open import embed_page
from web.open.query import Problem, snapshot_of

TIME = ("dataset", "snapshot", "province", "measure", "units", "lang")
MAP = ("dataset", "snapshot", "province", "measure", "period", "basis", "lang")


@dataclass(frozen=True)
class Drawn:
    """A chart to embed: plain words, drawings as SVG text from the narrowest to the widest, the page that has more.

    `legend`: (colour or silence, words); `page`: its address below the app's own.
    """

    title: str
    finding: str
    pictures: Sequence[str]
    legend: Sequence[tuple[str, str]]
    notes: Sequence[str]
    page: str


Draw = Callable[[View, Mapping[str, str]], Drawn | None]
"""Draws what a query asks for, of what a view may see; None where there are no figures for it."""
_STYLE = (
    "<style>.gd-drawn svg{display:block;width:100%;height:auto}.gd-drawn>div+div{display:none}"
    "@media (min-width:520px){.gd-drawn>div{display:none}.gd-drawn>div:last-child{display:block}}"
    "ul{list-style:none;display:flex;flex-wrap:wrap;gap:2px 14px;padding:0;margin:6px 0;font-size:12px}"
    "li svg{margin-right:5px;vertical-align:-1px}h1+p{font-size:15px;color:inherit}</style>"
)


def routes(*, time: Draw, map: Draw) -> list[Route]:
    """Both addresses; `time` and `map` draw them."""
    return [Route("/embed/time", _route(TIME, time)), Route("/embed/map", _route(MAP, map))]


def _route(allowed: tuple[str, ...], draw: Draw) -> Callable:
    async def drawn(request: Request) -> Response:
        return await embed_page.page(request, allowed, lambda query: _page(draw, query))

    return drawn


def _page(draw: Draw, query: dict[str, str]) -> str:
    language = query.get("lang", "vi")
    try:
        made = _kept(draw, snapshot_of(query), language, tuple(sorted(query.items())))
    except ValueError as error:  # a period that no calendar has
        raise Problem(404, "No figures", str(error)) from None
    if made is None:
        raise Problem(404, "No figures", Speaker(language)("open.none"))
    return made


@lru_cache(maxsize=64)
def _kept(draw: Draw, snapshot: Snapshot, language: str, asked: tuple[tuple[str, str], ...]) -> str | None:
    """The whole page, made once: a drawing takes longer than any other reply."""
    view = View(language, Speaker(language), snapshot.seen_in(frozenset()), LIGHT, reader=PUBLIC)
    drawn = draw(view, dict(asked))
    return _markup(view, drawn) if drawn else None


def _markup(view: View, drawn: Drawn) -> str:
    say = view.say
    pictures = "".join(f"<div>{svg}</div>" for svg in drawn.pictures)
    entries = "".join(f"<li>{swatches.document(look, LIGHT)}{escape(said)}</li>" for look, said in drawn.legend)
    legend = f"<ul>{entries}</ul>" if entries else ""
    finding = f"<p>{escape(drawn.finding)}</p>" if drawn.finding else ""
    notes = "".join(f"<p>{escape(said)}</p>" for said in drawn.notes if said)
    body = (
        f"{_STYLE}<h1>{escape(drawn.title)}</h1>{finding}{embed_page.note(say, view.snapshot)}"
        f'<div class="gd-drawn">{pictures}</div>{legend}{notes}'
        f"<p>{escape(say('open.snapshot', snapshot=view.snapshot.manifest.id))}</p>"
        f"{embed_page.more(say, '/' + drawn.page.removeprefix('./'))}"
    )
    return embed_page.document(view.language, body)
