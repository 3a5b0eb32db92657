"""Signing out ends the sign-ins of whoever the provider vouches for, and nobody else's."""

from __future__ import annotations

import pytest
from starlette.requests import HTTPConnection

from store.access.rules import LOCAL, PUBLIC, Reader
from ui.frame import sign_in


@pytest.mark.parametrize(
    ("reader", "ended", "noted"),
    [
        (Reader("lan@tinh.vn", frozenset({("leader", "25")}), "signed_in"), ["lan@tinh.vn"], ["sign_out"]),
        (Reader("lan@tinh.vn", kind="signed_in", trouble="unverified"), [], ["sign_out"]),
        (PUBLIC, [], []),
        (LOCAL, [], []),
    ],
)
def test_an_address_that_nobody_vouches_for_ends_no_sign_in(monkeypatch, reader, ended, noted):
    told: list[str] = []
    acts: list[str] = []
    monkeypatch.setattr(sign_in, "note_act", lambda _, act, **__: acts.append(act))
    monkeypatch.setattr(sign_in.endings, "end", lambda who, _: told.append(who))
    monkeypatch.setattr(sign_in, "of_request", lambda _: reader)
    sign_in.end_own(HTTPConnection({"type": "http", "headers": []}))

    assert (told, acts) == (ended, noted)
