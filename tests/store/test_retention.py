"""How many snapshots stay: what the file may say, what is said of a wrong one, and what a rule keeps."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest

from files.faults import Fault
from files.places import HOME
from ranking.vocabulary import NATURES
from store import retention as store_retention
from store.retention import LOCAL, Retention, retention, times

NOW = datetime(2026, 11, 30, 5, tzinfo=UTC)
PUBLISHED = {f"s{months:02d}": NOW - timedelta(days=30.4375 * months) for months in range(0, 40, 4)}


@pytest.fixture
def said(tmp_path, monkeypatch):
    """Writes the data folder's own file."""
    monkeypatch.setenv("GANDAN_DATA", str(tmp_path))

    def write(text: str | bytes) -> None:
        file = tmp_path / LOCAL
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(text if isinstance(text, bytes) else text.encode())

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
    said(f"snapshots: {{live: {text}}}\n")
    assert (retention("live").snapshots, retention("live").months) == (snapshots, months)
    assert retention("simulated").snapshots == 2


@pytest.mark.parametrize(
    ("text", "trouble"),
    [
        ("{snapshots: 1}", "must be all or a whole number from 2 on .*, found 1"),
        ("{snapshots: many}", "must be all or a whole .*, found 'many'"),
        ("{snapshots: 2.5}", "must be .*, found 2.5"),
        ("{snapshots: true}", "must be .*, found True"),
        ("{months: 0}", "must be a whole number of months from 1 to 1200, found 0"),
        ("{months: 1e9}", "must be a whole number"),
        ("{}", "must say snapshots, months or both"),
        ("24", "must say snapshots, months or both, .*, found 24"),
        ("{years: 2}", "is no key that is known"),
    ],
)
def test_a_wrong_rule_for_snapshots_is_named_with_what_was_found(said, text, trouble):
    said(f"snapshots: {{live: {text}}}\n")
    with pytest.raises(Fault, match=rf"^local/retention\.yaml: snapshots\.live(\.\w+)? {trouble}"):
        retention("live")


@pytest.mark.parametrize(
    ("text", "trouble"),
    [
        ("forms: {days: 0}", ": forms.days must be all or a whole number of days from 1 to 36500, found 0"),
        ("forms: {days: -3}", ": forms.days must be"),
        ("forms: {weeks: 3}", ": forms.days is missing; forms.weeks is no key that is known"),
        ("forms: 30", ": forms must hold keys with values, found 30"),
        ("sign_ins: {days: all}", ": sign_ins.days must be a whole number of days from 1 to 36500, found 'all'"),
        ("uploads: {hours: 1000}", ": uploads.hours must be a whole number of hours from 1 to 744, found 1000"),
        ("backups: {newest: 0}", ": backups.newest must be a whole number of copies from 1 to 10000, found 0"),
        ("snapshots: {trial: {months: 2}}", ": snapshots.trial is no key that is known"),
        ("letters: {days: 3}", ": letters is no key that is known"),
        ("- forms", ": must hold keys of data/retention.yaml"),
        ("forms: {days: 3}\naudit: [", ", line 2: cannot be read: it is no YAML there"),
        (b"\xff\xfe\x00", ": cannot be read: it is no text in UTF-8"),
    ],
)
def test_a_wrong_file_is_named_with_the_key_and_what_was_found(said, text, trouble):
    said(text)
    with pytest.raises(Fault) as told:
        times()
    assert str(told.value).startswith(f"local/retention.yaml{trouble}")


@pytest.mark.parametrize("text", ["", "# nothing of our own yet\n"])
def test_a_file_of_nothing_changes_nothing(said, text):
    before = times()
    said(text)
    assert times() == before


def test_the_data_folder_s_own_file_stands_over_the_delivered_one_key_by_key(said):
    before = times()
    said("forms: {days: 30}\nsnapshots: {live: {months: 6}}\n")
    found = times()
    assert (found.forms.days, found.snapshots.live.months) == (30, 6)
    assert found.snapshots.recorded == before.snapshots.recorded
    assert found.replies == before.replies


def test_a_missing_delivered_file_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(store_retention, "FILE", tmp_path / "retention.yaml")
    with pytest.raises(Fault, match=r"retention\.yaml: cannot be read"):
        retention("live")


def test_a_delivered_file_without_a_key_is_named(tmp_path, monkeypatch):
    (tmp_path / "retention.yaml").write_text("uploads: {hours: 24}\n")
    monkeypatch.setattr(store_retention, "FILE", tmp_path / "retention.yaml")
    with pytest.raises(Fault, match=r"retention\.yaml: snapshots is missing; replies is missing"):
        times()


def test_days_are_counted_back_from_now():
    assert times().uploads.hours == 24
    assert store_retention.Days(days=2).since(NOW) == NOW - timedelta(days=2)
    assert store_retention.Days(days="all").since(NOW) is None


def test_the_service_s_journal_is_kept_as_long_as_the_file_says():
    text = (HOME / "deploy" / "journald.conf").read_text(encoding="utf-8")
    assert f"MaxRetentionSec={times().logs.days}day\n" in text


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
