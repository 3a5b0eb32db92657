"""Pruning: what is over its time goes and is told, what figures or open periods need stays, whatever the clock says."""

from __future__ import annotations

import argparse
import errno
import json
import os
import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from etl.forms.report import keep
from etl.keeping import prune as pruning
from etl.keeping.prune import prune
from etl.portal import settled
from etl.portal.archive import Reply, Request, opened_run
from etl.publishing.harvest import Harvest, measurement_rows
from etl.publishing.publish import current_snapshot, publish
from files import whole
from files.faults import Fault
from journal import audit, backups, database, endings, replies
from ranking.manifest import CURRENT, table_file
from store.retention import LOCAL
from tests.conftest import CAPTURED, _row
from tests.journal.test_replies import PDF, said

NOW = datetime(2026, 11, 29, 20, tzinfo=UTC)
URL = "https://portal.test"
ENDPOINT, GATEWAY = "dvc-progress-tree", "gateway-list"


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    """A data folder with two forms' figures in service: one of `a.xlsx`, one of the portal."""
    data = tmp_path_factory.mktemp("made")
    rows = [_row(source="ii06:a b.xlsx"), _row(unit_code="04795")]
    publish(data, "live", Harvest(measurement_rows(rows), CAPTURED, ["ii06:a b.xlsx", "portal:x"]), nature="live")
    return data


@pytest.fixture
def data(made, tmp_path, monkeypatch) -> Path:
    place = tmp_path / "data"
    shutil.copytree(made, place)
    monkeypatch.setenv("GANDAN_DATA", str(place))
    database._engine.cache_clear()
    return place


def rule(data: Path, text: str) -> None:
    (data / LOCAL).parent.mkdir(exist_ok=True)
    (data / LOCAL).write_text(text)


def aged(path: Path, days: float) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x") if not path.exists() else None
    at = (NOW - timedelta(days=days)).timestamp()
    os.utime(path, (at, at))
    return path


def run_of(
    data: Path, days: float, period: str, scope: str = "H44", endpoint: str = ENDPOINT, ended: bool = True
) -> Path:
    """A run that asked one question so many days ago."""
    at = NOW - timedelta(days=days)
    about = {"source": "portal", "base_url": URL, "period": period, "of": scope + endpoint}
    request = Request(URL, "/x", endpoint, scope, {"day": f"{at:%d/%m/%Y}"}, period=period)
    with opened_run(data / "raw" / "portal", about, now=at, fresh=True) as run:
        run.keep(request, Reply(200, {}, b'{"data": {"children": []}}', at))
        if ended:
            run.complete(at)
        return run.folder


def captured(data: Path, period: str, days: float, *, settled_since: float | None, scope: str = "H44") -> None:
    """What the table of captures says: the question was captured so many days ago, and settled since then."""
    at = NOW - timedelta(days=days)
    since = None if settled_since is None else (NOW - timedelta(days=settled_since)).date()
    row = ("live", URL, ENDPOINT, scope, period, "0" * 16, since, at.date(), at)
    new = pl.DataFrame([row], schema=settled._SCHEMA, orient="row")
    path = data / settled.NAME
    (pl.concat([pl.read_parquet(path), new]) if path.exists() else new).write_parquet(path)


def test_all_that_is_over_its_time_goes_and_is_noted(data):
    rule(data, "forms: {days: 30}\nuploads: {hours: 1}\n")
    aged(data / "raw" / "forms" / "0123-old.xlsx", 31)
    aged(data / "raw" / "forms" / "4567-new.xlsx", 29)
    upload = data / "incoming" / f"{int(NOW.timestamp()) - 7200}-ab"
    (upload / "00").mkdir(parents=True)
    aged(data / "audit" / "audit-2020-01.jsonl", 0)

    done = prune(data, NOW)

    assert done.gone == {"forms": 1, "uploads": 1, "audit": 1} and not done.left
    assert [path.name for path in (data / "raw" / "forms").iterdir()] == ["4567-new.xlsx"]
    last = list(audit.lines(data))[-1]
    assert (last["act"], last["forms"], last["uploads"], last["audit"]) == ("prune", 1, 1, 1)


