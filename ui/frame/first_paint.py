"""What Streamlit's client need not wait for its server to know: our colours and fonts, and whom it may trust.

Without it the client draws its own theme first, in a font of 170 kB that no page of ours uses, and jumps to ours when
the first message comes.
"""

from __future__ import annotations

from typing import Any

import streamlit as st
from google.protobuf.json_format import MessageToDict
from streamlit.proto.NewSession_pb2 import CustomThemeConfig
from streamlit.runtime.app_session import _populate_theme_msg


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
