"""Who asks: the app hands in how a reader is known, so that no route needs to know about signing in."""

from __future__ import annotations

from collections.abc import Callable

from starlette.requests import HTTPConnection

from store.access.rules import Reader

ReaderOf = Callable[[HTTPConnection], Reader]