def test_the_command_says_what_went_and_notes_it_like_a_backup(data, capsys):
    aged(data / "audit" / "audit-2020-01.jsonl", 0)
    assert pruning.run(argparse.Namespace(data=data)) == 0
    assert capsys.readouterr().out == "removed: audit 1\n"
    noted = backups.last(data)[backups.PRUNE]
    assert (noted.ok, noted.said) == (True, "audit 1")
    assert pruning.run(argparse.Namespace(data=data)) == 0
    assert capsys.readouterr().out == "nothing was over its time\n"


def test_a_month_of_the_audit_log_goes_only_as_a_whole(data):
    rule(data, "audit: {days: 30}\n")
    for month in ("2026-09", "2026-10", "2026-11"):
        aged(data / "audit" / f"audit-{month}.jsonl", 0)
    prune(data, NOW)  # 30 October is 30 days ago: October ended after it
    assert [path.name for path in audit.files(data)][:2] == ["audit-2026-10.jsonl", "audit-2026-11.jsonl"]


def test_forms_that_published_figures_name_stay_however_old(data):
    named = aged(data / "raw" / "forms" / "0123-a b.xlsx", 4000)
    other = aged(data / "raw" / "forms" / "0124-b.xlsx", 4000)
    assert prune(data, NOW).gone == {"forms": 1}
    assert named.exists() and not other.exists()


def test_a_form_behind_a_corrected_figure_stays_for_the_day_it_is_taken_back(data):
    named = aged(data / "raw" / "forms" / "0123-a b.xlsx", 4000)
    snapshot = current_snapshot(data / "published" / "live")
    table = snapshot / table_file("measurements")
    rows = pl.read_parquet(table)
    behind = pl.col("source").str.contains("a b.xlsx", literal=True)
    rows.filter(behind).write_parquet(snapshot / table_file("corrected"))
    rows.with_columns(source=pl.when(behind).then(pl.lit("correction:1")).otherwise("source")).write_parquet(table)
    assert prune(data, NOW).gone == {} and named.exists()


def test_a_workbook_that_is_handed_in_again_is_young_again(data, tmp_path):
    handed_in = tmp_path / "b.xlsx"
    handed_in.write_bytes(b"PK")
    kept = aged(keep(handed_in, data / "raw" / "forms"), 4000)
    assert keep(handed_in, data / "raw" / "forms") == kept
    assert prune(data, NOW).gone == {}


def test_where_the_snapshot_cannot_be_read_no_form_goes(data):
    old = aged(data / "raw" / "forms" / "0124-b.xlsx", 4000)
    (current_snapshot(data / "published" / "live") / table_file("measurements")).write_bytes(b"x")
    done = prune(data, NOW)
    assert old.exists()
    assert done.left[0] == "live: the snapshot in service cannot be read, so no form was removed"


def test_of_a_settled_question_the_replies_that_figures_rest_on_stay(data):
    older, last = run_of(data, 700, "2024-01"), run_of(data, 600, "2024-01")
    captured(data, "2024-01", 599, settled_since=650)
    assert prune(data, NOW).gone == {"replies": 1}
    assert not older.exists() and last.exists()


def test_a_later_run_that_published_nothing_is_not_what_figures_rest_on(data):
    published, later = run_of(data, 700, "2024-01"), run_of(data, 600, "2024-01")
    captured(data, "2024-01", 650, settled_since=690)
    assert prune(data, NOW).gone == {"replies": 1}
    assert published.exists() and not later.exists()


def test_replies_of_a_period_that_is_not_settled_stay(data):
    runs = [run_of(data, days, "2024-01") for days in (700, 600, 10)]
    captured(data, "2024-01", 10, settled_since=None)
    assert prune(data, NOW).gone == {}
    assert all(run.exists() for run in runs)


def test_without_the_table_of_captures_no_reply_goes(data):
    run_of(data, 700, "2024-01")
    run_of(data, 600, "2024-01")
    assert prune(data, NOW).gone == {}
    (data / settled.NAME).write_bytes(b"damaged")
    assert "captures.parquet cannot be read" in prune(data, NOW).left[0]


