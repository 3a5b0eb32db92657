"""Asking the national portal over HTTP: one request at a time, politely, and stopping when told to.

A web application firewall stands before the portal. It answers with 403, 406, 429, with an HTML
page (at times with status 200), with a reset connection or with silence. What may pass is tried
again with growing pauses; what is a refusal stops the whole run, because going on would only
make the refusal last.
"""

from __future__ import annotations

import json
import math
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import requests

from etl.portal.archive import Reply, Request
from etl.settings import Settings
from files.faults import Fault
from ranking import __version__

PORTAL = "https://dichvucong.gov.vn"
_FIREWALL_WORDS = ("request rejected", "requested url was rejected", "support id")
_REFUSALS = (403, 406)
_MAY_PASS = (408, 425, 500, 502, 503, 504)


class Unanswered(Fault):
    """One request failed for good; others may still succeed."""

    def __init__(self, message: str, *, silent: bool = False) -> None:
        super().__init__(message)
        self.silent = silent


class Blocked(Fault):
    """The portal refuses or is down: the whole run must stop."""


class _TryAgain(Exception):
    def __init__(
        self, message: str, *, wait: float | None = None, silent: bool = False, too_many: bool = False
    ) -> None:
        super().__init__(message)
        self.wait, self.silent, self.too_many = wait, silent, too_many


@dataclass(frozen=True)
class Manners:
    """How to ask: pauses in seconds, and when to give up."""

    delay: tuple[float, float] = (0.35, 2.5)
    connect_seconds: float = 10
    read_seconds: float = 45
    total_seconds: float = 180
    tries: int = 5
    longest_wait: float = 300
    silences_in_a_row: int = 3
    failures_in_a_row: int = 8


