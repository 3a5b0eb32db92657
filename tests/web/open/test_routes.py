"""The open data over ASGI: tables, formats, pages, conditions, ranges, what is refused, what is withheld."""

from __future__ import annotations

import io
import json
import re
import zipfile
from pathlib import Path
from urllib.parse import urlsplit

import polars as pl
import pytest
from starlette.applications import Starlette

from etl.publishing.harvest import Harvest, measurement_rows
from etl.publishing.in_service import current_snapshot
from etl.publishing.publish import publish
from files.places import HOME
from press.share import map as shared_map
from tests.conftest import CAPTURED
from ui.time import course
from web.open import embed, embed_drawn, routes, tables

DRAWN = embed_drawn.routes(time=course.embedded, map=shared_map.embedded)
APP = Starlette(routes=[*routes.ROUTES, *embed.ROUTES, *DRAWN])
STANDINGS = "measure=on_time_share&scope=25&level=commune"


@pytest.fixture
def ask(get, published):
    """Asks for an address below /open/v1, of the small dataset `live`."""

    def asked(path: str, query: str = "", **words: str):
        return get(APP, f"/open/v1/{path}", query, **words)

    return asked


@pytest.fixture
def small(published, measurement) -> Path:
    """A simulated dataset: Tân Hòa has received 4 dossiers, Hòa Bình 30, Thống Nhất 12, Đà Bắc 80; Phú Thọ 126."""
    figures = {"04792": 4, "04795": 30, "04828": 12, "04831": 80, "25": 126}
    rows = [
        measurement(unit_code=code, level="province" if code == "25" else "commune", measure="received",
                    series="ii06", basis="form", numerator=float(n), denominator=None)
        for code, n in figures.items()
    ]  # fmt: skip
    publish(published, "simulated", Harvest(measurement_rows(rows), CAPTURED, ["made up"]), nature="simulated")
    return published


def content(reply) -> dict:
    return json.loads(reply.body)


def test_the_index_names_every_table(ask):
    known = content(ask(""))["tables"]
    assert [ask(name).status for name in known if name != "boundaries"] == [200] * 14


def test_standings_have_value_interval_rank_and_state(ask):
    rows = {row["unit_code"]: row for row in content(ask("standings", STANDINGS))["rows"]}
    assert (rows["04792"]["value"], rows["04792"]["rank"], rows["04792"]["of"]) == (90.0, 1, 2)
    assert rows["04831"]["state"] == "not_reported"


def test_measurements_have_the_figures_and_the_value(ask):
    (row,) = content(ask("measurements", "unit=04795&measure=on_time_share"))["rows"]
    assert (row["numerator"], row["denominator"], row["value"]) == (70.0, 100.0, 70.0)


@pytest.mark.parametrize(
    ("query", "units"),
    [
        ("province=01", {"00004", "00008"}),
        ("unit=16654", {"16654"}),
        ("level=department", {"H44.15"}),
        ("province=25&level=province", {"25"}),
        ("period=2026-07", set()),
        ("basis=form", set()),
    ],
)
def test_rows_are_chosen(ask, query, units):
    rows = content(ask("measurements", f"measure=on_time_share&{query}"))["rows"]
    assert {row["unit_code"] for row in rows} == units


def test_pages_follow_each_other_and_stay_with_their_snapshot(ask, published):
    seen, path, query = [], "standings", "limit=3&measure=on_time_share"
    while path:
        reply = content(ask(path, query))
        seen += [(row["unit_code"], row["scope"]) for row in reply["rows"]]
        onward = urlsplit(reply["next"] or "")
        path, query = onward.path.removeprefix("/open/v1/"), onward.query
        assert not query or current_snapshot(published / "published" / "live").name in query
    assert len(seen) == len(set(seen)) == reply["total"] > 3


def test_csv_and_json_hold_the_same_rows(ask):
    table = pl.read_csv(ask("standings", f"{STANDINGS}&format=csv").body, schema_overrides={"unit_code": pl.String})
    rows = content(ask("standings", STANDINGS))["rows"]
    assert table.select("unit_code", "value").rows() == [(row["unit_code"], row["value"]) for row in rows]


def test_parquet_is_asked_for_by_its_type(ask):
    reply = ask("standings", STANDINGS, accept="application/vnd.apache.parquet")
    assert reply.headers["content-type"] == "application/vnd.apache.parquet"
    assert pl.read_parquet(io.BytesIO(reply.body)).height == 4


def test_a_reader_that_has_the_reply_is_told_so(ask):
    first = ask("standings", STANDINGS)
    again = ask("standings", STANDINGS, if_none_match=first.headers["etag"])
    assert (again.status, again.body) == (304, b"")
    assert ask("standings", f"{STANDINGS}&limit=2", if_none_match=first.headers["etag"]).status == 200


def test_a_new_snapshot_has_another_tag(ask, published, measurement):
    before = ask("standings", STANDINGS).headers["etag"]
    rows = measurement_rows([measurement(numerator=91.0)])
    publish(published, "live", Harvest(rows, CAPTURED.replace(day=3), ["portal:test"]), nature="live")
    assert ask("standings", STANDINGS, if_none_match=before).status == 200


