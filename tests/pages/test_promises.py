"""A promise on the pages: an inspector writes it down and closes it, the leader sees what is overdue."""

from __future__ import annotations

from datetime import date

import pytest
from streamlit.testing.v1 import AppTest

from display.portraits import promises as portraits
from journal import audit, promises
from store.access.rules import Reader
from tests.opened import open_page
from tests.pages.test_inspection import box, press
from tests.pages.test_pages import markup, words
from ui.frame import sign_in

TAN_HOA = "04792"
NASTY = "**đậm** <img src=x onerror=alert(1)> \u202eabc"
SHOWN = "**đậm** &lt;img src=x onerror=alert(1)&gt; [U+202E]abc"


def reader(role: str) -> Reader:
    return Reader(f"{role}@phutho.gov.vn", frozenset({(role, "25")}), "signed_in")


@pytest.fixture
def as_reader(published, monkeypatch):
    """Whom the pages are drawn for: `as_reader("leader")`."""
    monkeypatch.setattr(portraits, "today", lambda: date(2026, 9, 26))
    return lambda role: monkeypatch.setattr(sign_in, "current", lambda: reader(role))


def prepared() -> AppTest:
    return open_page("inspection", dataset="live", province="25", plan=TAN_HOA, stop=TAN_HOA)


def test_a_promise_is_written_down_seen_overdue_and_closed(as_reader, published):
    as_reader("inspector")
    app = prepared()
    for name, text in {"finding": "17 trong 53 hồ sơ đất đai trễ", "who": "Chị Hà", "what": NASTY}.items():
        box(app, f"promise_{name}_{TAN_HOA}").set_value(text)
    box(app, f"promise_promised_on_{TAN_HOA}").set_value(date(2026, 8, 3))
    box(app, f"promise_due_on_{TAN_HOA}").set_value(date(2026, 9, 16))
    next(b for b in app.selectbox if b.key == f"promise_figure_{TAN_HOA}").set_value("on_time_share.portal")
    app = press(app, "Ghi lời hứa")

    (kept,) = promises.of_unit(TAN_HOA)
    assert (kept.measure, kept.basis, kept.field, kept.signed_in) == (
        "on_time_share", "portal", "all", "inspector@phutho.gov.vn",
    )  # fmt: skip
    assert "Lời hứa của lần trước (1)" in words(app)
    assert SHOWN in markup(app)

    as_reader("leader")
    overview = open_page("overview", dataset="live", province="25")
    assert "Lời hứa quá hạn (1)" in [title.value for title in overview.subheader]
    assert "hạn 16/9/2026, quá 10 ngày" in words(overview)
    unit = open_page("unit", dataset="live", unit=TAN_HOA)
    assert "Lời hứa sau kiểm tra" in [title.value for title in unit.subheader]
    assert "chờ trọn một tháng có số sau hạn 16/9/2026" in words(unit)
    assert not [button for button in unit.button if str(button.key).startswith("promise_")]

    as_reader("inspector")
    press(prepared(), "Đã làm")
    assert [(one.closed_as, one.closed_by) for one in promises.of_unit(TAN_HOA)] == [
        ("kept", "inspector@phutho.gov.vn")
    ]
    acts = [(line["act"], line["unit"]) for line in audit.lines(published) if str(line["act"]).startswith("promise")]
    assert acts == [("promise", TAN_HOA), ("promise_closed", TAN_HOA)]


def test_a_button_that_was_drawn_for_somebody_else_does_nothing(as_reader):
    as_reader("inspector")
    app = prepared()
    as_reader("leader")
    press(app, "Ghi lời hứa")

    assert promises.of_unit(TAN_HOA) == []
