"""A unit's change since the period before: clear or not, and its expected ranks only where it is."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from store import moves, units
from store.moves import Move
from store.snapshot import Snapshot, open_snapshot
from tests.conftest import _forget
from tests.unit_world import HAI_BINH, NGHI_SON, month, publish_world


@pytest.fixture(scope="module")
def small(tmp_path_factory) -> Iterator[Snapshot]:
    folder = tmp_path_factory.mktemp("moves")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GANDAN_DATA", str(folder))
        _forget()
        publish_world(folder)
        yield open_snapshot("live", unreleased=True)
    _forget()


def move_of(snapshot: Snapshot, code: str, measure: str = "on_time_share", **changes: object) -> Move | None:
    row = next(row for row in units.latest(snapshot, code).iter_rows(named=True) if row["measure"] == measure)
    return moves.move(snapshot, {**row, **changes})


def test_a_fall_beyond_chance_is_clear_and_has_expected_ranks(small):
    """From 90 to 60 of 100 among three communes, the others at 90 and 99 in both months."""
    found = move_of(small, NGHI_SON)

    assert (found.before, found.change, found.clear, found.is_clear) == (month(2026, 7), -30, "fell", True)
    assert found.expected_before < found.expected_now <= 3


def test_what_chance_may_have_done_has_no_expected_ranks(small):
    found = move_of(small, HAI_BINH)

    assert (found.change, found.clear, found.is_clear) == (0, "alike", False)
    assert (found.expected_before, found.expected_now) == (None, None)


@pytest.mark.parametrize(
    ("measure", "changes"),
    [
        ("received", {}),
        ("on_time_share", {"rank": None}),
        ("on_time_share", {"period_kind": "to_date"}),
        ("on_time_share", {"period_start": month(2026, 1).start, "period_end": month(2026, 1).end}),
    ],
    ids=["no good side", "no rank", "no period before it", "the first month"],
)
def test_without_two_ranks_to_compare_there_is_no_move(small, measure, changes):
    assert move_of(small, NGHI_SON, measure, **changes) is None
