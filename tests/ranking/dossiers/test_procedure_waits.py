"""How long people wait by procedure."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from ranking.dossiers import procedure_waits
from ranking.dossiers.procedure_waits import FEWEST, waited_by_procedure
from ranking.dossiers.rows import OPEN, WITHDRAWN
from ranking.dossiers.tables import periods_of
from tests.dossier_cases import CALENDAR, dossiers, sums
from tests.ranking.dossiers.test_waits import AUGUST, UNITS

PROCEDURES = pl.DataFrame({"id": [0, 1, 2], "name": ["1.001193", "2.000815", ""]})
DAY = date(2026, 8, 28)


def told(*changes: dict[str, object]) -> pl.DataFrame:
    lazy = {name: table.lazy() for name, table in sums(dossiers(*changes)).items()}
    return pl.concat(waited_by_procedure(lazy, UNITS, PROCEDURES, periods_of([AUGUST], DAY), CALENDAR, DAY))


def of(rows: pl.DataFrame, unit: str, procedure: str = "1.001193") -> dict:
    return rows.filter(unit_code=unit, procedure=procedure).row(0, named=True)


def test_the_ended_the_open_and_those_that_left_make_one_curve():
    changes = [{}] * 60 + [{"done": date(2026, 8, 11)}] * 30 + [{"done": None, "state": OPEN}] * 8
    changes += [{"done": None, "stopped": date(2026, 8, 5), "state": WITHDRAWN}] * 2 + [{"procedure": 1}] * 3
    row = of(told(*changes), "04795")
    assert [row[name] for name in ("n", "done", "left", "open", "tenth_5", "tenth_9")] == [100, 90, 2, 8, 3, 6]


def test_a_unit_is_told_what_has_many_dossiers_and_its_province_all_common_ones(monkeypatch):
    monkeypatch.setattr(procedure_waits, "COMMONEST", 2)
    few = [{"procedure": 1}] * (FEWEST - 1)
    rows = told(*[{}] * FEWEST, *few, {"procedure": 2})
    assert rows.select("unit_code", "procedure").sort("unit_code", "procedure").rows() == [
        ("04795", "1.001193"), ("25", "1.001193"), ("25", "2.000815"),
    ]  # fmt: skip


@pytest.mark.parametrize("received", [date(2025, 8, 4)])
def test_another_year_is_another_cohort(received):
    rows = told(*[{}] * FEWEST, *[{"received": received, "done": date(2026, 8, 6)}] * FEWEST)
    assert of(rows, "04795")["n"] == FEWEST
