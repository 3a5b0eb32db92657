"""Who waits for a turn: readers without a role, and nobody else."""

from __future__ import annotations

from contextlib import contextmanager

import pytest

from store.access.rules import LOCAL, PUBLIC, Reader
from ui.frame import open_pages, shell, sign_in


@pytest.mark.parametrize(
    ("reader", "waits"),
    [
        (PUBLIC, True),
        (Reader("la@phutho.vn", kind="signed_in", trouble="unknown"), True),
        (Reader("lan@phutho.vn", frozenset({("leader", "25")}), "signed_in"), False),
        (LOCAL, False),
    ],
)
def test_a_reader_with_a_role_waits_for_nobody(monkeypatch, reader, waits):
    done: list[str] = []

    class Turns:
        @contextmanager
        def of(self, client):
            done.append(f"turn of {client}")
            yield

        @contextmanager
        def at_work(self):
            done.append("at work")
            yield

    monkeypatch.setattr(shell, "TURNS", Turns())
    monkeypatch.setattr(sign_in, "current", lambda: reader)
    monkeypatch.setattr(open_pages, "client", lambda: "203.0.113.7")
    monkeypatch.setattr(shell, "_run", lambda drawn_for: done.append(drawn_for.kind))
    shell.run()
    assert done == [("turn of 203.0.113.7" if waits else "at work"), reader.kind]
