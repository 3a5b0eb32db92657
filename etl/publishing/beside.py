"""What is worked out beside what else publishing does: standings, and what to withhold.

That of large tables in processes of their own, for they are thousands of small steps, which threads would take in
turn; that of small ones in a thread, for a process takes half a second to begin.
"""

from __future__ import annotations

import ctypes
import multiprocessing
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Generic, ParamSpec, TypeVar

import polars as pl

from files.faults import Fault
from ranking.measures import Measure
from ranking.ranked import placed, ranked
from ranking.standings import unit_scopes
from store.reference import reference_table

LARGE = 10_000
"""A table with so many rows is laid aside in a file until its turn, and has a process work at it."""
_PROCESSES = 2
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3
"""Parameters of glibc's `mallopt`."""
_KEPT, _LARGEST_KEPT = 1 << 30, 1 << 25
_ENDED_EARLY = "a process that worked beside this one ended early, as for lack of memory; nothing is published"
Found = TypeVar("Found")
Words = ParamSpec("Words")


class Beside:
    """Takes the rows of measures and gives their standings, in any number, while something else goes on."""

    def __init__(self, folder: Path, open_: ExitStack) -> None:
        """`folder`: where rows wait; `open_`: what ends the processes and threads."""
        self._folder, self._open = folder, open_
        self._thread = open_.enter_context(_ended(ThreadPoolExecutor(1)))
        self._processes: Executor | None = None
        self._taken = 0

    def standing(self, rows: pl.DataFrame, measure: Measure, given: pl.DataFrame | None = None) -> Standing:
        """The standings of all rows of a measure, when they are there; `given` as of `ranked.ranked`."""
        if rows.height < LARGE:
            return Standing(Awaited(self._thread.submit(_standing, rows, measure, given)))
        self._taken += 1
        path = self._folder / f"waiting-{self._taken}.arrow"
        rows.write_ipc(path)
        return Standing(Awaited(self._apart().submit(_standing_apart, path, measure, given)))

    def alone(
        self, rows: int, work: Callable[Words, Found], *words: Words.args, **named: Words.kwargs
    ) -> Awaited[Found]:
        """What `work` finds in so many rows: of many in a process by itself, which gives back its memory at the end."""
        executor = self._thread if rows < LARGE or _is_guest() else self._pool(1)
        return Awaited(executor.submit(work, *words, **named))

    def _apart(self) -> Executor:
        if _is_guest():
            return self._thread
        if self._processes is None:
            self._processes = self._pool(_PROCESSES)
        return self._processes

    def _pool(self, processes: int) -> Executor:
        spawned = multiprocessing.get_context("spawn")
        pool = ProcessPoolExecutor(processes, mp_context=spawned, initializer=_keep_memory)
        return self._open.enter_context(_ended(pool))


class Awaited(Generic[Found]):
    """What is being worked out."""

    def __init__(self, future: Future[Found]) -> None:
        self._future = future

    def found(self) -> Found:
        """When it is there; Fault where a process ended before it had it."""
        try:
            return self._future.result()
        except BrokenProcessPool:
            raise Fault(_ENDED_EARLY) from None


class Standing:
    """Standings that are being worked out, here or into a file."""

    def __init__(self, awaited: Awaited[pl.DataFrame] | Awaited[Path]) -> None:
        self._awaited = awaited

    def rows(self) -> pl.DataFrame:
        """The rows of `tables.Standings`, once; Fault as of `Awaited.found`."""
        found = self._awaited.found()
        return _taken_up(found) if isinstance(found, Path) else found


def _is_guest() -> bool:
    """Whether this is a thread of the app, whose memory is bounded, and where others read meanwhile."""
    return threading.current_thread() is not threading.main_thread()


@contextmanager
def beside(folder: Path) -> Iterator[Beside]:
    """What works beside, until the end or the first error; after one nothing more is begun."""
    with ExitStack() as open_:
        yield Beside(folder, open_)


@contextmanager
def _ended(executor: Executor) -> Iterator[Executor]:
    try:
        yield executor
    finally:
        executor.shutdown(cancel_futures=True)


def _keep_memory() -> None:
    """Have glibc keep what this process frees, for the next step: else the system hands out and clears the same pages
    again and again, a seventh of the time. Elsewhere than on glibc nothing is done."""
    set_option = getattr(ctypes.CDLL(None), "mallopt", None)
    if set_option is not None:
        set_option(_TRIM_THRESHOLD, _KEPT)
        set_option(_MMAP_THRESHOLD, _LARGEST_KEPT)


def _standing_apart(path: Path, measure: Measure, given: pl.DataFrame | None) -> Path:
    """Of the rows in a file, in another one: until they are wanted they take no memory."""
    found = path.with_suffix(".ranked.arrow")
    _standing(_taken_up(path), measure, given).write_ipc(found)
    return found


def _taken_up(path: Path) -> pl.DataFrame:
    try:
        return pl.read_ipc(path)
    finally:
        path.unlink()


def _standing(rows: pl.DataFrame, measure: Measure, given: pl.DataFrame | None) -> pl.DataFrame:
    offices = rows.filter(pl.col("level") == "department").get_column("unit_code")
    scopes = unit_scopes(reference_table("units"), reference_table("provinces"), offices)
    return placed(*ranked(rows, measure, scopes, given), measure)
