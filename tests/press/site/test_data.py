"""What the static site says to machines."""

from __future__ import annotations

import json
from pathlib import Path

import pyshacl
import pytest

from press.site import data

SHAPES = Path(__file__).with_name("dcat_ap.ttl")
FILES = [
    {"code": code, "name": name, "link": f"tai-ve/gan-dan-{code}.zip"}
    for code, name in (("25", "Phú Thọ"), ("38", "Thanh Hóa"))
]


def catalog() -> dict:
    return json.loads(data.catalog("https://example.org/", FILES, "simulated", "simulated"))


def broken_rules(content: dict) -> str:
    conforms, _, told = pyshacl.validate(
        json.dumps(content), data_graph_format="json-ld", shacl_graph=str(SHAPES), shacl_graph_format="turtle"
    )
    return "" if conforms else told


def test_the_catalogue_is_one_by_dcat_ap():
    assert broken_rules(catalog()) == ""


@pytest.mark.parametrize(
    ("key", "value", "told"),
    [
        ("dcat:accessURL", None, "accessURL"),
        ("dct:format", "CSV", "format"),
        ("dcat:mediaType", {"@id": "https://example.org/text/csv"}, "mediaType"),
    ],
    ids=["no address", "a text for a format", "a thing without a class"],
)
def test_the_rules_find_what_was_wrong_once(key, value, told):
    content = catalog()
    distribution = content["dcat:dataset"][0]["dcat:distribution"]
    if value is None:
        del distribution[key]
    else:
        distribution[key] = value
    assert told in broken_rules(content)


def test_the_tables_are_csv_in_a_zip():
    found = catalog()["dcat:dataset"][0]["dcat:distribution"]
    assert found["dcat:mediaType"]["@id"].endswith("/text/csv")
    assert found["dcat:packageFormat"]["@id"].endswith("/application/zip")
    assert found["dcat:downloadURL"]["@id"] == "https://example.org/tai-ve/gan-dan-25.zip"
