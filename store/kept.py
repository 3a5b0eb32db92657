"""Frames that are kept because they are asked for again: by the memory they take, for theirs differs a hundredfold."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import ParamSpec

import polars as pl
from cachetools import LRUCache, cached

_Words = ParamSpec("_Words")
_LEAST = 2_000
"""What a frame takes besides its values, about, in bytes."""


def kept(megabytes: float) -> Callable[[Callable[_Words, pl.DataFrame]], Callable[_Words, pl.DataFrame]]:
    """Keep the frames that a function gives, the latest asked for, as long as they take no more memory in all.

    Like `functools.lru_cache`, which counts frames instead: one of the whole country is as large as a hundred of
    a commune. Nobody may change a frame that is kept.
    """
    return cached(LRUCache(megabytes * 1_000_000, getsizeof=_size), lock=Lock())


def _size(frame: pl.DataFrame) -> float:
    return _LEAST + frame.estimated_size()
