"""What the client knows before its server has said anything is what the server says then."""

from __future__ import annotations

import json

from starlette.requests import HTTPConnection

from ui.frame import first_paint


def test_both_grounds_have_our_colours_and_fonts():
    known = first_paint.known()
    light, dark = known["LIGHT_THEME"], known["DARK_THEME"]

    assert (light["backgroundColor"], dark["backgroundColor"]) == ("#FFFFFF", "#10181F")
    assert "Be Vietnam Pro" in light["bodyFont"] == dark["bodyFont"]
    assert len(light["fontFaces"]) == len(dark["fontFaces"]) == 6
    assert dark.get("base") == 1


def test_the_host_is_as_the_framework_answers_it():
    """The client skips the question only where both are known."""
    host = first_paint.known()["HOST_CONFIG"]
    assert host["allowedOrigins"]
    assert host["useExternalAuthToken"] is False
    assert json.dumps(first_paint.known())


def test_a_browser_without_the_framework_s_token_gets_it_with_the_page():
    def asks(cookie: bytes) -> HTTPConnection:
        return HTTPConnection({"type": "http", "headers": [(b"cookie", cookie)]})

    line = first_paint.token(asks(b"_streamlit_user=x"))
    assert line.startswith("_streamlit_xsrf=2|") and "HttpOnly" not in line
    assert first_paint.token(asks(b"_streamlit_xsrf=" + line.split("=", 1)[1].split(";")[0].encode())) == ""
