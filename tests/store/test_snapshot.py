"""Snapshots as pages read them: what is found, and what is said where nothing sound is there."""

from __future__ import annotations

import shutil
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from ranking.manifest import CURRENT, MANIFEST, RELEASED
from ranking.periods import parse
from store import catalog, months, standings
from store import names as store_names
from store import snapshot as store_snapshot
from store.reference import scope_name
from store.snapshot import SnapshotTrouble
from tests.drawn import examples

AUGUST = parse("2026-08")
PHU_THO, HA_NOI = "25", "01"


@pytest.fixture
def folder(published) -> Path:
    return published / "published" / "live"


@pytest.fixture
def snapshot(published):
    return store_snapshot.open_snapshot("live")


def trouble(dataset: str = "live", *, unreleased: bool = False) -> SnapshotTrouble:
    with pytest.raises(SnapshotTrouble) as caught:
        store_snapshot.open_snapshot(dataset, unreleased=unreleased)
    return caught.value


# --- opening


def test_the_snapshot_that_current_names_is_opened(snapshot, folder):
    assert snapshot.manifest.id == (folder / CURRENT).read_text().strip()
    assert snapshot.manifest.nature == "live"


def test_only_published_datasets_are_offered(published, folder):
    shutil.copytree(folder, folder.with_name("simulated"))
    assert store_snapshot.datasets() == ["live", "simulated"]


@pytest.mark.parametrize(
    ("dataset", "command"),
    [
        ("live", "python -m etl pull --year 2026"),
        ("recorded", "git checkout -- data/published/recorded"),
        ("simulated", "python -m etl simulate"),
    ],
)
def test_a_dataset_that_is_not_there_names_the_command_that_makes_it(tmp_path, monkeypatch, dataset, command):
    monkeypatch.setenv("GANDAN_DATA", str(tmp_path))
    found = trouble(dataset)
    assert (found.kind, found.command) == ("missing", command)


@pytest.mark.parametrize("name", ["20260101T000000Z-00000000\n", "", "\0\0\0\0"])
def test_a_pointer_to_nowhere_is_damage(published, folder, name):
    (folder / CURRENT).write_text(name)
    assert trouble(unreleased=True).kind == "damaged"


def test_a_pointer_that_is_no_text_is_damage(published, folder):
    (folder / CURRENT).write_bytes(b"\xff\xfe")
    assert trouble(unreleased=True).kind == "damaged"


@pytest.mark.parametrize("name", [b"20260101T000000Z-00000000\n", b"\0\0\0\0", b"\xff\xfe"])
def test_a_release_of_nothing_is_damage_to_the_public_alone(published, folder, name):
    (folder / RELEASED).write_bytes(name)
    assert trouble().kind == "damaged"
    assert store_snapshot.open_snapshot("live", unreleased=True)


@pytest.mark.parametrize("table", ["measurements", "standings", "revisions", "quarantine"])
def test_a_truncated_table_is_damage_and_named(snapshot, table):
    path = snapshot.folder / f"{table}.parquet"
    path.write_bytes(path.read_bytes()[:-20])
    assert trouble().detail == f"{table}.parquet is not the file that was published"


def test_an_edited_table_is_damage_even_where_it_can_be_read(snapshot):
    path = snapshot.folder / "standings.parquet"
    pl.read_parquet(path).with_columns(rank=pl.lit(1, pl.UInt32)).write_parquet(path)
    assert (trouble().kind, trouble().command) == ("damaged", "python -m etl pull --year 2026")


def test_a_table_that_is_gone_is_damage_and_named(snapshot):
    (snapshot.folder / "standings.parquet").unlink()
    assert trouble().detail == "standings.parquet: No such file or directory"


@examples(30, HealthCheck.function_scoped_fixture)
@given(cut=st.integers(2, 400))
def test_a_manifest_cut_anywhere_is_damage(snapshot, cut):
    path = snapshot.folder / MANIFEST
    whole = path.read_bytes()
    path.write_bytes(whole[:-cut])
    try:
        assert trouble().detail.startswith("manifest.json is damaged")
    finally:
        path.write_bytes(whole)


def test_a_manifest_that_is_no_text_is_damage(snapshot):
    path = snapshot.folder / MANIFEST
    path.write_bytes(b"\xff" + path.read_bytes())
    assert trouble().detail.startswith("manifest.json is no text")


def test_a_manifest_of_another_format_says_which(snapshot):
    path = snapshot.folder / MANIFEST
    path.write_text(path.read_text().replace('"format": 1', '"format": 99'))
    assert "format 99; this version reads format 1" in trouble().detail


