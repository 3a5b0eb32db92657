"""The open data before and after a release: nothing that waits, the calendar, the errata, pinned snapshots."""

from __future__ import annotations

import json

import pytest
from starlette.routing import Router

from display.maps.layers import Layer
from etl.publishing.harvest import Harvest, measurement_rows
from etl.publishing.publish import publish
from etl.publishing.release import release
from store import calendar
from store.access.rules import PUBLIC, Reader
from store.snapshot import open_snapshot
from tests.conftest import CAPTURED
from web import map_layers
from web.open.routes import ROUTES

FORM = {"measure": "on_time_share_form", "series": "ii06", "basis": "form", "source": "form:a.xlsx"}


@pytest.fixture
def form(published, measurement):
    """Publishes a form of Tân Hòa with so many of 100 on time; the id of the snapshot, which waits."""

    def publish_form(on_time: float) -> str:
        rows = measurement_rows([measurement(**FORM, numerator=on_time)])
        return publish(published, "live", Harvest(rows, CAPTURED, ["form:a.xlsx"]), nature="live").id

    return publish_form


@pytest.fixture
def ask(get):
    def answer(name: str, query: str = "") -> tuple[int, dict]:
        reply = get(Router(ROUTES), f"/open/v1/{name}", query)
        return reply.status, json.loads(reply.body)

    return answer


def test_what_waits_is_in_no_table_and_at_no_address(published, form, ask, get):
    latest = form(90.0)
    assert latest not in json.dumps([ask(name) for name in ("datasets", "measurements", "standings", "releases")])
    assert ask("measurements", "basis=form")[1]["total"] == 0
    assert ask("measurements", f"snapshot={latest}")[0] == 404
    assert get(Router(ROUTES), "/open/v1/package.zip", f"snapshot={latest}").status == 404


def test_a_release_is_in_the_calendar_with_its_note_and_without_a_name(published, form, ask):
    form(90.0)
    line = release(published, "live", "an@phutho.vn", "Biểu tháng 8")
    status, found = ask("releases")
    assert status == 200 and "an@phutho.vn" not in json.dumps(found)
    row = found["rows"][0]
    assert (row["snapshot"], row["state"], row["how"], row["note"]) == (
        line.snapshot,
        "released",
        "person",
        "Biểu tháng 8",
    )
    assert row["holds"] == "portal 2026-08/2026-08; form 2026-08/2026-08"
    assert ask("measurements", "basis=form")[1]["total"] == 1


def test_announced_days_come_first_and_a_wrong_file_hides_none_of_the_rest(published, ask):
    file = published / calendar.FILE
    file.parent.mkdir()
    file.write_text("releases:\n- {date: 2999-01-10, what: {vi: Biểu năm, en: Forms of the year}}\n")
    row = ask("releases")[1]["rows"][0]
    assert (row["state"], row["date"], row["what_en"]) == ("announced", "2999-01-10", "Forms of the year")
    file.write_text("releases:\n- {date: soon, what: {vi: a, en: b}}\n")
    assert [row["state"] for row in ask("releases")[1]["rows"]] == ["released"]


def test_errata_hold_the_old_figure_and_the_new_one(published, form, ask):
    form(90.0)
    release(published, "live", "an@phutho.vn")
    form(80.0)
    assert ask("errata")[1]["total"] == 0, "what waits is no erratum"
    line = release(published, "live", "an@phutho.vn")
    (row,) = ask("errata", "province=25&measure=on_time_share_form")[1]["rows"]
    assert (row["old_numerator"], row["new_numerator"], row["snapshot"]) == (90.0, 80.0, line.snapshot)
    assert ask("errata", "province=38")[1]["total"] == 0


def test_a_snapshot_that_was_taken_back_cannot_be_asked_for(published, form, ask):
    first = open_snapshot("live").manifest.id
    second = form(90.0)
    release(published, "live", "an@phutho.vn")
    assert ask("measurements", f"snapshot={second}")[0] == 200
    release(published, "live", "an@phutho.vn", "sai", snapshot=first)
    assert ask("measurements", f"snapshot={second}")[0] == 404
    states = {row["snapshot"]: row["state"] for row in ask("releases")[1]["rows"][1:]}
    assert states[second] == "withdrawn"


@pytest.mark.parametrize(("reader", "status"), [(PUBLIC, 404), (Reader("a", frozenset({("leader", "25")})), 200)])
def test_a_map_of_what_waits_is_for_readers_with_a_role(published, form, get, reader, status):
    latest = form(90.0)
    layer = Layer("live", latest, "on_time_share", "portal", "2026-08", "25", "symbol", "vi", "light")
    path, query = layer.address().split("?")
    reply = get(Router(map_layers.routes(lambda _: reader)), path, query)
    assert reply.status == status
    assert "public" not in reply.headers["cache-control"]
