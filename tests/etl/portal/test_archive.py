"""The raw archive: what is kept is whole, what is damaged is asked again."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from etl.portal.archive import Reply, Request, Run, opened_run, read_items
from files.faults import Fault

NOW = datetime(2026, 9, 26, 3, 0, tzinfo=UTC)
ASKED = Request("https://portal.test", "/api/x", "x", "H44", {"year": 2026, "rootDepartmentId": "a"})
REPLY = Reply(201, {"Date": "Sat, 26 Sep 2026 03:00:00 GMT", "Set-Cookie": "secret"}, b'{"code":"OK"}', NOW)
SET = {"source": "portal", "period": "2026", "scopes": ["H44"]}


@pytest.fixture
def run(tmp_path):
    with opened_run(tmp_path, SET, now=NOW) as run:
        yield run


def reopened(tmp_path, later=timedelta(minutes=5), request_set=SET, **how):
    with opened_run(tmp_path, request_set, now=NOW + later, **how) as run:
        return run.folder


def test_bytes_come_back_as_received(run):
    run.keep(ASKED, REPLY)
    assert run.find(ASKED).reply.content == REPLY.content


def test_sidecar_says_what_was_asked_and_when(run):
    run.keep(ASKED, REPLY)
    sidecar = json.loads(next(run.folder.glob("x.H44.*.json")).read_text(encoding="utf-8"))
    assert sidecar["url"] == "https://portal.test/api/x"
    assert sidecar["request"]["body"] == ASKED.body
    assert sidecar["fetched_at"] == "2026-09-26T03:00:00+00:00"
    assert sidecar["headers"] == {"date": REPLY.headers["Date"]}, "cookies must not be kept"


@pytest.mark.parametrize(
    "other",
    [
        replace(ASKED, base_url="https://elsewhere.test"),
        replace(ASKED, endpoint="y"),
        replace(ASKED, body={**ASKED.body, "year": 2027}),
    ],
    ids=["base URL", "endpoint", "body"],
)
def test_another_question_is_not_answered_from_the_archive(run, other):
    run.keep(ASKED, REPLY)
    assert run.find(other) is None


@pytest.mark.parametrize("damage", [b"", b'{"code":"OK', b'{"code":"KO"}'], ids=["empty", "cut", "changed"])
def test_damaged_body_counts_as_missing(run, damage):
    run.keep(ASKED, REPLY)
    next(run.folder.glob("*.body")).write_bytes(damage)
    assert run.find(ASKED) is None


def test_half_written_sidecar_counts_as_missing(run):
    run.keep(ASKED, REPLY)
    sidecar = next(run.folder.glob("x.*.json"))
    sidecar.write_bytes(sidecar.read_bytes()[:40])
    assert run.find(ASKED) is None


def test_body_without_sidecar_counts_as_missing_and_is_named(run):
    run.keep(ASKED, REPLY)
    run.forget(ASKED)
    assert run.find(ASKED) is None
    items, complaints = read_items(run.folder)
    assert items == []
    assert "no sidecar" in complaints[0]


def test_damaged_reply_is_named_and_the_others_are_listed(run):
    run.keep(ASKED, REPLY)
    run.keep(replace(ASKED, scope="H01", body={}), REPLY)
    next(run.folder.glob("x.H44.*.body")).write_bytes(b"?")
    items, complaints = read_items(run.folder)
    assert [item.request.scope for item in items] == ["H01"]
    assert "x.H44" in complaints[0] and "sha256" in complaints[0]


def test_listing_runs_by_time(run):
    run.keep(ASKED, REPLY)
    run.keep(replace(ASKED, scope="H01", body={}), replace(REPLY, fetched_at=NOW - timedelta(hours=1)))
    assert [item.request.scope for item in read_items(run.folder)[0]] == ["H01", "H44"]


def test_unfinished_run_is_gone_on_with(tmp_path):
    assert reopened(tmp_path, timedelta(0)) == reopened(tmp_path)


def test_completed_run_starts_afresh(tmp_path):
    with opened_run(tmp_path, SET, now=NOW) as run:
        run.complete(NOW)
    assert reopened(tmp_path) != run.folder


@pytest.mark.parametrize("hours, same", [(23, True), (25, False), (-1, False)])
def test_old_run_starts_afresh(tmp_path, hours, same):
    first = reopened(tmp_path, timedelta(0))
    assert (reopened(tmp_path, timedelta(hours=hours)) == first) is same


def test_fresh_starts_afresh(tmp_path):
    assert reopened(tmp_path, timedelta(0)) != reopened(tmp_path, fresh=True)


def test_another_request_set_has_its_own_run(tmp_path):
    assert reopened(tmp_path, timedelta(0)) != reopened(tmp_path, request_set={**SET, "scopes": ["H01"]})


def test_two_processes_never_share_a_run(tmp_path, run):
    with pytest.raises(Fault, match="already under way"), opened_run(tmp_path, SET, now=NOW):
        pass


def test_run_remembers_its_day(run):
    run.set_day(date(2026, 9, 26))
    assert Run(run.folder).day == date(2026, 9, 26)
