"""How many snapshots stay: what the file may say, what is said of a wrong one, and what a rule keeps."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest

from files.faults import Fault
from files.places import HOME
from ranking.vocabulary import NATURES
from store import retention as store_retention
from store.retention import Retention, retention

NOW = datetime(2026, 11, 30, 5, tzinfo=UTC)
PUBLISHED = {f"s{months:02d}": NOW - timedelta(days=30.4375 * months) for months in range(0, 40, 4)}
SOUND = "recorded: {snapshots: 2}\nsimulated: {snapshots: 2}\n"


@pytest.fixture
def said(tmp_path, monkeypatch):
    def write(text: str | bytes) -> None:
        file = tmp_path / "retention.yaml"
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        monkeypatch.setattr(store_retention, "FILE", file)

    return write


def test_live_snapshots_all_stay_and_of_the_others_two_unless_said_otherwise():
    assert {nature: retention(nature).snapshots for nature in NATURES} == {"live": "all", "recorded": 2, "simulated": 2}
    assert not any(retention(nature).months for nature in NATURES)


@pytest.mark.parametrize(
    ("text", "snapshots", "months"),
    [
        ("{snapshots: 3}", 3, 0),
        ("{months: 24}", 2, 24),
        ("{snapshots: 10, months: 24}", 10, 24),
        ("{snapshots: all}", "all", 0),
    ],
)
def test_a_change_of_the_file_holds_at_once(said, text, snapshots, months):
    said(f"live: {text}\n{SOUND}")
    assert (retention("live").snapshots, retention("live").months) == (snapshots, months)
    assert retention("simulated").snapshots == 2


@pytest.mark.parametrize(
    ("text", "trouble"),
    [
        ("live: {snapshots: 1}\n" + SOUND, "live.snapshots must be all or a whole number from 2 on .*, found 1"),
        ("live: {snapshots: many}\n" + SOUND, "live.snapshots must be all or a whole .*, found 'many'"),
        ("live: {snapshots: 2.5}\n" + SOUND, "live.snapshots must be .*, found 2.5"),
        ("live: {snapshots: true}\n" + SOUND, "live.snapshots must be .*, found True"),
        ("live: {months: 0}\n" + SOUND, "live.months must be a whole number of months from 1 to 1200, found 0"),
        ("live: {months: 1e9}\n" + SOUND, "live.months must be a whole number"),
        ("live: {}\n" + SOUND, "live must say snapshots, months or both"),
        ("live: 24\n" + SOUND, "live must say snapshots, months or both, .*, found 24"),
        ("live: {years: 2}\n" + SOUND, "live.years is no key that is known"),
        (SOUND, "live is missing"),
        (f"live: {{months: 2}}\ntrial: {{months: 2}}\n{SOUND}", "trial is no key that is known"),
        ("", "the file must be a valid dictionary .*, found None"),
        ("live: [", "cannot be read"),
        (b"\xff\xfe\x00", "cannot be read"),
    ],
)
def test_a_wrong_file_is_named_with_the_key_and_what_was_found(said, text, trouble):
    said(text)
    with pytest.raises(Fault, match=rf"retention\.yaml: {trouble}"):
        retention("live")


def test_a_missing_file_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(store_retention, "FILE", tmp_path / "retention.yaml")
    with pytest.raises(Fault, match=r"retention\.yaml: cannot be read"):
        retention("live")


@pytest.mark.parametrize(
    ("rule", "stay"),
    [
        ({"snapshots": 3}, ["s00", "s04", "s08"]),
        ({"months": 13}, ["s00", "s04", "s08", "s12"]),
        ({"months": 1}, ["s00", "s04"]),
        ({"snapshots": 5, "months": 9}, ["s00", "s04", "s08", "s12", "s16"]),
        ({"snapshots": 3, "months": 17}, ["s00", "s04", "s08", "s12", "s16"]),
        ({"snapshots": "all"}, list(PUBLISHED)),
        ({"snapshots": 99}, list(PUBLISHED)),
    ],
)
def test_what_either_part_of_a_rule_keeps_stays(rule, stay):
    assert sorted(Retention(**rule).staying(PUBLISHED, NOW, ["s00", "s04"])) == stay


def test_the_ones_in_use_count_as_the_newest_however_old_they_are():
    assert Retention(snapshots=3).staying(PUBLISHED, NOW, ["s36", "s20"]) == {"s36", "s20", "s00"}
    assert Retention(snapshots=2).staying(PUBLISHED, NOW, ["s36"]) == {"s36", "s00"}


def test_the_example_of_the_operations_page_can_be_used(said):
    page = (HOME / "docs" / "operations.md").read_text(encoding="utf-8")
    said(re.search(r"retention\.yaml.*?```yaml\n(.*?)```", page, re.DOTALL)[1])
    assert (retention("live").snapshots, retention("live").months) == (10, 24)


def test_months_are_those_of_the_calendar():
    now = datetime(2026, 11, 30, 12, tzinfo=UTC)
    published = {name: datetime(2026, 2, 28, hour, tzinfo=UTC) for name, hour in (("before", 11), ("after", 12))}
    assert Retention(months=9).staying(published, now, []) >= {"after"}
    assert Retention(snapshots=2, months=9).staying(published | {"new": now}, now, ["new"]) == {"new", "after"}
