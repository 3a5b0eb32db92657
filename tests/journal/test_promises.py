"""Promises in SQLite and in a real PostgreSQL: made, closed once, overdue after their day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from journal import promises
from journal.database import VisitError
from journal.promises import LONGEST, Promise

TODAY = date(2026, 9, 26)
PROMISE = Promise(
    unit_code="16654",
    finding="17 trong 53 hồ sơ đất đai trễ",
    who="Chị Hà, phó giám đốc trung tâm",
    what="Hai người cùng thẩm định mỗi sáng thứ hai",
    promised_on=date(2026, 9, 20),
    due_on=date(2026, 10, 31),
    measure="on_time_share",
    basis="portal",
    field="Đất đai",
)


def test_a_promise_comes_back_as_it_was_made(database):
    kept = promises.make(PROMISE, TODAY, "lan@phutho.gov.vn")

    assert promises.of_unit("16654") == [kept]
    assert replace(kept, id=0, created_at=PROMISE.created_at, signed_in="") == PROMISE
    assert (kept.signed_in, kept.created_at.utcoffset().total_seconds()) == ("lan@phutho.gov.vn", 0)
    assert promises.of_unit("16645") == []


def test_it_is_closed_once_and_by_its_own_commune_only(database):
    kept = promises.make(PROMISE, TODAY)

    assert not promises.close(kept.id, "16645", "kept", "lan")
    assert promises.close(kept.id, "16654", "kept", "lan")
    assert not promises.close(kept.id, "16654", "dropped", "mai")
    (closed,) = promises.of_unit("16654")
    assert (closed.closed_as, closed.closed_by) == ("kept", "lan")
    assert promises.still_open() == []


def test_open_ones_stand_in_the_order_of_their_days(database):
    late, soon = (promises.make(replace(PROMISE, due_on=day), TODAY) for day in (date(2026, 11, 1), date(2026, 9, 21)))

    assert promises.still_open() == [soon, late]
    assert [one.is_overdue(TODAY) for one in (soon, late)] == [True, False]
    assert not replace(soon, due_on=TODAY).is_overdue(TODAY)


def test_those_beside_simulated_figures_are_kept_apart(database):
    promises.make(replace(PROMISE, practice=True), TODAY)

    assert promises.of_unit("16654") == promises.still_open() == []
    assert len(promises.of_unit("16654", practice=True)) == 1


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"unit_code": "1665"}, "no_unit"),
        ({"finding": " \n"}, "no_finding"),
        ({"who": "\x00"}, "no_who"),
        ({"what": ""}, "no_what"),
        ({"who": "x" * (LONGEST["who"] + 1)}, "too_long"),
        ({"promised_on": date(2026, 9, 27)}, "future"),
        ({"due_on": date(2026, 9, 19)}, "due"),
    ],
)
def test_what_is_not_complete_is_refused_by_its_name(change, kind):
    with pytest.raises(VisitError) as error:
        promises.make(replace(PROMISE, **change), TODAY)
    assert error.value.kind == kind
