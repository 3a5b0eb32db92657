"""Where many of the public come at once, those who come first are answered, and the others led to the static site."""

from __future__ import annotations

import pytest
from starlette.responses import PlainTextResponse
from starlette.routing import Route, Router

from display.words import addresses
from files.environment import SettingError
from store.access.rules import PUBLIC, Reader
from web.crowd import Arrivals, Crowd, place_of
from web.settings import Settings

PATHS = addresses.PATHS.values()
SITE = "https://xem.example.vn/"
LEADER = Reader("leader@example.vn", frozenset({("leader", "25")}), "signed_in")
QUERY = "unit=04792&province=25"


async def framework(request):
    return PlainTextResponse("the app")


def app(*, most=2, site=SITE, reader=PUBLIC, arrivals=None, waiting=lambda: 0, base=""):
    inner = Router([Route("/{rest:path}", framework)])
    arrivals = arrivals or Arrivals(lambda: 0.0)
    return Crowd(inner, PATHS, site, most, base, lambda _: reader, arrivals, waiting)


def ask(get, to, path="/minh-bach", query=QUERY, **headers):
    return get(to, path, query, **{"accept": "text/html,*/*"} | headers)


def test_those_who_come_first_are_answered_and_the_others_sent_to_the_same_communes_static_page(get):
    crowd = app(most=2)
    replies = [ask(get, crowd) for _ in range(5)]
    assert [reply.status for reply in replies] == [200, 200, 503, 503, 503]
    page = replies[-1].body.decode()
    assert f'content="8; url={SITE}don-vi/04792.html"' in page
    assert "Ứng dụng đang phục vụ những người đến trước." in page
    assert 'href="/minh-bach?unit=04792&amp;province=25&amp;wait=1"' in page
    assert replies[-1].headers["cache-control"] == "no-store"


def test_in_english_the_way_leads_to_the_english_page(get):
    crowd = app(most=1)
    ask(get, crowd)
    page = ask(get, crowd, query=f"{QUERY}&lang=en").body.decode()
    assert f"{SITE}en/don-vi/04792.html" in page
    assert "The app is serving those who came first." in page


def test_whoever_waits_for_a_turn_counts_too_and_a_page_that_has_opened_makes_room(get):
    arrivals, waiting = Arrivals(lambda: 0.0), [2]
    crowd = app(most=3, arrivals=arrivals, waiting=lambda: waiting[0])
    assert [ask(get, crowd).status for _ in range(2)] == [200, 503]
    arrivals.opened()
    assert ask(get, crowd).status == 200
    waiting[0] = 0
    assert [ask(get, crowd).status for _ in range(3)] == [200, 200, 503]


def test_whoever_never_opens_the_page_keeps_nobody_out_for_long(get):
    now = [0.0]
    crowd = app(most=1, arrivals=Arrivals(lambda: now[0]))
    assert [ask(get, crowd).status for _ in range(2)] == [200, 503]
    now[0] = 21
    assert ask(get, crowd).status == 200


def test_a_reader_with_a_role_is_never_sent_on_nor_counted(get):
    arrivals = Arrivals(lambda: 0.0)
    assert {ask(get, app(most=1, reader=LEADER, arrivals=arrivals)).status for _ in range(5)} == {200}
    assert ask(get, app(most=1, arrivals=arrivals)).status == 200


@pytest.mark.parametrize(
    ("path", "query", "headers"),
    [
        ("/minh-bach", f"{QUERY}&wait=1", {}),  # waits for a turn, or signs in
        ("/minh-bach", QUERY, {"accept": "*/*"}),  # no document
        ("/static/js/index.js", "", {}),
        ("/open/v1/standings.csv", QUERY, {}),
    ],
)
def test_what_is_no_page_of_the_crowd_goes_through(get, path, query, headers):
    crowd = app(most=1)
    ask(get, crowd)
    assert ask(get, crowd, path, query, **headers).status == 200


def test_without_a_static_site_everybody_waits(get):
    crowd = app(most=1, site="")
    assert {ask(get, crowd).status for _ in range(4)} == {200}


def test_below_a_path_of_its_own_the_pages_are_the_same(get):
    crowd = app(most=1, base="gan-dan")
    assert [ask(get, crowd, "/gan-dan/minh-bach").status for _ in range(2)] == [200, 503]


@pytest.mark.parametrize(
    ("unit", "province", "path"),
    [
        ("04792", "25", "don-vi/04792.html"),
        ("", "25", "tinh/25.html"),
        ("99999", "", "index.html"),
        ("../../etc", "<b>", "index.html"),
    ],
)
def test_the_way_leads_to_a_page_that_there_is(unit, province, path):
    assert place_of(unit, province, "vi")[0] == path


def test_an_address_of_the_site_that_is_none_stops_the_start(monkeypatch):
    monkeypatch.setenv("GANDAN_SITE_URL", "javascript:alert(1)")
    with pytest.raises(SettingError, match="GANDAN_SITE_URL"):
        Settings.from_environment()