def test_of_questions_that_no_table_knows_the_last_run_that_ended_stays_and_all_after(data):
    runs = [
        run_of(data, days, "2025-01", endpoint=GATEWAY, ended=ended) for days, ended in ((900, 1), (800, 1), (700, 0))
    ]
    assert prune(data, NOW).gone == {"replies": 1}
    assert [run.exists() for run in runs] == [False, True, True]


def test_a_run_stays_for_the_one_question_that_needs_it_and_one_that_is_damaged_stays(data):
    first = run_of(data, 700, "2024-01")
    run_of(data, 600, "2024-01")
    captured(data, "2024-01", 599, settled_since=650)
    request = Request(URL, "/x", ENDPOINT, "H26", {}, period="2024-01")
    with opened_run(data / "raw" / "portal", {"another": "set"}, now=NOW, fresh=True) as run:
        run.keep(request, Reply(200, {}, b"{}", NOW))
        (sidecar,) = run.folder.glob(f"{ENDPOINT}*.json")
        shutil.copy(sidecar, first / sidecar.name)
    damaged = run_of(data, 650, "2024-01", scope="H01")
    (damaged / "run.json").write_text("{")

    assert prune(data, NOW).gone == {}
    assert first.exists() and damaged.exists()


def test_snapshots_go_by_their_rule_and_never_the_one_in_service_or_the_one_before(data):
    folder = data / "published" / "live"
    ids = [current_snapshot(folder).name]
    for n in (1.0, 2.0):
        harvest = Harvest(measurement_rows([_row(numerator=n)]), CAPTURED, ["portal:x"])
        ids.append(publish(data, "live", harvest, nature="live").id)
    for second, one in enumerate(ids):  # a manifest tells whole seconds, and these were published within one
        manifest = folder / one / "manifest.json"
        told = json.loads(manifest.read_text()) | {"published_at": (NOW + timedelta(seconds=second)).isoformat()}
        manifest.write_text(json.dumps(told))
    rule(data, "snapshots: {live: {months: 1}}\n")

    assert prune(data, NOW + timedelta(days=4000)).gone["snapshots"] == 1
    assert {path.name for path in folder.iterdir() if path.is_dir()} == set(ids[1:])
    assert (folder / CURRENT).read_text().strip() == ids[2]


def test_ended_sign_ins_go_but_never_before_a_sign_in_from_then_is_over(data, monkeypatch):
    monkeypatch.setenv("GANDAN_SESSION_HOURS", "960")  # 40 days
    rule(data, "sign_ins: {days: 1}\n")
    endings.end("lan@tinh.vn", "admin@tinh.vn")
    now = datetime.now(UTC)
    assert "sign_ins" not in prune(data, now + timedelta(days=39)).gone
    assert prune(data, now + timedelta(days=42)).gone["sign_ins"] == 1
    assert endings.held() == (0, None)


def test_what_communes_said_goes_with_its_file_once_it_has_been_closed_for_long(data):
    rule(data, "objections: {days: 30}\n")
    done, still = (replies.say(said(period=period), date(2026, 9, 26), PDF) for period in ("2026-07", "2026-08"))
    replies.decide(done.id, "25", accepted=True, reason="Đúng", who="lan")
    now = datetime.now(UTC)

    assert "objections" not in prune(data, now + timedelta(days=29)).gone
    assert prune(data, now + timedelta(days=31)).gone["objections"] == 1
    assert replies.of_unit("live", "04792") == [still]
    assert replies.file(done.id, "25") is None


def test_the_database_of_another_data_folder_is_left_alone(data, tmp_path):
    endings.end("lan@tinh.vn", "admin@tinh.vn")
    other = tmp_path / "other"
    other.mkdir()
    prune(other, datetime.now(UTC) + timedelta(days=4000))
    assert endings.held()[0] == 1


