"""Boundaries: two squares that touch, files that are none, a public source that fails, and the approximate set."""

from __future__ import annotations

import argparse
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import geoparquet_validator
import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

from etl.boundaries import command as boundaries
from etl.boundaries import command as boundaries_command
from etl.boundaries import public
from etl.boundaries.approximate import approximate, cells_of, points_of
from etl.boundaries.detail import Detail, simplified
from etl.boundaries.prepared import described
from etl.boundaries.public import Manners, NotToBeHad, PublicFiles
from etl.boundaries.sources import read
from etl.boundaries.topojson import features as topojson_features
from files.faults import BadInput, Fault
from store.reference import reference_table

BA_DINH, NGOC_HA = "00004", "00008"
STEPS = 200


def wavy(x: float, y: float) -> float:
    """Where the shared border runs: 200 small teeth, so that simplification has something to take away."""
    return x + (0.0003 if round(y * STEPS) % 2 else -0.0003)


BORDER = [(wavy(105.8, n / STEPS), 21 + n / STEPS / 10) for n in range(STEPS + 1)]
WEST = [(105.7, 21.0), *BORDER, (105.7, 21.1), (105.7, 21.0)]
EAST = [(105.9, 21.0), *BORDER, (105.9, 21.1), (105.9, 21.0)]


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


def command(*words: object) -> int:
    parser = argparse.ArgumentParser()
    boundaries_command.add_arguments(parser)
    return boundaries_command.run(parser.parse_args([str(word) for word in words]))


@pytest.fixture
def prepare(tmp_path):
    def run(source: Path) -> Path:
        assert command("--from", source, "--data", tmp_path) == 0
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
    assert "official boundaries of 1 units, 3,320 without" in out


def test_only_unknown_codes_are_a_fault(folder, prepare):
    with pytest.raises(Fault, match="no feature has the code of a unit and lies where it is"):
        prepare(folder(feature("99999", WEST)))


def test_a_folder_without_files_is_a_fault(tmp_path):
    with pytest.raises(Fault, match=r"no wards-NN\.geojson there"):
        read(tmp_path)


@pytest.mark.parametrize("text", ["{", "[]", '{"type": "Feature"}', "không"])
def test_a_file_that_is_no_geojson_is_named(tmp_path, text):
    path = tmp_path / "wards-01.geojson"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadInput, match=r"wards-01\.geojson: is not a GeoJSON FeatureCollection"):
        read(path)


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
    borders = read(folder(feature(BA_DINH, WEST), broken))
    (fault,) = borders.left_out
    assert f"wards-01.geojson, row 2, '{field}'" in str(fault)
    assert set(borders.shapes) == {BA_DINH}


@pytest.mark.parametrize(
    ("geometry", "said"),
    [
        (None, "nothing"),
        ({"type": "Point", "coordinates": [105.8, 21.0]}, "a Point without area"),
        ({"type": "Polygon", "coordinates": []}, "a Polygon without area"),
        ({"type": "Polygon", "coordinates": [[[21.0, 105.7], [21.1, 105.7], [21.1, 105.8], [21.0, 105.7]]]}, "degrees"),
        (
            {
                "type": "Polygon",
                "coordinates": [[[586000, 2325000], [587000, 2325000], [587000, 2326000], [586000, 2325000]]],
            },
            "degrees",
        ),
    ],
    ids=["none", "point", "empty", "latitude first", "metres"],
)
def test_what_is_no_area_within_the_country_is_named(folder, geometry, said):
    with pytest.raises(BadInput, match=rf"wards-01\.geojson, row 1, 'geometry'.*{said}"):
        read(folder(feature(BA_DINH, WEST, geometry=geometry)))


def test_a_ring_that_crosses_itself_is_repaired(folder):
    bow = [(105.7, 21.0), (105.8, 21.1), (105.8, 21.0), (105.7, 21.1), (105.7, 21.0)]
    shape = read(folder(feature(BA_DINH, bow))).shapes[BA_DINH]
    assert (shape.is_valid, shape.area) == (True, pytest.approx(0.005))


