"""The identity provider's word that somebody has signed out: what is asked of whom, and what is answered."""

from __future__ import annotations

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from web import back_channel
from web.back_channel import PATH, NotNow


@pytest.fixture
def told() -> list[str]:
    """Whose sign-ins were ended."""
    return []


@pytest.fixture
def service(told) -> TestClient:
    async def who(token: str) -> str | None:
        if token == "keys cannot be read":
            raise NotNow
        return {"of lan": "lan", "no database": "no database"}.get(token)

    def end(key: str) -> None:
        if key == "no database":
            raise NotNow
        told.append(key)

    return TestClient(Starlette(routes=back_channel.routes(who, end)))


@pytest.mark.parametrize(
    ("token", "status", "ended"),
    [
        ("of lan", 200, ["lan"]), ("made up", 400, []), ("", 400, []), ("keys cannot be read", 503, []),
        ("no database", 503, []),
    ],
)  # fmt: skip
def test_a_word_that_holds_ends_and_any_other_does_not(service, told, token, status, ended):
    reply = service.post(PATH, data={"logout_token": token})

    assert (reply.status_code, told) == (status, ended)
    assert reply.headers["cache-control"] == "no-store"


def test_it_is_told_by_a_form_alone(service, told):
    assert service.get(PATH + "?logout_token=of+lan").status_code == 405
    assert service.post(PATH + "?logout_token=of+lan").status_code == 400
    assert service.post(PATH, content=b"\xff\xfe").status_code == 400
    assert told == []