@pytest.mark.parametrize("moved", [timedelta(days=-1), timedelta(days=400)], ids=["set back", "leapt"])
def test_a_clock_that_jumps_removes_nothing_that_night(data, moved):
    backups.note(data, backups.PRUNE, True)
    old = aged(data / "raw" / "forms" / "0124-b.xlsx", 4000)
    with pytest.raises(Fault, match=r"the clock says .*, and the last pruning was noted at .*; nothing was removed"):
        prune(data, datetime.now(UTC) + moved)
    assert old.exists()


def test_what_is_from_tomorrow_stays(data):
    rule(data, "forms: {days: 1}\naudit: {days: 1}\n")
    ahead = [aged(data / "raw" / "forms" / "0124-b.xlsx", -400), aged(data / "audit" / "audit-2031-01.jsonl", 0)]
    ahead.append(run_of(data, -30, "2026-10"))
    prune(data, NOW)
    assert all(path.exists() for path in ahead)


def test_a_file_that_vanishes_meanwhile_is_no_trouble(data, monkeypatch):
    old = aged(data / "raw" / "forms" / "0124-b.xlsx", 4000)
    needed = pruning.needed.forms
    monkeypatch.setattr(pruning.needed, "forms", lambda data: old.unlink() or needed(data))
    done = prune(data, NOW)
    assert (done.gone, done.left) == ({}, [])


def test_what_cannot_be_removed_is_named_and_keeps_nothing_else(data, monkeypatch, capsys):
    aged(data / "raw" / "forms" / "0124-b.xlsx", 4000)
    aged(data / "audit" / "audit-2020-01.jsonl", 0)
    unlink = Path.unlink

    def refused(path: Path, missing_ok: bool = False) -> None:
        if path.suffix == ".xlsx":
            raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(path))
        unlink(path, missing_ok)

    monkeypatch.setattr(Path, "unlink", refused)
    assert pruning.run(argparse.Namespace(data=data)) == 1
    told = capsys.readouterr()
    assert told.out == "removed: audit 1\n"
    assert told.err == "raw/forms/0124-b.xlsx: cannot be removed: Read-only file system\n"
    assert not backups.last(data)[backups.PRUNE].ok


def test_a_folder_that_takes_no_note_is_said_in_the_log_and_the_command_ends(data, monkeypatch, caplog):
    def full(path: Path, content: bytes) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr(whole, "write", full)
    assert pruning.run(argparse.Namespace(data=data)) == 0
    assert "backups.json could not be written" in caplog.text


def test_a_damaged_rule_removes_nothing_and_is_noted(data):
    rule(data, "forms: {days: never}\n")
    old = aged(data / "raw" / "forms" / "0124-b.xlsx", 4000)
    with pytest.raises(Fault, match=r"forms\.days must be all or a whole number of days"):
        pruning.run(argparse.Namespace(data=data))
    assert old.exists()
    assert not backups.last(data)[backups.PRUNE].ok


def test_rows_of_the_quarantine_that_are_over_their_time_are_left_out_of_the_next_snapshot(data):
    rule(data, "quarantine: {days: 100}\n")

    def with_refused(at: datetime, value: str) -> None:
        row = {
            "source": "portal:x",
            "place": "p",
            "row": None,
            "column": None,
            "value": value,
            "reason": "unknown unit",
        }
        harvest = Harvest(measurement_rows([_row(numerator=float(at.day))]), at, ["portal:x"])
        refused = pl.DataFrame([row | {"captured_at": at}], schema=harvest.quarantine.schema)
        publish(data, "live", Harvest(harvest.measurements, at, harvest.sources, quarantine=refused), nature="live")

    def values() -> list[str]:
        table = current_snapshot(data / "published" / "live") / table_file("quarantine")
        return sorted(pl.read_parquet(table).get_column("value"))

    with_refused(CAPTURED, "first")
    with_refused(CAPTURED + timedelta(days=99), "second")
    assert values() == ["first", "second"]
    with_refused(CAPTURED + timedelta(days=102), "third")
    assert values() == ["second", "third"]


def test_the_nightly_round_prunes_after_the_backup():
    text = (Path(__file__).parents[3] / "deploy" / "nightly.sh").read_text(encoding="utf-8")
    assert text.index("deploy/backup.sh") < text.index("-m etl prune") < text.index("exit $failed")