def test_two_features_of_one_unit_are_put_together(folder):
    island = [(105.95, 21.0), (105.96, 21.0), (105.96, 21.01), (105.95, 21.0)]
    shape = read(folder(feature(BA_DINH, WEST), feature(BA_DINH, island))).shapes[BA_DINH]
    assert shapely.get_num_geometries(shape) == 2


def test_a_province_is_not_taken_for_the_commune_that_has_its_number(folder):
    assert set(read(folder(feature("04", WEST))).shapes) == {"04"}


def test_a_unit_that_lies_elsewhere_is_left_out(folder, prepare, capsys):
    elsewhere = [(x, y - 5) for x, y in EAST]
    path = prepare(folder(feature(BA_DINH, WEST), feature(NGOC_HA, elsewhere)))
    assert "00008 lies far from the unit of that code, left out" in capsys.readouterr().out
    assert pl.read_parquet(path)["code"].to_list() == [BA_DINH]


def test_borders_of_before_the_merger_are_refused(folder, prepare):
    former = reference_table("lineage").filter(~pl.col("old_code").is_in(reference_table("units")["code"].implode()))[
        "old_code"
    ]
    with pytest.raises(Fault, match="has 2 communes of before 1 July 2025"):
        prepare(folder(feature(BA_DINH, WEST), *(feature(code, EAST) for code in former[:2])))


TOPOLOGY = {
    "type": "Topology",
    "transform": {"scale": [0.1, 0.1], "translate": [105.7, 21.0]},
    "arcs": [[[1, 0], [0, 1]], [[1, 1], [-1, 0], [0, -1], [1, 0]], [[1, 1], [1, 0], [0, -1], [-1, 0]]],
    "objects": {
        "wards": {
            "type": "GeometryCollection",
            "geometries": [
                {"type": "Polygon", "id": BA_DINH, "arcs": [[0, 1]]},
                {"type": "MultiPolygon", "properties": {"code": NGOC_HA, "name": "Ngọc Hà"}, "arcs": [[[2, 0]]]},
            ],
        }
    },
}


def written(tmp_path: Path, document: dict, name: str = "wards.topojson") -> Path:
    path = tmp_path / name
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def test_topojson_arcs_that_neighbours_share_are_decoded(tmp_path):
    shapes = read(written(tmp_path, TOPOLOGY)).shapes
    assert shapes[BA_DINH].equals(shapely.box(105.7, 21.0, 105.8, 21.1))
    assert shapes[NGOC_HA].equals(shapely.box(105.8, 21.0, 105.9, 21.1))


def test_an_arc_with_a_negative_number_is_read_backwards():
    arcs = [[[0, 0], [1, 0]], [[0, 0], [0, 1], [1, 1], [1, 0]]]
    shape = {"type": "Polygon", "arcs": [[0, ~1]]}
    (found,) = topojson_features({"arcs": arcs, "objects": {"all": shape}}, "file")
    assert found["geometry"]["coordinates"] == [[[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]]


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"arcs": None}, "'arcs'"),
        ({"arcs": [[[1]]]}, "'arcs'"),
        ({"objects": []}, "'objects'"),
        ({"objects": {"wards": {"type": "Polygon", "id": BA_DINH, "arcs": [[0, 9]]}}}, "row 1, 'arcs'"),
        ({"arcs": [7]}, "'arcs'"),
    ],
    ids=["no arcs", "half a point", "no objects", "no such arc", "a number for an arc"],
)
def test_a_broken_topology_is_named(tmp_path, changes, where):
    with pytest.raises(BadInput, match=rf"wards\.topojson, {where}"):
        read(written(tmp_path, TOPOLOGY | changes))


