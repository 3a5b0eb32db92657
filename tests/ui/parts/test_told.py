"""What became of the last press of a button is told once, in the language of the page that tells it."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest


def script():
    import streamlit as st

    from display.words.text import Speaker
    from ui.parts import told

    class Seen:
        say = Speaker(st.query_params.get("lang", "vi"))

    told.show(Seen(), "place")
    st.button("well", on_click=told.done, args=("place", "visits.saved"))
    st.button("badly", on_click=told.failed, args=("place", "promises.error.newer"), kwargs={"detail": "7"})


def pressed(label: str) -> AppTest:
    app = AppTest.from_function(script).run()
    assert not app.success and not app.error
    return next(button for button in app.button if button.label == label).click().run()


def test_what_went_well_is_told_once():
    app = pressed("well")

    assert [one.value for one in app.success] == ["Đã lưu."] and not app.error
    assert not app.run().success


def test_what_failed_says_why_with_its_blanks_filled():
    app = pressed("badly")

    assert [one.value for one in app.error] == ["Chưa lưu: nơi lưu ghi chép do phiên bản mới hơn quản lý (bản 7)."]
