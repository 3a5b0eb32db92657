"""A page's socket: how large and how frequent its messages may be, and when one that says nothing is closed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from starlette.types import Message, Receive, Send

from web.limits import Buckets

LARGEST_MESSAGE = 512 * 1024
"""What a page sends is the state of its controls; the longest text that a form takes has 10,000 letters."""
FIRST_SECONDS = 30.0
SILENT_SECONDS = 12 * 3600.0


class Socket:
    """Stands between a page and the app; where a limit is passed the app is told that the page has gone.

    A page speaks as soon as it is open. One that has said nothing for `first` seconds after that, or for `silent`
    seconds later, is closed. Messages that come too often wait, which slows their sender and nobody else.
    """

    def __init__(
        self,
        receive: Receive,
        send: Send,
        *,
        client: str = "",
        reruns: Buckets | None = None,
        first: float = FIRST_SECONDS,
        silent: float = SILENT_SECONDS,
        tell: Callable[[bytes], object] = lambda _: None,
        stands: Callable[[], bool] = lambda: True,
    ) -> None:
        """`reruns`: what the client has left; None for one who may always. `tell` hears each message to the page;
        `stands`: whether the reader is still who opened the page, asked at each message from it."""
        self._receive, self._send, self._client, self._reruns = receive, send, client, reruns
        self._seconds, self._silent, self._is_over = first, silent, False
        self._tell, self._stands = tell, stands

    async def receive(self) -> Message:
        """The page's next message, or that it has gone."""
        if self._is_over:
            return _gone(1008)
        try:
            message = await asyncio.wait_for(self._receive(), self._seconds)
        except TimeoutError:
            return await self._close(1001, "silent")
        if message["type"] != "websocket.receive":
            return message
        self._seconds = self._silent
        if len(message.get("bytes") or message.get("text") or "") > LARGEST_MESSAGE:
            return await self._close(1009, "too large")
        if not self._stands():  # the browser connects again by itself, as whoever it is now
            return await self._close(1012, "signed out")
        if self._reruns and (seconds := self._reruns.wait(self._client)):
            await asyncio.sleep(min(seconds, self._silent))
        return message

    async def send(self, message: Message) -> None:
        """A message to the page; nothing once its socket is closed."""
        if self._is_over:
            return
        if content := message.get("bytes"):
            self._tell(content)
        await self._send(message)

    async def _close(self, code: int, reason: str) -> Message:
        self._is_over = True
        await self._send({"type": "websocket.close", "code": code, "reason": reason})
        return _gone(code)


def _gone(code: int) -> Message:
    return {"type": "websocket.disconnect", "code": code}