def geoparquet(path: Path, geo: dict | None = None, **columns: list) -> Path:
    known = {"code": [4, 8], "geometry": list(shapely.to_wkb([shapely.Polygon(WEST), shapely.Polygon(EAST)]))}
    said = {"geo": json.dumps({"primary_column": "geometry", "columns": {"geometry": geo or {"encoding": "WKB"}}})}
    pq.write_table(pa.table(known | columns).replace_schema_metadata(said), path)
    return path


def test_geoparquet_is_read(tmp_path):
    assert set(read(geoparquet(tmp_path / "wards.parquet")).shapes) == {BA_DINH, NGOC_HA}


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"geometry": [b"no polygon", None]}, "row 1, 'geometry': cannot be read as WKB .and 1 more rows"),
        ({"code": [None, None]}, "row 1, 'code'"),
        ({"geo": {"encoding": "polygon"}}, "'geometry': is encoded as polygon"),
        ({"geo": {"crs": {"name": "VN-2000", "id": {"code": 9210}}}}, "'geometry': is in 'VN-2000 .EPSG:9210.'"),
    ],
    ids=["no WKB", "no code", "other encoding", "other system"],
)
def test_broken_geoparquet_is_named(tmp_path, changes, where):
    with pytest.raises(BadInput, match=rf"wards\.parquet, {where}"):
        read(geoparquet(tmp_path / "wards.parquet", **changes))


def test_a_parquet_file_that_is_none_is_named(tmp_path):
    (tmp_path / "wards.parquet").write_text("PAR1")
    with pytest.raises(BadInput, match=r"wards\.parquet: cannot be read as GeoParquet"):
        read(tmp_path / "wards.parquet")


def test_what_was_prepared_can_be_read_again_with_what_is_said_of_it(folder, prepare):
    folder(feature(BA_DINH, WEST))
    source = folder().with_name("source") / "wards-01.geojson"
    said = {"license": "CC BY 4.0", "publisher": "NXB"}
    source.write_text(json.dumps({"type": "FeatureCollection", "metadata": said, "features": [feature(BA_DINH, WEST)]}))
    again = read(prepare(source))
    assert (again.nature, again.source, again.licence) == ("official", "NXB", "CC BY 4.0")


def test_the_description_stands_beside_the_borders(folder, prepare):
    found = described(prepare(folder(feature(BA_DINH, WEST))).parent)
    assert (found["nature"], found["units"], found["licence"]) == ("official", 1, "not stated")
    assert len(found["missing"]) == 3320
    assert NGOC_HA in found["missing"]


def test_geoparquet_tells_its_extent(folder, prepare):
    geo = json.loads(pq.read_schema(prepare(folder(feature(BA_DINH, WEST)))).metadata[b"geo"])
    assert geo["columns"]["geometry"]["bbox"] == pytest.approx([105.7, 21.0, 105.8, 21.1], abs=0.001)
    assert geo["columns"]["geometry"]["geometry_types"] == ["Polygon"]


def test_what_is_prepared_is_two_dimensional_geoparquet_that_a_validator_accepts(folder, prepare):
    heights = [(x, y, 12.5) for x, y in reversed(EAST)]
    report = geoparquet_validator.check(str(prepare(folder(feature(BA_DINH, WEST), feature(NGOC_HA, heights)))))
    assert geoparquet_validator.failed(report) == []
    passed = {outcome["id"] for outcome in report["outcomes"] if outcome["status"] == "pass"}
    assert {f"/conf/core/{test}" for test in ("geometry-types", "orientation-rings", "bbox-extent", "wkb")} <= passed
    assert "/conf/covering/bbox-column-structure" in passed


def test_no_temporary_file_stays(folder, prepare):
    out = prepare(folder(feature(BA_DINH, WEST))).parent
    assert {path.name for path in out.iterdir()} == {"boundaries.parquet", "boundaries.json", "boundaries.id"}