def test_damage_that_is_mended_is_seen_at_once(snapshot):
    path = snapshot.folder / "standings.parquet"
    whole = path.read_bytes()
    path.write_bytes(whole[:-20])
    trouble()
    path.write_bytes(whole)
    assert store_snapshot.open_snapshot("live") == snapshot


def test_a_snapshot_replaced_while_it_is_opened_is_opened_anew(snapshot, folder, monkeypatch):
    newer = folder / "20270101T000000Z-newer"
    shutil.copytree(snapshot.folder, newer)
    opened, look = [], store_snapshot.snapshot_at

    def replaced(dataset: str, path: Path) -> store_snapshot.Snapshot:
        opened.append(path)
        if len(opened) == 1:
            (folder / RELEASED).write_text(newer.name)
            shutil.rmtree(path)
        return look(dataset, path)

    monkeypatch.setattr(store_snapshot, "snapshot_at", replaced)
    assert store_snapshot.open_snapshot("live").folder == newer


# --- reading


def test_a_ranking_has_names_figures_and_dossiers_received(snapshot):
    rows = standings.ranking(snapshot, "commune", "on_time_share", "portal", AUGUST, PHU_THO)
    columns = ["rank", "of", "name", "value", "numerator", "denominator", "received"]
    assert rows.filter(pl.col("unit_code") == "04792").select(columns).row(0) == (
        1,
        2,
        "Phường Tân Hòa",
        90,
        90,
        100,
        400,
    )


def test_units_without_rank_stand_at_the_end(snapshot):
    rows = standings.ranking(snapshot, "commune", "on_time_share", "portal", AUGUST, PHU_THO)
    assert rows.select("unit_code", "rank").rows() == [("04792", 1), ("04795", 2), ("04828", None), ("04831", None)]


def test_the_catalog_counts_units_and_ranked_units(snapshot):
    rows = catalog.catalog(snapshot).filter(
        pl.col("level") == "commune", pl.col("measure") == "on_time_share", pl.col("scope") == PHU_THO
    )
    assert rows.select("units", "of").rows() == [(4, 2)]


def test_places_are_the_provinces_with_figures_of_their_own_or_of_their_communes(snapshot):
    assert catalog.places(snapshot) == {PHU_THO, HA_NOI, "38"}


def test_a_department_without_a_name_goes_by_its_code(snapshot):
    rows = standings.unit_names(snapshot, "department")
    assert rows.select("unit_code", "name", "province_code").rows() == [("H44.15", "H44.15", PHU_THO)]


def test_by_month_keeps_the_month_and_its_ranks(snapshot):
    rows = months.by_month(snapshot, "on_time_share", "portal", "commune", HA_NOI)
    assert rows.select("unit_code", "value", "rank").rows() == [("00004", 80, 1), ("00008", 60, 2)]


def test_a_series_of_a_unit_has_its_value(snapshot):
    rows = months.series(snapshot, "on_time_share", "commune", ("04795",))
    assert rows.select("period_start", "value").rows() == [(AUGUST.start, 70)]


def test_a_scope_is_named_and_the_country_is_not():
    assert (scope_name(PHU_THO), scope_name("VN")) == ("Phú Thọ", None)


# --- searching


@pytest.fixture
def names(snapshot):
    def search(query: str) -> list[str]:
        units = standings.ranking(snapshot, "commune", "on_time_share", "portal", AUGUST, "VN")
        return store_names.found(units, query)["name"].to_list()

    return search


@pytest.mark.parametrize("query", ["Ba Đình", "ba dinh", "BA DINH", "ba đình", " Ba  Đình ", "Ba Đình", "dinh"])
def test_case_diacritics_and_spaces_do_not_count(names, query):
    assert names(query) == ["Phường Ba Đình"]


@pytest.mark.parametrize("query", ["", "  "])
def test_an_empty_search_finds_all(names, query):
    assert len(names(query)) == 7


def test_what_is_not_there_is_not_found(names):
    assert names("Xuân Sơn không có") == []


@pytest.mark.parametrize("query", [".*", "[", "(", "\\"])
def test_a_search_is_no_pattern(names, query):
    assert names(query) == []


def test_an_old_name_finds_the_new_unit_and_says_why(snapshot):
    units = standings.ranking(snapshot, "commune", "on_time_share", "portal", AUGUST, "VN")
    hits = store_names.found(units, "hai thuong")
    assert hits.select("name", "because").rows() == [("Phường Nghi Sơn", "Phường Hải Thượng")]


def test_a_hit_on_the_unit_s_own_name_needs_no_reason(snapshot):
    units = standings.ranking(snapshot, "commune", "on_time_share", "portal", AUGUST, "VN")
    assert store_names.found(units, "nghi son")["because"].to_list() == [None]
