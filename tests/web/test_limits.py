"""Limits of one client: who one client is, what it may ask, and which places are kept for others."""

from __future__ import annotations

import pytest

from web import limits
from web.limits import Buckets, Places, client_of


@pytest.mark.parametrize(
    ("address", "client"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("testclient", "testclient"),
        ("", ""),
    ],
)
def test_one_client(address, client):
    assert client_of(address) == client


def test_the_memory_of_clients_is_bounded(monkeypatch):
    monkeypatch.setattr(limits, "MOST_CLIENTS", 10)
    buckets = Buckets(5)
    assert all(buckets.take(str(n)) for n in range(100))
    assert len(buckets._left) == 10


def test_a_clock_that_is_set_back_shuts_nobody_out():
    now = [100.0]
    buckets = Buckets(2, lambda: now[0])
    assert buckets.take("a")
    now[0] = 0.0
    assert buckets.take("a")


def test_who_comes_too_often_waits_until_the_turn_is_there():
    now = [0.0]
    buckets = Buckets(60, lambda: now[0])
    assert [buckets.wait("a") for _ in range(62)][-3:] == [0.0, 1.0, 2.0]
    assert buckets.wait("b") == 0
    now[0] += 3
    assert buckets.wait("a") == 0


def test_one_client_and_all_strangers_together_leave_places_to_those_with_a_role():
    places = Places(10, 3, 4)
    assert [places.take("a", False) for _ in range(4)] == [True, True, True, False]
    assert [places.take(name, False) for name in "bcde"] == [True, True, True, False]
    assert [places.take("a", True) for _ in range(5)] == [True] * 4 + [False]
    places.leave("b", False)
    assert not places.take("b", False) and places.take("a", True)
    for _ in range(2):
        places.leave("a", True)
    assert places.open == 8


def test_a_client_that_left_is_forgotten():
    places = Places(10, 1, 0)
    for _ in range(3):
        assert places.take("a", False)
        places.leave("a", False)
    assert not places._held
