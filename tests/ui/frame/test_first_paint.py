"""What the client knows before its server has said anything is what the server says then."""

from __future__ import annotations

import json

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
