"""Subscriptions and calendars in SQLite and in a real PostgreSQL."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from journal import calendars, subscriptions
from journal.database import VisitError
from journal.subscriptions import Subscription

TODAY, TOMORROW = date(2026, 9, 26), date(2026, 9, 27)
LAN = Subscription("lan@phutho.gov.vn", "leader", "25", "mail", "lan@phutho.gov.vn", "vi")


def test_a_subscription_is_kept_once_and_is_its_person_s_alone(database):
    kept = subscriptions.ask(LAN)
    assert subscriptions.ask(LAN) == kept
    assert (subscriptions.of(LAN.who), subscriptions.of("mai@phutho.gov.vn")) == ([kept], [])
    assert replace(kept, id=0, token="", secret="", created_at=LAN.created_at) == LAN
    assert not subscriptions.end(kept.id, "mai@phutho.gov.vn")
    assert subscriptions.end(kept.id, LAN.who) and not subscriptions.end(kept.id, LAN.who)
    assert subscriptions.all_of() == []


def test_whoever_holds_a_message_can_end_it_and_nothing_is_left(database):
    kept = subscriptions.ask(LAN)
    subscriptions.note_told(kept.id, ["a"], TODAY)
    assert not subscriptions.end_by("") and not subscriptions.end_by("x")
    assert subscriptions.end_by(kept.token) and not subscriptions.end_by(kept.token)
    assert subscriptions.untold(kept.id, ["a"]) == {"a"}


def test_the_digest_of_a_day_is_taken_once_and_can_be_given_back(database):
    kept = subscriptions.ask(LAN)
    assert [subscriptions.claim(kept.id, day) for day in (TODAY, TODAY, TOMORROW)] == [True, False, True]
    subscriptions.give_back(kept.id, TOMORROW, TODAY)
    assert subscriptions.claim(kept.id, TOMORROW)


def test_what_was_told_is_not_told_again(database):
    kept = subscriptions.ask(LAN)
    subscriptions.note_told(kept.id, ["a", "b", "a"], TODAY)
    assert subscriptions.untold(kept.id, ["a", "b", "c"]) == {"c"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"address": "lan"},
        {"address": "a@b.vn\nBcc: c@d.vn"},
        {"channel": "hook", "address": "file:///x"},
        {"role": "x"},
    ],
)
def test_what_no_message_could_go_to_is_refused(database, wrong):
    with pytest.raises(VisitError, match="no_address"):
        subscriptions.ask(replace(LAN, **wrong))


def test_one_person_has_not_any_number_of_them(database):
    for number in range(subscriptions.MOST_OF_ONE):
        subscriptions.ask(replace(LAN, channel="hook", address=f"https://x.vn/{number}"))
    with pytest.raises(VisitError, match="too_many"):
        subscriptions.ask(LAN)


def test_a_calendar_opens_by_its_secret_until_it_is_revoked(database):
    kept, secret = calendars.make("lan", "25", "vi")
    assert calendars.by(secret) == kept and calendars.by(secret[:-1]) is None and calendars.by("") is None
    assert not calendars.revoke(kept.id, "mai")
    assert calendars.revoke(kept.id, "lan")
    assert calendars.by(secret) is None and calendars.of("lan") == []
