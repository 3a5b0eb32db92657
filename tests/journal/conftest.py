"""What the tests of the journal share: an empty database of either kind, in a file or in a real PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from journal import database as journal_database
from journal import place
from tests import postgres


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """The address of a PostgreSQL server, started once for all tests here: that takes longer than most of them."""
    programs = postgres.programs()
    if programs is None:
        pytest.skip("no PostgreSQL on this machine: deploy/postgres.sh could not install one")
    with postgres.running(programs) as address:
        yield address


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request, tmp_path, monkeypatch) -> Iterator[str]:
    """An empty database of either kind, which `visits` uses."""
    address = f"sqlite:///{tmp_path / 'visits.db'}"
    if request.param == "postgresql":
        address = postgres.new_database(request.getfixturevalue("server"), request.node.nodeid)
    monkeypatch.setenv(place.URL, address)
    journal_database._engine.cache_clear()
    yield address
    journal_database._engine.cache_clear()
