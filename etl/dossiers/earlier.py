"""Stores of earlier versions: fields and procedures that were kept as an export wrote them become "not known".

A text of an export may name a person. What is on no code list is taken out of the dossiers first, then of the lists,
and the sums are made again. An import that is interrupted in between begins here again.
"""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from etl.dossiers.codes import KNOWN_PROCEDURE
from etl.dossiers.lists import NO_FIELD, Lists, field_names
from etl.dossiers.rows import NO_PROCEDURE
from etl.dossiers.store import Store, write

_NOT_KNOWN = "(không rõ {})"
Known = Callable[[pl.Series], pl.Series]


def settle(store: Store, lists: Lists) -> int:
    """Take free text out of a store's lists of fields and procedures; how many texts there were."""
    allowed = [*field_names(lists)]
    return _settled(store, "field", NO_FIELD, lambda names: names.is_in(allowed)) + _settled(
        store, "procedure", NO_PROCEDURE, lambda names: names.str.contains(KNOWN_PROCEDURE)
    )


def _settled(store: Store, column: str, unknown: str, known: Known) -> int:
    listed = store.listed(f"{column}s")
    ours = listed["name"].str.contains(r"^\(không rõ \d+\)$") | (listed["name"] == unknown)
    odd = listed.filter(~(known(listed["name"]) | ours))
    if odd.is_empty():
        return 0
    path = store.folder / "lists" / f"{column}s.parquet"
    if unknown not in listed["name"]:
        row = pl.DataFrame({"id": [listed.height], "name": [unknown]}, listed.schema)
        listed = pl.concat([listed, row])
        write(listed, path)
    meant = listed.filter(pl.col("name") == unknown)["id"][0]
    _renumber(store, column, odd["id"].to_list(), meant)
    # The number stays taken, because those of the others are their places in the list.
    said = dict(zip(odd["name"], (_NOT_KNOWN.format(number) for number in odd["id"]), strict=True))
    write(listed.with_columns(pl.col("name").replace(said)), path)
    return odd.height


def _renumber(store: Store, column: str, odd: list[int], meant: int) -> None:
    parts = store.parts()
    store.remember(pending=sorted({*store.state()["pending"], *parts}))
    for part in parts:
        for file in store.files(part):
            rows = pl.read_parquet(file)
            mine = pl.col(column).is_in(odd)
            if rows.select(mine.any()).item():
                put = pl.when(mine).then(pl.lit(meant)).otherwise(column).cast(rows.schema[column])
                write(rows.with_columns(put.alias(column)), file)
