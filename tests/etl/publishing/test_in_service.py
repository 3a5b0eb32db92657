"""The id of a snapshot: the same for the same files, and no proof of a guess of what is withheld."""

from __future__ import annotations

import stat

import pytest

from etl.publishing.harvest import Harvest, measurement_rows
from etl.publishing.publish import publish
from tests.conftest import CAPTURED


def form_of(measurement, numerator: float) -> Harvest:
    """Two communes of Phú Thọ in form II.06: one with so many of 8 on time, and one that hides it."""
    form = {"measure": "on_time_share_form", "series": "ii06", "basis": "form", "captured_at": CAPTURED}
    rows = [
        measurement(unit_code="04828", numerator=numerator, denominator=8.0, **form),
        measurement(unit_code="04849", numerator=19.0, denominator=23.0, **form),
    ]
    return Harvest(measurement_rows(rows), CAPTURED, ["form:a.xlsx"])


def test_the_id_of_a_snapshot_that_withholds_figures_proves_no_guess_of_them(tmp_path, measurement):
    """Two data folders with the same figures: nobody else can find out by the id that a guess of them is right."""
    ids = [publish(tmp_path / name, "live", form_of(measurement, 7.0), nature="live").id for name in ("own", "guess")]
    assert len(set(ids)) == 2
    salt = tmp_path / "own" / "published" / "live" / ".salt"
    assert stat.S_IMODE(salt.stat().st_mode) == 0o600


def test_the_same_figures_have_the_same_id_in_their_own_folder(tmp_path, measurement):
    first, again = (publish(tmp_path, "live", form_of(measurement, 7.0), nature="live").id for _ in range(2))
    assert first == again


@pytest.mark.parametrize("nature", ["live", "simulated"])
def test_what_withholds_nothing_real_has_the_same_id_everywhere(tmp_path, measurement, nature):
    harvest = form_of(measurement, 7.0)
    if nature == "live":
        harvest = Harvest(measurement_rows([measurement(numerator=90.0, denominator=100.0)]), CAPTURED, ["portal:test"])
    ids = {publish(tmp_path / name, nature, harvest, nature=nature).id for name in ("one", "other")}
    assert len(ids) == 1
    assert not list(tmp_path.rglob(".salt"))
