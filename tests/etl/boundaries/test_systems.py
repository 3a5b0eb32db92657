"""Coordinate systems as tools write them: WGS 84 in degrees under a dozen names, and others, which are told."""

from __future__ import annotations

import json

import pytest

from etl.boundaries.systems import other_system

PROJJSON = {"type": "GeographicCRS", "name": "WGS 84", "datum": {"type": "GeodeticReferenceFrame", "name": "WGS 1984"}}
VN2000 = {"type": "ProjectedCRS", "name": "VN-2000 / UTM zone 48N", "id": {"authority": "EPSG", "code": 3405}}


@pytest.mark.parametrize(
    "said",
    [
        None,
        "",
        {},
        "EPSG:4326",
        "epsg:4326",
        4326,
        4326.0,
        "4326",
        ["EPSG", 4326],
        "OGC:CRS84",
        "urn:ogc:def:crs:OGC:1.3:CRS84",
        "urn:ogc:def:crs:EPSG::4326",
        "http://www.opengis.net/def/crs/EPSG/0/4326",
        "http://www.opengis.net/def/crs/OGC/1.3/CRS84",
        "WGS 84",
        "WGS84",
        "+proj=longlat +datum=WGS84 +no_defs",
        'GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563]],AUTHORITY["EPSG","4326"]]',
        'GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137,298.257223563]]]',
        PROJJSON,
        PROJJSON | {"id": {"authority": "OGC", "code": "CRS84"}},
        PROJJSON | {"ids": [{"authority": "EPSG", "code": "4326"}]},
        json.dumps(PROJJSON),
        {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}},
        {"type": "EPSG", "properties": {"code": 4326}},
        {"type": "BoundCRS", "source_crs": PROJJSON, "target_crs": PROJJSON},
    ],
    ids=str,
)
def test_degrees_of_wgs_84_are_known_under_all_their_names(said):
    assert other_system(said) is None


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("EPSG:3405", "VN-2000 (EPSG:3405)"),
        (9210, "VN-2000 (EPSG:9210)"),
        ("EPSG:4756", "VN-2000 (EPSG:4756)"),
        (VN2000, "VN-2000 / UTM zone 48N (EPSG:3405)"),
        ({"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::32648"}}, "EPSG:32648"),
        ("WGS 84 / UTM zone 48N", "WGS 84 / UTM zone 48N"),
        (
            'PROJCS["WGS 84 / UTM zone 48N",GEOGCS["WGS 84",AUTHORITY["EPSG","4326"]],UNIT["metre",1]]',
            "WGS 84 / UTM zone 48N",
        ),
        ("+proj=utm +zone=48 +datum=WGS84", "+proj=utm +zone=48 +datum=WGS84"),
        (True, "a coordinate system without a name"),
        ([{}], "a coordinate system without a name"),
        ("{broken", "a coordinate system without a name"),
    ],
    ids=str,
)
def test_another_system_is_told_by_its_name(said, name):
    assert other_system(said) == name
