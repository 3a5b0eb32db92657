"""Pieces that are read ahead: the same ones in the same order, one more than was asked for, faults in their place."""

from __future__ import annotations

import threading

import pytest

from etl.dossiers.ahead import ahead


def test_the_pieces_come_in_order_and_the_next_is_begun_meanwhile():
    begun = threading.Event()

    def pieces():
        yield 0
        begun.set()
        yield 1

    coming = ahead(pieces())
    assert next(coming) == 0
    assert begun.wait(5)
    assert list(coming) == [1]
    assert list(ahead(iter([]))) == []


def test_a_fault_comes_after_the_pieces_before_it():
    def pieces():
        yield 0
        raise ValueError("cut off")

    coming = ahead(pieces())
    assert next(coming) == 0
    with pytest.raises(ValueError, match="cut off"):
        next(coming)
