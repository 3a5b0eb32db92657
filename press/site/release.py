"""Releases of the static site: files written or taken over, and one atomic switch from the old site to the new.

`OUT/<id>/` holds a whole site and is never changed once `OUT/current` points to it; `OUT/<id>.json` says from
what each file was made. A reader of `OUT/current` sees the old site or the new one, never a mixture.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from files import lock, whole

CURRENT = "current"
LOCK_SECONDS = 60
_PACKED = (".html", ".css", ".js", ".json", ".jsonld", ".xml", ".txt", ".svg")
_ASSETS = "assets/"


@dataclass
class Book:
    """Writes the files of one release into `folder`; what has not changed is taken over from `before`.

    `known` and `stamps`: by path, what the files of the release before and of this one were made from.
    """

    folder: Path
    before: Path | None = None
    known: Mapping[str, str] = field(default_factory=dict)
    stamps: dict[str, str] = field(default_factory=dict)
    made: int = 0

    def put(self, path: str, source: str, make: Callable[[], bytes]) -> None:
        """The file `path`, made only where `source`, all that shapes it, differs from the release before."""
        stamp = hashlib.sha256(source.encode()).hexdigest()[:24]
        self.stamps[path] = stamp
        if self.known.get(path) == stamp and self._take_over(path):
            return
        content = make()
        self.made += 1
        self._write(self.folder / path, content)
        if path.endswith(_PACKED):
            self._write(self.folder / f"{path}.gz", gzip.compress(content, 9, mtime=0))

    def size(self, path: str) -> int:
        """The bytes of a file that has been put."""
        return (self.folder / path).stat().st_size

    def _take_over(self, path: str) -> bool:
        """The same file under the new name: releases are never changed, so both may share it."""
        before, names = self.before, [path, f"{path}.gz"] if path.endswith(_PACKED) else [path]
        if before is None or not all((before / name).is_file() for name in names):
            return False
        for name in names:
            target = self.folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            os.link(before / name, target)
        return True

    @staticmethod
    def _write(target: Path, content: bytes) -> None:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)


@contextmanager
def release(out: Path) -> Iterator[Book]:
    """A book to write a new release into; it is published on leaving, or thrown away where something fails."""
    with lock.sole_publisher(out, ".site.lock", "build", LOCK_SECONDS):
        before = _current(out)
        partial = out / f".partial-{os.getpid()}"
        partial.mkdir()
        try:
            book = Book(partial, before, _stamps(out, before))
            yield book
            _publish(out, book)
        finally:
            shutil.rmtree(partial, ignore_errors=True)


def _current(out: Path) -> Path | None:
    link = out / CURRENT
    return link.resolve() if link.is_dir() else None


def _stamps(out: Path, before: Path | None) -> dict[str, str]:
    path = out / f"{before.name}.json" if before else None
    return json.loads(path.read_text(encoding="utf-8")) if path and path.exists() else {}


def _publish(out: Path, book: Book) -> None:
    """Give the release its name and let `current` point to it; without any change nothing happens."""
    if book.before and book.stamps == book.known:
        return
    _keep_assets(book)
    content = json.dumps(book.stamps, sort_keys=True, indent=0)
    name = hashlib.sha256(content.encode()).hexdigest()[:16]
    final = out / name
    if final.exists() and final != book.before:
        shutil.rmtree(final)
    book.folder.rename(final)
    whole.write(out / f"{name}.json", content.encode())
    whole.to_disk(final)
    link = out / f".{CURRENT}"
    link.unlink(missing_ok=True)
    link.symlink_to(name)
    link.replace(out / CURRENT)
    whole.to_disk(out)
    _forget_all_but(out, {name, book.before.name if book.before else name})


def _keep_assets(book: Book) -> None:
    """A reader who opened a page of the release before still finds its style sheet and its list of names."""
    before = book.before
    if before is None:
        return
    for path in set(book.known) - set(book.stamps):
        for name in (path, f"{path}.gz"):
            if path.startswith(_ASSETS) and (before / name).is_file() and not (book.folder / name).exists():
                os.link(before / name, book.folder / name)


def _forget_all_but(out: Path, kept: set[str]) -> None:
    """The release before stays for its readers and for going back."""
    for path in out.iterdir():
        if path.is_dir() and not path.is_symlink() and not path.name.startswith(".") and path.name not in kept:
            shutil.rmtree(path, ignore_errors=True)
            (out / f"{path.name}.json").unlink(missing_ok=True)
