"""The framework's scripts go out packed, from copies made ahead where there are some, and everything else as before."""

from __future__ import annotations

import gzip
import re

import brotli
import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from files.places import HOME
from web import packed

SCRIPT = b"export const so = 'xin chao';\n" * 60
MATERIAL = re.compile(r":material/([a-z_0-9]+)")
NO_ICON = {"star_filled"}
"""A name in the framework's scripts that its own font has no icon for."""


async def plain(request):
    return PlainTextResponse("as it is")


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "static" / "js").mkdir(parents=True)
    (tmp_path / "static" / "media").mkdir()
    (tmp_path / "static" / "js" / "index.abc.js").write_bytes(SCRIPT)
    (tmp_path / "static" / "js" / "small.js").write_bytes(b"export{}")
    (tmp_path / "static" / "media" / "MaterialSymbols-Rounded.abc.woff2").write_bytes(b"large")
    return tmp_path


@pytest.fixture
def ask(folder, get):
    app = Starlette(routes=[Route("/{path:path}", plain)])

    def asked(path="/static/js/index.abc.js", base_path="", method="GET", **headers):
        layer = packed.Packed(app, folder, base_path, ahead=folder / "ahead")
        return get(layer, path, method=method, **headers)

    return asked


@pytest.mark.parametrize(
    ("accepted", "opened"), [("gzip, br", brotli.decompress), ("gzip", gzip.decompress)], ids=["br", "gzip"]
)
def test_a_script_goes_out_as_the_browser_takes_it(ask, accepted, opened):
    reply = ask(accept_encoding=accepted)

    assert opened(reply.body) == SCRIPT
    assert reply.headers["content-encoding"] in accepted
    assert reply.headers["vary"] == "Accept-Encoding"
    assert "immutable" in reply.headers["cache-control"]
    assert reply.headers["content-type"].startswith("text/javascript")
    assert int(reply.headers["content-length"]) == len(reply.body)


def test_whoever_takes_no_packing_asks_the_framework(ask):
    assert ask().body == b"as it is"
    assert ask(accept_encoding="br;q=0").body == b"as it is"


@pytest.mark.parametrize("path", ["/static/js/small.js", "/static/js/none.js", "/static/js/../js/x.js", "/", "/health"])
def test_other_addresses_are_left_alone(ask, path):
    assert ask(path, accept_encoding="br").body == b"as it is"


def test_below_a_base_path(ask):
    assert ask("/app/static/js/index.abc.js", "app", accept_encoding="br").headers["content-encoding"] == "br"
    assert ask("/static/js/index.abc.js", "app", accept_encoding="br").body == b"as it is"


def test_what_the_browser_has_already_is_not_sent_again(ask):
    tag = ask(accept_encoding="br").headers["etag"]
    again = ask(accept_encoding="br", if_none_match=f"W/{tag}")
    assert (again.status, again.body) == (304, b"")
    assert ask(accept_encoding="gzip", if_none_match=tag).status == 200


def test_head_tells_the_length_alone(ask):
    whole, head = ask(accept_encoding="br"), ask(method="HEAD", accept_encoding="br")
    assert head.body == b""
    assert head.headers["content-length"] == whole.headers["content-length"]


def test_copies_made_ahead_are_sent_and_those_of_another_version_removed(folder, ask):
    (folder / "ahead").mkdir()
    (folder / "ahead" / "old.br").write_bytes(b"")
    number, plain_bytes, small = packed.pack(folder, folder / "ahead")

    assert (number, plain_bytes) == (1, len(SCRIPT))
    (copy,) = (folder / "ahead").iterdir()
    assert copy.stat().st_size == small
    copy.write_bytes(brotli.compress(b"made ahead"))
    assert brotli.decompress(ask(accept_encoding="br").body) == b"made ahead"


def test_our_few_icons_stand_for_the_framework_s_four_thousand(ask):
    reply = ask("/static/media/MaterialSymbols-Rounded.abc.woff2", accept_encoding="br")
    assert reply.body == (HOME / "static" / "icons" / "material-symbols-rounded.woff2").read_bytes()


def test_every_icon_that_a_page_may_draw_is_among_them():
    known = set((HOME / "static" / "icons" / "names.txt").read_text(encoding="utf-8").split())
    ours = [path for room in ("ui", "pages", "display", "web") for path in (HOME / room).rglob("*.py")]
    framework = (packed.framework() / "static" / "js").glob("*.js")
    asked = {name for path in [*ours, *framework] for name in MATERIAL.findall(path.read_text(encoding="utf-8"))}
    assert asked - NO_ICON <= known


def test_the_framework_has_the_font_that_ours_stands_for():
    assert [*(packed.framework() / "static").glob("media/MaterialSymbols-Rounded*.woff2")]