def test_islands_too_small_for_the_grid_stay_as_triangles():
    islets = [shapely.box(112 + n / 10, 16, 112 + n / 10 + 2e-5, 16 + 2e-5) for n in range(5)]
    (shape,) = simplified([shapely.multipolygons([shapely.box(111, 16, 111.5, 16.5), *islets])], Detail(0.004, 1e-3))
    drawn = shapely.get_parts(shapely.set_precision(shape, 1e-3, mode="pointwise"))
    assert len(drawn) == 6
    assert shape.is_valid
    assert min(shapely.area(drawn)) > 1e-7


def test_a_small_part_beside_a_neighbour_does_not_grow_into_it():
    corner = shapely.box(105.8, 21.0, 105.80002, 21.00002)
    unit = shapely.multipolygons([shapely.box(105.7, 20.9, 105.79, 20.99), corner])
    neighbour = shapely.box(105.80002, 20.9, 105.9, 21.1)
    west, east = simplified([unit, neighbour], Detail(0.004, 1e-3))
    assert west.intersection(east).area == 0


TWO = {"01": ["00004", "00008"], "25": ["04792"]}
SQUARES = {"00004": (105.7, 21.0), "00008": (105.8, 21.0), "04792": (105.3, 20.8)}
QUICK = Manners(first_seconds=0.6, connect_seconds=0.5, read_seconds=0.5, pause=(0, 0), tries=2)


def public_file(province: str, codes: list[str], **metadata: str) -> bytes:
    def shape(code: str) -> dict:
        x, y = SQUARES.get(code, (105, 21))
        return json.loads(shapely.to_geojson(shapely.box(x, y, x + 0.1, y + 0.1)))

    features = [feature(code, [], geometry=shape(code)) for code in codes]
    said = {"dataset": f"wards-{province}", "license": "CC BY 4.0", "publisher": "NXB"} | metadata
    return json.dumps({"type": "FeatureCollection", "metadata": said, "features": features}).encode()


