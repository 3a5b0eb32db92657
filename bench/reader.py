"""A reader of the app without a browser: speaks Streamlit's own protocol over its WebSocket, and clicks."""

from __future__ import annotations

import asyncio
import random
import ssl
import time
import urllib.request
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from urllib.parse import urlsplit

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

SECONDS = 60.0
"""A rerun that takes longer counts as an error."""
_NOT_CHOSEN = ("chosen_dataset",)
"""Select boxes that readers leave alone: the other datasets are too small to be a load."""


class Trouble(Exception):
    """A reader was shown an error, or nothing in time."""


@dataclass
class Reader:
    """One open page.

    `address`: of the service; `cookies`: what the reader brings, by name; `source`: the loopback address from which
    the reader comes, so that limits per client hold for each. `pages` are the hashes of pages by path, `boxes` the
    options of the select boxes on the page by their ids, `chosen` what was chosen in them.
    """

    address: str
    cookies: dict[str, str]
    source: str
    dice: random.Random
    pages: dict[str, str] = field(default_factory=dict)
    boxes: dict[str, list[str]] = field(default_factory=dict)
    chosen: dict[str, str] = field(default_factory=dict)
    page: str = ""
    query: str = ""
    received: int = 0

    async def __aenter__(self) -> Reader:
        secure = ssl._create_unverified_context()
        place = urlsplit(self.address)
        cookies = self.cookies | await asyncio.to_thread(_first_cookies, self.address, self.cookies)
        token = cookies.get("_streamlit_xsrf", "")
        self._socket = await websockets.connect(
            f"wss://{place.netloc}/_stcore/stream",
            ssl=secure, origin=self.address, subprotocols=["streamlit", token], max_size=None, ping_interval=None,
            additional_headers={"Cookie": _line(cookies)}, local_addr=(self.source, 0),
            open_timeout=SECONDS, compression=None,
        )  # fmt: skip
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._socket.close()

    async def open(self, path: str, query: str) -> float:
        """Open an address as a link from outside does; seconds until the page stands."""
        self.page, self.query = path, query
        return await self._rerun(by_name=not self.pages)

    async def go(self, path: str, query: str) -> float:
        """Follow a link to another page."""
        self.page, self.query, self.chosen = path, query, {}
        return await self._rerun()

    async def choose(self) -> float | None:
        """Choose another option of some select box of the page; None where there is none to choose from."""
        known = [key for key, options in self.boxes.items() if len(options) > 1]
        if not known:
            return None
        box = self.dice.choice(known)
        self.chosen[box] = self.dice.choice(self.boxes[box])
        return await self._rerun()

    async def shout(self, times: int, per_second: float) -> None:
        """Ask for the page so often without waiting for it, which no browser does; what comes back is not read."""
        for _ in range(times):
            await self._socket.send(self._message(by_name=False).SerializeToString())
            await asyncio.sleep(1 / per_second)

    def _message(self, *, by_name: bool) -> BackMsg:
        message = BackMsg()
        state = message.rerun_script
        state.query_string = self.query
        if by_name:
            state.page_name = self.page
        else:
            state.page_script_hash = self.pages[self.page]
        state.context_info.url = f"{self.address}/{self.page}"
        state.context_info.locale, state.context_info.timezone = "vi-VN", "Asia/Ho_Chi_Minh"
        for box, value in self.chosen.items():
            state.widget_states.widgets.add(id=box, string_value=value)
        return message

    async def _rerun(self, *, by_name: bool = False) -> float:
        message = self._message(by_name=by_name)
        started = time.perf_counter()
        await self._socket.send(message.SerializeToString())
        try:
            async with asyncio.timeout(SECONDS):
                await self._finished()
        except TimeoutError:
            raise Trouble(f"/{self.page}?{self.query}: not drawn after {SECONDS:.0f} s") from None
        return time.perf_counter() - started

    async def _finished(self) -> None:
        boxes: dict[str, list[str]] = {}
        while True:
            raw = await self._socket.recv()
            self.received += len(raw)
            message = ForwardMsg.FromString(raw)
            match message.WhichOneof("type"):
                case "navigation":
                    self.pages = {page.url_pathname: page.page_script_hash for page in message.navigation.app_pages}
                case "page_not_found":
                    raise Trouble(f"/{self.page}: not found")
                case "page_info_changed":
                    self.query = message.page_info_changed.query_string
                case "delta" if message.delta.WhichOneof("type") == "new_element":
                    element = message.delta.new_element
                    kind = element.WhichOneof("type")
                    if kind == "exception":
                        raise Trouble(
                            f"/{self.page}?{self.query}: {element.exception.type} {element.exception.message}"
                        )
                    if kind == "html" and 'class="gd-trouble"' in element.html.body:
                        raise Trouble(f"/{self.page}?{self.query}: nothing can be shown")
                    if kind == "selectbox" and not element.selectbox.id.endswith(_NOT_CHOSEN):
                        boxes[element.selectbox.id] = list(element.selectbox.options)
                case "script_finished":
                    if message.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY:
                        self.boxes = boxes
                        self.chosen = {box: value for box, value in self.chosen.items() if box in boxes}
                        return
                    if message.script_finished == ForwardMsg.FINISHED_WITH_COMPILE_ERROR:
                        raise Trouble(f"/{self.page}: does not compile")


def _first_cookies(address: str, cookies: dict[str, str]) -> dict[str, str]:
    """What the service sets at the first request: the token against forged requests, the replica's cookie."""
    asked = urllib.request.Request(f"{address}/_stcore/health", headers={"Cookie": _line(cookies)})
    with urllib.request.urlopen(asked, timeout=SECONDS, context=ssl._create_unverified_context()) as reply:
        jar = SimpleCookie()
        for line in reply.headers.get_all("set-cookie") or []:
            jar.load(line)
    return {name: morsel.value for name, morsel in jar.items() if name not in cookies}


def _line(cookies: dict[str, str]) -> str:
    return "; ".join(f"{name}={value}" for name, value in cookies.items())
