"""Formulas of dossiers: whatever sum they may name is there."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from ranking.dossiers.formulas import DossierMeasures
from ranking.dossiers.rows import OPEN
from ranking.dossiers.tables import measured, periods_of
from ranking.formulas import DOSSIER_SUMS, Formula
from store.reference import measures
from tests.dossier_cases import CALENDAR, dossiers, sums

DAY = date(2026, 9, 10)
UNITS = pl.DataFrame({"id": [0, 1], "code": ["04792", "04795"], "level": ["commune"] * 2, "province": ["25"] * 2})
FIELDS = pl.DataFrame({"id": [0], "name": ["Hộ tịch"]})


def figures(**formula: object) -> dict[str, tuple[float | None, float | None, str]]:
    """Unit → (numerator, denominator, state) of August by one formula: three dossiers ended, one open and late."""
    changed = measures()["on_time_share_form"].model_copy(update={"formula": Formula(dossiers=formula)})
    told = DossierMeasures.of({changed.id: changed})
    found = sums(dossiers({}, {"decision": 0}, {"due": None}, {"done": None, "state": OPEN}))
    lazy = {name: table.lazy() for name, table in found.items()}
    rows = pl.concat(measured(lazy, UNITS, FIELDS, periods_of([12 * 2026 + 7], DAY), CALENDAR, DAY, told))
    month = rows.filter(field="all", level="commune", period_kind="month")
    return {
        unit: tuple(facts) for unit, *facts in month.select("unit_code", "numerator", "denominator", "state").rows()
    }


@pytest.mark.parametrize("of, name", [(of, name) for of, names in DOSSIER_SUMS.items() for name in names])
def test_every_sum_that_may_be_named_is_there(of, name):
    assert figures(of=of, numerator=name)["04795"][0] is not None


@pytest.mark.parametrize(
    ("formula", "figure"),
    [
        ({"of": "ended", "numerator": "n - timed", "denominator": "n"}, (1, 3, "reported")),
        (
            {"of": "received", "numerator": "on_time + open_in_time", "denominator": "timed + open_known"},
            (2, 3, "reported"),
        ),
        ({"of": "decided", "numerator": "n"}, (2, None, "reported")),
        ({"of": "open", "numerator": "open_overdue", "denominator": "open_known"}, (1, 1, "reported")),
        ({"of": "ended", "days": "working_days", "tenths": 5}, (3, None, "reported")),
        (
            {
                "of": "received",
                "numerator": "digitised_yes",
                "denominator": "digitised_known",
                "known": "digitised_known",
            },
            (None, None, "not_reported"),
        ),
        ({"of": "received", "numerator": "reused_yes", "denominator": "reused_known"}, (0, 0, "no_dossiers")),
    ],
)
def test_a_figure_by_its_formula(formula, figure):
    assert figures(**formula)["04795"] == figure


def test_only_what_names_dossiers_is_told():
    told = DossierMeasures.of(measures())
    assert told.all == {name for name, measure in measures().items() if measure.formula.dossiers}
    assert "received" in told.of_unit_fields <= told.of_province_fields
    assert not told.of_province_fields & {"decided", "median_processing_days"}
