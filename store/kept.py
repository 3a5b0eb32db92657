"""Frames that are kept because they are asked for again: by the memory they take, for theirs differs a hundredfold."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from threading import Lock
from typing import ParamSpec

import polars as pl
from cachetools import LRUCache, cached

_Words = ParamSpec("_Words")
_LEAST = 2_000
"""What a frame takes besides its values, about, in bytes."""


Watch = Callable[[str, float], None]
_watching: list[Watch] = []


def watched_by(watch: Watch) -> None:
    """From now on tell `watch` of each frame that is worked out, by file and function, and the seconds that it took."""
    _watching.append(watch)


def kept(megabytes: float) -> Callable[[Callable[_Words, pl.DataFrame]], Callable[_Words, pl.DataFrame]]:
    """Keep the frames that a function gives, the latest asked for, as long as they take no more memory in all.

    Like `functools.lru_cache`, which counts frames instead: one of the whole country is as large as a hundred of
    a commune. Nobody may change a frame that is kept.
    """
    keep = cached(LRUCache(megabytes * 1_000_000, getsizeof=_size), lock=Lock())

    def decorated(function: Callable[_Words, pl.DataFrame]) -> Callable[_Words, pl.DataFrame]:
        return keep(timed(function))

    return decorated


def timed(function: Callable[_Words, pl.DataFrame]) -> Callable[_Words, pl.DataFrame]:
    """The function, and whoever watches is told how long it took (`watched_by`)."""
    name = f"{function.__module__.split('.')[-1]}.{function.__name__.strip('_')}"

    @wraps(function)
    def worked_out(*words: _Words.args, **named: _Words.kwargs) -> pl.DataFrame:
        started = time.perf_counter()
        frame = function(*words, **named)
        for watch in _watching:
            watch(name, time.perf_counter() - started)
        return frame

    return worked_out


def _size(frame: pl.DataFrame) -> float:
    return _LEAST + frame.estimated_size()
