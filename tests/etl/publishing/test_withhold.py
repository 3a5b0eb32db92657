"""What the public may see, worked out at publishing: the same rows as by the rules, and made again with the policy."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest

from etl.__main__ import main
from etl.publishing import withhold
from etl.publishing.again import published_again
from etl.publishing.harvest import Harvest, measurement_rows
from etl.publishing.in_service import current_snapshot, snapshot_manifest
from etl.publishing.publish import publish
from files.faults import Fault
from ranking.manifest import MANIFEST, Manifest
from ranking.suppression import hidden, suppressed
from ranking.vocabulary import COUNTRY
from store import policy, public, sight
from store.policy import policy_in_force
from store.reference import measures
from store.snapshot import Snapshot, SnapshotTrouble, open_snapshot
from tests.conftest import CAPTURED

TABLES = ("measurements", "standings")
FORM = "on_time_share_form"


@pytest.fixture
def small(published, measurement):
    """`published` with form II.06 of Phú Thọ: 3 of 4 in Thống Nhất, which is too small, and two of 100 beside it."""
    figures = {"04828": (3.0, 4.0), "04795": (70.0, 100.0), "04792": (90.0, 100.0)}
    rows = [
        measurement(unit_code=code, measure=FORM, series="ii06", basis="form", numerator=part, denominator=whole)
        for code, (part, whole) in figures.items()
    ]
    publish(published, "live", Harvest(measurement_rows(rows), CAPTURED, ["portal:test"]), nature="live")
    return published


def folder(data):
    return data / "published" / "live"


def without_public_tables(snapshot: Snapshot) -> Snapshot:
    """The same snapshot as one published before there were such tables."""
    return replace(snapshot, manifest=replace(snapshot.manifest, policy=""))


def test_public_measurements_are_what_the_rules_leave(small):
    snapshot = open_snapshot("live", unreleased=True)
    whole = sight.scan(snapshot, "measurements").collect()
    flags = hidden(whole, withhold._places(), measures(), policy.policy())

    assert flags.sum() > 1
    assert public.scan(snapshot, "measurements").collect().equals(suppressed(whole, flags))


@pytest.mark.parametrize("table", TABLES)
def test_public_tables_are_what_the_app_would_work_out(small, table):
    snapshot = open_snapshot("live", unreleased=True)
    made, worked_out = public.scan(snapshot, table), public.scan(without_public_tables(snapshot), table)

    same = ("value", "rank", "of", "state") if table == "standings" else made.collect_schema().names()
    assert made.select(same).collect().equals(worked_out.select(same).collect())


def test_the_order_of_units_tells_nothing_of_ranks(small):
    rows = public.scan(open_snapshot("live", unreleased=True), "standings").filter(pl.col("scope") == COUNTRY).collect()
    ranked = rows.filter(pl.col("level") == "commune", pl.col("measure") == "on_time_share")

    assert ranked.get_column("unit_code").is_sorted()
    assert not ranked.get_column("rank").drop_nulls().is_sorted()


def test_a_page_counts_all_rows_and_shows_some(small):
    snapshot = open_snapshot("live", unreleased=True)
    page, whole = public.measurements(snapshot, offset=2, limit=3), public.measurements(snapshot)

    assert page.total == whole.total == whole.rows.height
    assert page.rows.equals(whole.rows.slice(2, 3))


def test_another_policy_is_not_read_from_old_tables(small, monkeypatch):
    snapshot = open_snapshot("live", unreleased=True)
    stricter = policy.policy().model_copy(update={"minimum": 101})
    monkeypatch.setattr(public, "policy", lambda: stricter)
    monkeypatch.setattr(public, "policy_in_force", lambda: "another")

    states = public.scan(snapshot, "measurements").filter(pl.col("unit_code") == "04792").collect()
    assert "suppressed" in states.get_column("state").to_list()


def test_a_manifest_from_before_opens(small):
    text = (current_snapshot(folder(small)) / MANIFEST).read_text(encoding="utf-8")
    older = "\n".join(line for line in text.splitlines() if '"policy"' not in line).replace(
        '"format": 1,', '"format": 1'
    )

    assert Manifest.from_json(older).policy == ""


def test_a_damaged_public_table_is_a_damaged_snapshot(small):
    path = current_snapshot(folder(small)) / "standings_public.parquet"
    path.write_bytes(path.read_bytes()[:-20])

    with pytest.raises(SnapshotTrouble, match="standings_public"):
        open_snapshot("live", unreleased=True)


def test_withholding_anew_changes_the_public_tables_alone(small, monkeypatch, capsys):
    before = current_snapshot(folder(small))
    stricter = policy.policy().model_copy(update={"minimum": 101})
    for module in (policy, withhold):
        monkeypatch.setattr(module, "policy", lambda: stricter)
    policy.policy_in_force.cache_clear()
    main(["status", "--data", str(small)])
    assert "by another policy" in capsys.readouterr().out

    assert main(["withhold", "--data", str(small)]) == 0
    after = current_snapshot(folder(small))
    assert after != before
    for table in TABLES:
        assert pl.read_parquet(after / f"{table}.parquet").equals(pl.read_parquet(before / f"{table}.parquet"))
    shown = pl.read_parquet(after / "measurements_public.parquet").filter(pl.col("measure") == FORM)
    assert "reported" not in shown.filter(pl.col("level") == "commune").get_column("state").to_list()
    assert snapshot_manifest(after).policy == policy_in_force()
    policy.policy_in_force.cache_clear()


def test_withholding_anew_by_the_same_policy_does_nothing(small):
    before = current_snapshot(folder(small))
    assert published_again(small, "live").id == before.name


def test_there_must_be_something_to_withhold(tmp_path):
    with pytest.raises(Fault, match="nothing is published"):
        published_again(tmp_path, "live")


def test_a_policy_that_cannot_be_used_is_named(monkeypatch, tmp_path):
    (tmp_path / "data" / "policies").mkdir(parents=True)
    (tmp_path / "data" / "policies" / "suppression.yaml").write_text("minimum: none", encoding="utf-8")
    monkeypatch.setattr(policy, "HOME", tmp_path)
    policy.policy.cache_clear()

    with pytest.raises(Fault, match=r"suppression\.yaml"):
        policy.policy()
    policy.policy.cache_clear()