class PortalClient:
    """Sends requests one after another; each reply is checked to be what its endpoint promises.

    `ask` raises Unanswered where one request failed for good, and Blocked (the circuit breaker)
    at a refusal by the firewall, at a demand to wait longer than `longest_wait`, after
    `silences_in_a_row` requests without any answer or `failures_in_a_row` failed ones: eight,
    since a single province that the portal cannot serve already fails seven times.
    """

    def __init__(
        self,
        manners: Manners | None = None,
        *,
        sleep: Callable[[float], None] = time.sleep,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.manners = manners or Manners()
        self._sleep, self._now = sleep, now
        self._session = requests.Session()
        self._session.headers.update({"User-Agent": user_agent(), "Accept-Language": "vi-VN,vi;q=0.9"})
        self._asked = False
        self._failed_in_a_row = 0

    def ask(self, request: Request) -> Reply:
        """The reply to `request`: a JSON envelope with code OK, or a JSON array from the old gateway."""
        for attempt in range(1, self.manners.tries + 1):
            self._pause()
            try:
                reply = self._send(request)
                self._failed_in_a_row = 0
                return reply
            except _TryAgain as trouble:
                if attempt == self.manners.tries:
                    raise self._give_up(request, trouble) from trouble
                self._sleep(self._wait(request, trouble, attempt))
            except Unanswered as failure:
                raise self._counted(failure) from failure
        raise AssertionError("unreachable: tries is at least 1")

    def _send(self, request: Request) -> Reply:
        try:
            response = self._session.post(
                request.url,
                data=_payload(request),
                headers=_headers(request),
                timeout=(self.manners.connect_seconds, self.manners.read_seconds),
                allow_redirects=False,
                stream=True,
            )
            content = self._content(response)
        except requests.RequestException as error:
            raise _TryAgain(f"no whole answer ({_brief(error)})", silent=True) from error
        moment = (server_moment(response.headers) or self._now()).replace(microsecond=0)
        _check_status(response, content)
        _check_content(request, content)
        return Reply(response.status_code, response.headers, content, moment)

    def _content(self, response: requests.Response) -> bytes:
        """The body, but not for ever: a server that sends a byte now and then never times out by itself."""
        deadline = time.monotonic() + self.manners.total_seconds
        with response:
            pieces = []
            for piece in response.iter_content(65536):
                pieces.append(piece)
                if time.monotonic() > deadline:
                    raise requests.Timeout(f"not finished after {self.manners.total_seconds:g} s")
        return b"".join(pieces)

    def _pause(self) -> None:
        if self._asked:
            self._sleep(random.uniform(*self.manners.delay))
        self._asked = True

    def _wait(self, request: Request, trouble: _TryAgain, attempt: int) -> float:
        """What the server asks for, else a wait that doubles each time, with jitter."""
        if trouble.wait is None:
            longest = min(self.manners.delay[1] * 2**attempt, self.manners.longest_wait)
            return random.uniform(longest / 2, longest)
        if trouble.wait > self.manners.longest_wait:
            raise Blocked(f"{_what(request)}: {trouble}; the portal asks to wait {trouble.wait:.0f} s")
        return trouble.wait

    def _give_up(self, request: Request, trouble: _TryAgain) -> Fault:
        message = f"{_what(request)}: {trouble}, {self.manners.tries} times"
        if trouble.too_many:
            return Blocked(f"{message}; the portal asks for fewer requests")
        return self._counted(Unanswered(message, silent=trouble.silent))

    def _counted(self, failure: Unanswered) -> Fault:
        self._failed_in_a_row += 1
        limit = self.manners.silences_in_a_row if failure.silent else self.manners.failures_in_a_row
        if self._failed_in_a_row >= limit:
            return Blocked(f"{failure}; {self._failed_in_a_row} requests in a row failed")
        return failure


def user_agent() -> str:
    """Who asks: the project, and whom to write to (from the environment: GANDAN_CONTACT)."""
    contact = Settings.from_environment().contact or "contact not set"
    return f"GanDan/{__version__} (performance dashboard for communes; {contact})"


def server_moment(headers: Mapping[str, str]) -> datetime | None:
    """The moment in a reply's `Date` header, in UTC; None where it tells none.

    The server's clock decides which of its periods are still open, and it holds where the clock
    of this machine is wrong.
    """
    try:
        moment = parsedate_to_datetime(headers.get("Date", ""))
    except (TypeError, ValueError):
        return None
    return moment.astimezone(UTC) if moment.tzinfo else None


def _payload(request: Request) -> dict[str, str] | bytes:
    if request.encoding == "form":
        return {"params": json.dumps(dict(request.body), ensure_ascii=False, separators=(",", ":"))}
    return json.dumps(dict(request.body), ensure_ascii=False).encode()


def _headers(request: Request) -> dict[str, str]:
    kind = "application/x-www-form-urlencoded" if request.encoding == "form" else "application/json"
    base = request.base_url.rstrip("/")
    return {
        "Accept": "application/json, text/plain, */*",
        "Content-Type": kind,
        "Origin": base,
        "Referer": f"{base}/danh-gia-chat-luong-phuc-vu",
    }


def _check_status(response: requests.Response, content: bytes) -> None:
    status = response.status_code
    if status in _REFUSALS:
        raise Blocked(f"the portal's firewall refused a request (status {status}{_support_id(content)})")
    if _is_page(content) and any(word in _text(content).lower() for word in _FIREWALL_WORDS):
        raise Blocked(f"the portal's firewall answered with a page (status {status}{_support_id(content)})")
    if status == 429 or (status == 503 and "Retry-After" in response.headers):
        raise _TryAgain(f"status {status}", wait=_retry_after(response.headers), too_many=True)
    if status in _MAY_PASS:
        raise _TryAgain(f"status {status}", silent=True)
    if status not in (200, 201):
        raise Unanswered(f"{response.url}: status {status} where 200 or 201 is expected")
    if _is_page(content):
        raise Blocked(f"the portal answered with an HTML page instead of JSON (status {status})")


def _check_content(request: Request, content: bytes) -> None:
    try:
        found = json.loads(content)
    except ValueError as error:
        raise _TryAgain(f"the answer is not whole JSON ({error})", silent=True) from error
    if request.encoding == "form":
        if not isinstance(found, list):
            raise _TryAgain(f"the answer is {type(found).__name__}, not an array")
    elif not isinstance(found, dict) or found.get("code") != "OK" or not isinstance(found.get("data"), dict):
        code = found.get("code") if isinstance(found, dict) else None
        message = found.get("message") if isinstance(found, dict) else None
        raise _TryAgain(f"the answer is no success: code {code!r}, message {str(message)[:200]!r}")


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds to wait; the header holds either seconds or a date."""
    value = headers.get("Retry-After", "").strip()
    if value.isdigit():
        return float(value)
    try:
        until = parsedate_to_datetime(value)
        start = server_moment(headers) or datetime.now(UTC)
        return max(0.0, math.ceil((until - start).total_seconds()))
    except (TypeError, ValueError):
        return None


def _is_page(content: bytes) -> bool:
    return content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<"


def _text(content: bytes) -> str:
    return content[:20_000].decode("utf-8", errors="replace")


def _support_id(content: bytes) -> str:
    _, found, rest = _text(content).partition("upport ID")
    digits = "".join(letter for letter in rest[:60] if letter.isdigit())
    return f", support ID {digits}" if found and digits else ""


def _what(request: Request) -> str:
    return f"{request.endpoint} of {request.scope}"


def _brief(error: Exception) -> str:
    """The cause of a failed connection, without the layers of libraries around it."""
    cause = getattr(error.args[0], "reason", None) if error.args else None
    return f"{type(error).__name__}: {cause or error}"[:200]
