"""Who is the one user of a machine, for whom no sign-in is needed."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pytest

from journal import audit
from store.access.rules import PUBLIC, Reader
from ui.frame import sign_in

HERE = {"host": "localhost:8501"}


@pytest.fixture(autouse=True)
def on_loopback(monkeypatch):
    monkeypatch.setattr(sign_in.st, "get_option", lambda name: "127.0.0.1")


@pytest.mark.parametrize(
    ("value", "is_open"),
    [("", True), ("yes", True), ("no", False), ("No ", False), ("false", False), ("0", False)],
)
def test_the_app_is_closed_to_its_one_user_where_that_is_wanted(monkeypatch, value, is_open):
    monkeypatch.setenv("GANDAN_LOCAL", value)
    assert sign_in._is_alone("127.0.0.1", HERE) == is_open


@pytest.mark.parametrize(
    ("client", "headers"),
    [("10.0.0.9", HERE), ("127.0.0.1", {}), ("127.0.0.1", HERE | {"x-forwarded-for": "10.0.0.9"})],
    ids=["elsewhere", "without a host", "through a proxy"],
)
def test_nobody_else_is(client, headers):
    assert not sign_in._is_alone(client, headers)


LEADER = Reader("lan@phutho.vn", frozenset({("leader", "25")}), "signed_in")


@pytest.mark.parametrize("now", [PUBLIC, replace(LEADER, trouble="ended"), replace(LEADER, grants=frozenset())])
def test_no_file_is_made_for_a_reader_whose_rights_have_changed_since_the_page_was_drawn(monkeypatch, now):
    monkeypatch.setattr(sign_in, "claims", lambda: {"email": LEADER.name})
    monkeypatch.setattr(sign_in, "of_claims", lambda _: now)
    noted, made = [], []
    monkeypatch.setattr(audit, "note_act", lambda *about, **more: noted.append(about))
    make = sign_in.noted(SimpleNamespace(reader=LEADER), "a.csv", lambda: made.append(1) or b"figures")

    with pytest.raises(PermissionError):
        make()
    assert (noted, made) == ([], [])

    monkeypatch.setattr(sign_in, "of_claims", lambda _: LEADER)
    assert make() == b"figures" and noted == [(LEADER, "export")]