def test_an_old_snapshot_can_still_be_cited(ask, published, measurement):
    old = current_snapshot(published / "published" / "live").name
    rows = measurement_rows([measurement(numerator=50.0)])
    publish(published, "live", Harvest(rows, CAPTURED.replace(day=3), ["portal:test"]), nature="live")
    query = "unit=04792&measure=on_time_share"
    assert content(ask("measurements", query))["rows"][0]["value"] == 50.0
    assert content(ask("measurements", f"{query}&snapshot={old}"))["rows"][0]["value"] == 90.0
    kept = content(ask("datasets"))["rows"]
    assert {row["snapshot"]: row["current"] for row in kept}[old] is False


@pytest.mark.parametrize(
    ("asked", "part", "told"),
    [
        ("bytes=0-3", slice(0, 4), "bytes 0-3/{size}"),
        ("bytes=-4", slice(-4, None), None),
        ("bytes=4-", slice(4, None), None),
    ],
)
def test_a_part_of_a_parquet_file_can_be_had(ask, asked, part, told):
    query = f"{STANDINGS}&format=parquet"
    whole = ask("standings", query).body
    reply = ask("standings", query, range=asked)
    assert (reply.status, reply.body) == (206, whole[part])
    assert reply.headers["content-length"] == str(len(reply.body))
    assert told is None or reply.headers["content-range"] == told.format(size=len(whole))


def test_a_part_of_another_version_is_not_sent(ask):
    query = f"{STANDINGS}&format=parquet"
    assert ask("standings", query, range="bytes=0-3", if_range='"another"').status == 200


def test_a_part_beyond_the_end_is_refused(ask):
    reply = ask("standings", f"{STANDINGS}&format=parquet", range="bytes=99999999-")
    assert reply.status == 416
    assert reply.headers["content-range"].startswith("bytes */")


def test_any_web_page_may_read(ask):
    assert ask("standings", STANDINGS).headers["access-control-allow-origin"] == "*"
    flight = ask("standings", method="OPTIONS")
    assert flight.status == 204
    assert "GET" in flight.headers["access-control-allow-methods"]


def test_head_says_what_get_would_send(ask):
    got, head = ask("standings", STANDINGS), ask("standings", STANDINGS, method="HEAD")
    assert (head.status, head.body) == (200, b"")
    assert head.headers["content-length"] == got.headers["content-length"]


def test_text_is_packed_for_readers_that_unpack(ask):
    assert ask("standings", STANDINGS, accept_encoding="gzip, br").headers["content-encoding"] == "gzip"
    assert "content-encoding" not in ask("standings", STANDINGS, accept_encoding="gzip;q=0").headers


@pytest.mark.parametrize(
    ("path", "query", "words", "status"),
    [
        ("standings", "provinces=25", {}, 400),
        ("standings", "province=99", {}, 400),
        ("standings", "limit=10001", {}, 400),
        ("standings", "limit=5&limit=6", {}, 400),
        ("standings", "period=2026-02-30_2026-03-01", {}, 404),
        ("standings", "snapshot=../../../etc", {}, 400),
        ("standings", "snapshot=20200101T000000Z-00000000", {}, 404),
        ("standings", "dataset=simulated", {}, 404),
        ("standings", "", {"accept": "image/png"}, 406),
        ("standings", "", {"method": "POST"}, 405),
        ("boundaries", "", {}, 404),
        ("nothing", "", {}, 404),
        ("../secret", "", {}, 404),
    ],
)
def test_what_cannot_be_answered_is_explained(ask, path, query, words, status):
    reply = ask(path, query, **words)
    assert (reply.status, reply.headers["content-type"]) == (status, "application/problem+json")
    assert content(reply)["status"] == status
    assert reply.headers["access-control-allow-origin"] == "*"


def test_a_damaged_snapshot_is_a_problem_for_now(ask, published):
    (current_snapshot(published / "published" / "live") / "standings.parquet").write_bytes(b"PAR1")
    assert ask("standings").status == 503


@pytest.mark.parametrize("table", ["measurements", "standings"])
@pytest.mark.parametrize("form", ["json", "csv", "parquet"])
def test_small_numbers_are_withheld_in_every_format(ask, small, table, form):
    reply = ask(table, f"dataset=simulated&measure=received&level=commune&format={form}")
    rows = rows_of(reply.body, form)
    states = dict(rows.select("unit_code", "state").unique().iter_rows())
    assert states == {"04792": "suppressed", "04828": "suppressed", "04795": "reported", "04831": "reported"}
    hidden = rows.filter(pl.col("state") == "suppressed")
    figures = [n for n in ("value", "numerator", "rank", "rank_low", "rank_high", "band") if n in hidden.columns]
    assert hidden.select(pl.all_horizontal(pl.col(figures).is_null().all())).item()


