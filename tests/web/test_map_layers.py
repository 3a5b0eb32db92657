"""Map layers over ASGI: what an address gives, how long it may be kept, and what is no address."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from urllib.parse import urlencode

import brotli
import pytest
import shapely
from starlette.applications import Starlette

from display.maps import layers
from display.words.text import LANGUAGES
from etl.boundaries.prepared import write
from etl.publishing.in_service import current_snapshot
from store import borders
from ui.frame import sign_in
from web import map_layers

PATH = "/layers/units.geojson"
APP = Starlette(routes=map_layers.routes(lambda request: sign_in.of_request(request)))


@pytest.fixture
def ask(get, published):
    """Asks for the layer of Phú Thọ's communes on time in August 2026, as circles, unless changed."""
    snapshot = current_snapshot(published / "published" / "live").name
    known = {
        "dataset": "live", "snapshot": snapshot, "measure": "on_time_share", "basis": "portal", "period": "2026-08",
        "scope": "25", "shape": "symbol", "language": "vi", "theme": "light",
    }  # fmt: skip

    def asked(without: str = "", **changes: str):
        words = {name: value for name, value in (known | changes).items() if name != without}
        return get(APP, PATH, urlencode(words), accept_encoding="gzip")

    return asked


def features(reply) -> dict[str, dict]:
    content = json.loads(gzip.decompress(reply.body))
    assert content["type"] == "FeatureCollection"
    return {feature["properties"]["unit"]: feature for feature in content["features"]}


@pytest.fixture
def boundaries(published):
    shapes = {"04792": shapely.box(105.0, 21.0, 105.1, 21.1), "04795": shapely.box(105.1, 21.0, 105.2, 21.1)}
    write(shapes, published / "boundaries" / "boundaries.parquet", nature="official")


def test_a_layer_is_compressed_geojson_that_may_be_kept_for_ever(ask):
    reply = ask()
    assert reply.status == 200
    assert reply.headers["content-type"] == "application/geo+json"
    assert reply.headers["content-encoding"] == "gzip"
    assert reply.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert int(reply.headers["content-length"]) == len(reply.body)


def test_a_layer_goes_out_in_brotli_where_the_browser_takes_it_and_plain_where_it_takes_nothing(get, published):
    path, _, query = layers.borders("VN", "vi", False).address().partition("?")
    plain, packed = get(APP, path, query), get(APP, path, query, accept_encoding="gzip, br")
    assert "content-encoding" not in plain.headers
    assert brotli.decompress(packed.body) == plain.body


def test_a_layer_holds_all_units_of_its_scope_those_without_a_row_too(ask):
    found = features(ask())

    assert {"04792", "04795", "04828", "04831"} < set(found)
    assert len(found) == 148
    assert found["04894"]["properties"]["text"] == "không có trong nguồn"


def test_the_country_holds_all(ask):
    assert len(features(ask(scope="VN"))) == 3321


def test_a_unit_has_name_value_and_rank_in_vietnamese(ask):
    unit = features(ask())["04792"]["properties"]
    assert (unit["name"], unit["text"], unit["rank"]) == (
        "Phường Tân Hòa",
        "90,0\u00a0%",
        "chưa tách được · hạng dự kiến 1",
    )


def test_a_unit_has_its_interval_and_n(ask):
    """Wilson's interval of 90 in 100, both divided by φ = 1 + 99 · 0.0026, for one month alone tells nothing of ρ."""
    vietnamese, english = (features(ask(language=language))["04792"]["properties"]["note"] for language in LANGUAGES)
    assert vietnamese == "khoảng 95 %: 81,5–94,9 · n = 100 hồ sơ"
    assert english == "95% interval: 81.5–94.9 · n = 100 dossiers"


def test_a_unit_has_value_and_rank_in_english(ask):
    unit = features(ask(language="en"))["04792"]["properties"]
    assert (unit["text"], unit["rank"]) == ("90.0%", "cannot be told apart · about rank 1")


@pytest.mark.parametrize(
    ("language", "words"), [("vi", "quá ít hồ sơ, không xếp hạng"), ("en", "too few dossiers, not ranked")]
)
def test_a_unit_with_too_few_dossiers_says_so(ask, language, words):
    assert features(ask(language=language))["04828"]["properties"]["rank"] == words


@pytest.mark.parametrize(("language", "words"), [("vi", "chưa có báo cáo"), ("en", "not reported")])
def test_a_silent_unit_says_so_and_has_the_colour_of_none(ask, language, words):
    units = features(ask(language=language))
    silent = units["04831"]["properties"]
    assert (silent["text"], silent["rank"]) == (words, "")
    assert silent["fill"] not in [units[code]["properties"]["fill"] for code in ("04792", "04795", "04828")]


def test_a_circle_stands_at_the_seat_and_its_area_shows_dossiers_received(ask):
    units = features(ask())
    assert units["04795"]["geometry"]["type"] == "Point"
    assert (units["04792"]["properties"]["radius"], units["04795"]["properties"]["radius"]) == (20, 30)


def test_neighbouring_codes_follow_each_other(ask):
    codes = list(features(ask(scope="VN")))
    assert codes == sorted(codes)


def test_units_are_coloured_by_the_number_of_old_communes(ask):
    units = features(ask(way="merged"))
    assert units["04792"]["properties"]["text"] == "3 đơn vị cũ · 90,0\u00a0%"
    assert units["04831"]["properties"]["text"] == "4 đơn vị cũ · chưa có báo cáo"


def test_two_periods_share_their_classes_only_where_they_can(ask):
    assert ask(beside="2026-08").status == 200
    assert ask(beside="2026-08", way="merged").status == 404


