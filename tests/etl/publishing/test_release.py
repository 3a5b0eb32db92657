"""Releases: what waits for a person, what the public reads meanwhile, going back, and what was there before."""

from __future__ import annotations

import json
import shutil

import polars as pl
import pytest

from etl.__main__ import main
from etl.publishing import release_log, withhold
from etl.publishing.again import published_again
from etl.publishing.harvest import Harvest, measurement_rows
from etl.publishing.in_service import named
from etl.publishing.publish import publish
from etl.publishing.release import release
from files.faults import Fault
from journal import audit
from ranking.manifest import RELEASED, RELEASES
from store import errata, policy, public, releases, waiting
from store.release_policy import LOCAL
from store.snapshot import datasets, open_snapshot
from tests.conftest import CAPTURED

FORM = {"measure": "on_time_share_form", "series": "ii06", "basis": "form"}


@pytest.fixture
def folder(published):
    yield published / "published" / "live"
    policy.policy_in_force.cache_clear()


@pytest.fixture
def form(published, measurement):
    """Publishes a form of Tân Hòa with so many of 100 on time; the id of the snapshot."""

    def publish_form(on_time: float) -> str:
        rows = measurement_rows([measurement(**FORM, numerator=on_time, source="form:a.xlsx")])
        return publish(published, "live", Harvest(rows, CAPTURED, ["form:a.xlsx"]), nature="live").id

    return publish_form


@pytest.fixture
def portal(published, measurement):
    """Publishes a figure of the portal for Tân Hòa; the id of the snapshot."""

    def publish_portal(on_time: float) -> str:
        rows = measurement_rows([measurement(numerator=on_time, captured_at=CAPTURED.replace(day=3))])
        harvest = Harvest(rows, CAPTURED.replace(day=3), ["portal:test"])
        return publish(published, "live", harvest, nature="live").id

    return publish_portal


def public_id() -> str:
    return open_snapshot("live").manifest.id


def test_figures_of_the_portal_are_released_when_they_are_published(folder, portal):
    assert portal(91.0) == public_id() == named(folder)
    assert [one.how for one in releases.of(folder)] == ["itself", "itself"]
    assert not releases.is_ahead("live") and waiting.waiting("live") == {}


def test_a_form_waits_until_a_person_releases_it(published, folder, form):
    before = public_id()
    latest = form(90.0)

    assert public_id() == before and open_snapshot("live", unreleased=True).manifest.id == latest
    assert waiting.waiting("live") == {"form": ["2026-08", "2026-08"]}
    assert not releases.is_public("live", latest)

    line = release(published, "live", "an@phutho.vn", "  Biểu tháng 8 \n của Phú Thọ ")
    assert public_id() == latest and releases.is_public("live", latest) and releases.is_public("live", before)
    assert (line.by, line.how, line.note) == ("an@phutho.vn", "person", "Biểu tháng 8 của Phú Thọ")
    assert line.holds == {"portal": ["2026-08", "2026-08"], "form": ["2026-08", "2026-08"]}
    said = [one for one in audit.lines(published) if one["act"] == "release"][-1]
    assert (said["who"], said["snapshot"], said["note"]) == ("an@phutho.vn", latest, "Biểu tháng 8 của Phú Thọ")


def test_a_pull_of_the_portal_waits_only_while_a_form_does(published, folder, form, portal):
    form(90.0)
    assert portal(91.0) != public_id()
    release(published, "live", "an@phutho.vn")
    assert portal(92.0) == public_id()


def test_a_correction_of_a_portal_figure_waits_too(published, folder, measurement):
    before = public_id()
    corrected = measurement(numerator=95.0, source="correction:1", captured_at=CAPTURED.replace(day=4))
    harvest = Harvest(measurement_rows([corrected]), CAPTURED.replace(day=4), ["correction:1"])
    assert publish(published, "live", harvest, nature="live").id != public_id() == before


