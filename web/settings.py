"""What the environment says of how the service stands to the outside; the table is in docs/operations.md."""

from __future__ import annotations

import ipaddress
from ipaddress import ip_address, ip_network
from typing import Annotated, Literal

from pydantic import Field, IPvAnyNetwork

from files.environment import LOWERED, WORDS, FromEnvironment, Words

_WHOLE = "a whole number of at least 1, such as"


class Settings(FromEnvironment):
    """A service does not start half protected: a variable that makes no sense stops it.

    `hosts`: names the service answers to, () for any; `proxies`: networks whose word on the client is believed;
    `requests`: per client and minute; `sessions`: open pages of this replica, of which `kept_share` per cent are for
    readers with a role, and `pages_of_one` at most are of one client without; `reruns`: per such client and minute;
    `uploads`: megabytes an hour, of all readers together; `tls`: readers come over HTTPS;
    `local`: open to the one user of this machine; `site`: the static site, to which the public is sent on where more
    than `public_at_once` wait; `metrics_token`: what a collector of metrics shows, empty to answer
    this machine alone; `log`: its form.
    """

    hosts: Words = Field((), validation_alias="GANDAN_HOSTS", description="names with commas between")
    proxies: Annotated[tuple[IPvAnyNetwork, ...], WORDS] = Field(
        (ip_network("127.0.0.0/8"), ip_network("::1/128")),
        validation_alias="GANDAN_PROXIES",
        description="addresses or networks such as 10.0.0.0/8, with commas between",
    )
    requests: int = Field(600, ge=1, validation_alias="GANDAN_REQUESTS_PER_MINUTE", description=f"{_WHOLE} 600")
    pages_of_one: int = Field(40, ge=1, validation_alias="GANDAN_SESSIONS_OF_ONE", description=f"{_WHOLE} 40")
    kept_share: int = Field(
        25, ge=0, le=90, validation_alias="GANDAN_SESSIONS_KEPT", description="a whole number from 0 to 90, such as 25"
    )
    reruns: int = Field(120, ge=1, validation_alias="GANDAN_RERUNS_PER_MINUTE", description=f"{_WHOLE} 120")
    uploads: int = Field(300, ge=1, validation_alias="GANDAN_UPLOAD_MEGABYTES", description=f"{_WHOLE} 300")
    sessions: int = Field(400, ge=1, validation_alias="GANDAN_SESSIONS", description=f"{_WHOLE} 400")
    tls: bool = Field(False, validation_alias="GANDAN_TLS", description="yes or no")
    local: bool = Field(True, validation_alias="GANDAN_LOCAL", description="yes or no")
    site: str = Field(
        "",
        pattern=r"^(https?://[^\s\"'<>]+)?$",
        validation_alias="GANDAN_SITE_URL",
        description="an address such as https://…/",
    )
    public_at_once: int = Field(8, ge=1, validation_alias="GANDAN_PUBLIC_AT_ONCE", description=f"{_WHOLE} 8")
    metrics_token: str = Field("", validation_alias="GANDAN_METRICS_TOKEN", description="any text")
    log: Annotated[Literal["json", "text"], LOWERED] = Field(
        "text", validation_alias="GANDAN_LOG", description="json or text"
    )

    def believes(self, peer: str) -> bool:
        """Whether a peer is a proxy whose `X-Forwarded-For` names the client."""
        try:
            address = ip_address(peer)
        except ValueError:
            return False
        return any(address in network for network in self.proxies)


def is_loopback(name: str) -> bool:
    """Whether a name or address means this machine."""
    try:
        return name == "localhost" or ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
