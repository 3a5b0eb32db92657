"""Old snapshots: which are there after a publish, by what the file of retention says."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from etl.publishing import again, withhold
from etl.publishing.again import published_again
from etl.publishing.harvest import Harvest, measurement_rows
from etl.publishing.in_service import current_snapshot
from etl.publishing.publish import publish
from files.faults import Fault
from journal import audit
from ranking.manifest import MANIFEST
from store import policy
from store.retention import LOCAL
from tests.conftest import CAPTURED


@pytest.fixture
def rule(tmp_path):
    """Says what stays of live snapshots."""

    def write(text: str) -> None:
        file = tmp_path / LOCAL
        file.parent.mkdir(exist_ok=True)
        file.write_text(f"snapshots:\n  live: {text}\n", encoding="utf-8")

    return write


@pytest.fixture
def publish_next(tmp_path, measurement):
    """Publishes one snapshot after the other, each with another figure; its id."""
    numbers = iter(range(1, 20))

    def once() -> str:
        form = {"measure": "on_time_share_form", "series": "ii06", "basis": "form"}
        row = measurement(numerator=float(next(numbers)), **form)
        return publish(tmp_path, "live", Harvest(measurement_rows([row]), CAPTURED, ["portal:test"]), nature="live").id

    return once


def folder(data: Path) -> Path:
    return data / "published" / "live"


def there(data: Path) -> set[str]:
    return {path.name for path in folder(data).iterdir() if path.is_dir()}


def age(data: Path, snapshot: str, days: float) -> None:
    """Let a snapshot have been published so many days ago."""
    file = folder(data) / snapshot / MANIFEST
    content = json.loads(file.read_text(encoding="utf-8"))
    content["published_at"] = (datetime.now(UTC) - timedelta(days=days)).isoformat()
    file.write_text(json.dumps(content), encoding="utf-8")


def test_three_stay_where_three_are_wanted(tmp_path, rule, publish_next):
    rule("{snapshots: 3}")
    ids = []
    for days in (50, 40, 30, 20):
        ids.append(publish_next())
        age(tmp_path, ids[-1], days)
    ids.append(publish_next())
    assert there(tmp_path) == set(ids[-3:])
    assert current_snapshot(folder(tmp_path)).name == ids[-1]


def test_those_of_24_months_stay_where_24_months_are_wanted(tmp_path, rule, publish_next):
    rule("{snapshots: all}")
    ids = [publish_next() for _ in range(4)]
    for snapshot, days in zip(ids, (800, 740, 720, 700), strict=True):
        age(tmp_path, snapshot, days)
    rule("{months: 24}")
    ids.append(publish_next())
    assert there(tmp_path) == set(ids[2:])


def test_the_one_in_service_and_the_one_before_stay_however_old(tmp_path, rule, publish_next):
    rule("{months: 1}")
    first = publish_next()
    age(tmp_path, first, 400)
    second = publish_next()
    assert there(tmp_path) == {first, second}


def test_what_goes_is_noted_in_the_audit_log(tmp_path, rule, publish_next):
    rule("{snapshots: 2}")
    first, *_ = (publish_next() for _ in range(3))
    told = [line for line in audit.lines(tmp_path) if line["act"] == "forget"]
    assert [(line["dataset"], line["snapshot"]) for line in told] == [("live", first)]


def test_a_snapshot_that_cannot_say_its_age_counts_as_the_oldest(tmp_path, rule, publish_next):
    rule("{snapshots: all}")
    ids = [publish_next() for _ in range(3)]
    (folder(tmp_path) / ids[1] / MANIFEST).write_text("{")
    rule("{snapshots: 3}")
    ids.append(publish_next())
    assert there(tmp_path) == {ids[0], *ids[2:]}


def test_the_same_figures_once_more_forget_nothing(tmp_path, rule, measurement):
    rule("{snapshots: all}")
    rows = [measurement(numerator=n) for n in (1.0, 2.0, 3.0)]
    for row in rows:
        publish(tmp_path, "live", Harvest(measurement_rows([row]), CAPTURED, ["portal:test"]), nature="live")
    before = there(tmp_path)
    rule("{snapshots: 2}")
    publish(tmp_path, "live", Harvest(measurement_rows(rows[-1:]), CAPTURED, ["portal:test"]), nature="live")
    assert there(tmp_path) == before


def test_a_wrong_rule_stops_a_publish_before_anything_changes(tmp_path, rule, publish_next):
    rule("{snapshots: 3}")
    first = publish_next()
    rule("{snapshots: 0}")
    with pytest.raises(
        Fault, match=r"retention.yaml: snapshots.live.snapshots must be all or a whole number from 2 on"
    ):
        publish_next()
    assert there(tmp_path) == {first}
    assert current_snapshot(folder(tmp_path)).name == first


def test_the_rule_holds_too_where_small_numbers_are_withheld_by_another_policy(
    tmp_path, rule, publish_next, monkeypatch
):
    rule("{snapshots: 2}")
    ids = [publish_next() for _ in range(2)]
    stricter = policy.policy().model_copy(update={"minimum": 101})
    monkeypatch.setattr(withhold, "policy", lambda: stricter)
    monkeypatch.setattr(again, "policy_in_force", lambda: "another")
    new = published_again(tmp_path, "live").id
    assert new not in ids
    assert there(tmp_path) == {ids[1], new}