def test_a_place_may_let_the_portal_wait_too(published, folder, portal):
    (published / LOCAL).parent.mkdir()
    (published / LOCAL).write_text("portal: person\n")
    before = public_id()
    assert portal(91.0) != public_id() == before


def test_a_policy_that_makes_no_sense_stops_the_publish_and_changes_nothing(published, folder, portal):
    (published / LOCAL).parent.mkdir()
    (published / LOCAL).write_text("portal: perhaps\n")
    before = named(folder)
    with pytest.raises(Fault, match=r"local/release.yaml, portal: must be 'itself' or 'person', found 'perhaps'"):
        portal(91.0)
    assert named(folder) == before == public_id()


def test_the_first_snapshot_with_a_form_is_not_there_for_the_public(tmp_path, measurement, monkeypatch):
    monkeypatch.setenv("GANDAN_DATA", str(tmp_path))
    rows = measurement_rows([measurement(**FORM)])
    publish(tmp_path, "live", Harvest(rows, CAPTURED, ["form:a.xlsx"]), nature="live")
    assert datasets() == [] and datasets(unreleased=True) == ["live"]
    release(tmp_path, "live", "an@phutho.vn")
    assert datasets() == ["live"]


def test_what_was_in_service_before_there_were_releases_stays_public(published, folder, form, portal):
    (folder / RELEASED).unlink()
    (folder / RELEASES).unlink()
    first = named(folder)
    assert public_id() == first and releases.is_public("live", first)

    latest = form(90.0)
    assert public_id() == first and releases.is_public("live", first) and not releases.is_public("live", latest)
    (line,) = releases.of(folder)
    assert (line.snapshot, line.how, line.note) == (first, "before", "in service before releases were kept")


def test_going_back_takes_what_came_after_out_of_the_public_until_somebody_releases_again(
    published, folder, form, portal
):
    first = public_id()
    second = portal(91.0)
    with pytest.raises(Fault, match="the note has to say why"):
        release(published, "live", "an@phutho.vn", snapshot=first)
    release(published, "live", "an@phutho.vn", "Số của Cổng sai", snapshot=first)
    assert public_id() == first and not releases.is_public("live", second)
    assert named(folder) == second

    third = portal(93.0)
    assert public_id() == first
    release(published, "live", "an@phutho.vn")
    assert public_id() == third and not releases.is_public("live", second)


def test_what_is_released_already_is_not_released_twice(published, folder):
    with pytest.raises(Fault, match=r"the public reads snapshot .* already"):
        release(published, "live", "an@phutho.vn")
    with pytest.raises(Fault, match=r"no snapshot '\.\./x' is kept"):
        release(published, "live", "an@phutho.vn", "…", snapshot="../x")


def test_the_released_snapshot_stays_however_many_follow(published, folder, form):
    (published / "local").mkdir()
    (published / "local" / "retention.yaml").write_text("snapshots:\n  live: {snapshots: 2}\n")
    before = public_id()
    latest = [form(float(number)) for number in (90, 91, 92, 93)]
    kept = {path.name for path in folder.iterdir() if path.is_dir()}
    assert kept == {before, latest[-1], latest[-2]} and public_id() == before


def test_small_numbers_withheld_again_reach_the_public_and_let_no_form_out(published, folder, form, monkeypatch):
    form(90.0)
    before = release(published, "live", "an@phutho.vn", "một").snapshot
    latest = form(80.0)
    stricter = policy.policy().model_copy(update={"minimum": 101})
    for module in (policy, withhold):
        monkeypatch.setattr(module, "policy", lambda: stricter)
    policy.policy_in_force.cache_clear()
    again = published_again(published, "live")

    shown = open_snapshot("live").manifest
    assert shown.policy == again.policy == policy.policy_in_force() and shown.id != before
    assert named(folder) == again.id != latest and waiting.waiting("live") == {"form": ["2026-08", "2026-08"]}
    last = releases.of(folder)[-1]
    assert (last.snapshot, last.how, last.note) == (shown.id, "withheld", "một")
    seen = pl.read_parquet(folder / shown.id / "measurements_public.parquet").filter(basis="form")
    assert seen.get_column("state").to_list() == ["suppressed"]
    assert published_again(published, "live").id == again.id and releases.of(folder)[-1] == last


