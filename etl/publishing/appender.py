"""A table of a snapshot that is written chunk by chunk."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from etl.publishing.withhold import PUBLIC
from ranking.manifest import table_file
from ranking.tables import SNAPSHOT_TABLES

_ROWS_PER_GROUP = 200_000
ROWS_TOGETHER = 50_000
"""Chunks of fewer rows are looked at and written together."""


@cache
def _arrow_schema(table: str) -> pa.Schema:
    return SNAPSHOT_TABLES[table].create_empty().to_arrow(compat_level=pl.CompatLevel.oldest()).schema


class Appender:
    """A Parquet file that grows chunk by chunk, so that no table need fit into memory; small chunks are put together.

    `check`: what the rows have to pass before they are written.
    """

    def __init__(
        self, partial: Path, table: str, check: Callable[[pl.DataFrame], pl.DataFrame] = lambda rows: rows
    ) -> None:
        self._path, self._check = partial / table_file(table), check
        self._waiting: list[pl.DataFrame] = []
        self._schema = _arrow_schema(PUBLIC.get(table, table))

    def __enter__(self) -> Appender:
        self._writer = pq.ParquetWriter(self._path, self._schema, compression="zstd", compression_level=5)
        return self

    def append(self, rows: pl.DataFrame) -> int:
        self._waiting.append(rows)
        if sum(frame.height for frame in self._waiting) >= ROWS_TOGETHER:
            self._write()
        return rows.height

    def _write(self) -> None:
        if self._waiting:
            rows = self._check(pl.concat(self._waiting))
            self._waiting = []
            table = rows.to_arrow(compat_level=pl.CompatLevel.oldest()).cast(self._schema)
            self._writer.write_table(table, row_group_size=_ROWS_PER_GROUP)

    def __exit__(self, kind: object, *_: object) -> None:
        try:
            if kind is None:
                self._write()
        finally:
            self._writer.close()
