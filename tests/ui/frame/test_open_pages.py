"""Open pages are drawn again when their reader is no longer who they were drawn for, and only then."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest

from store.access.rules import Reader
from ui.frame import open_pages, sign_in

LEADER = Reader("lan@phutho.vn", frozenset({("leader", "25")}), "signed_in")
CLAIMS = {"email": LEADER.name}


@dataclass
class Session:
    """A session of Streamlit's as far as it is used here."""

    id: str
    _client_state: str = "controls"
    runs: list[str] = field(default_factory=list)

    @property
    def session(self) -> Session:
        return self

    def request_rerun(self, state: str) -> None:
        self.runs.append(state)


class Sessions:
    def __init__(self, *active: Session) -> None:
        self.active, self._session_mgr = active, self

    def list_active_sessions(self) -> tuple[Session, ...]:
        return self.active

    def get_session_info(self, session_id: str) -> Session | None:
        return next((one for one in self.active if one.id == session_id), None)


@pytest.fixture
def opened(monkeypatch) -> tuple[Session, dict]:
    """One page of a leader; by `now` the sign-in counts as something else."""
    session, now = Session("a"), {"reader": LEADER}
    monkeypatch.setattr(open_pages, "get_instance", lambda: Sessions(session))
    monkeypatch.setattr(sign_in, "of_claims", lambda _: now["reader"])
    monkeypatch.setattr(open_pages, "_DRAWN", {"a": (LEADER, CLAIMS), "gone": (LEADER, CLAIMS)})
    return session, now


def test_a_page_stays_while_its_reader_does(opened):
    assert open_pages.draw_again(open_pages.changed()) == 0
    assert opened[0].runs == []


@pytest.mark.parametrize(
    "change", [{"trouble": "ended", "grants": frozenset()}, {"grants": frozenset({("leader", "38")})}]
)
def test_a_page_is_drawn_again_once_where_a_sign_in_has_ended_or_its_rights_have_changed(opened, change):
    session, now = opened
    now["reader"] = replace(LEADER, **change)
    assert [open_pages.draw_again(open_pages.changed()), open_pages.draw_again(open_pages.changed())] == [1, 0]
    assert session.runs == ["controls"]


def test_sessions_that_have_gone_are_forgotten(opened):
    open_pages.draw_again(open_pages.changed())
    assert set(open_pages._DRAWN) == {"a"}


def test_a_page_that_was_drawn_for_another_reader_meanwhile_is_left_alone(opened):
    session, now = opened
    now["reader"] = replace(LEADER, grants=frozenset({("leader", "38")}))
    found = open_pages.changed()
    open_pages._DRAWN["a"] = (now["reader"], CLAIMS)
    assert (open_pages.draw_again(found), session.runs) == (0, [])
