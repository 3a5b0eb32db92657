"""What fell due in a period, and how long people wait, from the sums of dossiers."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from ranking.dossiers.formulas import DossierMeasures
from ranking.dossiers.rows import OPEN, STOPPED, WAITING, WITHDRAWN
from ranking.dossiers.tables import measured, periods_of
from ranking.dossiers.waits import waited
from store.reference import measures
from tests.dossier_cases import CALENDAR, dossiers, sums

UNITS = pl.DataFrame({"id": [0, 1], "code": ["04792", "04795"], "level": ["commune"] * 2, "province": ["25"] * 2})
FIELDS = pl.DataFrame({"id": [0, 1], "name": ["Hộ tịch", "Đất đai"]})
TOLD = DossierMeasures.of({"due_on_time_share": measures()["due_on_time_share"]})
JULY, AUGUST, SEPTEMBER = (12 * 2026 + month for month in (6, 7, 8))
OPEN_ONE = {"done": None, "state": OPEN}


def due(*changes: dict[str, object], day: date, month: int = 8) -> tuple[float, float, str]:
    """(on time, fallen due, state) of a month of the commune 04795 as known on `day`."""
    lazy = {name: table.lazy() for name, table in sums(dossiers(*changes)).items()}
    spans = periods_of([JULY, AUGUST, SEPTEMBER], day)
    rows = pl.concat(measured(lazy, UNITS, FIELDS, spans, CALENDAR, day, TOLD))
    row = rows.filter(pl.col("unit_code") == "04795", pl.col("field") == "all").filter(
        pl.col("period_start") == date(2026, month, 1), pl.col("period_end") <= date(2026, month, 31 - (month == 9))
    )
    return row.select("numerator", "denominator", "state").row(0)


def waits(*changes: dict[str, object], day: date = date(2026, 8, 28), field: str = "all", code: str = "04795") -> dict:
    lazy = {name: table.lazy() for name, table in sums(dossiers(*changes)).items()}
    rows = pl.concat(waited(lazy, UNITS, FIELDS, periods_of([AUGUST], day), CALENDAR, day))
    return rows.filter(pl.col("unit_code") == code, pl.col("field") == field).row(0, named=True)


def test_only_what_fell_due_is_counted():
    """Due on the 10th: one done, one open and late. On the 28th: one open, one done early. On 8 September: one done."""
    later = {"due": date(2026, 8, 28)}
    changes = ({}, OPEN_ONE, OPEN_ONE | later, later, {"due": date(2026, 9, 8)})
    assert due(*changes, day=date(2026, 8, 20)) == (1, 2, "reported")
    assert due(*changes, day=date(2026, 8, 28)) == (1, 2, "reported")
    assert due(*changes, day=date(2026, 9, 30)) == (2, 4, "reported")
    assert due(*changes, day=date(2026, 9, 30), month=9) == (1, 1, "reported")


def test_a_dossier_counts_where_it_fell_due_whenever_it_ended():
    late = {"done": date(2026, 9, 14)}
    assert due(late, day=date(2026, 9, 30)) == (0, 1, "reported")
    other = {"received": date(2026, 9, 1), "due": None, "done": date(2026, 9, 3)}
    assert due(late, other, day=date(2026, 9, 30), month=9) == (0, 0, "no_dossiers")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"due": date(2026, 8, 31)}, 9),  # a day off: the next working day is in September
        ({"due": date(2026, 8, 27), "waited": 2, "done": date(2026, 8, 28)}, 9),
        ({"due": date(2026, 8, 27), "supplements": 2, "done": date(2026, 8, 28)}, 8),
    ],
    ids=["moved by a day off", "moved by days waited", "asked twice"],
)
def test_the_last_day_moves(change: dict[str, object], told: int):
    assert due(change, day=date(2026, 9, 30), month=told)[1] == 1


def test_while_papers_are_asked_for_nothing_is_due_and_without_a_last_day_never():
    assert due({}, OPEN_ONE | {"state": WAITING}, OPEN_ONE | {"due": None}, day=date(2026, 9, 30))[1] == 1


def test_a_true_share_of_85_shows_as_85_however_long_the_procedure():
    """Received evenly, 85 of 100 done on their last day, the others five days later; at the month's end the portal's
    way says 88 to 100 % of procedures of 5, 15 and 25 days, this one 85 %."""
    works = (
        CALENDAR.filter(pl.col("day").dt.year() == 2026).unique("index", keep="first").sort("index")["day"].to_list()
    )
    start = works.index(date(2026, 6, 1))
    for limit in (5, 15, 25):
        rows = [
            {"received": works[at], "due": works[at + limit], "done": end if end <= date(2026, 8, 28) else None}
            for at in range(start, works.index(date(2026, 8, 28)))
            for n in range(20)
            for end in [works[at + limit + (5 if n < 3 else 0)]]
        ]
        on_time, fell_due, _ = due(*rows, day=date(2026, 8, 29))
        assert on_time / fell_due == pytest.approx(0.85)


def test_half_of_land_dossiers_take_so_long():
    land = [{"field": 1, "done": day} for day in (date(2026, 8, 6), date(2026, 8, 11), date(2026, 8, 12))]
    row = waits({}, *land, field="Đất đai")
    assert (row["n"], row["done"], row["tenth_3"], row["tenth_5"], row["tenth_9"]) == (3, 3, 3, 6, 7)
    assert (row["period_start"], row["period_end"], row["provisional"]) == (date(2026, 1, 1), date(2026, 8, 28), True)
    assert waits({}, *land)["n"] == 4
    assert waits({}, *land, code="25")["n"] == 4


def test_open_dossiers_are_censored_on_the_day_of_the_export():
    """Received on Monday the 3rd; on Friday the 28th they have waited 19 working days, less those for papers."""
    row = waits({"done": date(2026, 8, 6)}, OPEN_ONE, OPEN_ONE | {"waited": 4})
    assert (row["n"], row["open"], row["tenth_3"], row["tenth_4"]) == (3, 2, 3, None)


@pytest.mark.parametrize(
    "end",
    [
        {"done": None, "stopped": date(2026, 8, 5), "state": STOPPED},
        {"done": None, "stopped": date(2026, 8, 5), "state": WITHDRAWN},
        {"done": date(2026, 8, 5), "state": STOPPED},
    ],
    ids=["stopped", "withdrawn", "refused with a day done"],
)
def test_withdrawn_and_refused_dossiers_are_never_done(end: dict[str, object]):
    row = waits({"done": date(2026, 8, 6)}, end)
    assert (row["done"], row["left"], row["tenth_5"], row["tenth_6"]) == (1, 1, 3, None)


def test_nothing_is_told_of_months_and_quarters():
    lazy = {name: table.lazy() for name, table in sums(dossiers({})).items()}
    day = date(2026, 10, 9)
    rows = pl.concat(waited(lazy, UNITS, FIELDS, periods_of([AUGUST], day), CALENDAR, day))
    assert rows["period_start"].unique().to_list() == [date(2026, 1, 1)]
