"""What the static site says to machines."""

from __future__ import annotations

import json
from pathlib import Path

import pyshacl
import pytest

from press.site import data
from ranking.periods import parse

SHAPES = Path(__file__).with_name("dcat_ap.ttl")
FILES = [
    {"code": code, "name": name, "link": f"tai-ve/gan-dan-{code}.zip", "period": parse("2026-08")}
    for code, name in (("25", "Phú Thọ"), ("38", "Thanh Hóa"))
]


def catalog(contact: str = "") -> dict:
    return json.loads(data.catalog("https://example.org/", FILES, "simulated", "simulated", contact))


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


@pytest.mark.parametrize(
    ("key", "wrong"),
    [
        ("dcat:keyword", None),
        ("dcat:keyword", "without a language"),
        ("dct:temporal", None),
        ("dct:temporal", "2026-08"),
        ("dct:temporal", data._temporal(parse("2026-08")) | {"dcat:endDate": "tomorrow"}),
        ("dcat:contactPoint", None),
        ("dcat:contactPoint", {"@type": "vcard:Organization", "vcard:fn": "Gần Dân"}),
    ],
)
def test_the_rules_ask_for_keywords_the_time_that_is_covered_and_whom_to_write_to(key, wrong):
    content = catalog()
    entry = content["dcat:dataset"][0]
    entry[key] = wrong
    if wrong is None:
        del entry[key]
    assert broken_rules(content) != ""


def test_an_entry_says_its_period_its_words_in_both_languages_and_the_address_that_was_given():
    entry = catalog("lienhe@example.vn")["dcat:dataset"][0]
    assert broken_rules(catalog("lienhe@example.vn")) == ""
    assert entry["dcat:contactPoint"]["vcard:hasEmail"] == {"@id": "mailto:lienhe@example.vn"}
    assert [entry["dct:temporal"][f"dcat:{name}Date"]["@value"] for name in ("start", "end")] == [
        "2026-08-01",
        "2026-08-31",
    ]
    words = {(word["@language"], word["@value"]) for word in entry["dcat:keyword"]}
    assert ("vi", "thủ tục hành chính") in words and ("en", "administrative procedures") in words


def test_the_tables_are_csv_in_a_zip():
    found = catalog()["dcat:dataset"][0]["dcat:distribution"]
    assert found["dcat:mediaType"]["@id"].endswith("/text/csv")
    assert found["dcat:packageFormat"]["@id"].endswith("/application/zip")
    assert found["dcat:downloadURL"]["@id"] == "https://example.org/tai-ve/gan-dan-25.zip"
