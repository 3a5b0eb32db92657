"""The stream of records inside an .xls: an OLE container lists its sectors in a table of its own."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping

_END = 0xFFFFFFFA
"""From here on numbers of sectors mean something else: free, end of a chain, a part of the table."""
_STREAMS = ("Workbook", "Book")


class NotSound(ValueError):
    """The container contradicts itself."""


def records(content: bytes) -> bytes:
    """The stream that holds the workbook's records. NotSound where there is none, or a chain leads nowhere."""
    try:
        return _stream(content)
    except (struct.error, IndexError, OverflowError):
        raise NotSound from None


def _stream(content: bytes) -> bytes:
    size = 1 << struct.unpack_from("<H", content, 30)[0]
    if size not in (512, 4096):
        raise NotSound
    table = _table(content, size)
    directory = _chain(content, size, table, struct.unpack_from("<I", content, 48)[0])
    entries = {name: (start, length) for name, start, length in _entries(directory)}
    for name in _STREAMS:
        if name in entries:
            start, length = entries[name]
            if length < struct.unpack_from("<I", content, 56)[0]:
                return _small(content, size, table, entries, start)[:length]
            return _chain(content, size, table, start)[:length]
    raise NotSound


def _table(content: bytes, size: int) -> list[int]:
    """The next sector of each, by its number."""
    parts = [*struct.unpack_from("<109I", content, 76)]
    following, left = struct.unpack_from("<II", content, 68)
    while following < _END and left:
        numbers = struct.unpack_from(f"<{size // 4}I", content, (following + 1) * size)
        parts += numbers[:-1]
        following, left = numbers[-1], left - 1
    table: list[int] = []
    for part in parts:
        if part < _END and len(table) * size <= len(content):
            table += struct.unpack_from(f"<{size // 4}I", content, (part + 1) * size)
    return table


def _chain(content: bytes, size: int, table: list[int], start: int) -> bytes:
    found, at = [], start
    while at < _END:
        found.append(content[(at + 1) * size : (at + 2) * size])
        if len(found) > len(table):
            raise NotSound
        at = table[at]
    return b"".join(found)


def _small(content: bytes, size: int, table: list[int], entries: Mapping[str, tuple[int, int]], start: int) -> bytes:
    """A stream too short for sectors of its own lies in small ones within the root's stream."""
    root = _chain(content, size, table, entries["Root Entry"][0])
    numbers = _chain(content, size, table, struct.unpack_from("<I", content, 60)[0])
    following = struct.unpack(f"<{len(numbers) // 4}I", numbers)
    found, at = [], start
    while at < _END:
        found.append(root[64 * at : 64 * at + 64])
        if len(found) > len(following):
            raise NotSound
        at = following[at]
    return b"".join(found)


def _entries(directory: bytes) -> Iterator[tuple[str, int, int]]:
    for at in range(0, len(directory) - 127, 128):
        length = struct.unpack_from("<H", directory, at + 64)[0]
        if 2 <= length <= 64:
            name = directory[at : at + length - 2].decode("utf-16-le", errors="replace")
            yield name, *struct.unpack_from("<II", directory, at + 116)
