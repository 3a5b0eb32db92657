"""Drawn dossiers: as many as the units' figures say, the same every time, with what planted practices do to them."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
import pytest

from etl.dossiers.codes import KNOWN_CODE, KNOWN_PROCEDURE
from etl.dossiers.lists import lists_of
from etl.simulation.calibration import CALIBRATION, read_calibration
from etl.simulation.dossiers.draws import drawn
from etl.simulation.dossiers.rates import late_chances
from etl.simulation.dossiers.seen import changed, mistaken, seen
from etl.simulation.dossiers.settings import SETTINGS, read_settings
from files.faults import BadInput
from ranking.dossiers.rows import OPEN, WAITING

AUGUST = 12 * 2026 + 7
END_OF_AUGUST, CAPTURED = date(2026, 8, 31), date(2026, 9, 26)


@pytest.fixture(scope="module")
def august(ground, days, home):
    return drawn(ground, days, home, AUGUST)


def test_units_receive_what_their_portal_figures_say(ground, home, august):
    own = ground.units.home == home
    expected = dict(zip(np.flatnonzero(own), ground.block.figures["received"][own, 13], strict=True))
    found = dict(august.group_by("intake").len().iter_rows())
    assert found == {unit: count for unit, count in expected.items() if count}


def test_a_month_comes_out_the_same_whatever_else_is_drawn(ground, days, home, august):
    assert drawn(ground, days, home, AUGUST).equals(august)
    assert not drawn(ground, days, home, AUGUST - 12)["procedure"].equals(august["procedure"])


def test_a_share_is_drawn_evenly(ground, days, home, august):
    few = drawn(ground, days, home, AUGUST, share=0.1)
    assert few.height == pytest.approx(august.height / 10, rel=0.2)


def test_codes_and_fields_are_of_known_forms(ground, august):
    assert august["code"].str.contains(KNOWN_CODE).all()
    assert august["code"].is_unique().all()
    assert pl.Series(ground.procedures.names).str.contains(KNOWN_PROCEDURE).all()
    assert set(ground.procedures.fields) <= set(lists_of().fields.values())


def test_the_mix_differs_from_commune_to_commune(ground):
    """As copies certified do in Phú Thọ in 2026: 2 to 89 in 100, the middle one 33."""
    communes = (ground.units.home == ground.provinces.index("25")) & ~ground.units.office
    received = ground.block.by_field["received"][:, communes].sum(axis=2)
    share = received[list(ground.calibration["fields"]).index("Chứng thực")] / received.sum(axis=0)
    assert share.min() < 0.12
    assert share.max() > 0.65
    assert 0.25 < np.median(share) < 0.45


def test_an_export_knows_nothing_of_what_comes_after_its_day(days, august):
    then = seen(august, days, END_OF_AUGUST)
    for name in ("received", "done", "returned", "stopped"):
        assert then[name].max() <= END_OF_AUGUST
    still_open = then.filter(pl.col("done").is_null(), pl.col("stopped").is_null())
    assert set(still_open["state"]) == {OPEN, WAITING}
    assert not still_open["e_result"].any()
    assert 0.02 < still_open.height / then.height < 0.5


def test_a_later_export_tells_what_is_new_or_other(ground, days, home, august):
    first = mistaken(seen(august, days, END_OF_AUGUST), ground, home, AUGUST)
    later = seen(august, days, CAPTURED)
    told = changed(first, later)
    ended_since = later.filter((pl.col("done") > END_OF_AUGUST) | (pl.col("stopped") > END_OF_AUGUST))
    assert set(ended_since["code"]) <= set(told["code"])
    assert 0 < told.height < later.height
    assert changed(later, later).is_empty()
    assert changed(later.clear(), later).equals(later)


def test_a_practice_changes_the_chances_from_its_month_on(ground):
    """A visit with a promise halves the chance of being late; a name and a date alone change nothing."""
    since = [ground.months.periods[month].start for month in ground.units.months]
    for practice, factor in (("visit_with_promise", 0.5), ("nothing_new", 1.0)):
        row = ground.practices.planted.filter(pl.col("practice") == practice).row(0, named=True)
        unit = np.flatnonzero(ground.units.codes == row["unit_code"])
        begun = since.index(row["since"])
        ratios = [
            (late_chances(ground, unit, month) / late_chances(ground, unit, month, practices=False)).mean()
            for month in (begun - 1, begun, len(since) - 1)
        ]
        assert ratios == pytest.approx([1.0, factor, factor])


def test_each_commune_begins_one_thing_at_most(ground):
    planted = ground.practices.planted
    assert planted["unit_code"].is_unique().all()
    assert planted.height == 34 * sum(practice["units"] for practice in ground.settings["practices"].values())


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('{of: Hộ tịch, field: Hộ tịch, code: "9.000201"', '{of: Hộ tịt, field: Hộ tịch, code: "9.000201"', "Hộ tịt"),
        ("kiosk: {units: 5, offline:", "kiosk: {units: 5, ofline:", r"practices.kiosk.*ofline"),
    ],
)
def test_settings_that_name_what_is_not_there_are_refused(tmp_path, old, new, message):
    path = tmp_path / "settings.yaml"
    path.write_text(SETTINGS.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    with pytest.raises(BadInput, match=message):
        read_settings(read_calibration(CALIBRATION), path)
