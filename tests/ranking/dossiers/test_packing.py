import narwhals as nw
import polars as pl
import pytest

from ranking.dossiers.packing import packed_key, taken_apart
from ranking.dossiers.rows import KEYS

LARGEST = {
    "intake": 2**14 - 1, "decision": 2**14 - 1, "province": 2**14 - 1, "field": 2**10 - 1, "procedure": 2**15 - 1,
    "received_month": 12 * 2045 + 11, "end_month": 12 * 2045 + 11, "working_days": 2000, "calendar_days": 2000,
    "last": 2**15 - 1, "outcome": 2, "way": 3, "received_year": 2045,
}  # fmt: skip


@pytest.mark.parametrize("table", ["events", "days", "due", "waits", "procedure_waits", "procedures"])
def test_parts_come_back_from_the_packed_key(table):
    names = KEYS[table]
    least = {name: 12 * 2010 if name == "received_month" else 0 for name in names}
    rows = pl.DataFrame([least, {name: LARGEST[name] for name in names}, least | {names[1]: LARGEST[names[1]]}])
    frame = nw.from_native(rows).with_columns(key=packed_key(names)).select("key")
    assert frame.with_columns(**taken_apart("key", names)).select(*names).to_native().equals(rows)
