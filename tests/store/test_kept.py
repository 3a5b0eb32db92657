"""Frames that are kept: what is told of those that had to be worked out."""

from __future__ import annotations

import polars as pl
import pytest

from store import kept


def test_a_frame_that_is_worked_out_is_told_once_with_its_seconds(monkeypatch):
    told: list[tuple[str, float]] = []
    monkeypatch.setattr(kept, "_watching", [])
    kept.watched_by(lambda part, seconds: told.append((part, seconds)))

    @kept.kept(megabytes=1)
    def _frame_of(number: int) -> pl.DataFrame:
        return pl.DataFrame({"number": [number]})

    assert [_frame_of(number).item() for number in (1, 1, 2)] == [1, 1, 2]
    assert [part for part, _ in told] == ["test_kept.frame_of"] * 2
    assert all(seconds >= 0 for _, seconds in told)


def test_a_frame_that_fails_is_not_told_and_its_error_comes_out(monkeypatch):
    told: list[str] = []
    monkeypatch.setattr(kept, "_watching", [lambda part, _: told.append(part)])

    @kept.kept(megabytes=1)
    def fails() -> pl.DataFrame:
        raise ValueError("no such frame")

    with pytest.raises(ValueError, match="no such frame"):
        fails()
    assert told == []
