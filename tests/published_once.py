"""Small released figures of Phú Thọ with three people who hold roles, published once and copied for each test."""

from __future__ import annotations

import shutil

import pytest

from tests.press.site.test_command import publish_small

PEOPLE = """
people:
  - {who: lan@phutho.gov.vn, roles: [inspector], provinces: ["25"]}
  - {who: mai@thanhhoa.gov.vn, roles: [inspector], provinces: ["38"]}
  - {who: an@phutho.gov.vn, roles: [editor], provinces: ["25"]}
"""


@pytest.fixture(scope="session")
def once(tmp_path_factory):
    """A data folder with the released figures of Phú Thọ, published once: that takes longer than any test here."""
    folder = tmp_path_factory.mktemp("published")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GANDAN_DATA", str(folder))
        publish_small(folder)
    (folder / "access.yaml").write_text(PEOPLE, encoding="utf-8")
    return folder


@pytest.fixture
def own(once, tmp_path, monkeypatch):
    """A copy of it for each test, with a database of its own."""
    shutil.copytree(once, tmp_path / "data")
    monkeypatch.setenv("GANDAN_DATA", str(tmp_path / "data"))
    return tmp_path / "data"