def rows_of(body: bytes, form: str) -> pl.DataFrame:
    if form == "parquet":
        return pl.read_parquet(io.BytesIO(body))
    if form == "csv":
        return pl.read_csv(body, schema_overrides={"unit_code": pl.String}, infer_schema_length=None)
    return pl.DataFrame(json.loads(body)["rows"], infer_schema_length=None)


@pytest.mark.parametrize("form", ["json", "csv", "parquet"])
def test_what_is_simulated_says_so_in_every_format(ask, small, form):
    reply = ask("standings", f"dataset=simulated&format={form}")
    assert reply.headers["x-gan-dan-nature"] == "simulated"
    assert rows_of(reply.body, form)["nature"].unique().to_list() == ["mô phỏng"]


def test_json_says_in_both_languages_that_figures_are_simulated(ask, small):
    note = content(ask("standings", "dataset=simulated"))["note"]
    assert "mô phỏng" in note
    assert "not real" in note


def unpacked(reply) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(reply.body)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_a_package_explains_itself(ask, published):
    files = unpacked(ask("package.zip", "province=25&measure=on_time_share"))
    readme = files["README.txt"].decode()
    snapshot = current_snapshot(published / "published" / "live").name
    assert set(files) == {"standings.csv", "metadata.json", "README.txt"}
    for words in ("CC BY 4.0", "Giấy phép", "Licence", "portal:test", snapshot, "2/9/2026", "2 Sep 2026"):
        assert words in readme


def test_the_metadata_are_a_data_package(ask):
    files = unpacked(ask("package.zip", "measure=on_time_share"))
    package = json.loads(files["metadata.json"])
    assert re.fullmatch(r"[a-z0-9._-]+", package["name"])
    assert {"name", "title"} <= set(package["licenses"][0])
    assert all(source["title"] for source in package["sources"])
    (resource,) = package["resources"]
    assert resource["path"] in files
    header = files[resource["path"]].decode("utf-8-sig").splitlines()[0].split(",")
    fields = resource["schema"]["fields"]
    assert header == [field["name"] for field in fields]
    assert {field["type"] for field in fields} <= {"string", "number", "integer", "boolean", "date", "datetime"}
    assert set(resource["schema"]["primaryKey"]) <= set(header)
    assert package["measures"][0]["id"] == "on_time_share"


def test_a_package_withholds_and_marks(ask, small):
    files = unpacked(ask("package.zip", "dataset=simulated&measure=received&province=25"))
    rows = rows_of(files["standings.csv"], "csv")
    assert rows.filter(pl.col("state") == "suppressed")["numerator"].null_count() == 2
    assert rows["nature"].unique().to_list() == ["mô phỏng"]
    assert "mô phỏng" in files["README.txt"].decode()


def test_no_cell_of_a_package_starts_a_formula(ask, published, measurement):
    rows = measurement_rows([measurement(quality="=HYPERLINK(1)")])
    publish(published, "live", Harvest(rows, CAPTURED.replace(day=3), ["portal:test"]), nature="live")
    table = unpacked(ask("package.zip", "measure=on_time_share"))["standings.csv"].decode()
    assert "'=HYPERLINK" in table
    assert ",=HYPERLINK" not in table


def test_a_unit_to_embed_says_its_measures(get, published):
    page = get(APP, "/embed/unit", "unit=04792").body.decode()
    assert "Phường Tân Hòa, Phú Thọ" in page
    assert "90,0" in page


def test_an_embedded_table_withholds_and_marks(get, small):
    page = get(APP, "/embed/ranking", "dataset=simulated&province=25&measure=received").body.decode()
    assert page.count("không công bố: dưới 10 hồ sơ") == 2
    assert "Số liệu mô phỏng" in page


@pytest.mark.parametrize(
    ("path", "query", "status"),
    [("unit", "", 400), ("unit", "unit=<b>", 400), ("unit", "unit=99999", 404), ("ranking", "measure=x", 400)],
)
def test_an_embed_address_that_is_wrong_says_so_and_escapes(get, published, path, query, status):
    reply = get(APP, f"/embed/{path}", query)
    assert reply.status == status
    assert "<b>" not in reply.body.decode()


def addresses() -> list[str]:
    text = (HOME / "docs" / "open-data.md").read_text(encoding="utf-8")
    found = re.findall(r"(?:http://localhost:8501|`)(/(?:open/v1|embed)[^'\"`\s]*)", text)
    return sorted(set(found) - {"/embed/unit"})


@pytest.mark.parametrize("address", addresses())
def test_every_address_of_the_document_answers(get, address, monkeypatch):
    monkeypatch.delenv("GANDAN_DATA", raising=False)
    parts = urlsplit(address)
    reply = get(APP, parts.path, parts.query)
    prepared = (HOME / "data" / "boundaries" / "boundaries.id").exists()  # by `make run`
    assert reply.status == (404 if "boundaries" in parts.path and not prepared else 200)


def test_the_document_names_every_table():
    assert {f"/open/v1/{name}" for name in tables.kinds()} <= set(addresses())
