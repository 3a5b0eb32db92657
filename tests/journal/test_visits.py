"""Visits: kept, changed, handed out; by two writers at once; in SQLite and in a real PostgreSQL."""

from __future__ import annotations

import csv
import io
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from files.places import HOME
from journal import database as journal_database
from journal import place, visits
from journal.database import VisitError
from journal.visits import Note

TODAY = date(2026, 9, 26)
NOTE = Note("16654", date(2026, 9, 20), "Đoàn số 2", "Sổ theo dõi hồ sơ quá hạn chưa ghi lý do", date(2026, 10, 20))
WRITERS, NOTES_EACH = 4, 10
WRITE = """
import sys
from dataclasses import replace
from tests.journal.test_visits import NOTE, TODAY
from journal import visits
for number in range(int(sys.argv[2])):
    visits.record(replace(NOTE, findings=f"{sys.argv[1]}-{number}"), TODAY)
"""


def test_a_note_is_read_as_it_was_written(database):
    kept = visits.record(NOTE, TODAY)

    assert visits.of_unit("16654") == [kept]
    assert {name: getattr(kept, name) for name in vars(NOTE)} == vars(NOTE)
    assert kept.version == 1


def test_times_are_kept_in_utc(database):
    before = datetime.now(UTC)
    visits.record(NOTE, TODAY)

    [kept] = visits.of_unit("16654")
    assert kept.created_at.utcoffset().total_seconds() == 0
    assert before <= kept.created_at <= datetime.now(UTC)


def test_the_latest_visit_stands_first(database):
    for day in (3, 20, 11):
        visits.record(replace(NOTE, visited_on=date(2026, 9, day)), TODAY)

    assert [visit.visited_on.day for visit in visits.all_visits()] == [20, 11, 3]


def test_the_last_day_is_known_by_unit(database):
    visits.record(NOTE, TODAY)
    visits.record(replace(NOTE, visited_on=date(2026, 3, 1)), TODAY)
    visits.record(replace(NOTE, unit_code="04792", visited_on=date(2026, 5, 5)), TODAY)

    assert visits.last_days() == {"16654": date(2026, 9, 20), "04792": date(2026, 5, 5)}


def test_a_practice_note_never_stands_among_real_ones(database):
    visits.record(replace(NOTE, practice=True), TODAY)

    assert (visits.all_visits(), visits.last_days(), visits.of_unit("16654")) == ([], {}, [])
    assert len(visits.all_visits(practice=True)) == 1


def test_a_change_replaces_the_note_and_counts_up(database):
    kept = visits.record(NOTE, TODAY)
    changed = visits.change(kept.id, kept.version, replace(NOTE, findings="Đã ghi lý do"), TODAY)

    assert (changed.findings, changed.version, changed.created_at) == ("Đã ghi lý do", 2, kept.created_at)
    assert visits.all_visits() == [changed]


def test_what_a_note_said_before_stays_with_who_wrote_it(database):
    first = visits.record(NOTE, TODAY, "lan@tinh.vn")
    second = visits.change(first.id, 1, replace(NOTE, findings="Đã ghi lý do"), TODAY, "minh@tinh.vn")
    third = visits.change(first.id, 2, replace(NOTE, findings="Đã xong", team="Đoàn 3"), TODAY, "lan@tinh.vn")
    other = visits.record(NOTE, TODAY)

    found = visits.wordings([first.id, other.id])
    assert list(found) == [first.id]
    assert [(one.version, one.findings, one.team, one.signed_in) for one in found[first.id]] == [
        (2, "Đã ghi lý do", "Đoàn số 2", "minh@tinh.vn"),
        (1, NOTE.findings, "Đoàn số 2", "lan@tinh.vn"),
    ]
    assert [one.written_at for one in found[first.id]] == [second.updated_at, first.created_at]
    assert (third.findings, third.signed_in) == ("Đã xong", "lan@tinh.vn")


def test_a_refused_change_adds_no_wording(database):
    kept = visits.record(NOTE, TODAY)
    with pytest.raises(VisitError):
        visits.change(kept.id, 7, NOTE, TODAY)
    with pytest.raises(VisitError):
        visits.change(kept.id, 1, replace(NOTE, findings=""), TODAY)
    assert visits.wordings([kept.id]) == {}


def test_a_change_of_an_outdated_note_is_refused(database):
    kept = visits.record(NOTE, TODAY)
    visits.change(kept.id, kept.version, replace(NOTE, findings="của người thứ nhất"), TODAY)

    with pytest.raises(VisitError, match="no longer at version 1") as error:
        visits.change(kept.id, kept.version, replace(NOTE, findings="của người thứ hai"), TODAY)
    assert error.value.kind == "stale"
    assert visits.one(kept.id).findings == "của người thứ nhất"


