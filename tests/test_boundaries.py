"""Boundaries: two squares that touch, and files that are no boundaries."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq
import pytest
import shapely

from etl import boundaries
from etl.faults import BadInput, Fault

BA_DINH, NGOC_HA = "00004", "00008"
STEPS = 200


def wavy(x: float, y: float) -> float:
    """Where the shared border runs: 200 small teeth, so that simplification has something to take away."""
    return x + (0.0003 if round(y * STEPS) % 2 else -0.0003)


BORDER = [(wavy(105.1, n / STEPS), 21 + n / STEPS / 10) for n in range(STEPS + 1)]
WEST = [(105.0, 21.0), *BORDER, (105.0, 21.1), (105.0, 21.0)]
EAST = [(105.2, 21.0), *BORDER, (105.2, 21.1), (105.2, 21.0)]


def feature(code: str | None, ring: list[tuple[float, float]], **changes: object) -> dict:
    known = {"type": "Feature", "id": code, "properties": {"code": code}}
    return known | {"geometry": {"type": "Polygon", "coordinates": [ring]}} | changes


@pytest.fixture
def folder(tmp_path):
    def of(*features: dict, name: str = "wards-01.geojson") -> Path:
        source = tmp_path / "source"
        source.mkdir(exist_ok=True)
        (source / name).write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
        return source

    return of


@pytest.fixture
def prepare(tmp_path):
    def run(source: Path) -> dict[str, pl.DataFrame]:
        assert boundaries.run(argparse.Namespace(source=source, data=tmp_path)) == 0
        return tmp_path / "boundaries" / "boundaries.parquet"

    return run


def geometries(path: Path, name: str) -> dict[str, shapely.Geometry]:
    rows = pl.read_parquet(path)
    return dict(zip(rows["code"], shapely.from_wkb(rows[name].to_list()), strict=True))


@pytest.mark.parametrize("name", ["geometry", "geometry_country"])
def test_neighbours_share_their_border_after_simplification(folder, prepare, name):
    shapes = geometries(prepare(folder(feature(BA_DINH, WEST), feature(NGOC_HA, EAST))), name)
    west, east = shapes[BA_DINH], shapes[NGOC_HA]
    assert west.intersection(east).area == 0
    assert west.union(east).geom_type == "Polygon"
    assert not west.union(east).interiors
    assert west.union(east).area == pytest.approx(0.2 * 0.1)
    assert west.intersection(east).length >= 0.1


def test_simplification_takes_points_away(folder, prepare):
    shapes = geometries(prepare(folder(feature(BA_DINH, WEST), feature(NGOC_HA, EAST))), "geometry_country")
    assert shapely.get_num_coordinates(shapes[BA_DINH]) < len(WEST) / 10


def test_geoparquet_says_what_its_columns_are(folder, prepare):
    path = prepare(folder(feature(BA_DINH, WEST)))
    geo = json.loads(pq.read_schema(path).metadata[b"geo"])
    assert (geo["version"], geo["primary_column"]) == ("1.1.0", "geometry")
    assert {name: column["encoding"] for name, column in geo["columns"].items()} == {
        "geometry": "WKB", "geometry_country": "WKB",
    }  # fmt: skip


def test_borders_are_marked_official(folder, prepare):
    assert pl.read_parquet(prepare(folder(feature(BA_DINH, WEST))))["nature"].to_list() == ["official"]


def test_the_stamp_changes_with_the_borders(folder, prepare):
    first = prepare(folder(feature(BA_DINH, WEST))).with_suffix(".id").read_text()
    assert prepare(folder(feature(BA_DINH, WEST))).with_suffix(".id").read_text() == first
    assert prepare(folder(feature(BA_DINH, EAST))).with_suffix(".id").read_text() != first


def test_all_files_of_a_folder_are_read(folder, prepare):
    folder(feature(BA_DINH, WEST))
    source = folder(feature(NGOC_HA, EAST), name="wards-25.geojson")
    assert pl.read_parquet(prepare(source))["code"].to_list() == [BA_DINH, NGOC_HA]


def test_one_file_will_do(folder, prepare):
    source = folder(feature(BA_DINH, WEST)) / "wards-01.geojson"
    assert pl.read_parquet(prepare(source))["code"].to_list() == [BA_DINH]


def test_the_code_may_stand_among_the_properties_and_lack_its_zeros(folder, prepare):
    bare = feature(None, WEST, properties={"code": "4"})
    assert pl.read_parquet(prepare(folder(bare)))["code"].to_list() == [BA_DINH]


def test_a_code_that_is_no_unit_of_today_is_reported_and_left_out(folder, prepare, capsys):
    path = prepare(folder(feature(BA_DINH, WEST), feature("99999", EAST)))
    assert "99999 is no unit of today, left out" in capsys.readouterr().out
    assert pl.read_parquet(path)["code"].to_list() == [BA_DINH]


def test_units_without_a_boundary_are_named(folder, prepare, capsys):
    prepare(folder(feature(BA_DINH, WEST)))
    out = capsys.readouterr().out
    assert f"no boundary for {NGOC_HA} Phường Ngọc Hà\n" in out
    assert "1 units, 3320 without a boundary" in out


def test_only_unknown_codes_are_a_fault(folder, prepare):
    with pytest.raises(Fault, match="no feature has the code of a unit"):
        prepare(folder(feature("99999", WEST)))


def test_a_folder_without_files_is_a_fault(tmp_path):
    with pytest.raises(Fault, match=r"no wards-NN\.geojson there"):
        boundaries.read_shapes(tmp_path)


@pytest.mark.parametrize("text", ["{", "[]", '{"type": "Feature"}', "không"])
def test_a_file_that_is_no_geojson_is_named(tmp_path, text):
    path = tmp_path / "wards-01.geojson"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadInput, match=r"wards-01\.geojson: is not a GeoJSON FeatureCollection"):
        boundaries.read_shapes(path)


@pytest.mark.parametrize(
    ("broken", "field"),
    [
        (feature(None, WEST), "id"),
        (feature(NGOC_HA, EAST[:2]), "geometry"),
        (feature(NGOC_HA, EAST, geometry={"type": "Polygone", "coordinates": []}), "geometry"),
    ],
    ids=["no code", "two points", "no such type"],
)
def test_a_broken_feature_is_named_by_file_and_row(folder, broken, field):
    with pytest.raises(BadInput, match=rf"wards-01\.geojson, row 2, '{field}'"):
        boundaries.read_shapes(folder(feature(BA_DINH, WEST), broken))
