"""A digest as JSON to the address of another program, signed with the subscription's secret.

`Gan-Dan-Signature: t=1790000000,v1=…`: the HMAC-SHA256 of `t`, a point and the body, in hexadecimal. Only hosts that
the environment names are called; no redirect is followed, and nothing of a reply is read but its status.
"""

from __future__ import annotations

import hashlib
import hmac
import http.client
import ssl
import time
from urllib.parse import SplitResult, urlsplit

from press.post.settings import Settings

HEADER = "Gan-Dan-Signature"
_SECONDS = 10
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


class NotAllowed(OSError):
    """The address is none that this service may call."""


def call(settings: Settings, address: str, secret: str, body: bytes) -> None:
    """Post a digest; OSError or http.client.HTTPException where it does not arrive, NotAllowed where it may not go."""
    place = urlsplit(address)
    if not is_allowed(settings, address):
        raise NotAllowed(f"{place.hostname}: is none of GANDAN_HOOK_HOSTS, or is not https")
    connection = _connection(place)
    target = f"{place.path or '/'}{f'?{place.query}' if place.query else ''}"
    headers = {"content-type": "application/json; charset=utf-8", HEADER: signature(secret, body, int(time.time()))}
    try:
        connection.request("POST", target, body, headers)
        status = connection.getresponse().status
    finally:
        connection.close()
    if not 200 <= status < 300:
        raise OSError(f"{place.hostname} answered {status}")


def is_allowed(settings: Settings, address: str) -> bool:
    """Whether the host is named by the environment, and the line is safe: HTTPS, or this very machine."""
    place = urlsplit(address)
    host = place.hostname or ""
    return host in settings.hook_hosts and (place.scheme == "https" or (place.scheme == "http" and host in _LOOPBACK))


def signature(secret: str, body: bytes, moment: int) -> str:
    """The header's value for a body at a moment (seconds since 1970)."""
    made = hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256)
    return f"t={moment},v1={made.hexdigest()}"


def _connection(place: SplitResult) -> http.client.HTTPConnection:
    if place.scheme == "https":
        return http.client.HTTPSConnection(
            place.hostname or "", place.port, timeout=_SECONDS, context=ssl.create_default_context()
        )
    return http.client.HTTPConnection(place.hostname or "", place.port, timeout=_SECONDS)