def test_of_many_changes_at_once_one_wins_and_the_others_hear_of_it(database):
    kept = visits.record(NOTE, TODAY)

    def change(writer: int) -> str:
        try:
            return visits.change(kept.id, 1, replace(NOTE, findings=str(writer)), TODAY).findings
        except VisitError as error:
            return error.kind

    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(change, range(8)))
    assert told.count("stale") == 7
    assert visits.one(kept.id).findings in told
    assert visits.one(kept.id).version == 2
    assert [one.findings for one in visits.wordings([kept.id])[kept.id]] == [NOTE.findings]


def test_processes_that_write_at_once_lose_nothing(database):
    """The first of them find no table: all make it, none fails."""
    commands = [[sys.executable, "-c", WRITE, str(writer), str(NOTES_EACH)] for writer in range(WRITERS)]
    running = [subprocess.Popen(command, cwd=HOME, stderr=subprocess.PIPE, text=True) for command in commands]

    assert [writer.communicate()[1][-2000:] for writer in running] == [""] * WRITERS
    written = {f"{writer}-{number}" for writer in range(WRITERS) for number in range(NOTES_EACH)}
    kept = visits.all_visits()
    assert {visit.findings for visit in kept} == written
    assert len({visit.id for visit in kept}) == len(written)


def test_text_of_any_kind_comes_back(database):
    text = "=1+1 <b>đậm</b> **đậm** '; DROP TABLE visits; -- \u202eẩn 😀\nhàng hai"
    visits.record(replace(NOTE, findings=text), TODAY)

    assert visits.all_visits()[0].findings == text


def test_characters_that_no_database_takes_are_left_out(database):
    visits.record(replace(NOTE, findings="một\x00hai\x1bba\r\nbốn"), TODAY)

    assert visits.all_visits()[0].findings == "mộthaiba\nbốn"


def test_it_is_the_kind_of_database_that_was_asked_for(database):
    visits.all_visits()

    assert journal_database._engine(place.url()).dialect.name == database.partition(":")[0]


# --- what a note must say


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"team": "  "}, "no_team"),
        ({"findings": "\n"}, "no_findings"),
        ({"unit_code": "25"}, "no_unit"),
        ({"visited_on": date(2026, 9, 27)}, "future"),
        ({"follow_up_on": date(2026, 9, 19)}, "follow_up"),
        ({"findings": "x" * 10_001}, "too_long"),
    ],
)
def test_an_incomplete_note_is_refused(changes, kind):
    with pytest.raises(VisitError) as error:
        visits.checked(replace(NOTE, **changes), TODAY)
    assert error.value.kind == kind


def test_a_visit_of_today_is_no_visit_of_the_future():
    assert visits.checked(replace(NOTE, visited_on=TODAY, follow_up_on=TODAY), TODAY).visited_on == TODAY


# --- handing out


def test_csv_runs_no_formula_and_shows_what_would_turn_the_text():
    note = visits.Visit(**vars(replace(NOTE, team="=HYPERLINK(1)", findings="hồ sơ \u202e001")))
    [header, row] = csv.reader(io.StringIO(visits.to_csv([note]).decode("utf-8-sig")))

    values = dict(zip(header, row, strict=True))
    assert values["team"] == "'=HYPERLINK(1)"
    assert values["findings"] == "hồ sơ [U+202E]001"
    assert values["visited_on"] == "2026-09-20"


# --- where they are kept


def test_without_an_address_visits_lie_in_the_data_folder(tmp_path, monkeypatch):
    monkeypatch.delenv(place.URL, raising=False)
    monkeypatch.setenv("GANDAN_DATA", str(tmp_path))
    visits.record(NOTE, TODAY)

    assert (tmp_path / "visits.db").stat().st_size > 0
    assert [visit.unit_code for visit in visits.all_visits()] == ["16654"]


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://gandan:secret@127.0.0.1:1/nowhere",
        "sqlite:////dev/null/visits.db",
        "sqlite://",
        "no address",
        "nosuch://x/y",
    ],
)
def test_an_unreachable_database_is_told_without_its_password(address, monkeypatch):
    monkeypatch.setenv(place.URL, address)

    with pytest.raises(VisitError) as error:
        visits.all_visits()
    assert error.value.kind == "unreachable"
    assert "secret" not in str(error.value)
