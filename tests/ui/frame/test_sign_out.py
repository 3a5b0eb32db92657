"""Signing out ends the sign-ins of whoever the provider vouches for, and nobody else's."""

from __future__ import annotations

import pytest

from store.access.rules import Reader
from ui.frame import sign_in


@pytest.mark.parametrize(
    ("reader", "ended"),
    [
        (Reader("lan@tinh.vn", frozenset({("leader", "25")}), "signed_in"), ["lan@tinh.vn"]),
        (Reader("lan@tinh.vn", kind="signed_in", trouble="unverified"), []),
    ],
)
def test_an_address_that_nobody_vouches_for_ends_no_sign_in(monkeypatch, reader, ended):
    told: list[str] = []
    monkeypatch.setattr(sign_in, "note_act", lambda *_, **__: None)
    monkeypatch.setattr(sign_in.endings, "end", lambda who, _: told.append(who))
    monkeypatch.setattr(sign_in.st, "logout", lambda: None)
    sign_in._sign_out(reader)

    assert told == ended
