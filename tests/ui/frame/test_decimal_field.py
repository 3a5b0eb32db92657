"""The field for a number with decimals: what is typed, what the link says, what is refused."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest


def _page(language: str) -> None:
    from types import SimpleNamespace

    import streamlit as st

    from display.words.text import Speaker
    from ui.frame.decimal_field import decimal_field

    view = SimpleNamespace(language=language, say=Speaker(language))
    st.text(repr(decimal_field(view, "Mức", "reach", 0.0, 100.0, 80.0)))


def opened(language: str = "vi", **query: str) -> AppTest:
    app = AppTest.from_function(_page, args=(language,))
    for key, value in query.items():
        app.query_params[key] = value
    return app.run()


@pytest.mark.parametrize("typed", ["9,5", "9.5"])
def test_a_comma_and_a_point_are_one(typed):
    app = opened()
    app.text_input[0].set_value(typed).run()

    assert (app.text[0].value, app.text_input[0].value, _said(app)) == ("9.5", "9,5", "9.5")


def test_it_is_shown_in_the_readers_language():
    assert opened("vi", reach="9.5").text_input[0].value == "9,5"
    assert opened("en", reach="9.5").text_input[0].value == "9.5"


@pytest.mark.parametrize("typed", ["9,5,1", "101", "-1", "", "chín"])
def test_no_number_is_refused_with_a_sentence_and_the_one_before_holds(typed):
    app = opened(reach="50")
    app.text_input[0].set_value(typed).run()

    assert (app.text[0].value, app.text_input[0].value, _said(app)) == ("50.0", typed, "50")
    assert "từ 0 đến 100" in app.error[0].value

    app.text_input[0].set_value("60,5").run()
    assert (app.text[0].value, len(app.error)) == ("60.5", 0)


@pytest.mark.parametrize("said", ["95,0", "abc", "1000", "nan"])
def test_a_link_that_says_no_number_means_the_default(said):
    assert opened(reach=said).text[0].value == "80.0"


def _said(app: AppTest) -> str:
    """What the link says: a list where the test has set it, else the text."""
    found = app.query_params["reach"]
    return found if isinstance(found, str) else found[0]
