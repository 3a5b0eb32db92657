"""Signing in through Streamlit's own OpenID Connect, and who it is that a page or an address is asked for by."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import lru_cache
from html import escape
from urllib.parse import urlsplit

import streamlit as st
from starlette.requests import HTTPConnection
from streamlit.auth_util import get_origin_from_redirect_uri, get_secrets_auth_section
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME
from streamlit.web.server.starlette.starlette_websocket import _get_signed_cookie_with_chunks

from display.words.text import Speaker
from display.words.view import View
from files.places import published_folder
from journal import audit, endings
from journal.audit import note_act
from journal.database import VisitError
from store import units
from store.access import people, rules
from store.access.rules import LOCAL, PUBLIC, Reader
from store.reference import scope_name
from ui.frame import html
from web import sign_out
from web.settings import Settings, is_loopback

_FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "via")
_REFUSED = "refused_page"


def is_configured() -> bool:
    """Whether an identity provider stands in the secrets."""
    return bool(get_secrets_auth_section())


def current() -> Reader:
    """The reader of this session, found again in every run: a sign-in ends while a page stays open."""
    if not is_configured():
        return LOCAL if _is_here() else PUBLIC
    user = claims()
    reader = of_claims(user)
    if reader.kind == "signed_in":
        _note_once(reader, people.signed_in_at(user))
    return reader


def claims() -> Mapping[str, object]:
    """What the identity provider said of this session's reader; empty where nobody has signed in."""
    return st.user.to_dict() if is_configured() else {}


def of_claims(user: Mapping[str, object]) -> Reader:
    """The reader of a sign-in as it counts at this moment."""
    return people.reader_of(user, _client_id(user), ended=endings.ended())


def noted(view: View, file: str, make: Callable[[], bytes]) -> Callable[[], bytes]:
    """The maker of a file that a page hands out: it asks again who the reader is when its button is pressed, and notes
    the export.

    PermissionError where the reader is no longer who the page was drawn for; nothing is made then.
    """
    user = claims()

    def make_for_the_same() -> bytes:
        if user and of_claims(user) != view.reader:
            raise PermissionError("the reader's rights have changed since the page was drawn")
        return make()

    return audit.noted(view.reader, file, make_for_the_same)


@lru_cache(maxsize=4096)
def _note_once(reader: Reader, issued: object) -> None:
    """Note a sign-in: once for all the sessions and pages that its cookie opens."""
    if reader.trouble in ("ended", "expired"):  # the cookie of a sign-in that is over is no new one
        return
    note_act(reader, "sign_in", roles=",".join(reader.roles), trouble=reader.trouble, iat=issued)


def of_request(request: HTTPConnection) -> Reader:
    """The reader who asks for an address of ours, by the cookie that signing in has set."""
    if not is_configured():
        client = request.client.host if request.client else ""
        return LOCAL if _is_alone(client, request.headers) else PUBLIC
    return of_claims(_user_of(request.cookies))


def _user_of(cookies: Mapping[str, str]) -> dict[str, object]:
    """The claims in Streamlit's signed cookie; none where it is missing, forged, or of another origin."""
    try:
        found = _get_signed_cookie_with_chunks(dict(cookies), USER_COOKIE_NAME)
        user = json.loads(found) if found else {}
    except (ValueError, UnicodeError):
        return {}
    return user if isinstance(user, dict) and user.get("origin") == get_origin_from_redirect_uri() else {}


def _client_id(user: Mapping[str, object]) -> str:
    """The client id under which the user's provider knows us."""
    section = get_secrets_auth_section()
    own = section.get(str(user.get("provider") or "default"))
    return str((own or section).get("client_id") or "")


# --- the one user of a machine


def _is_here() -> bool:
    """Whether this session's browser runs on this machine, and nobody else can reach the app."""
    return _is_alone(st.context.ip_address or "127.0.0.1", st.context.headers)


def _is_alone(client: str, headers: Mapping[str, str]) -> bool:
    """Whether a request comes straight from this machine to an app that listens to nobody else.

    A proxy on the same machine shows by the headers it adds or by the name it was asked for; where it shows by
    neither, GANDAN_LOCAL=no keeps the app closed. A request without a Host header is nobody's.
    """
    if not Settings.from_environment().local or not is_loopback(st.get_option("server.address") or ""):
        return False
    if any(headers.get(name) for name in _FORWARDED):
        return False
    host = urlsplit(f"//{headers.get('host') or ''}").hostname or ""
    return is_loopback(client) and is_loopback(host)


# --- on the page


def control(reader: Reader, say: Speaker) -> None:
    """In the top row: the way to sign in, or who is signed in and the way out."""
    if reader.kind == "local":
        with st.popover(say("access.me"), icon=":material/account_circle:", key="who"):
            html.caption(say("access.local.note"))
    elif reader.kind == "signed_in":
        with st.popover(say("access.me"), icon=":material/account_circle:", key="who"):
            html.caption(words(reader, say))
            base = st.get_option("server.baseUrlPath").strip("/")
            html.show(sign_out.form(say, f"/{base}".rstrip("/") + sign_out.PATH))
    elif is_configured():
        st.button(say("access.sign_in"), icon=":material/login:", key="sign_in", on_click=st.login)


def origin() -> str | None:
    """Our own origin as the identity provider knows it; None where none is configured."""
    return get_origin_from_redirect_uri() if is_configured() else None


def end_own(request: HTTPConnection) -> None:
    """End the sign-ins of whoever signs out, and note it; nothing where nobody has signed in."""
    reader = of_request(request)
    if reader.kind != "signed_in":
        return
    note_act(reader, "sign_out")
    if reader.grants:  # an address that nobody vouches for must not end the sign-ins of whom it belongs to
        with suppress(VisitError):  # without a database the cookie goes all the same
            endings.end(reader.name, reader.name)


def end_by_provider(key: str) -> None:
    """End the sign-ins of whoever has signed out at the provider, by its key of them; VisitError without a database."""
    who = f"sub:{key}"
    endings.end(who, "the identity provider")
    audit.note(published_folder().parent, who, "sign_out")


def words(reader: Reader, say: Speaker) -> str:
    """Who is signed in, as what, for where; or why they see no more than the public. Plain text."""
    if reader.trouble:
        return say(f"access.trouble.{reader.trouble}", name=reader.name)
    roles = ", ".join(say(f"access.role.{role}") for role in reader.roles)
    provinces = sorted({place for _, place in reader.grants})
    names = [_place_name(place) or say("scope.country") for place in provinces]
    return say("access.signed_in", name=reader.name, roles=roles, places=", ".join(names))


def _place_name(place: str) -> str | None:
    """The name of a province or a commune; None of the country."""
    unit = units.unit(place)
    return unit["full_name"] if unit else scope_name(place)


def refusal(reader: Reader, say: Speaker, page: str) -> None:
    """Instead of a page that the reader may not open: who may, and what to do."""
    if st.session_state.get(_REFUSED) != page:
        st.session_state[_REFUSED] = page
        note_act(reader, "refused", page=page)
    role = say(f"access.role.{rules.RULES[f'page.{page}'].role}")
    known = reader.kind == "signed_in"
    title = say("access.refused.role" if known else "access.refused.title")
    html.heading(title, escape(say("access.refused", page=say(f"page.{page}"), role=role)))
    if known:
        html.caption(words(reader, say))
    elif is_configured():
        st.button(say("access.sign_in"), icon=":material/login:", key="sign_in_here", type="primary", on_click=st.login)
    else:
        html.caption(say("access.unconfigured"))
    st.page_link("pages/transparency.py", label=say("access.public"), icon=":material/visibility:")
