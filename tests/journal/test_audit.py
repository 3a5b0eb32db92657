"""The audit log: lines are only ever added, whole, and a full disk stops nobody."""

from __future__ import annotations

import json
from multiprocessing import get_context

import pytest

from journal import audit
from store.access.rules import PUBLIC, Reader


def many(data, who):
    for n in range(200):
        audit.note(data, who, "export", file=f"{n} " + "ă" * 300)


def test_a_line_says_who_did_what_when(tmp_path):
    assert audit.note(tmp_path, "lan@phutho.vn", "import", file="bieu.xlsx", units=148)
    [line] = audit.lines(tmp_path)

    assert line.pop("at").endswith("+00:00")
    assert line == {"who": "lan@phutho.vn", "act": "import", "file": "bieu.xlsx", "units": 148}


def test_lines_of_several_processes_do_not_mix(tmp_path):
    context = get_context("spawn")
    writers = [context.Process(target=many, args=(tmp_path, who)) for who in ("a", "b")]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()

    assert len(list(audit.lines(tmp_path))) == 400
    assert all(json.loads(line) for file in (tmp_path / "audit").iterdir() for line in file.open(encoding="utf-8"))


def test_a_full_file_is_followed_by_another(tmp_path, monkeypatch):
    monkeypatch.setattr(audit, "FULL_BYTES", 100)
    for n in range(12):
        audit.note(tmp_path, "a", "export", file=f"{n:02} " + "x" * 100)

    assert len(list((tmp_path / "audit").iterdir())) == 12
    assert [line["file"][:2] for line in audit.lines(tmp_path)] == [f"{n:02}" for n in range(12)]


def test_a_line_break_makes_no_second_line(tmp_path):
    audit.note(tmp_path, 'a\n{"who": "forged"}', "export", file="x\r\ny")
    assert len(list(audit.lines(tmp_path))) == 1


def test_what_cannot_be_noted_is_told_and_stops_nobody(tmp_path, caplog):
    (tmp_path / "audit").write_text("in the way")

    assert not audit.note(tmp_path, "a", "export", file="x")
    assert "could not be noted" in caplog.text


def test_an_unknown_act_is_an_error(tmp_path):
    with pytest.raises(ValueError, match="'dance'"):
        audit.note(tmp_path, "a", "dance")


def test_the_folder_can_be_elsewhere(tmp_path, monkeypatch):
    monkeypatch.setenv("GANDAN_AUDIT", str(tmp_path / "log"))
    audit.note(tmp_path / "data", "a", "sign_in")

    assert [path.name[:6] for path in (tmp_path / "log").iterdir()] == ["audit-"]


def test_those_who_have_not_signed_in_write_so_many_lines_an_hour_and_no_more(tmp_path, monkeypatch):
    monkeypatch.setenv("GANDAN_DATA", str(tmp_path))
    now = [7200.0]
    monkeypatch.setattr(audit, "_ANONYMOUS", audit._Anonymous(lambda: now[0]))
    for _ in range(audit.ANONYMOUS_AN_HOUR + 5):
        audit.note_act(PUBLIC, "refused", page="rankings")
    audit.note_act(Reader("lan@phutho.vn", kind="signed_in"), "refused", page="rankings")
    assert [line["who"] for line in audit.lines(tmp_path)] == ["public"] * audit.ANONYMOUS_AN_HOUR + ["lan@phutho.vn"]
    assert audit.left_out() == 5

    now[0] += 3600
    audit.note_act(PUBLIC, "refused", page="rankings")
    assert len(list(audit.lines(tmp_path))) == audit.ANONYMOUS_AN_HOUR + 2
