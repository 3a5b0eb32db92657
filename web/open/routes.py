"""The open data over HTTP: `/open/v1/`, read-only, for anyone, with addresses that can be cited and cached."""

from __future__ import annotations

import gzip
import hashlib
import json
import logging
import re
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from threading import Lock
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from display.maps import layers
from store import borders
from store.policy import policy
from web.open import description, formats, package
from web.open.query import USUAL_ROWS, Problem, checked, snapshot_of
from web.open.table import Kind
from web.open.tables import kinds

HOME = "/open/v1"
METHODS = ("GET", "HEAD", "OPTIONS")
KEPT_BYTES = 64 * 2**20
_SHORT, _LONG = "public, max-age=60, must-revalidate", "public, max-age=86400, must-revalidate"
_OPEN = {
    "access-control-allow-origin": "*",
    "access-control-expose-headers": "etag, link, content-range, accept-ranges, x-gan-dan-nature",
    "x-content-type-options": "nosniff",
}
_PREFLIGHT = {
    "access-control-allow-methods": ", ".join(METHODS),
    "access-control-allow-headers": "accept, range, if-range, if-none-match",
    "access-control-max-age": "86400",
    "allow": ", ".join(METHODS),
}
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Reply:
    """A whole reply before conditions and ranges: its bytes, the same packed, and its headers."""

    body: bytes
    headers: Mapping[str, str]
    packed: bytes | None = None
    status: int = 200
    weight: int = field(default=0)


