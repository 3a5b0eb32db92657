"""What the file of roles gives and takes is noted: once, by whichever replica comes first."""

from __future__ import annotations

import pytest

from journal import audit, roles

LAN = '- {who: lan@phutho.vn, roles: [leader], provinces: ["25"]}\n'
MINH = '- {who: minh@phutho.vn, roles: [inspector], provinces: ["25"]}\n'


@pytest.fixture
def file(tmp_path, monkeypatch):
    monkeypatch.setenv("GANDAN_DATA", str(tmp_path))
    path = tmp_path / "access.yaml"
    monkeypatch.setenv("GANDAN_ACCESS", str(path))
    return path


def noted(data) -> list[tuple[object, ...]]:
    """As another replica would come to it: without what this process remembers."""
    roles._LAST.clear()
    before = len(list(audit.lines(data)))
    roles.note_changes(data)
    return [(line["of"], line["before"], line["after"]) for line in list(audit.lines(data))[before:]]


def test_a_change_is_noted_once_with_what_was_before(file):
    data = file.parent
    file.write_text("people:\n" + LAN)
    assert noted(data) == [("lan@phutho.vn", "", "leader: 25")]
    assert noted(data) == []

    file.write_text("people:\n" + LAN.replace("leader", "editor") + MINH)
    assert noted(data) == [("lan@phutho.vn", "leader: 25", "editor: 25"), ("minh@phutho.vn", "", "inspector: 25")]

    file.write_text("people:\n" + MINH + "vouching: https://id.phutho.vn\n")
    assert noted(data) == [("(vouching)", "", "https://id.phutho.vn"), ("lan@phutho.vn", "editor: 25", "")]


def test_a_damaged_file_changes_nothing(file):
    file.write_text("people:\n" + LAN)
    noted(file.parent)
    file.write_text("people: [")
    assert noted(file.parent) == []


def test_what_could_not_be_noted_is_noted_later(file, monkeypatch):
    data = file.parent
    file.write_text("people:\n" + LAN)
    (data / "audit").write_text("in the way")
    assert noted(data) == []
    (data / "audit").unlink()
    assert len(noted(data)) == 1
