"""The framework's scripts and styles, packed: Streamlit sends them as they are, five times as large.

`python -m web.packed` packs them ahead, which `make setup` does; what was not is packed when it is first asked for
and kept in memory. A packed file is known by what it holds, so a new version of the framework asks for others.
"""

from __future__ import annotations

import hashlib
import mimetypes
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from threading import Lock

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.responses import FileResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from files import whole
from files.places import HOME
from web import packing

_PREFIX, _FOLDERS = "/static/", ("js", "css")
_SUFFIXES = frozenset({".js", ".css"})
_LEAST = 1_000
"""A smaller file is not worth the work."""
_FOR_EVER = "public, max-age=31536000, immutable"
_ICONS = HOME / "static" / "icons"
INSTEAD = {"media/MaterialSymbols-Rounded": _ICONS / "material-symbols-rounded.woff2"}
"""Files of ours by how the name of the framework's begins: its font of 4,000 icons has 376 kB, the 119 that pages may
draw (`static/icons/names.txt`) have 13."""
AHEAD = Path(sys.prefix) / "share" / "gan-dan" / "packed"
"""Beside the packages that the files are from."""


class Packed:
    """Answers for the framework's scripts and styles; everything else goes on to the app."""

    def __init__(self, app: ASGIApp, folder: Path, base_path: str = "", ahead: Path = AHEAD) -> None:
        """`folder`: the framework's own, with `static/js` in it; `ahead`: where files lie that were packed ahead."""
        self.app, self._ahead = app, ahead
        self._below = f"/{base_path}".rstrip("/") + _PREFIX
        self._files = {f"{path.parent.name}/{path.name}": path for path in files(folder)}
        self._instead = _instead(folder)
        self._held: dict[tuple[str, str], tuple[bytes, str]] = {}
        self._locks: dict[str, Lock] = {name: Lock() for name in self._files}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        name = scope["path"].removeprefix(self._below) if scope["type"] == "http" else ""
        if ours := self._instead.get(name):
            await FileResponse(ours, headers={"cache-control": _FOR_EVER})(scope, receive, send)
            return
        kind = packing.chosen(Headers(scope=scope).get("accept-encoding", "")) if name in self._files else ""
        if not kind or scope["method"] not in ("GET", "HEAD"):
            await self.app(scope, receive, send)
            return
        held = self._held.get((name, kind))
        body, tag = held if held else await run_in_threadpool(self._hold, name, kind)
        await _reply(scope, name, kind, body, tag)(scope, receive, send)

    def _hold(self, name: str, kind: str) -> tuple[bytes, str]:
        """A packed file and its tag; who asks for one that is being packed waits for it."""
        with self._locks[name]:
            if (name, kind) not in self._held:
                plain = self._files[name].read_bytes()
                digest = digest_of(plain)
                place = self._ahead / f"{digest}.br"
                body = place.read_bytes() if kind == "br" and place.is_file() else packing.packed(plain, kind)
                self._held[name, kind] = body, f'"{digest}-{kind}"'
            return self._held[name, kind]


def _reply(scope: Scope, name: str, kind: str, body: bytes, tag: str) -> Response:
    headers = {"cache-control": _FOR_EVER, "vary": "Accept-Encoding", "etag": tag}
    if tag in [known.strip().removeprefix("W/") for known in Headers(scope=scope).get("if-none-match", "").split(",")]:
        return Response(status_code=304, headers=headers)
    media_type = "text/javascript" if name.endswith(".js") else mimetypes.guess_type(name)[0]
    return Response(
        b"" if scope["method"] == "HEAD" else body,
        media_type=media_type,
        headers=headers | {"content-encoding": kind, "content-length": str(len(body))},
    )


def files(folder: Path) -> list[Path]:
    """What is packed of the framework's folder."""
    found = [path for name in _FOLDERS for path in sorted((folder / "static" / name).glob("*"))]
    return [path for path in found if path.suffix in _SUFFIXES and path.stat().st_size >= _LEAST]


def _instead(folder: Path) -> dict[str, Path]:
    """Files of ours by the names of those of the framework that they stand for."""
    return {
        f"media/{path.name}": ours
        for start, ours in INSTEAD.items()
        for path in (folder / "static").glob(f"{start}*.woff2")
    }


@lru_cache(maxsize=1)
def framework() -> Path:
    """Where the framework's files lie, found without loading it."""
    spec = find_spec("streamlit")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("streamlit: not installed")
    return Path(spec.origin).parent / "static"


def digest_of(plain: bytes) -> str:
    return hashlib.sha256(plain).hexdigest()[:24]


def pack(folder: Path, ahead: Path) -> tuple[int, int, int]:
    """Pack ahead what has not been; how many files, their bytes, and their bytes packed. Others are removed."""
    ahead.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor() as pool:  # brotli lets other threads run
        found = list(pool.map(lambda path: _pack(path, ahead), files(folder)))
    kept = {place for place, _ in found}
    for path in ahead.glob("*.br"):
        if path not in kept:
            path.unlink()
    return len(found), sum(size for _, size in found), sum(place.stat().st_size for place in kept)


def _pack(path: Path, ahead: Path) -> tuple[Path, int]:
    plain = path.read_bytes()
    place = ahead / f"{digest_of(plain)}.br"
    if not place.exists():
        whole.write(place, packing.packed(plain, "br", packing.AHEAD))
    return place, len(plain)


if __name__ == "__main__":
    number, plain, small = pack(framework(), AHEAD)
    print(f"{AHEAD}: {number} files of the framework, {plain / 1e6:.1f} MB packed to {small / 1e6:.1f} MB")
