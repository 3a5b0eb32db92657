"""Frames too large to keep in memory for every province: kept in files of this process, of which few rows are read."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from collections import OrderedDict
from collections.abc import Callable, Collection, Hashable, Iterable
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Protocol

import polars as pl

from store.kept import timed

_PARTS = 16
_SMALLEST = 500
"""A file has so many row groups, of at least so many rows each: what is asked for stands in one or two of them."""

_Key = tuple[Hashable, ...]


class Rows(Protocol):
    """Rows of a frame: `words` as of the function that gives it, `of` what is asked for."""

    def __call__(self, *words: Hashable, of: Collection[str], part: str = "") -> pl.DataFrame: ...


def filed(by: str, most: int, apart: str = "") -> Callable[[Callable[..., pl.DataFrame]], Rows]:
    """Keep the frames that a function gives, and read of them the rows that have one of the values `of` in column `by`.

    Rows of one value keep their order. With `apart`, a column, each of its values has a file of its own, and rows of
    one `part` alone are read. The `most` files that were asked for last stay, in the system's temporary folder,
    readable by nobody else; they are deleted when the process ends. Where a file cannot be written or found again,
    the frame is worked out once more.
    """

    def decorated(function: Callable[..., pl.DataFrame]) -> Rows:
        files = _Files(timed(function), f"{function.__module__}.{function.__name__}", by, apart, most)

        def rows(*words: Hashable, of: Collection[str], part: str = "") -> pl.DataFrame:
            return files.rows(words, part, of)

        return rows

    return decorated


class _Files:
    def __init__(self, function: Callable[..., pl.DataFrame], name: str, by: str, apart: str, most: int) -> None:
        self._function, self._name, self._by, self._apart, self._most = function, name, by, apart, most
        self._paths: OrderedDict[_Key, Path] = OrderedDict()
        self._empty: dict[_Key, pl.DataFrame] = {}
        self._lock, self._making, self._made = Lock(), Lock(), 0

    def rows(self, words: _Key, part: str, of: Collection[str]) -> pl.DataFrame:
        found = self._read(words, part, of)
        if found is None:
            with self._making:  # whoever comes meanwhile waits for the same frame
                found = self._read(words, part, of)
                if found is None:
                    found = self._keep(words, part).filter(self._wanted(of))
        return found

    def _wanted(self, of: Collection[str]) -> pl.Expr:
        return pl.col(self._by).is_in(list(of))

    def _read(self, words: _Key, part: str, of: Collection[str]) -> pl.DataFrame | None:
        with self._lock:
            path = self._paths.get((*words, part))
            if path is None:
                return self._empty.get(words)
            self._paths.move_to_end((*words, part))
        try:
            return pl.scan_parquet(path, glob=False).filter(self._wanted(of)).collect()
        except (OSError, pl.exceptions.ComputeError):  # deleted or cut off by somebody else
            self._forget(words)
            return None

    def _forget(self, words: _Key) -> None:
        with self._lock:
            self._empty.pop(words, None)
            parts = [self._paths.pop(key) for key in list(self._paths) if key[:-1] == words]
        _delete(parts)

    def _keep(self, words: _Key, part: str) -> pl.DataFrame:
        """The part of a frame that is worked out; all its parts are kept, where there is room for them."""
        whole = self._function(*words).sort(self._by, maintain_order=True)
        parts = {"": whole}
        if self._apart:
            parts = {str(name): rows for (name,), rows in whole.partition_by(self._apart, as_dict=True).items()}
        self._write(words, parts, whole.clear())
        return parts.get(part, whole.clear())

    def _write(self, words: _Key, parts: dict[str, pl.DataFrame], empty: pl.DataFrame) -> None:
        paths: dict[_Key, Path] = {}
        try:
            for part, rows in parts.items():
                self._made += 1
                path = _folder_that_stands() / f"{self._name}.{self._made}.parquet"
                paths[*words, part] = path
                rows.write_parquet(path, row_group_size=max(_SMALLEST, rows.height // _PARTS), statistics=True)
        except (OSError, pl.exceptions.ComputeError):  # a full disk
            _delete(paths.values())
            return
        with self._lock:
            old = [self._paths.pop(key) for key in paths if key in self._paths]  # others of the frame still stood
            self._paths |= paths
            if self._apart:
                self._empty[words] = empty
            while len(self._paths) > self._most:
                key, path = self._paths.popitem(last=False)
                self._empty.pop(key[:-1], None)
                old.append(path)
        _delete(old)


def _delete(paths: Iterable[Path]) -> None:
    for path in paths:
        path.unlink(missing_ok=True)


def _folder_that_stands() -> Path:
    """The folder of this process; another where somebody who tidies up has taken it away."""
    if not _folder(os.getpid()).is_dir():
        _folder.cache_clear()
    return _folder(os.getpid())


@cache
def _folder(process: int) -> Path:
    """This process's own; one that was forked from it gets another."""
    folder = Path(tempfile.mkdtemp(prefix="gan-dan-"))
    atexit.register(_clear, folder, process)
    return folder


def _clear(folder: Path, process: int) -> None:
    if os.getpid() == process:
        shutil.rmtree(folder, ignore_errors=True)
