"""The page of an embed: what stands around its picture or table, and its headers."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from display.drawing.palette import LIGHT
from display.words.text import Speaker
from store.snapshot import Snapshot
from web.open.query import Problem, checked

_HEADERS = {
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors *",
    "cache-control": "public, max-age=300",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
}
_STYLE = f"""
body{{margin:0;padding:12px;font:14px/1.45 "Be Vietnam Pro",system-ui,sans-serif;color:{LIGHT.ink};
background:{LIGHT.ground}}}
h1{{font-size:16px;margin:0 0 2px}}p{{margin:4px 0;color:{LIGHT.quiet};font-size:12px}}
.note{{color:{LIGHT.ink};background:#FBF1DC;border-left:3px solid {LIGHT.warning};padding:4px 8px}}
table{{border-collapse:collapse;width:100%}}caption{{text-align:left;font-size:12px;color:{LIGHT.quiet}}}
th,td{{text-align:left;padding:5px 6px;border-bottom:1px solid {LIGHT.line};font-weight:400;vertical-align:top}}
thead th{{font-size:12px;color:{LIGHT.quiet}}}td svg{{display:block}}a{{color:{LIGHT.accent}}}
summary{{cursor:pointer;color:{LIGHT.accent};padding:8px 0}}
@media (max-width:480px){{td svg{{width:72px}}th,td{{padding:5px 3px}}}}
@media (max-width:360px){{body{{padding:12px 8px}}td svg{{width:60px}}th,td{{padding:5px 2px;font-size:13px}}}}
"""


async def page(request: Request, allowed: tuple[str, ...], draw: Callable[[dict[str, str]], str]) -> Response:
    try:
        query = checked(request.query_params.multi_items(), allowed)
        body = await run_in_threadpool(draw, query)
    except Problem as problem:
        say = Speaker("en" if request.query_params.get("lang") == "en" else "vi")
        words = say("open.trouble", detail=f"{problem.title}. {problem.detail}")
        return HTMLResponse(document(say.language, f"<p>{escape(words)}</p>"), problem.status, _HEADERS)
    return HTMLResponse(body, headers=_HEADERS)


def note(say: Speaker, snapshot: Snapshot) -> str:
    """That the figures are simulated, where they are. Markup."""
    simulated = snapshot.manifest.nature == "simulated"
    return f'<p class="note" role="note">{escape(say("open.simulated"))}</p>' if simulated else ""


def more(say: Speaker, address: str) -> str:
    """Whose it is, and the way to the page that has more. Markup."""
    link = f'<a href="{escape(address)}" target="_blank" rel="noopener">{escape(say("open.more"))}</a>'
    return f"<p>Gần Dân · CC BY 4.0 · {link}</p>"


def document(language: str, body: str) -> str:
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>Gần Dân</title>'
        '<meta name="viewport" content="width=device-width"><meta name="robots" content="noindex">'
        f"<style>{_STYLE}</style></head><body>{body}</body></html>"
    )
