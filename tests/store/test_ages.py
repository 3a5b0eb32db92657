"""Which months may be set against the month before: the same whether asked one by one or all at once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from etl.publishing.harvest import Harvest, measurement_rows
from etl.publishing.publish import publish
from ranking.periods import VIETNAM, previous
from ranking.vocabulary import COUNTRY
from store import ages
from store.snapshot import Snapshot, open_snapshot
from tests.conftest import CAPTURED, _forget
from tests.unit_world import HAI_BINH, NGHI_SON, month, row

DAYS_AFTER = {3: 40, 4: 60, 5: 5, 6: 6, 7: 20, 8: 12}
"""By month of 2026, when its figures were captured: in May and August some are not settled, and not equally old."""
UNEVEN = {date(2026, 5, 1), date(2026, 7, 1), date(2026, 8, 1)}


def _rows() -> Iterator[dict]:
    for number, days in DAYS_AFTER.items():
        at = month(2026, number)
        end = datetime(at.end.year, at.end.month, at.end.day, 12, tzinfo=VIETNAM)
        for code in (NGHI_SON, HAI_BINH):
            yield row(code, at, 90, captured_at=end + timedelta(days=days))
            yield row(code, at, 90, captured_at=end + timedelta(days=days), measure="digitised_share")
        yield row(NGHI_SON, at, 90, series="ii06", basis="form", captured_at=end + timedelta(days=days))
    yield row("38", month(2026, 8), 900, 1000, level="province")


@pytest.fixture(scope="module")
def aged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Snapshot]:
    folder: Path = tmp_path_factory.mktemp("ages")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GANDAN_DATA", str(folder))
        _forget()
        publish(folder, "live", Harvest(measurement_rows(list(_rows())), CAPTURED, ["portal:test"]), nature="live")
        yield open_snapshot("live", unreleased=True)
    _forget()


@pytest.mark.parametrize("seen", [None, frozenset(), frozenset({"38"})])
@pytest.mark.parametrize("scope", ["38", COUNTRY])
@pytest.mark.parametrize("measure", ["on_time_share", "digitised_share"])
def test_a_month_is_uneven_where_its_figures_are_not_as_old_as_those_before(aged, seen, scope, measure):
    where = (aged.seen_in(seen), "commune", measure, "portal", scope)

    assert ages.uneven_months(*where) == UNEVEN
    later = [month(2026, number) for number in DAYS_AFTER if number > 3]
    assert {one.start for one in later if not ages.comparable(*where, previous(one), one)} == UNEVEN


def test_what_is_signed_once_does_not_age(aged):
    assert not ages.uneven_months(aged, "commune", "on_time_share", "form", "38")


def test_what_has_no_figures_has_no_uneven_months(aged):
    assert not ages.uneven_months(aged, "commune", "received", "portal", "38")
    assert not ages.uneven_months(aged, "commune", "on_time_share", "portal", "25")
