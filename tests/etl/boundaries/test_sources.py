"""Boundary files as they really are: odd features, layers beside the communes, foreign metadata, any folder."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

from etl.boundaries.command import left_out_lines
from etl.boundaries.sources import read
from files.faults import BadInput, Fault
from store.reference import reference_table

POINTS = {code: at for code, *at in reference_table("units").select("code", "point_lon", "point_lat").iter_rows()}
BA_DINH, NGOC_HA, GIANG_VO = "00004", "00008", "00025"


def square(code: str, half: float = 0.02) -> dict:
    x, y = POINTS[code]
    return json.loads(shapely.to_geojson(shapely.box(x - half, y - half, x + half, y + half)))


def feature(code: object, name: str | None = None, geometry: object = ..., **known: object) -> dict:
    shape = square(BA_DINH) if geometry is ... else geometry
    return {"type": "Feature", "properties": {"code": code, "name": name} | known, "geometry": shape}


def collection(path: Path, *features: object, **said: object) -> Path:
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features} | said), encoding="utf-8")
    return path


@pytest.fixture
def file(tmp_path):
    return lambda *features, **said: collection(tmp_path / "borders.geojson", *features, **said)


PROVINCE = json.loads(shapely.to_geojson(shapely.box(104.85, 20.75, 105.95, 21.65)))
ODD = {
    "a province": (feature("25", "Tỉnh Phú Thọ", PROVINCE), "00025 is Phường Giảng Võ of Hà Nội, but has another name"),
    "a province without a name": (feature("25", None, PROVINCE), "but has an area of 11,"),
    "a commune of another name": (
        feature("00008", "Phường Ba Đình"),
        "00008 is Phường Ngọc Hà of Hà Nội, but has another",
    ),
    "a neighbour but for a number": (
        feature("06709", "Phường Móng Cái 1", square("06709")),
        "06709 is Phường Móng Cái 2",
    ),
    "of another province by code": (feature(BA_DINH, "Ba Đình", ma_tinh=25), "but has another province here"),
    "of another province by name": (
        feature(BA_DINH, "Ba Đình", ten_tinh="Tỉnh Phú Thọ"),
        "but has another province here",
    ),
    "elsewhere": (feature(NGOC_HA, "Ngọc Hà", square("04792")), "lies far from the unit of that code"),
    "no geometry": (feature(NGOC_HA, "Ngọc Hà", None), "is nothing, not a polygon (00008 Ngọc Hà)"),
    "a point": (feature(NGOC_HA, None, {"type": "Point", "coordinates": [105.8, 21]}), "is a Point without area"),
    "a line": (
        feature(NGOC_HA, None, {"type": "LineString", "coordinates": [[105.8, 21], [105.9, 21]]}),
        "a LineString",
    ),
    "empty": (feature(NGOC_HA, None, {"type": "Polygon", "coordinates": []}), "is a Polygon without area"),
    "a collection without areas": (
        feature(NGOC_HA, None, {"type": "GeometryCollection", "geometries": []}),
        "without area",
    ),
    "latitude first": (
        feature(
            NGOC_HA, None, {"type": "Polygon", "coordinates": [[[21, 105.7], [21.1, 105.7], [21, 105.8], [21, 105.7]]]}
        ),
        "latitude first",
    ),
    "metres": (
        feature(
            NGOC_HA,
            None,
            {"type": "Polygon", "coordinates": [[[586e3, 2325e3], [587e3, 2325e3], [587e3, 2326e3], [586e3, 2325e3]]]},
        ),
        "metres, such as those of VN-2000",
    ),
    "words for numbers": (
        feature(NGOC_HA, None, {"type": "Polygon", "coordinates": [[["a", 1], ["b", 2]]]}),
        "cannot be read as a",
    ),
    "nested for ever": (
        feature(NGOC_HA, None, {"type": "Polygon", "coordinates": None}),
        "cannot be read as a polygon",
    ),
    "no code": (feature(None, "Ngọc Hà"), "has neither an id nor a property code"),
    "no feature": (7, "is no feature with a geometry"),
    "null": (None, "is no feature with a geometry"),
    "properties that are none": ({"type": "Feature", "properties": "x", "geometry": square(BA_DINH)}, "neither an id"),
}


@pytest.mark.parametrize(("odd", "why"), ODD.values(), ids=ODD)
def test_one_odd_feature_is_named_and_costs_nothing_else(file, odd, why):
    borders = read(
        file(feature(BA_DINH, "Phường Ba Đình"), odd, feature(GIANG_VO, "Phường Giảng Võ", square(GIANG_VO)))
    )
    assert set(borders.shapes) == {BA_DINH, GIANG_VO}
    assert borders.shapes[GIANG_VO].area == pytest.approx(0.0016)
    (fault,) = borders.left_out
    assert (fault.row, why in fault.what) == (2, True), fault


@pytest.mark.parametrize(
    "name",
    [
        "Phường Ba Đình",
        "BA ĐÌNH",
        "P. Ba Dinh",
        "Ba Dinh Ward",
        "UBND phường Ba Đình - TP. Hà Nội",
        "Phuong Ba Dinh, Ha Noi",
        4,
        "",
    ],
)
def test_a_name_may_be_spelt_in_many_ways(file, name):
    borders = read(file(feature(BA_DINH, name, ten_tinh="TP Hà Nội", ma_tinh="1")))
    assert (set(borders.shapes), borders.left_out) == ({BA_DINH}, ())


@pytest.mark.parametrize("code", [4, 4.0, "4", "4.0", "00004", "00004.0", "'00004", " 00004 "], ids=repr)
def test_a_code_that_lost_its_zeros_or_gained_decimals_is_the_code_it_was(file, code):
    assert set(read(file(feature(code))).shapes) == {BA_DINH}


def test_columns_may_be_in_capitals_and_the_running_number_is_no_code(file):
    odd = {
        "type": "Feature",
        "id": 8,
        "properties": {"MA_XA": "00004", "TEN_XA": "Ba Đình"},
        "geometry": square(BA_DINH),
    }
    assert set(read(file(odd)).shapes) == {BA_DINH}


def test_two_names_under_one_code_are_two_units(file):
    borders = read(file(feature(BA_DINH, "Ba Đình"), feature(BA_DINH, "Ngọc Hà", square(NGOC_HA))))
    assert borders.shapes[BA_DINH].area == pytest.approx(0.0016)
    assert [fault.row for fault in borders.left_out] == [2]


@pytest.mark.parametrize("beyond", [(12.5,), (12.5, 3.0)], ids=["heights", "heights and measures"])
def test_heights_are_dropped(file, beyond):
    shape = square(BA_DINH)
    shape["coordinates"] = [[[*at, *beyond] for at in shape["coordinates"][0]]]
    found = read(file(feature(BA_DINH, None, shape))).shapes[BA_DINH]
    assert (found.has_z, found.has_m, found.area) == (False, False, pytest.approx(0.0016))


def test_the_areas_of_a_collection_are_used(file):
    inner = {"type": "GeometryCollection", "geometries": [square(BA_DINH)]}
    both = {"type": "GeometryCollection", "geometries": [inner, {"type": "Point", "coordinates": POINTS[BA_DINH]}]}
    assert read(file(feature(BA_DINH, None, both))).shapes[BA_DINH].area == pytest.approx(0.0016)


def test_a_layer_of_points_is_told_in_a_few_lines(file):
    dots = [feature(code, None, {"type": "Point", "coordinates": at}) for code, at in list(POINTS.items())[:200]]
    lines = list(left_out_lines(read(file(feature(BA_DINH), *dots)).left_out))
    assert len(lines) == 11
    assert "row 2, 'geometry': is a Point without area, not a polygon (00004), left out" in lines[0]
    assert lines[-1].endswith("rows 12-201: likewise, left out")


@pytest.mark.parametrize("crs", ["EPSG:3405", {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::3405"}}])
def test_geojson_in_another_system_is_refused_by_name(file, crs):
    with pytest.raises(BadInput, match=r"'crs': is in 'VN-2000 .EPSG:3405.', not in degrees: save it in WGS 84"):
        read(file(feature(BA_DINH), crs=crs))


def test_one_feature_alone_will_do(tmp_path):
    path = tmp_path / "one.json"
    path.write_text(json.dumps(feature(BA_DINH)), encoding="utf-8")
    assert set(read(path).shapes) == {BA_DINH}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"PK\x03\x04", "a packed file"),
        (b"SQLite format 3\x00", "a GeoPackage"),
        (b"\x00\x00\x27\x0a", "a Shapefile"),
        (b"<?xml version='1.0'?><kml/>", "XML, such as KML"),
        (b"\xff\xfe\x00{", "no text in UTF-8"),
        (b"{", "breaks the rules of JSON (line 1, column 2)"),
        (b"[" * 100_000, "breaks the rules of JSON"),
        (b"5", "no object with a type"),
        (b'{"type":"Polygon","coordinates":[]}', "no list of features"),
    ],
    ids=["zip", "gpkg", "shp", "kml", "utf-16", "cut", "deep", "number", "bare geometry"],
)
def test_what_is_no_geojson_is_told_without_words_of_a_library(tmp_path, content, said):
    path = tmp_path / "borders.geojson"
    path.write_bytes(content)
    with pytest.raises(BadInput) as fault:
        read(path)
    assert said in str(fault.value)
    assert not any(word in str(fault.value) for word in ("Error", "codec", "b'", "0x"))


def parquet(path: Path, geo: object = None, **columns: list) -> Path:
    shapes = shapely.from_geojson([json.dumps(square(code)) for code in (BA_DINH, NGOC_HA)])
    table = pa.table({"code": [BA_DINH, NGOC_HA], "geometry": list(shapely.to_wkb(shapes))} | columns)
    metadata = {} if geo is None else {"geo": geo if isinstance(geo, str) else json.dumps(geo)}
    pq.write_table(table.replace_schema_metadata(metadata), path)
    return path


def of_geometry(**said: object) -> dict:
    return {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": {"encoding": "WKB"} | said}}


@pytest.mark.parametrize(
    "geo",
    [
        None,
        "no json",
        "[]",
        {"columns": ["geometry"]},
        {"primary_column": 7, "columns": {}},
        of_geometry(crs="EPSG:4326"),
        of_geometry(crs=None),
        of_geometry(crs=4326),
        of_geometry(crs=["EPSG", 4326]),
        of_geometry(crs={"type": "GeographicCRS", "name": "WGS 84"}),
        of_geometry(encoding="wkb"),
    ],
    ids=str,
)
def test_geoparquet_is_read_whatever_its_metadata_holds(tmp_path, geo):
    assert set(read(parquet(tmp_path / "BORDERS.PARQUET", geo)).shapes) == {BA_DINH, NGOC_HA}


def test_the_first_bytes_tell_what_a_file_is(tmp_path):
    assert set(read(parquet(tmp_path / "borders.geojson")).shapes) == {BA_DINH, NGOC_HA}


def test_only_the_primary_geometry_is_read(tmp_path):
    geo = of_geometry()
    geo["columns"]["point"] = {"encoding": "WKB", "crs": "EPSG:3405"}
    assert set(read(parquet(tmp_path / "b.parquet", geo, point=[b"no", b"shape"])).shapes) == {BA_DINH, NGOC_HA}


@pytest.mark.parametrize(
    ("columns", "why"),
    [
        ({"geometry": [None, None]}, "is nothing, not a polygon"),
        ({"code": ["", "00008"]}, "is empty, or there is no column of codes"),
        (
            {"name": ["Phường Giảng Võ", "Phường Ngọc Hà"]},
            "00004 is Phường Ba Đình of Hà Nội, but has another name here",
        ),
    ],
    ids=["null", "no code", "another name"],
)
def test_an_odd_row_of_geoparquet_is_named(tmp_path, columns, why):
    if "geometry" in columns:
        columns = {"geometry": [None, shapely.to_wkb(shapely.from_geojson(json.dumps(square(NGOC_HA))))]}
    borders = read(parquet(tmp_path / "b.parquet", **columns))
    assert set(borders.shapes) == {NGOC_HA}
    assert (borders.left_out[0].row, why in borders.left_out[0].what) == (1, True)


def test_a_system_that_stands_in_the_geometry_itself_is_told(tmp_path):
    shape = shapely.set_srid(shapely.from_geojson(json.dumps(square(BA_DINH))), 3405)
    path = parquet(tmp_path / "b.parquet", geometry=[shapely.to_wkb(shape, include_srid=True)] * 2)
    with pytest.raises(BadInput, match=r"row 1, 'geometry': is in 'VN-2000 .EPSG:3405.'"):
        read(path)


def test_a_folder_may_hold_anything_beside_the_borders(tmp_path):
    collection(tmp_path / "WARDS-01.GEOJSON", feature(BA_DINH))
    parquet(tmp_path / "more.parquet", code=[NGOC_HA, NGOC_HA])
    (tmp_path / "broken.geojson").write_bytes(b"")
    for name in ("README.md", "~$wards-01.geojson", ".~lock.wards-01.geojson#", "._wards-01.geojson", "wards-01.json"):
        (tmp_path / name).write_bytes(b"\x00")
    (tmp_path / "wards-02.geojson").mkdir()
    borders = read(tmp_path)
    assert set(borders.shapes) == {BA_DINH, NGOC_HA}
    assert [Path(fault.place).name for fault in borders.left_out] == ["broken.geojson"]


def test_a_file_that_is_not_there_is_a_fault(tmp_path):
    with pytest.raises(Fault, match=r"none\.geojson: no such file"):
        read(tmp_path / "none.geojson")


def test_layers_of_a_topology_are_read_and_a_broken_shape_is_named(tmp_path):
    x, y = POINTS[BA_DINH]
    ring = [[x - 0.02, y - 0.02], [x + 0.02, y - 0.02], [x + 0.02, y + 0.02], [x - 0.02, y - 0.02]]
    wards = [{"type": "Polygon", "id": BA_DINH, "arcs": [[0]]}, {"type": "Polygon", "id": NGOC_HA, "arcs": [[9]]}, 7]
    seats = {"type": "Point", "properties": {"code": GIANG_VO}, "coordinates": [x, y]}
    layers = {"wards": {"type": "GeometryCollection", "geometries": wards}, "seats": seats}
    path = tmp_path / "all.topojson"
    path.write_text(json.dumps({"type": "Topology", "arcs": [ring], "objects": layers}), encoding="utf-8")
    borders = read(path)
    assert set(borders.shapes) == {BA_DINH}
    assert [fault.row for fault in borders.left_out] == [2, 3, 4]
