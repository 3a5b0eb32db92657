"""Who waits longer, from the sums of dossiers: kinds of communes, and online against in person."""

from __future__ import annotations

from datetime import date

import polars as pl

from ranking.dossiers.gaps import ONLINE, waiting_gaps
from ranking.dossiers.rows import IN_PERSON, OPEN, POST
from ranking.dossiers.tables import periods_of
from ranking.waiting_gaps import ALL
from tests.dossier_cases import CALENDAR, dossiers, sums
from tests.ranking.dossiers.test_waits import AUGUST, FIELDS

CODES = [f"0479{n}" for n in range(10)]
UNITS = pl.DataFrame({"id": range(10), "code": CODES, "level": ["commune"] * 10, "province": ["25"] * 10})
DAY = date(2026, 8, 28)
BORDER = {"border": frozenset(CODES[:5]), "mountain": frozenset(CODES), "minority": frozenset({"00004"})}


def told(*changes: dict[str, object]) -> pl.DataFrame:
    lazy = {name: table.lazy() for name, table in sums(dossiers(*changes)).items()}
    return pl.concat(waiting_gaps(lazy, UNITS, FIELDS, periods_of([AUGUST], DAY), CALENDAR, DAY, BORDER))


def test_border_communes_are_set_against_the_rest_of_their_province():
    """Done after 3 working days, in the five communes on the border after 6."""
    slow = {"done": date(2026, 8, 11)}
    rows = told(*({"intake": unit} | (slow if unit < 5 else {}) for unit in range(10) for _ in range(20)))
    row = rows.filter(kind="border", field=ALL).row(0, named=True)
    assert [row[name] for name in ("units_a", "n_a", "half_a", "half_b", "gap")] == [5, 100, 6, 3, 3.0]
    # All communes are in the mountains and none is of a minority: there is nobody to compare with.
    assert set(rows["kind"]) == {"border", ONLINE}


def test_online_is_set_against_in_person_and_post_is_neither():
    waiting = {"done": None, "state": OPEN}
    changes = [{"intake": unit} | change for unit in range(6) for change in (
        *[{}] * 20, *[{"channel": IN_PERSON, "done": date(2026, 8, 4)}] * 20, {"channel": POST} | waiting,
    )]  # fmt: skip
    row = told(*changes).filter(kind=ONLINE, field=ALL).row(0, named=True)
    assert [row[name] for name in ("n_a", "n_b", "mean_a", "mean_b", "gap")] == [120, 120, 3.0, 1.0, 2.0]
