"""Exports of simulated dossiers are read like a province's own, tell the same figures, and are never taken for real."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from etl.__main__ import main
from etl.dossiers.changes import sum_here, take_in
from etl.dossiers.measurements import harvest
from etl.dossiers.staging import stage_file
from etl.dossiers.store import SIMULATED, Store
from etl.dossiers.units import Units
from etl.simulation.dossiers.aggregate import AGGREGATE, aggregate_rows, mark, told, wanted, write
from etl.simulation.dossiers.exports import CSV, PARQUET, write_exports
from etl.simulation.dossiers.measured import months_of, province_rows
from etl.simulation.dossiers.wording import HEADINGS
from files.faults import BadInput, Fault
from ranking.dossiers.tables import SCHEMA
from store.reference import reference_table

SHARE, MONTHS = 0.05, range(12 * 2026 + 5, 12 * 2026 + 9)
CELL = ["unit_code", "level", "period_start", "period_end", "period_kind", "field", "measure"]
FIGURES = ["numerator", "denominator", "state"]


@pytest.fixture(scope="module")
def exports(ground, home, tmp_path_factory):
    folder = tmp_path_factory.mktemp("exports") / "out"
    assert write_exports(ground, folder, [home], MONTHS, share=SHARE, kind=CSV) > 800
    return folder


@pytest.fixture(scope="module")
def store(exports, tmp_path_factory):
    """A store that has read both exports, the second over the first."""
    kept = Store(tmp_path_factory.mktemp("data"))
    units = _units()
    for day in (date(2026, 8, 31), date(2026, 9, 26)):
        for path in sorted((exports / f"export-{day}").rglob("*.csv")):
            assert stage_file(kept, path, units, None, day) == []
        take_in(kept)
    sum_here(kept, kept.outdated())
    return kept


def test_an_import_gives_the_figures_that_the_aggregate_is_made_of(store, ground, days, home):
    """To the last dossier, by field too: the mistakes of the first export are put right by the second."""
    units = _units()
    months = {*store.sums("events").select("received_month").collect().to_series()}
    imported = harvest(store, units, months, []).measurements.sort(CELL)
    expected = province_rows(ground, days, home, MONTHS, share=SHARE).sort(CELL)
    assert imported.select(*CELL, *FIGURES).equals(expected.select(*CELL, *FIGURES))


def test_every_row_says_that_it_is_simulated_and_names_nobody(exports):
    paths = sorted(exports.glob("export-*/*/*.csv"))
    assert {path.name[:9] for path in paths} == {"mo-phong-"}
    first = pl.read_csv(paths[0], separator=";")
    assert first.columns == list(HEADINGS.values())
    assert set(first["Mô phỏng"]) == {"mô phỏng"}


def test_what_was_planted_stands_beside_the_exports(exports):
    planted = pl.read_csv(exports / "truth" / "practices.csv")
    assert set(planted["practice"]) >= {"kiosk", "saturday_opening", "mobile_team", "visit_with_promise"}
    expected = pl.read_parquet(exports / "truth" / "expected.parquet")
    promised = planted.filter(pl.col("practice") == "visit_with_promise")
    halved = promised.select(pl.col("unit_code").cast(pl.String).str.zfill(5), pl.col("since").str.to_date())
    after = expected.join(halved, on="unit_code").filter(pl.col("month") >= pl.col("since")).drop_nulls()
    assert (after["late"] / after["late_without_practice"]).to_list() == pytest.approx([0.5] * after.height)


def test_a_folder_that_holds_something_is_left_alone(ground, home, exports):
    with pytest.raises(Fault, match="is not empty"):
        write_exports(ground, exports, [home], MONTHS, kind=PARQUET)


def test_simulated_dossiers_are_never_published_as_live(exports, tmp_path, capsys):
    path = next((exports / "export-2026-08-31").rglob("*2026-06.csv"))
    assert main(["dossiers", str(path), "--exported", "2026-08-31", "--data", str(tmp_path)]) == 1
    assert "simulated dossiers are never published to live" in capsys.readouterr().err
    assert not (tmp_path / "published").exists()
    assert main(["dossiers", str(path), "--exported", "2026-08-31", "--data", str(tmp_path), "--dry-run"]) == 1


def test_real_dossiers_do_not_go_beside_simulated_ones(store, exports, tmp_path):
    real = pl.read_csv(next(exports.rglob("*2026-06.csv")), separator=";").drop("Mô phỏng")
    real.write_csv(tmp_path / "real.csv", separator=";")
    assert store.state()["nature"] == SIMULATED
    with pytest.raises(BadInput, match=r"holds real dossiers, but .* keeps simulated dossiers"):
        stage_file(store, tmp_path / "real.csv", _units(), None, None)


def test_the_shipped_aggregate_is_what_would_be_drawn_now(ground, days, home):
    """One province, whole: `python -m etl simulate --dossiers-aggregate` makes it again where this fails."""
    drawn = told(province_rows(ground, days, home, months_of(ground)), ground.settings["aggregate"]["since"])
    codes = drawn["unit_code"].unique()
    shipped = pl.concat(aggregate_rows(ground.months)).filter(pl.col("unit_code").is_in(codes.implode()))
    assert set(shipped["measure"]) == set(wanted())
    assert shipped.select(*CELL, *FIGURES).sort(CELL).equals(drawn.select(*CELL, *FIGURES).sort(CELL))


def test_quarters_are_the_sums_of_their_months(ground):
    """A count and a share, of every unit; a median has no sum."""
    rows = pl.concat(aggregate_rows(ground.months)).filter(pl.col("measure").is_in(["decided", "in_person_share"]))
    is_quarter = pl.col("period_end").dt.month() - pl.col("period_start").dt.month() == 2
    sums = rows.group_by("unit_code", "measure", quarter=is_quarter).agg(pl.col("numerator").sum())
    months, quarters = (sums.filter(quarter=which).sort("unit_code", "measure") for which in (False, True))
    assert quarters.height > 7000
    assert quarters["numerator"].equals(months["numerator"])


def test_an_aggregate_of_another_calibration_is_refused(ground, tmp_path, monkeypatch):
    write(pl.DataFrame(schema=SCHEMA), tmp_path / AGGREGATE.name)
    monkeypatch.setattr("etl.simulation.dossiers.aggregate.mark", lambda: "another")
    assert mark() != "another"
    with pytest.raises(BadInput, match="make it with python -m etl simulate --dossiers-aggregate"):
        list(aggregate_rows(ground.months, tmp_path / AGGREGATE.name))


def _units():
    return Units(reference_table("units"), reference_table("provinces"))
