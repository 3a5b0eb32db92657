"""What a provider of identities in service needs beyond what Streamlit asks of it: a clock that is off, claims that it
tells only when asked about the person, and its word that somebody has signed out there.

Connections are opened by Streamlit's client of the provider alone.
"""

from __future__ import annotations

import json
import logging
import time
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry
from streamlit.auth_util import get_secrets_auth_section
from streamlit.web.server.starlette import starlette_auth_routes as streamlits

from store.access import people
from store.access.people import SIGNED_IN_AT, SKEW_SECONDS

_EVENT = "http://schemas.openid.net/event/backchannel-logout"
_FRESH_SECONDS = 300
"""A word of the provider that is older came by another way."""
_SIGNED_BY = ("RS", "PS", "ES", "Ed")
"""Beginnings of the algorithms whose key the provider alone has."""
_LOG = logging.getLogger(__name__)
_plain_client = streamlits._create_oauth_client


class Unreachable(Exception):
    """The provider did not answer, so nothing can be said of its word."""


def install() -> None:
    """Let Streamlit sign people in through `client`."""
    streamlits._create_oauth_client = client


def client(provider: str) -> tuple[Any, str]:
    """Streamlit's client of a provider in the secrets, and our address of return.

    It bears a clock that is off by `SKEW_SECONDS`, takes what is missing in the identity token from the provider's
    answer about the person, and adds when the sign-in was by our own clock.
    """
    own, redirect = _plain_client(provider)
    exchange = own.authorize_access_token

    async def authorize_access_token(request: Any, **options: Any) -> dict[str, Any]:
        token: dict[str, Any] = await exchange(request, leeway=SKEW_SECONDS, **options)
        user = dict(token.get("userinfo") or {})
        if user:
            token["userinfo"] = {**await _told(own, token, user), **user, SIGNED_IN_AT: time.time()}
        return token

    own.authorize_access_token = authorize_access_token
    return own, redirect


async def _told(own: Any, token: Mapping[str, Any], user: Mapping[str, Any]) -> Mapping[str, Any]:
    """What the provider says of the person when it is asked, where the identity token leaves something open."""
    wanted = {"email", "email_verified", *people.claim_names()}
    metadata = await own.load_server_metadata()
    if wanted <= user.keys() or not metadata.get("userinfo_endpoint"):
        return {}
    try:
        found = await own.userinfo(token=token)
    except Exception as error:  # of whatever kind: the sign-in goes on with what the identity token says
        _LOG.warning("the identity provider did not tell about a person: %s", type(error).__name__)
        return {}
    return found if found.get("sub") == user.get("sub") else {}  # else the answer is about somebody else


# --- signing out at the provider


async def signed_out(token: str) -> str | None:
    """The provider's key of whoever has signed out there, by its logout token (OpenID Connect Back-Channel Logout 1.0).

    None where it is none of a provider that is known, was not signed by it, is meant for another client, is too old or
    names nobody. Unreachable where the provider's keys could not be read.
    """
    issuer = str(_unverified(token).get("iss") or "")
    for name in _providers():
        own, _ = _plain_client(name)
        try:
            metadata = await own.load_server_metadata()
            if metadata.get("issuer") != issuer:
                continue
            keys = await own.fetch_jwk_set(force=True)
        except Exception as error:  # of whatever kind the client's connections fail with
            raise Unreachable(type(error).__name__) from error
        claims = _verified(keys, metadata, token)
        if claims and _is_logout(claims, own.client_id):
            return str(claims["sub"])
    return None


def _providers() -> list[str]:
    section = get_secrets_auth_section()
    nested = [name for name, value in section.to_dict().items() if isinstance(value, dict) and "client_id" in value]
    return nested or ["default"]


def _unverified(token: str) -> Mapping[str, Any]:
    """What a token says of itself, before anybody is asked."""
    part = token.partition(".")[2].partition(".")[0]
    try:
        found = json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _verified(keys: Any, metadata: Mapping[str, Any], token: str) -> Mapping[str, Any] | None:
    known = metadata.get("id_token_signing_alg_values_supported") or ["RS256"]
    signed_by = [name for name in known if name.startswith(_SIGNED_BY)]
    registry = JWSRegistry(algorithms=signed_by, strict_check_header=False)
    try:
        return jwt.decode(token, key=KeySet.import_key_set(keys), registry=registry).claims
    except (JoseError, ValueError):
        return None


def _is_logout(claims: Mapping[str, Any], client_id: str) -> bool:
    audience, issued, ends = claims.get("aud"), claims.get("iat"), claims.get("exp")
    meant = audience if isinstance(audience, list) else [audience]
    age = time.time() - issued if isinstance(issued, int | float) else None
    events = claims.get("events")
    return (
        client_id in meant
        and age is not None
        and -SKEW_SECONDS <= age <= _FRESH_SECONDS + SKEW_SECONDS
        and (ends is None or (isinstance(ends, int | float) and time.time() <= ends + SKEW_SECONDS))
        and isinstance(events, dict)
        and isinstance(events.get(_EVENT), dict)
        and "nonce" not in claims
        and isinstance(claims.get("sub"), str)
        and bool(claims["sub"])
    )
