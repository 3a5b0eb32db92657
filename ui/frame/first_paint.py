"""What Streamlit's client need not wait for its server to know: our colours and fonts, and whom it may trust.

Without it the client draws its own theme first, in a font of 170 kB that no page of ours uses, and jumps to ours when
the first message comes.
"""

from __future__ import annotations

from typing import Any

import streamlit as st
from google.protobuf.json_format import MessageToDict
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from streamlit.proto.NewSession_pb2 import CustomThemeConfig
from streamlit.runtime.app_session import _populate_theme_msg
from streamlit.web.server.starlette.starlette_routes import _ensure_xsrf_cookie
from streamlit.web.server.starlette.starlette_server_config import XSRF_COOKIE_NAME


def known() -> dict[str, Any]:
    """Entries of `window.__streamlit` as its client reads them."""
    return {"LIGHT_THEME": _theme("light"), "DARK_THEME": _theme("dark"), "HOST_CONFIG": _host()}


def _theme(ground: str) -> dict[str, Any]:
    """The theme of config.toml on a light or dark ground, in the words of the messages that would bring it."""
    whole, own = CustomThemeConfig(), CustomThemeConfig()
    _populate_theme_msg(whole)
    _populate_theme_msg(own, f"theme.{ground}")
    whole.base = CustomThemeConfig.DARK if ground == "dark" else CustomThemeConfig.LIGHT
    whole.MergeFrom(own)
    return MessageToDict(whole, use_integers_for_enums=True)


def _host() -> dict[str, Any]:
    """As Streamlit's `/_stcore/host-config` answers."""
    return {"allowedOrigins": list(st.get_option("client.allowedOrigins")), "useExternalAuthToken": False}


def token(asks: HTTPConnection) -> str:
    """The `Set-Cookie` line of the framework's token against forged requests; empty where the browser has one.

    The cookie of a sign-in counts on a page's socket only beside it. The framework sends it with replies that a client
    which knows its host from the page does not wait for: whoever came back with a sign-in alone was a stranger until
    the page was loaded again.
    """
    reply = Response()
    if XSRF_COOKIE_NAME not in asks.cookies:
        _ensure_xsrf_cookie(Request(asks.scope), reply)
    return reply.headers.get("set-cookie", "")
