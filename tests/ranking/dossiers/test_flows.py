"""Who takes dossiers in for whom, from the sums of dossiers, counted where the work is done."""

from __future__ import annotations

from datetime import date

import polars as pl

from ranking.dossiers.flows import elsewhere, flows, workload
from ranking.dossiers.rows import OPEN
from ranking.dossiers.tables import periods_of
from tests.dossier_cases import dossiers, sums

KNOWN = pl.DataFrame(
    {
        "id": [0, 1, 2, 3],
        "code": ["04792", "04795", "H44.01", "00004"],
        "level": ["commune", "commune", "department", "commune"],
        "province": ["25", "25", "25", "01"],
    }
)
AUGUST = 12 * 2026 + 7
DAY = date(2026, 8, 28)


def told(*changes: dict[str, object]) -> pl.DataFrame:
    lazy = {name: table.lazy() for name, table in sums(dossiers(*changes)).items()}
    here = KNOWN.filter(pl.col("province") == "25")
    return pl.concat(flows(lazy, here, KNOWN, periods_of([AUGUST], DAY))).sort("intake", "decision")


TABLE = told(
    {}, {}, {"decision": 0}, {"decision": 0, "done": date(2026, 8, 20)}, {"decision": 2, "done": None, "state": OPEN},
    {"intake": 0, "decision": 3},
)  # fmt: skip


def test_each_pair_of_units_has_its_dossiers():
    columns = ["intake", "decision", "decision_level", "received", "ended", "timed", "on_time"]
    assert TABLE.select(columns).rows() == [
        ("04792", "00004", "commune", 1, 1, 1, 1), ("04795", "04792", "commune", 2, 2, 2, 1),
        ("04795", "04795", "commune", 2, 2, 2, 2), ("04795", "H44.01", "department", 1, 0, 0, 0),
    ]  # fmt: skip
    assert TABLE.row(0, named=True)["period_start"] == date(2026, 1, 1)
    assert elsewhere(TABLE).height == 3


def test_work_is_counted_where_it_is_done():
    assert workload(TABLE).rows() == [
        ("00004", 0, 0, 1, 1), ("04792", 1, 1, 2, 2), ("04795", 5, 3, 2, 0), ("H44.01", 0, 0, 0, 0),
    ]  # fmt: skip


def test_what_another_province_takes_in_is_not_told_by_this_one():
    assert told({"intake": 3, "decision": 1}).is_empty()
