"""What the environment says of how the service stands to the outside; the table is in docs/operations.md."""

from __future__ import annotations

import ipaddress
import os
from dataclasses import dataclass
from ipaddress import ip_address, ip_network

TRUE = ("1", "yes", "true", "on")


class SettingError(ValueError):
    """A variable of the environment is not usable; the message names it, what was found and what is right."""


@dataclass(frozen=True)
class Settings:
    """`hosts`: names the service answers to, () for any; `proxies`: networks whose word on the client is believed;
    `requests`: per client and minute; `sessions`: open pages of this replica; `tls`: readers come over HTTPS;
    `base_path`: under which path of its host it is reached, without slashes; `metrics_token`: what a collector of
    metrics shows, empty to answer this machine alone; `json_log`: a log of JSON lines."""

    hosts: tuple[str, ...] = ()
    proxies: tuple[str, ...] = ("127.0.0.0/8", "::1/128")
    requests: int = 600
    sessions: int = 400
    tls: bool = False
    metrics_token: str = ""
    base_path: str = ""
    json_log: bool = False

    @classmethod
    def from_environment(cls) -> Settings:
        """SettingError where a variable makes no sense: a service does not start half protected."""
        return cls(
            hosts=_words("GANDAN_HOSTS", ()),
            proxies=_networks("GANDAN_PROXIES", cls.proxies),
            requests=_number("GANDAN_REQUESTS_PER_MINUTE", cls.requests),
            sessions=_number("GANDAN_SESSIONS", cls.sessions),
            tls=_text("GANDAN_TLS").lower() in TRUE,
            metrics_token=_text("GANDAN_METRICS_TOKEN"),
            json_log=_choice("GANDAN_LOG", ("json", "text"), "text") == "json",
        )

    def believes(self, peer: str) -> bool:
        """Whether a peer is a proxy whose `X-Forwarded-For` names the client."""
        try:
            address = ip_address(peer)
        except ValueError:
            return False
        return any(address in ip_network(network) for network in self.proxies)


def _text(name: str) -> str:
    return os.environ.get(name, "").strip()


def _words(name: str, usual: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(word.strip() for word in _text(name).split(",") if word.strip()) or usual


def _networks(name: str, usual: tuple[str, ...]) -> tuple[str, ...]:
    found = _words(name, usual)
    for word in found:
        try:
            ip_network(word)
        except ValueError:
            raise SettingError(f"{name}: found {word!r}; right are addresses or networks such as 10.0.0.0/8") from None
    return found


def _number(name: str, usual: int) -> int:
    text = _text(name)
    if not text:
        return usual
    if not text.isdecimal() or int(text) < 1:
        raise SettingError(f"{name}: found {text!r}; right is a whole number of at least 1, such as {usual}")
    return int(text)


def _choice(name: str, right: tuple[str, ...], usual: str) -> str:
    text = _text(name).lower() or usual
    if text not in right:
        raise SettingError(f"{name}: found {text!r}; right are {', '.join(right)}")
    return text


def is_loopback(name: str) -> bool:
    """Whether a name or address means this machine."""
    try:
        return name == "localhost" or ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
