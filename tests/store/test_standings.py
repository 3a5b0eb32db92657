"""Rankings that are read of all provinces at once are the same as those read one by one."""

from __future__ import annotations

import pytest
from polars.testing import assert_frame_equal

from ranking.periods import parse
from ranking.vocabulary import COUNTRY
from store import standings
from store.snapshot import open_snapshot

AUGUST = parse("2026-08")
_SCOPES = ("25", "38")


@pytest.mark.parametrize("seen", [None, frozenset()], ids=["whole", "as the public"])
@pytest.mark.parametrize("measure", ["on_time_share", "index_766", "received", "online_filing_share"])
def test_rankings_read_at_once_are_those_read_one_by_one(monkeypatch, seen, measure):
    snapshot = open_snapshot("recorded", unreleased=True).seen_in(seen)
    found = []
    for often in (False, True):
        standings._ranking.cache_clear()
        monkeypatch.setattr(standings, "_is_asked_often", lambda *_, often=often: often)
        found.append([standings.ranking(snapshot, "commune", measure, "portal", AUGUST, scope) for scope in _SCOPES])
    for one_by_one, at_once in zip(*found, strict=True):
        assert_frame_equal(one_by_one, at_once)


def test_a_period_is_read_at_once_from_the_fourth_ranking_on_and_the_country_never(monkeypatch):
    asked = []
    snapshot = open_snapshot("recorded", unreleased=True)
    whole = standings._in_provinces

    def at_once(*words, part, of):
        asked.append(of)
        return whole(*words, part=part, of=of)

    monkeypatch.setattr(standings, "_in_provinces", at_once)
    monkeypatch.setattr(standings, "_asked", {})
    standings._ranking.cache_clear()
    for measure in ("on_time_share", "received", "index_766", "digitised_share", "online_filing_share"):
        standings.ranking(snapshot, "commune", measure, "portal", AUGUST, "25")
        standings.ranking(snapshot, "commune", measure, "portal", AUGUST, COUNTRY)
    assert asked == [["digitised_share"], ["online_filing_share"]]
