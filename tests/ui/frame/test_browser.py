"""A window's width is known from the first: the page around the app tells it by a cookie."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
import streamlit as st

from ui.frame import browser


@pytest.mark.parametrize(
    ("cookie", "told", "narrow"),
    [({}, None, False), ("1", None, True), ("0", None, False), ("1", False, False), ("0", True, True)],
)
def test_the_browser_s_own_word_counts_more_than_the_cookie(monkeypatch, cookie, told, narrow):
    cookies = {browser.NARROW: cookie} if cookie else {}
    state = {browser._KEY: SimpleNamespace(narrow=told)} if told is not None else {}
    monkeypatch.setattr(st, "context", SimpleNamespace(cookies=cookies))
    monkeypatch.setattr(st, "session_state", state)
    monkeypatch.setattr(st.components.v2, "component", lambda *_, **__: lambda **_: None)
    assert browser.meet("vi", []) == narrow


@pytest.mark.parametrize(
    ("cookie", "window"), [("1920x1080", (1920, 1080)), ("", browser.USUAL), ("1920xhigh", browser.USUAL)]
)
def test_the_browser_tells_how_large_its_window_is(monkeypatch, cookie, window):
    monkeypatch.setattr(browser.st, "context", SimpleNamespace(cookies={browser.WINDOW: cookie} if cookie else {}))
    assert browser.window() == window
