"""A page's socket: silence, size and haste have an end, and nothing else is changed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from starlette.types import Message

from web import sockets
from web.limits import Buckets
from web.sockets import Socket


def asked(*messages: Message, work: Callable[[Socket], Awaitable[object]], **limits: object) -> tuple[object, list]:
    """What `work` with the socket gave, and what was sent to the page that says these messages and then nothing."""
    sent: list[Message] = []
    waiting = list(messages)

    async def receive() -> Message:
        if waiting:
            return waiting.pop(0)
        await asyncio.Event().wait()
        raise AssertionError

    async def send(message: Message) -> None:
        sent.append(message)

    async def run() -> object:
        return await work(Socket(receive, send, **limits))

    return asyncio.run(run()), sent


CONNECT, HELLO = {"type": "websocket.connect"}, {"type": "websocket.receive", "bytes": b"hello"}


def test_messages_pass_as_they_are():
    async def work(socket):
        found = [await socket.receive() for _ in range(2)]
        await socket.send({"type": "websocket.send", "bytes": b"x"})
        return found

    assert asked(CONNECT, HELLO, work=work) == ([CONNECT, HELLO], [{"type": "websocket.send", "bytes": b"x"}])


@pytest.mark.parametrize(("messages", "limits"), [((CONNECT,), {"first": 0.01}), ((CONNECT, HELLO), {"silent": 0.01})])
def test_a_silent_page_is_closed_and_the_app_hears_that_it_has_gone(messages, limits):
    async def work(socket):
        for _ in messages:
            await socket.receive()
        gone = await socket.receive()
        await socket.send({"type": "websocket.send", "bytes": b"too late"})
        return gone

    gone, sent = asked(*messages, work=work, **limits)
    assert gone["type"] == "websocket.disconnect"
    assert sent == [{"type": "websocket.close", "code": 1001, "reason": "silent"}]


def test_a_message_larger_than_any_page_sends_ends_the_socket():
    async def work(socket):
        return await socket.receive(), await socket.receive()

    large = {"type": "websocket.receive", "bytes": b"x" * (sockets.LARGEST_MESSAGE + 1)}
    told, sent = asked(large, HELLO, work=work)
    assert [one["type"] for one in told] == ["websocket.disconnect"] * 2
    assert [one["code"] for one in sent] == [1009]


def test_haste_waits(monkeypatch):
    waited = []

    async def sleep(seconds: float) -> None:
        waited.append(round(seconds, 3))

    monkeypatch.setattr(sockets.asyncio, "sleep", sleep)
    buckets = Buckets(60, lambda: 0.0)

    async def work(socket):
        return [await socket.receive() for _ in range(62)]

    found, _ = asked(*[HELLO] * 62, work=work, client="a", reruns=buckets)
    assert found == [HELLO] * 62 and waited == [1.0, 2.0]


def test_a_page_whose_reader_is_no_longer_who_opened_it_has_to_come_again():
    async def work(socket):
        return await socket.receive(), await socket.receive()

    answers = iter([True, False])
    told, sent = asked(HELLO, HELLO, work=work, stands=lambda: next(answers))
    assert told[0] == HELLO and told[1]["type"] == "websocket.disconnect"
    assert [one["code"] for one in sent] == [1012]