def test_another_theme_has_other_colours(ask):
    light, dark = (features(ask(theme=theme))["04792"]["properties"]["fill"] for theme in ("light", "dark"))
    assert light != dark


def test_without_boundaries_no_area_is_drawn(ask):
    assert features(ask(shape="area")) == {}
    assert borders.boundaries_id() == ""


def test_with_boundaries_the_units_that_have_one_are_drawn(ask, boundaries):
    units = features(ask(shape="area", boundaries=borders.boundaries_id()))
    assert {code: unit["geometry"]["type"] for code, unit in units.items()} == {"04792": "Polygon", "04795": "Polygon"}


def test_the_address_of_a_layer_leads_to_it(get, published):
    snapshot = current_snapshot(published / "published" / "live").name
    layer = layers.Layer("live", snapshot, "on_time_share", "portal", "2026-08", "25", "symbol", "vi", "light")
    path, _, query = layer.address().partition("?")
    assert len(features(get(APP, path, query, accept_encoding="gzip"))) == 148


@pytest.mark.parametrize("name", ["dataset", "snapshot", "measure", "period", "scope", "shape", "language", "theme"])
def test_an_address_that_is_incomplete_is_400(ask, name):
    assert ask(without=name).status == 400


def test_an_address_with_an_unknown_word_is_400(ask):
    assert ask(colour="red").status == 400


@pytest.mark.parametrize(
    "changes",
    [
        {"dataset": "other"},
        {"dataset": "recorded"},
        {"dataset": "../live"},
        {"snapshot": "20260101T000000Z-00000000"},
        {"snapshot": ""},
        {"snapshot": "."},
        {"snapshot": ".."},
        {"snapshot": "../live"},
        {"snapshot": "../../../etc"},
        {"snapshot": "/etc"},
        {"snapshot": "a\0b"},
        {"period": "2026-13"},
        {"period": ""},
        {"language": "fr"},
    ],
    ids=str,
)
def test_an_address_that_names_nothing_is_404_and_tells_nothing(ask, changes):
    reply = ask(**changes)
    assert (reply.status, reply.body) == (404, b"layer: there is none at this address")
    assert reply.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("way_out", ["../live/", "x/../", "./"])
def test_no_way_round_leads_to_a_snapshot(ask, published, way_out):
    snapshot = current_snapshot(published / "published" / "live").name
    assert ask(snapshot=way_out + snapshot).status == 404


def test_a_damaged_snapshot_is_404(ask, published):
    path = current_snapshot(published / "published" / "live") / "standings.parquet"
    path.write_bytes(path.read_bytes()[:-20])
    assert ask().status == 404


def of(layer, get):
    path, _, query = layer.address().partition("?")
    return get(APP, path, query, accept_encoding="gzip")


def test_old_communes_have_an_address_that_may_be_kept_for_ever(get, published):
    reply = of(layers.members("25", "vi"), get)
    names = {feature["properties"]["name"] for feature in json.loads(gzip.decompress(reply.body))["features"]}
    assert reply.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert "Phường Tân Hòa" in names


@pytest.mark.parametrize(
    "changes",
    [{"scope": "99"}, {"scope": "../25"}, {"language": "fr"}, {"lineage": "old"}, {"edition": "old"}],
    ids=str,
)
def test_old_communes_of_nowhere_are_404(get, published, changes):
    assert of(replace(layers.members("25", "vi"), **changes), get).status == 404


def test_borders_are_those_of_the_boundaries_prepared(get, boundaries):
    content = json.loads(gzip.decompress(of(layers.borders("25", "vi", True), get).body))
    assert [feature["geometry"]["type"] for feature in content["features"]] == ["MultiLineString"]


def test_borders_of_other_boundaries_are_404(get, boundaries):
    assert of(replace(layers.borders("25", "vi", True), boundaries="other"), get).status == 404


def test_names_need_no_boundaries(get, published):
    content = json.loads(gzip.decompress(of(layers.borders("VN", "vi", False), get).body))
    labels = {feature["properties"]["label"] for feature in content["features"]}
    assert labels == {"Quần đảo Hoàng Sa", "Quần đảo Trường Sa"}


def test_a_large_layer_is_packed_again_for_whoever_asks_next(get, published, monkeypatch):
    layer = layers.borders("VN", "vi", False)
    monkeypatch.setattr(map_layers, "_LARGE", 10)
    monkeypatch.setattr(map_layers, "_BEST", {})
    begun = []
    monkeypatch.setattr(
        map_layers, "Thread", lambda target, args, daemon: begun.append(target) or Started(target, args)
    )
    path, _, query = layer.address().partition("?")
    first, second = (get(APP, path, query, accept_encoding="br") for _ in range(2))

    assert len(begun) == 1
    assert brotli.decompress(second.body) == brotli.decompress(first.body)
    assert second.body == map_layers._BEST[layer]


class Started:
    """A thread that has done its work when it has been started."""

    def __init__(self, target, args):
        self.start = lambda: target(*args)


@pytest.mark.parametrize(
    ("look", "area", "lined", "has"),
    [
        ("outline", True, True, {"fill": [1, 2, 3, 1], "line": [1, 2, 3]}),
        ("outline", True, False, {"fill": [1, 2, 3, 50], "line": [1, 2, 3]}),
        ("hatch", True, True, {"pattern": "hatch"}),
        ("hatch", False, True, {"fill": [1, 2, 3, 1], "line": [1, 2, 3], "mark": "✕"}),
        ("dots", True, True, {"pattern": "dots"}),
        ("dots", False, True, {}),
        ("fill", True, True, {}),
    ],
)
def test_a_silence_is_drawn_as_an_outline_a_pattern_or_a_mark(look, area, lined, has):
    assert layers._drawn(look, [1, 2, 3], area=area, lined=lined) == has