def test_a_stricter_policy_that_hides_nothing_more_is_noted_in_the_snapshot_itself(published, folder, monkeypatch):
    before = named(folder)
    monkeypatch.setattr("etl.publishing.again.policy_in_force", lambda: "another")
    assert published_again(published, "live").id == before
    assert open_snapshot("live").manifest.policy == "another"


def test_errata_tell_what_the_public_read_before_and_nothing_of_what_it_never_saw(published, folder, form, portal):
    form(90.0)
    release(published, "live", "an@phutho.vn", "một")
    form(80.0)
    form(70.0)
    line = release(published, "live", "an@phutho.vn", "hai")
    rows = errata.public(open_snapshot("live"))
    assert rows.select("unit_code", "old_numerator", "new_numerator", "snapshot").rows() == [
        ("04792", 90.0, 70.0, line.snapshot)
    ]
    held = pl.read_parquet(folder / line.snapshot / "revisions.parquet")
    assert held.height == 2, "the snapshot's own revisions tell of both steps"


def test_errata_after_a_change_of_policy_rest_on_what_was_published_then(folder, portal, monkeypatch):
    """What an earlier policy let the public see is not worked out again, which takes gigabytes of a whole country."""
    portal(90)
    monkeypatch.setattr(policy, "stamp", lambda *words: "another")
    policy.policy_in_force.cache_clear()
    monkeypatch.setattr(public, "_whole", lambda *words: pytest.fail("worked out again"))

    portal(91)

    (row,) = errata.public(open_snapshot("live")).tail(1).to_dicts()
    assert (row["old_numerator"], row["new_numerator"]) == (90, 91)


def test_an_interrupted_release_is_made_again(published, folder, form):
    before, latest = public_id(), form(90.0)
    log = (folder / RELEASES).read_bytes()
    release(published, "live", "an@phutho.vn")
    (folder / RELEASED).write_text(f"{before}\n")  # as where the power went before the pointer was switched
    (folder / RELEASES).write_bytes((folder / RELEASES).read_bytes() + b'{"snapshot": "half')
    assert public_id() == before
    release(published, "live", "an@phutho.vn")
    assert public_id() == latest
    lines = (folder / RELEASES).read_bytes()
    assert lines.startswith(log) and all(json.loads(line) for line in lines.splitlines())


def test_a_damaged_line_of_the_log_is_named(folder):
    (folder / RELEASES).write_text("{}\n")
    with pytest.raises(Fault, match=r"releases.jsonl, line 1: is no release"):
        releases.of(folder)


def test_the_command_releases_and_lists(published, folder, form, monkeypatch, capsys):
    monkeypatch.setenv("GANDAN_ACTOR", "an@phutho.vn")
    latest = form(90.0)
    assert main(["release", "--data", str(published), "--list"]) == 0
    assert f"{latest} waits: form 2026-08" in capsys.readouterr().out
    assert main(["release", "--data", str(published), "--note", "Biểu tháng 8"]) == 0
    assert capsys.readouterr().out == f"live: snapshot {latest} is released, portal 2026-08, form 2026-08\n"
    assert main(["release", "--data", str(published)]) == 1
    assert main(["release", "--data", str(published), "--list"]) == 0
    assert f"{latest} (person, an@phutho.vn), portal 2026-08, form 2026-08: Biểu tháng 8" in capsys.readouterr().out


def test_a_pointer_names_what_is_there(folder):
    assert release_log.shown(folder) == folder / named(folder)
    shutil.rmtree(folder)
    assert release_log.shown(folder) is None