class OpenData:
    """Answers everything below `/open/v1`; what goes wrong is told as `application/problem+json`."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        try:
            response = await run_in_threadpool(_answered, request)
        except Problem as problem:
            response = _problem_reply(problem)
        except Exception:
            _LOG.exception("open data: %s", request.url)
            response = _problem_reply(Problem(500, "Internal error", "this should not have happened"))
        if request.method == "HEAD":
            response.body = b""  # content-length stays that of the reply to GET
        await response(scope, receive, send)


ROUTES = [Route(HOME, OpenData()), Route(HOME + "/{name:path}", OpenData())]


def _answered(request: Request) -> Response:
    if request.method == "OPTIONS":
        return Response(status_code=204, headers={**_OPEN, **_PREFLIGHT})
    if request.method not in METHODS:
        raise Problem(405, "Method not allowed", "this is read only", allow=", ".join(METHODS))
    name = request.path_params.get("name", "")
    tables = kinds()
    if name in tables:
        return _conditional(request, *_table(request, name, tables[name]))
    if name == "package.zip":
        return _conditional(request, *_package(request))
    if name in ("", "openapi.json"):
        checked(request.query_params.multi_items(), ())
        content = description.description() if name else description.index()
        return _conditional(request, *_document(name, content))
    raise Problem(404, "No such address", f"known are {', '.join([*tables, 'package.zip', 'openapi.json'])}")


def _table(request: Request, name: str, kind: Kind) -> tuple[Reply, str]:
    query = checked(request.query_params.multi_items(), kind.parameters)
    form = formats.wanted(query, request.headers.get("accept", ""))
    stamp = kind.stamp(query)
    tag = _tag(name, form, stamp, query)
    return _kept(tag, lambda: _made(name, kind, form, query)), tag


def _made(name: str, kind: Kind, form: str, query: Mapping[str, str]) -> Reply:
    table = kind.rows(query)
    offset, limit = int(query.get("offset", 0)), int(query.get("limit", USUAL_ROWS))
    # The next page is of this snapshot also when another has been published in the meantime.
    pinned = {"dataset": table.said["dataset"], "snapshot": table.said["snapshot"]} if table.said["snapshot"] else {}
    onward = {**query, **pinned, "offset": offset + limit, "limit": limit, "format": form}
    following = f"{HOME}/{name}?{urlencode(onward)}" if offset + limit < table.total else None
    body = formats.encoded(table, form, {"offset": offset, "limit": limit, "next": following})
    headers = {
        "content-type": formats.media_type(name, form),
        "x-gan-dan-nature": str(table.said["nature"]),
        "x-total-count": str(table.total),
        "cache-control": _LONG if "snapshot" in query else _SHORT,
        "content-disposition": f'inline; filename="gan-dan-{name}.{form}"',
    }
    if following:
        headers["link"] = f'<{following}>; rel="next"'
    if form == "parquet":
        return _weighed(Reply(body, headers | {"accept-ranges": "bytes"}))
    return _weighed(Reply(body, headers, gzip.compress(body, 6, mtime=0)))


def _package(request: Request) -> tuple[Reply, str]:
    query = checked(request.query_params.multi_items(), package.PARAMETERS)
    snapshot = snapshot_of(query)
    tag = _tag("package.zip", "zip", snapshot.manifest.id, query)
    headers = {
        "content-type": "application/zip",
        "x-gan-dan-nature": snapshot.manifest.nature,
        "cache-control": _LONG if "snapshot" in query else _SHORT,
        "content-disposition": f'attachment; filename="{package.name(query, snapshot)}.zip"',
    }
    return _kept(tag, lambda: _weighed(Reply(package.package(query, snapshot), headers))), tag


def _document(name: str, content: Mapping[str, object]) -> tuple[Reply, str]:
    body = json.dumps(content, ensure_ascii=False, indent=1).encode()
    headers = {"content-type": "application/json", "cache-control": _SHORT, "x-gan-dan-nature": "reference"}
    return Reply(body, headers, gzip.compress(body, 6, mtime=0)), _tag(
        name, "json", hashlib.sha256(body).hexdigest(), {}
    )


def _tag(name: str, form: str, stamp: str, query: Mapping[str, str]) -> str:
    """What names a reply: the snapshot, the query, the format, and the edition of code, texts and policy."""
    asked = urlencode(sorted((key, value) for key, value in query.items() if key != "format"))
    return hashlib.sha256("\n".join((name, form, stamp, asked, _edition())).encode()).hexdigest()[:24]


@lru_cache(maxsize=1)
def _edition() -> str:
    return layers.edition() + borders.lineage_id() + policy().model_dump_json()


def _conditional(request: Request, reply: Reply, tag: str) -> Response:
    """The reply, or 304 where the reader has it, or a part of it where a part was asked for."""
    strong = reply.packed is None
    etag = f'"{tag}"' if strong else f'W/"{tag}"'
    headers = {**_OPEN, **reply.headers, "etag": etag, "vary": "accept, accept-encoding"}
    if _has_it(request.headers.get("if-none-match", ""), tag):
        return Response(status_code=304, headers={k: v for k, v in headers.items() if not k.startswith("content-")})
    if strong and "accept-ranges" in headers and request.headers.get("if-range", etag) == etag:
        part = _part(request.headers.get("range", ""), len(reply.body))
        if part:
            headers["content-range"] = f"bytes {part.start}-{part.stop - 1}/{len(reply.body)}"
            return Response(reply.body[part], 206, headers)
    if reply.packed is not None and re.search(
        r"\bgzip\b(?!;q=0(\.0*)?(,|$))", request.headers.get("accept-encoding", "")
    ):
        return Response(reply.packed, 200, headers | {"content-encoding": "gzip"})
    return Response(reply.body, 200, headers)


def _has_it(known: str, tag: str) -> bool:
    return known.strip() == "*" or f'"{tag}"' in [part.strip().removeprefix("W/") for part in known.split(",")]


def _part(asked: str, size: int) -> slice | None:
    """The bytes of a Range header; None where all are to be sent, Problem 416 where there are none such.

    Several ranges at once, and what is no range at all, are answered with the whole, as HTTP allows.
    """
    found = re.fullmatch(r"bytes=([0-9]{0,18})-([0-9]{0,18})", asked.strip())
    if not found or not any(found.groups()):
        return None
    first, last = found.groups()
    start, stop = (int(first), int(last) + 1 if last else size) if first else (max(size - int(last), 0), size)
    if first and last and int(last) < int(first):
        return None
    if start >= size:
        raise Problem(416, "No such range", f"the file has {size} bytes", **{"content-range": f"bytes */{size}"})
    return slice(start, min(stop, size))


def _problem_reply(problem: Problem) -> Response:
    content = {"type": "about:blank", "title": problem.title, "status": problem.status, "detail": problem.detail}
    headers = {**_OPEN, **problem.headers, "content-type": "application/problem+json", "cache-control": "no-store"}
    return Response(json.dumps(content, ensure_ascii=False), problem.status, headers)


_REPLIES: OrderedDict[str, Reply] = OrderedDict()
_GUARD = Lock()


def _kept(tag: str, make: Callable[[], Reply]) -> Reply:
    """The reply by its tag, made once; the least recently asked for make room for new ones."""
    with _GUARD:
        if tag in _REPLIES:
            _REPLIES.move_to_end(tag)
            return _REPLIES[tag]
    reply = make()
    with _GUARD:
        _REPLIES[tag] = reply
        while sum(kept.weight for kept in _REPLIES.values()) > KEPT_BYTES:
            _REPLIES.popitem(last=False)
    return reply


def _weighed(reply: Reply) -> Reply:
    return replace(reply, weight=len(reply.body) + len(reply.packed or b"") + 1024)
