"""Every address that exists, our own and Streamlit's, says who may: a new one without a rule fails here."""

from __future__ import annotations

import asyncio
import re
from unittest.mock import MagicMock

import pytest
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route, Router
from streamlit.web.server.starlette.starlette_app import create_streamlit_routes

import app
from store.access.rules import EVERYWHERE, PUBLIC, RULES, Reader, Rule
from web import who_may
from web.door import Door
from web.settings import Settings

ROLES = ("public", "unit", "leader", "inspector", "editor", "admin")
ONLY = {"route.metrics": ("admin",), "route.upload": ("unit", "editor", "admin")}
"""What not everybody may; a rule that stands in neither this list nor `ANYBODY`'s makes a difference that fails."""


def routes() -> set[str]:
    """All addresses as patterns; Streamlit's last one, which answers everything else, is the page itself."""
    theirs = [route for route in create_streamlit_routes(MagicMock()) if not isinstance(route, Mount)]
    assert len(theirs) > 10
    return {re.sub(r"\{.*", "*", route.path) for route in [*app.routes, *theirs]}


def test_every_address_has_a_rule_or_is_closed_and_every_rule_an_address():
    assert routes() == {*who_may.RESOURCES, *who_may.CLOSED}
    assert {who_may.resource(path) for path in who_may.CLOSED} == {None}


def test_every_rule_of_an_address_is_in_the_table_of_rules_and_every_one_there_is_used():
    assert {*who_may.RESOURCES.values(), who_may.DOCUMENT} == {name for name in RULES if name.startswith("route.")}


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("path", sorted(who_may.RESOURCES))
def test_the_door_lets_a_role_ask_for_what_the_list_says(get, path, role):
    rule = who_may.RESOURCES[path]
    reply = get(_door(role), path.replace("*", "x"), x_forwarded_for="203.0.113.7")
    refused = reply.status == 403 and b"table of rules" in reply.body
    assert refused == (role not in ONLY.get(rule, ROLES))


def test_the_door_follows_a_rule_that_changes(get, monkeypatch):
    assert get(_door("public"), "/search.json").status == 200
    monkeypatch.setitem(RULES, "route.search", Rule("leader"))
    assert [get(_door(role), "/search.json").status for role in ("public", "leader")] == [403, 200]
    assert get(_door("public"), "/search.json", method="OPTIONS").status == 200


def test_the_door_follows_the_list_of_addresses(get, monkeypatch):
    monkeypatch.setattr(who_may, "RESOURCES", {**who_may.RESOURCES, "/embed/unit": "route.metrics"})
    asked = [get(_door(role), "/embed/unit", x_forwarded_for="203.0.113.7").status for role in ("editor", "admin")]
    assert asked == [403, 200]


def test_the_door_asks_the_list_for_a_page_s_connection_too(monkeypatch):
    monkeypatch.setitem(RULES, "route.page", Rule("leader"))
    sent: list[dict] = []

    async def send(message):
        sent.append(message)

    scope = {"type": "websocket", "path": "/_stcore/stream", "query_string": b"", "headers": [], "client": ("::1", 1)}
    asyncio.run(_door("public")(scope, lambda: None, send))
    assert sent == [{"type": "websocket.close", "code": 1008, "reason": "not allowed"}]


@pytest.mark.parametrize(
    ("path", "rule"),
    [
        ("/", who_may.DOCUMENT),
        ("/xep-hang", who_may.DOCUMENT),
        ("/_stcore/agent/mcp", None),
        ("/_stcore/new-one", None),
        ("/_stcore/metricsx", None),
        ("/media/0.csv", "route.file"),
        ("/open/v1/measurements.csv", "route.open"),
    ],
)
def test_an_address_of_the_framework_that_nobody_has_looked_at_is_closed(path, rule):
    assert who_may.resource(path) == rule


async def answered(request):
    return PlainTextResponse("answered")


def _door(role: str, base: str = "") -> Door:
    inside = Router([Route("/{all:path}", answered, methods=["GET", "POST", "OPTIONS"])])
    return Door(inside, Settings(), base, reader_of=lambda _: reader(role))


@pytest.mark.parametrize("base", ["", "gan-dan"])
@pytest.mark.parametrize(
    ("path", "role", "status"),
    [
        ("/_stcore/agent/mcp", "admin", 404),
        ("/_stcore/metrics", "editor", 403),
        ("/_stcore/metrics", "admin", 200),
        ("/metrics", "public", 403),
        ("/_stcore/host-config", "public", 200),
        ("/xep-hang", "public", 200),
    ],
)
def test_the_door_closes_what_is_closed(get, base, path, role, status):
    at = f"/{base}" if base else ""
    assert get(_door(role, base), at + path, x_forwarded_for="203.0.113.7").status == status


def reader(role: str) -> Reader:
    if role == "public":
        return PUBLIC
    place = {"admin": EVERYWHERE, "unit": "04792"}.get(role, "25")
    return Reader("a@b.vn", frozenset({(role, place)}), "signed_in")