class Source(ThreadingHTTPServer):
    """Serves `files` by path; an int is a status, a tuple is a body cut short, a float a silence in seconds."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: list[str] = []
        self.files = {f"/data/wards-{p}.geojson": public_file(p, codes) for p, codes in TWO.items()}
        self.url = f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        answer = self.server.files.get(self.path, 404)
        if isinstance(answer, float):
            time.sleep(answer)
            answer = 503
        self.send_response(answer if isinstance(answer, int) else 200)
        body = b"" if isinstance(answer, int) else answer[0] if isinstance(answer, tuple) else answer
        self.send_header("Content-Length", str(len(body) + (1000 if isinstance(answer, tuple) else 0)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def source():
    with Source() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def files(source, tmp_path):
    return lambda: PublicFiles(tmp_path / "raw", source.url, QUICK, sleep=lambda _: None)


def test_all_files_together_are_the_borders(files):
    borders = files().borders(TWO)
    assert set(borders.shapes) == set(SQUARES)
    assert (borders.nature, borders.licence, borders.source) == ("official", "CC BY 4.0", "NXB")


def test_kept_files_are_not_asked_for_again(files, source):
    files().borders(TWO)
    files().borders(TWO)
    assert len(source.asked) == 2
    files().borders(TWO, fresh=True)
    assert len(source.asked) == 4


def test_a_kept_file_that_was_changed_is_fetched_again(files, source, tmp_path):
    files().borders(TWO)
    (tmp_path / "raw" / "wards-25.geojson").write_bytes(public_file("25", ["04792"], publisher="someone"))
    assert files().borders(TWO).source == "NXB"
    assert source.asked.count("/data/wards-25.geojson") == 2


def test_the_sidecar_says_where_a_file_comes_from(files, source, tmp_path):
    files().borders(TWO)
    sidecar = json.loads((tmp_path / "raw" / "wards-01.json").read_text())
    assert (sidecar["url"], sidecar["licence"]) == (f"{source.url}/data/wards-01.geojson", "CC BY 4.0")


BROKEN = {
    "no licence": (public_file("25", ["04792"], license=""), "names no licence"),
    "one missing": (public_file("25", []), "missing: 04792"),
    "one strange": (public_file("25", ["04792", "00013"]), "strange: 00013"),
    "cut short": ((public_file("25", ["04792"]),), "2 times"),
    "half, but said to be whole": (public_file("25", ["04792"])[:200], "is not a GeoJSON"),
    "a page": (b"<html>", "is not a GeoJSON"),
    "not found": (404, "status 404"),
    "down": (503, "status 503, 2 times"),
    "silent": (1.5, "2 times"),
}


@pytest.mark.parametrize(("answer", "said"), BROKEN.values(), ids=BROKEN)
def test_a_file_that_fails_stops_the_run_and_those_before_it_are_kept(files, source, tmp_path, answer, said):
    source.files["/data/wards-25.geojson"] = answer
    with pytest.raises(NotToBeHad, match=rf"wards-25\.geojson.*{said}.*1 of 2 files are kept"):
        files().borders(TWO)
    assert {path.name for path in (tmp_path / "raw").iterdir()} == {"wards-01.geojson", "wards-01.json"}
    source.files["/data/wards-25.geojson"] = public_file("25", ["04792"])
    assert set(files().borders(TWO).shapes) == set(SQUARES)
    assert source.asked.count("/data/wards-01.geojson") == 1


@pytest.mark.parametrize("url", ["http://127.0.0.1:9", "http://gandan.invalid", "http://10.255.255.1"])
def test_a_source_out_of_reach_is_given_up_within_its_first_seconds(tmp_path, url):
    started = time.perf_counter()
    with pytest.raises(NotToBeHad, match="wards-01"):
        PublicFiles(tmp_path, url, QUICK).borders(TWO)
    assert time.perf_counter() - started < 2


def test_five_seconds_are_all_that_an_unreachable_source_may_cost():
    assert Manners().first_seconds <= 5


def test_without_the_public_files_the_approximate_set_is_built(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(public, "Manners", lambda: QUICK)
    assert command("--data", tmp_path, "--base-url", "http://127.0.0.1:9") == 0
    out = capsys.readouterr().out
    assert out.count("\n") == 1
    assert "approximate boundaries of 3,321 units, 0 without; http://127.0.0.1:9" in out
    assert described(tmp_path / "boundaries")["nature"] == "approximate"


def test_a_half_download_changes_nothing(source, folder, prepare, tmp_path, monkeypatch):
    monkeypatch.setattr(boundaries, "reference_table", some_units)
    source.files["/data/wards-25.geojson"] = 404
    out = prepare(folder(feature(BA_DINH, WEST))).parent
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    with pytest.raises(Fault, match=r"1 of 2 files are kept.*The official boundaries stay in use"):
        command("--data", tmp_path, "--base-url", source.url)
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before


def some_units(table: str) -> pl.DataFrame:
    return (
        reference_table(table).filter(pl.col("code").is_in(list(SQUARES)))
        if table == "units"
        else reference_table(table)
    )


def test_the_public_files_are_prepared(source, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(boundaries, "reference_table", some_units)
    assert command("--data", tmp_path, "--base-url", source.url) == 0
    found = described(tmp_path / "boundaries")
    assert (found["nature"], found["licence"], found["units"], found["missing"]) == ("official", "CC BY 4.0", 3, [])
    assert "official boundaries of 3 units, 0 without" in capsys.readouterr().out


def test_if_missing_leaves_what_is_there(folder, prepare, tmp_path, capsys):
    stamp = prepare(folder(feature(BA_DINH, WEST))).with_suffix(".id").read_text()
    capsys.readouterr()
    assert command("--if-missing", "--data", tmp_path, "--base-url", "http://127.0.0.1:9") == 0
    assert capsys.readouterr().out == f"{tmp_path}/boundaries: official boundaries of 1 units are there\n"
    assert (tmp_path / "boundaries" / "boundaries.id").read_text() == stamp


@pytest.mark.parametrize("words", [["--offline"], []], ids=["flag", "environment"])
def test_offline_asks_nothing(source, tmp_path, monkeypatch, capsys, words):
    if not words:
        monkeypatch.setenv("GANDAN_OFFLINE", "yes")
    assert command("--if-missing", "--data", tmp_path, "--base-url", source.url, *words) == 0
    assert source.asked == []
    assert "approximate boundaries of 3,321 units, 0 without; the public files were not asked for" in (
        capsys.readouterr().out
    )


@pytest.fixture(scope="session")
def whole_country():
    return approximate()


def test_every_unit_has_an_approximate_area(whole_country):
    assert set(whole_country.shapes) == set(reference_table("units")["code"])
    shapes = list(whole_country.shapes.values())
    assert shapely.is_valid(shapes).all()
    assert min(shapely.area(shapes)) > 0
    assert whole_country.nature == "approximate"


def test_approximate_areas_do_not_overlap(whole_country):
    shapes = np.array(list(whole_country.shapes.values()))
    one, other = shapely.STRtree(shapes).query(shapes, "intersects")
    apart = one < other
    assert shapely.area(shapely.intersection(shapes[one[apart]], shapes[other[apart]])).sum() < 1e-9


def test_every_unit_holds_its_inner_point(whole_country):
    for code, lon, lat in reference_table("units").select("code", "point_lon", "point_lat").iter_rows():
        assert whole_country.shapes[code].distance(shapely.Point(lon, lat)) < 1e-5, code


@pytest.mark.parametrize(("code", "parts"), [("20333", 7), ("22736", 12)], ids=["Hoàng Sa", "Trường Sa"])
def test_the_archipelagos_have_the_islands_of_the_outline(whole_country, code, parts):
    assert shapely.get_num_geometries(whole_country.shapes[code]) >= parts


@pytest.mark.parametrize("detail", [Detail(0.0025, 1e-4), Detail(0.004, 1e-3)], ids=["province", "country"])
def test_the_approximate_set_stays_whole_when_simplified(whole_country, detail):
    exact = list(whole_country.shapes.values())
    shapes = simplified(exact, detail)
    assert shapely.is_valid(shapes).all()
    assert (shapely.get_num_geometries(shapes) >= shapely.get_num_geometries(exact)).all()


UNITS = pl.DataFrame(
    {"code": ["1", "2"], "point_lon": [105.0, 106.0], "point_lat": [21.0, 21.0]}
).with_columns(seat_lon="point_lon", seat_lat="point_lat")  # fmt: skip


def pairs(*rows: tuple[str, str, float, float, str]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=["new_code", "old_code", "old_lon", "old_lat", "part"], orient="row")


def test_an_old_commune_that_was_split_stands_half_way_to_each_successor():
    points = points_of(UNITS, pairs(("1", "a", 105.5, 21.2, "part"), ("2", "a", 105.5, 21.2, "part")))
    assert points.rows() == [("1", 105.0, 21.0), ("2", 106.0, 21.0), ("1", 105.25, 21.1), ("2", 105.75, 21.1)]


def test_old_communes_at_one_place_go_to_their_own_units():
    points = points_of(UNITS, pairs(("1", "a", 105.5, 21.0, "whole"), ("2", "b", 105.5, 21.0, "whole")))
    assert points.rows()[2:] == [("1", 105.1, 21.0), ("2", 105.9, 21.0)]


def test_the_border_runs_midway_between_two_points():
    cells = cells_of(UNITS.select("code", lon="point_lon", lat="point_lat"))
    assert [code for code, cell in cells.items() if cell.covers(shapely.Point(105.49, 15))] == ["1"]
    assert [code for code, cell in cells.items() if cell.covers(shapely.Point(105.51, 15))] == ["2"]
