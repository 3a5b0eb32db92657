"""A correction becomes a figure by publishing only, shown as revised, and the source's own comes back with its end."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest

from etl.__main__ import main
from etl.publishing.harvest import Harvest, measurement_rows
from etl.publishing.in_service import current_snapshot, snapshot_manifest
from etl.publishing.publish import publish
from files.faults import Fault
from journal import corrections, place
from tests.conftest import CAPTURED
from tests.journal.test_corrections import ONE

CELL = {"unit_code": "04792", "measure": "on_time_share"}


def table(data, name: str = "measurements") -> pl.DataFrame:
    return pl.read_parquet(current_snapshot(data / "published" / "live") / f"{name}.parquet")


def figure(data) -> tuple:
    row = table(data).filter(**CELL)
    return row.select("numerator", "denominator", "source", "quality").row(0)


def revisions(data) -> list[tuple]:
    return table(data, "revisions").filter(**CELL).select("old_numerator", "new_numerator").rows()


def publish_again(data) -> None:
    assert main(["corrections", "--data", str(data)]) == 0


def test_a_correction_counts_from_the_next_publish_until_it_is_taken_back(published, measurement):
    source = figure(published)
    kept = corrections.correct(ONE)
    assert figure(published) == source

    publish_again(published)
    assert figure(published) == (95, 100, f"correction:{kept.id}", "corrected")
    assert revisions(published) == [(90, 95)]
    ranks = table(published, "standings").filter(scope="25", **CELL)
    assert ranks.item(0, "value") == pytest.approx(95)

    publish_again(published)
    assert revisions(published) == [(90, 95)]

    later = measurement(unit_code="04792", numerator=91, captured_at=CAPTURED.replace(year=2027))
    publish(published, "live", Harvest(measurement_rows([later]), later["captured_at"], ["portal:test"]), nature="live")
    assert figure(published)[:3] == (95, 100, f"correction:{kept.id}")
    assert table(published, "corrected").select("numerator", "source").rows() == [(91, later["source"])]

    assert corrections.withdraw(kept.id, "25", "mai")
    publish_again(published)
    assert figure(published) == (91, 100, later["source"], None)
    assert revisions(published)[-1] == (95, 91)
    assert not (current_snapshot(published / "published" / "live") / "corrected.parquet").exists()


def test_other_figures_stay_as_they_are(published):
    before = table(published).filter(pl.col("unit_code") != "04792").sort(pl.all())
    corrections.correct(ONE)
    publish_again(published)
    after = table(published).filter(pl.col("unit_code") != "04792").sort(pl.all())
    assert after.equals(before)


def test_a_correction_where_the_source_is_silent_is_shown_and_remarked(published):
    corrections.correct(replace(ONE, unit_code="04831", old_numerator=None, old_denominator=None))
    before = table(published).filter(unit_code="04831").select("state").rows()
    publish_again(published)
    assert table(published).filter(unit_code="04831", measure="on_time_share")["state"].to_list() == ["reported"]
    assert before == [("not_reported",)]
    known = snapshot_manifest(current_snapshot(published / "published" / "live"))
    assert "1 corrections are of figures that the sources do not tell" in known.warnings


def test_without_their_database_nothing_is_published_that_would_take_them_back(published, monkeypatch):
    monkeypatch.setenv(place.URL, "postgresql://nobody@127.0.0.1:9/none")
    with pytest.raises(Fault, match="corrections cannot be read"):
        publish(published, "live", Harvest(measurement_rows([]), CAPTURED, []), nature="live")


def test_a_province_that_was_added_up_moves_with_its_corrected_commune(tmp_path, monkeypatch, measurement):
    monkeypatch.setenv("GANDAN_DATA", str(tmp_path))
    counts = {"04792": 90, "04795": 70}
    rows = [measurement(unit_code=code, numerator=n) for code, n in counts.items()]
    rows.append(measurement(unit_code="25", level="province", state="not_reported", numerator=None, denominator=None))
    publish(tmp_path, "live", Harvest(measurement_rows(rows), CAPTURED, ["portal:test"]), nature="live")

    def province() -> tuple:
        return table(tmp_path).filter(unit_code="25").select("numerator", "denominator", "source", "quality").row(0)

    source = rows[0]["source"]
    assert province() == (160, 200, source, "summed_from_units: 2/148")
    kept = corrections.correct(replace(ONE, new_denominator=110))
    publish_again(tmp_path)
    assert province() == (165, 210, f"correction:{kept.id}", "summed_from_units: 2/148; corrected")
    publish_again(tmp_path)
    assert province()[:2] == (165, 210)
    corrections.withdraw(kept.id, "25", "mai")
    publish_again(tmp_path)
    assert province() == (160, 200, source, "summed_from_units: 2/148")
