"""Readers without a role are drawn one after the other, and one client with many pages does not push others back."""

from __future__ import annotations

from threading import Event, Thread

import pytest

from web.turns import Turns


def begun(turns: Turns, client: str, order: list[str], go: Event) -> tuple[Thread, Event]:
    inside = Event()

    def draw() -> None:
        with turns.of(client):
            order.append(client)
            inside.set()
            go.wait(10)

    thread = Thread(target=draw, daemon=True)
    thread.start()
    return thread, inside


def test_one_client_waits_with_one_page_and_the_next_turn_is_another_one_s():
    turns, order, first, rest = Turns(1), [], Event(), Event()
    rest.set()
    threads = [begun(turns, "a", order, first)]
    assert threads[0][1].wait(10)
    threads += [begun(turns, "a", order, rest) for _ in range(3)]  # behind the client's own page
    threads += [begun(turns, "b", order, rest)]
    while turns._clients.get("b", (None, 0))[1] == 0 or turns._clients["a"][1] < 4:
        pass
    assert order == ["a"]

    first.set()
    for thread, _ in threads:
        thread.join(10)
    assert sorted(order) == ["a"] * 4 + ["b"]
    assert not turns._clients


def test_a_page_that_is_broken_off_gives_its_turn_back():
    turns = Turns(1)
    for _ in range(3):
        with pytest.raises(KeyboardInterrupt), turns.of("a"):
            raise KeyboardInterrupt
    assert not turns._clients
