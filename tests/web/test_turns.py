"""Readers without a role are drawn one after the other, and one client with many pages does not push others back."""

from __future__ import annotations

import time
from threading import Event, Thread

import pytest

from web import turns as turns_module
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


def test_nobody_is_drawn_beside_another_and_everybody_gets_a_turn():
    turns, order, first, rest = Turns(1), [], Event(), Event()
    rest.set()
    threads = [begun(turns, "a", order, first)]
    assert threads[0][1].wait(10)
    threads += [begun(turns, "a", order, rest) for _ in range(3)]  # behind the client's own page
    threads += [begun(turns, "b", order, rest)]
    deadline = time.monotonic() + 10
    while turns._clients.get("b", (None, 0))[1] == 0 or turns._clients["a"][1] < 4:
        assert time.monotonic() < deadline
        time.sleep(0.001)
    assert order == ["a"]

    first.set()
    for thread, _ in threads:
        thread.join(10)
    assert sorted(order) == ["a"] * 4 + ["b"]
    # Of the first client's three that wait only one stands beside the other client's in the queue.
    assert "b" in order[:3]
    assert not turns._clients


def test_a_page_that_is_broken_off_gives_its_turn_back():
    turns = Turns(1)
    for _ in range(3):
        with pytest.raises(KeyboardInterrupt), turns.of("a"):
            raise KeyboardInterrupt
    assert not turns._clients


def test_a_page_that_does_not_end_keeps_nobody_out_for_ever():
    turns = Turns(1, patience=0.01)
    with turns.of("a"), turns.of("b"):
        pass
    with turns.of("c"):
        assert not turns._free.acquire(0)


def test_while_somebody_with_a_role_is_at_work_the_next_turn_comes_after_a_rest():
    turns = Turns(1)
    with turns.at_work():
        pass
    started = time.monotonic()
    with turns.of("a"):
        time.sleep(0.05)
    with turns.of("b"):
        assert time.monotonic() - started >= 0.05 * (1 + turns_module.REST)
    assert turns.waiting() == 0


def test_without_anybody_at_work_turns_follow_each_other_at_once():
    turns = Turns(1, patience=0)
    with turns.of("a"):
        assert turns.waiting() == 1
        time.sleep(0.05)
    assert turns._free.acquire(0)
