"""Files that pages hand out, such as exports: each belongs to the open pages that were told its address.

Streamlit serves them below `/media/` to whoever knows the address, which is a hash of the content, for minutes after
the page has gone. Here a file is known by what was sent to a page: nobody else may have it, and only while that page
is open.
"""

from __future__ import annotations

import re
import secrets
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from threading import Lock

from store.access.rules import Reader

BROWSER = "gan_dan_browser"
"""The cookie by which a browser is known again; it says nothing of who uses it."""
SOCKET_HEADER = "x-gandan-page"
"""Names an open page to the script that draws it; what a browser sends under that name never counts."""
MOST_OF_A_PAGE = 500
_SHORTEST, _LONGEST = 16, 64
_PREFIX = "/media/"
_TOLD = re.compile(r"/media/([0-9A-Za-z]{16,128})")


def _spelled(message: bytes) -> Iterable[str]:
    return [message.decode("utf-8", "replace")]


@dataclass(frozen=True)
class Owner:
    """Who has a page open: a browser, and who has signed in there."""

    browser: str
    person: str


@dataclass
class _Page:
    owner: Owner
    client: str = ""
    name: str = ""
    files: OrderedDict[str, None] = field(default_factory=OrderedDict)


class HandedOut:
    """Which files the open pages of a replica were told of. Asked by the server, written by pages' threads too."""

    def __init__(self) -> None:
        self.addresses: Callable[[bytes], Iterable[str]] = _spelled
        """The addresses that a message hands out; by default all that it spells. The app knows its messages better."""
        self._pages: dict[str, _Page] = {}
        self._lock = Lock()

    def opened(self, owner: Owner, client: str = "") -> str:
        """A page has been opened from an address; the name under which the other functions know it."""
        name = secrets.token_hex(16)
        with self._lock:
            self._pages[name] = _Page(owner, client)
        return name

    def client(self, page: str) -> str:
        """From where an open page is read, as limits count it; empty for an unknown one."""
        with self._lock:
            found = self._pages.get(page)
            return found.client if found else ""

    def closed(self, page: str) -> None:
        """A page has gone, and with it all files that it handed out."""
        with self._lock:
            self._pages.pop(page, None)

    def entered(self, page: str, name: str) -> None:
        """An open page shows the app's page `name` now: what another one handed out before is gone."""
        with self._lock:
            found = self._pages.get(page)
            if found and found.name != name:
                found.name = name
                found.files.clear()

    def told(self, page: str, message: bytes) -> None:
        """A message is about to go to a page: note the files whose addresses it tells."""
        if _PREFIX.encode() not in message:
            return
        files = [file for address in self.addresses(message) for file in _TOLD.findall(address)]
        with self._lock:
            if found := self._pages.get(page):
                for file in files:
                    found.files[file] = None
                    found.files.move_to_end(file)
                while len(found.files) > MOST_OF_A_PAGE:
                    found.files.popitem(last=False)

    def may(self, owner: Owner, path: str) -> bool:
        """Whether an open page of the same browser and person was told of the file at an address."""
        file = path.removeprefix(_PREFIX).partition(".")[0]
        with self._lock:
            return bool(owner.browser) and any(
                file in page.files for page in self._pages.values() if page.owner == owner
            )


PAGES = HandedOut()
"""Those of this replica."""


def is_handed_out(path: str) -> bool:
    """Whether an address, without the service's base path, is that of a file which a page hands out."""
    return path.startswith(_PREFIX)


def owner(cookies: Mapping[str, str], reader: Reader) -> Owner:
    """Who asks; without the browser's cookie nobody to whom anything belongs."""
    found = cookies.get(BROWSER, "")
    return Owner(found if _SHORTEST <= len(found) <= _LONGEST else "", f"{reader.kind}:{reader.name}")


def cookie(base_path: str) -> str:
    """A `Set-Cookie` line that gives a browser its name; the browser forgets it when it is closed."""
    return f"{BROWSER}={secrets.token_urlsafe(18)}; Path=/{base_path}; HttpOnly; SameSite=Lax"
