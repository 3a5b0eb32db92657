"""Files that pages hand out: for the page that was told of them, while it is open, and for nobody else."""

from __future__ import annotations

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, Router, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket

from store.access.rules import Reader
from web import door, handed_out
from web.door import Door
from web.handed_out import BROWSER, HandedOut, Owner
from web.settings import Settings

FILE = "0123456789abcdef0123456789abcdef"
MINE, OTHERS = Owner("b" * 24, "signed_in:lan"), Owner("c" * 24, "signed_in:minh")


@pytest.fixture(autouse=True)
def no_app(monkeypatch):
    """A door of its own: the replica's knows Streamlit's messages once a test of this process has loaded the app."""
    monkeypatch.setattr(door, "PAGES", HandedOut())


def told(pages: HandedOut, owner: Owner, file: str = FILE) -> str:
    page = pages.opened(owner)
    pages.told(page, b"\x0a\x05" + f"/media/{file}.csv".encode() + b"\x12")
    return page


@pytest.mark.parametrize(
    ("asks", "may"),
    [
        (MINE, True),
        (OTHERS, False),
        (Owner(MINE.browser, OTHERS.person), False),
        (Owner(OTHERS.browser, MINE.person), False),
        (Owner("", MINE.person), False),
    ],
)
def test_a_file_is_for_the_browser_and_the_person_whose_page_was_told_of_it(asks, may):
    pages = HandedOut()
    told(pages, MINE)
    assert pages.may(asks, f"/media/{FILE}.csv") == may
    assert not pages.may(asks, f"/media/{FILE[:-1]}0.csv")


def test_nothing_belongs_to_browsers_that_keep_no_cookies():
    pages = HandedOut()
    told(pages, Owner("", "public:"))
    assert not pages.may(Owner("", "public:"), f"/media/{FILE}.csv")


def test_a_file_is_gone_when_its_page_is_left():
    pages = HandedOut()
    page = told(pages, MINE)
    pages.closed(page)
    assert not pages.may(MINE, f"/media/{FILE}.csv")


def test_another_page_of_the_app_leaves_the_files_of_the_one_before_behind():
    pages = HandedOut()
    page = pages.opened(MINE)
    pages.entered(page, "rankings")
    pages.told(page, f"/media/{FILE}.csv".encode())
    pages.entered(page, "rankings")
    assert pages.may(MINE, f"/media/{FILE}.csv")
    pages.entered(page, "map")
    assert not pages.may(MINE, f"/media/{FILE}.csv")


def test_what_one_page_was_told_of_is_bounded(monkeypatch):
    monkeypatch.setattr(handed_out, "MOST_OF_A_PAGE", 3)
    pages = HandedOut()
    page = pages.opened(MINE)
    for number in range(5):
        pages.told(page, f"/media/{number:032}.csv".encode())
    assert [pages.may(MINE, f"/media/{number:032}.csv") for number in range(5)] == [False, False, True, True, True]


async def handing_out(request: Request) -> Response:
    return PlainTextResponse("figures", headers={"cache-control": "public, max-age=3600"})


async def page(socket: WebSocket) -> None:
    await socket.accept()
    await socket.send_bytes(f"a/media/{FILE}.csvb".encode())
    await socket.send_bytes(socket.headers[handed_out.SOCKET_HEADER].encode())
    await socket.receive()


def behind(base: str = "") -> Door:
    at = f"/{base}" if base else ""
    inner = Router(routes=[Route(f"{at}/media/{{name}}", handing_out), WebSocketRoute(f"{at}/_stcore/stream", page)])
    return Door(inner, Settings(), base, reader_of=lambda asks: Reader(asks.cookies.get("who", ""), kind="signed_in"))


@pytest.mark.parametrize("base", ["", "gan-dan"])
def test_the_door_gives_a_file_to_its_page_alone_and_lets_nobody_keep_it(base):
    at = f"/{base}" if base else ""
    client = TestClient(behind(base))
    mine, other = {"cookie": f"{BROWSER}={'b' * 24}; who=lan"}, {"cookie": f"{BROWSER}={'c' * 24}; who=minh"}

    def asked(headers: dict[str, str], method: str = "GET") -> tuple[int, str]:
        reply = client.request(method, f"{at}/media/{FILE}.csv", headers=headers)
        return reply.status_code, reply.headers["cache-control"]

    with client.websocket_connect(f"{at}/_stcore/stream", headers=mine) as socket:
        socket.receive_bytes()
        assert asked(mine) == asked(mine, "HEAD") == (200, "no-store")
        assert asked(other) == asked(other, "HEAD") == asked({}) == (403, "no-store")
        socket.send_bytes(b"")
    assert asked(mine) == (403, "no-store")


def test_a_browser_cannot_say_which_page_it_is():
    client = TestClient(behind())
    headers = {"cookie": f"{BROWSER}={'b' * 24}", handed_out.SOCKET_HEADER: "another"}
    with client.websocket_connect("/_stcore/stream", headers=headers) as socket:
        socket.receive_bytes()
        assert socket.receive_bytes() != b"another"
        socket.send_bytes(b"")
