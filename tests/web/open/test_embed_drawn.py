"""Charts for iframes: drawn for the public whoever asks, once per snapshot, without a script."""

from __future__ import annotations

from starlette.applications import Starlette

from display.words.view import View
from store.access.rules import PUBLIC
from web.open import embed_drawn
from web.open.embed_drawn import Drawn


class Draw:
    """A drawing that remembers for whom it was asked."""

    def __init__(self, found: Drawn | None) -> None:
        self.found, self.views = found, []

    def __call__(self, view: View, query) -> Drawn | None:
        self.views.append((view, dict(query)))
        return self.found


FOUND = Drawn(
    "A < B", "Finding", ["<svg>small</svg>", "<svg>large</svg>"], [("#111111", "1 & 2")], ["Note"], "./x?a=1&b=2"
)


def asked(get, draw: Draw, query: str, path: str = "time"):
    return get(Starlette(routes=embed_drawn.routes(time=draw, map=draw)), f"/embed/{path}", query)


def test_the_page_has_words_drawings_legend_snapshot_and_the_way_on(get, published):
    reply = asked(get, Draw(FOUND), "dataset=live&province=25&lang=en")
    page = reply.body.decode()

    for part in (
        '<html lang="en">',
        "<h1>A &lt; B</h1>",
        "<svg>small</svg>",
        "<svg>large</svg>",
        "#111111",
        "1 &amp; 2",
    ):
        assert part in page
    assert 'href="/x?a=1&amp;b=2"' in page and "Snapshot " in page
    assert "<script" not in page and "script-src" not in reply.headers["content-security-policy"]


def test_it_is_drawn_of_what_the_public_sees_and_only_once(get, published):
    draw = Draw(FOUND)
    for _ in range(2):
        asked(get, draw, "dataset=live&province=25", "map")
    ((view, query),) = draw.views

    assert view.reader == PUBLIC and view.snapshot.seen == frozenset()
    assert query == {"dataset": "live", "province": "25"}


def test_without_figures_and_for_a_wrong_address_it_says_so(get, published):
    assert asked(get, Draw(None), "dataset=live&measure=tdgq").status == 404
    assert asked(get, Draw(FOUND), "dataset=live&units=16654;DROP").status == 400
    assert asked(get, Draw(FOUND), "dataset=live&unit=16654").status == 400
