"""Who has signed in lately: the last time of each, with what they may and whether it was ended, in either database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from journal import audit, endings, sign_ins


def test_the_last_sign_in_of_each_person_the_latest_first(database, tmp_path):
    audit.note(tmp_path, "lan@tinh.vn", "sign_in", roles="leader,editor", trouble="")
    audit.note(tmp_path, "Minh@tinh.vn", "sign_in", roles="", trouble="unknown")
    audit.note(tmp_path, "minh@tinh.vn", "export", file="x.csv")
    endings.end("minh@tinh.vn", "admin@tinh.vn")
    audit.note(tmp_path, "lan@tinh.vn", "sign_in", roles="leader", trouble="")

    since = datetime.now(UTC) - timedelta(hours=12)
    lan, minh = sign_ins.recent(audit.lines_since(tmp_path, since), endings.ended())

    assert (lan.who, lan.roles, lan.ended) == ("lan@tinh.vn", ("leader",), False)
    assert (minh.who, minh.roles, minh.ended) == ("Minh@tinh.vn", (), True)


def test_a_sign_in_after_the_end_is_not_ended(database, tmp_path):
    endings.end("sub:AbC", "admin@tinh.vn")
    audit.note(tmp_path, "sub:AbC", "sign_in", roles="admin")
    (one,) = sign_ins.recent(audit.lines(tmp_path), endings.ended())
    assert not one.ended


def test_a_cookie_from_before_the_end_that_comes_later_is_an_ended_one(database, tmp_path):
    before = datetime.now(UTC).timestamp() - 60
    ended = endings.end("lan@tinh.vn", "admin@tinh.vn")
    audit.note(tmp_path, "lan@tinh.vn", "sign_in", roles="leader", iat=before)
    audit.note(tmp_path, "minh@tinh.vn", "sign_in", roles="leader", iat=ended.timestamp() + 1)
    found = {one.who: one.ended for one in sign_ins.recent(audit.lines(tmp_path), endings.ended())}
    assert found == {"lan@tinh.vn": True, "minh@tinh.vn": False}


def test_lines_before_a_moment_are_left_out_whatever_a_file_holds(tmp_path):
    folder = tmp_path / "audit"
    folder.mkdir()
    old, new = "2026-10-31T23:59:59.000+00:00", "2026-11-01T00:00:00.000+00:00"
    (folder / "audit-2026-10.jsonl").write_text(f'{{"at": "{old}", "who": "a", "act": "sign_in"}}\n3\n{{"at": "x"}}\n')
    (folder / "audit-2026-11.jsonl").write_text(f'{{"at": "{new}", "who": "b", "act": "sign_in"}}\n{{"at": ')
    found = audit.lines_since(tmp_path, datetime(2026, 11, 1, tzinfo=UTC))
    assert [line["who"] for line in found] == ["b"]
    assert len(audit.lines_since(tmp_path, datetime(2026, 10, 1, tzinfo=UTC))) == 2


def test_lines_are_chosen_by_act_and_words_the_latest_first():
    lines = [
        {"at": "1", "who": "Lan@tinh.vn", "act": "export", "file": "a.csv"},
        {"at": "2", "who": "minh@tinh.vn", "act": "export", "file": "b.csv"},
        {"at": "3", "who": "lan@tinh.vn", "act": "sign_in"},
    ]
    assert [line["at"] for line in audit.chosen(lines)] == ["3", "2", "1"]
    assert [line["at"] for line in audit.chosen(lines, "export", "LAN@")] == ["1"]
    assert audit.about(lines[0]) == {"file": "a.csv"}
