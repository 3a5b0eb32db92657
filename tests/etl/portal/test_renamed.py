"""A field that the portal renames: one line in `data/portal/renamed_fields.yaml`, and its figures are there again."""

from __future__ import annotations

import pytest
from polars.testing import assert_frame_equal

from etl.portal import renamed
from files.faults import Fault
from tests.etl.portal import test_checks
from tests.etl.portal.test_checks import PROGRESS, parsed


@pytest.fixture
def names(tmp_path, monkeypatch):
    """Writes the file of names that the importer reads."""

    def written(text: str) -> None:
        (tmp_path / "renamed_fields.yaml").write_text(text, encoding="utf-8")
        monkeypatch.setattr(renamed, "NAMES", tmp_path / "renamed_fields.yaml")
        renamed.known_names.cache_clear()

    yield written
    renamed.known_names.cache_clear()


def without_change(data: dict) -> None:
    pass


def test_a_line_for_a_renamed_field_gives_the_same_figures(names):
    before = parsed(PROGRESS, without_change)
    names("totalOnTimeNew: totalOnTime")
    after = parsed(PROGRESS, test_checks.renamed("totalOnTime", "children", "parent"))

    assert after.warnings == []
    assert_frame_equal(after.measurements, before.measurements)


def test_replies_with_the_old_name_are_read_as_before(names):
    before = parsed(PROGRESS, without_change)
    names("totalOnTimeNew: totalOnTime")
    assert_frame_equal(parsed(PROGRESS, without_change).measurements, before.measurements)


def test_a_metric_is_renamed_by_its_code(names):
    names("REUSED: REUSED_DIGITIZED_DATA")
    reply = {"metrics": [{"code": "REUSED", "numerator": 3}]}
    assert renamed.in_known_names(reply) == {"metrics": [{"code": "REUSED_DIGITIZED_DATA", "numerator": 3}]}


def test_of_both_names_the_known_one_counts(names):
    names("totalOnTimeNew: totalOnTime")
    assert renamed.in_known_names({"totalOnTime": 1, "totalOnTimeNew": 2})["totalOnTime"] == 1


@pytest.mark.parametrize(("text", "message"), [("[a]", "must hold lines"), ("a: 1", "a: must be the name of a field")])
def test_a_file_that_is_wrong_is_named(names, text, message):
    names(text)
    with pytest.raises(Fault, match=rf"renamed_fields\.yaml.*{message}"):
        renamed.in_known_names({})
