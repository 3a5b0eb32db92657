"""Practices in SQLite and in a real PostgreSQL: noted once, taken back once, by their own place only."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from journal import practices
from journal.database import VisitError
from store.practices import Practice

TODAY = date(2026, 9, 26)
KIOSK = Practice("16654", "kiosk", date(2026, 3, 2), None, "hai máy ở sảnh")


def noted(practice: Practice = KIOSK, *, simulated: bool = False) -> practices.Noted:
    return practices.write_down(practice, TODAY, "lan@phutho.gov.vn", simulated=simulated)


def test_a_practice_comes_back_as_it_was_noted(database):
    kept = noted()

    assert practices.all_of(simulated=False) == [kept]
    assert (kept.unit_code, kept.kind, kept.since, kept.what) == ("16654", "kiosk", date(2026, 3, 2), "hai máy ở sảnh")
    assert (kept.source, kept.created_at.utcoffset().total_seconds()) == ("lan@phutho.gov.vn", 0)


def test_the_latest_beginning_stands_first_and_simulated_ones_apart(database):
    early, late = noted(), noted(replace(KIOSK, since=date(2026, 6, 1)))
    noted(replace(KIOSK, unit_code="25"), simulated=True)

    assert practices.all_of(simulated=False) == [late, early]
    assert [one.unit_code for one in practices.all_of(simulated=True)] == ["25"]


def test_it_is_taken_back_once_and_for_its_own_place_only(database):
    kept = noted()

    assert not practices.withdraw(kept.id, "16645", "lan")
    assert practices.withdraw(kept.id, "16654", "lan")
    assert not practices.withdraw(kept.id, "16654", "mai")
    assert practices.all_of(simulated=False) == []
    noted()  # and may be noted again


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"unit_code": "1665"}, "no_unit"),
        ({"kind": "robot"}, "no_kind"),
        ({"kind": "other", "what": "  "}, "no_what"),
        ({"what": "x" * 301}, "too_long"),
        ({"since": date(2025, 6, 30)}, "early"),
        ({"since": date(2026, 9, 27)}, "future"),
        ({"until": date(2026, 3, 1)}, "until"),
    ],
)
def test_what_cannot_be_is_not_kept(database, change, kind):
    with pytest.raises(VisitError) as caught:
        noted(replace(KIOSK, **change))
    assert caught.value.kind == kind
    assert practices.all_of(simulated=False) == []


def test_the_same_from_the_same_day_is_noted_once(database):
    noted()
    with pytest.raises(VisitError) as caught:
        noted(replace(KIOSK, what="ba máy"))
    assert caught.value.kind == "again"
    assert len(practices.all_of(simulated=False)) == 1
