"""What a reader sees of a snapshot: own provinces whole, the rest as the public may see it, whatever way it comes."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import product

import polars as pl
import pytest
from starlette.applications import Starlette

from display.drawing.palette import LIGHT
from display.maps import layers
from display.words import addresses, rankings
from display.words.selection import Selection
from display.words.text import Speaker
from display.words.view import View
from etl.publishing.harvest import Harvest, measurement_rows, quarantine_rows
from etl.publishing.publish import publish
from etl.publishing.release import release
from press.share import files, picture
from press.share.rankings import of_list
from ranking.periods import Period, parse
from store import catalog, sight, standings, units
from store.access.rules import LOCAL, PUBLIC, Reader, code_of
from store.months import by_month, together_by_month
from store.reference import measures
from store.snapshot import Snapshot, open_snapshot
from tests.conftest import CAPTURED
from tests.conftest import _row as row_of
from tests.opened import linked
from ui.frame import sign_in
from ui.overview import freshness
from ui.parts import downloads
from web import map_layers, search
from web.open import embed, routes

PHU_THO, HA_NOI = "25", "01"
FORM = "on_time_share_form"
SMALL_OWN, SMALL_OTHER = "04828", "00008"
BETRAYED = "77,8"  # per cent: 7 of 9, which nobody else has
LEADER = Reader("a@b.vn", frozenset({("leader", PHU_THO)}), "signed_in")
APP = Starlette(
    routes=[
        *map_layers.routes(lambda request: sign_in.of_request(request)),
        *search.ROUTES,
        *routes.ROUTES,
        *embed.ROUTES,
    ]
)


@pytest.fixture(scope="module")
def world_data(tmp_path_factory, small_data):
    """The data folder of `world`, made once."""
    data = tmp_path_factory.mktemp("world")
    shutil.copytree(small_data, data, dirs_exist_ok=True)
    later = datetime(2026, 9, 3, 1, tzinfo=UTC)

    def rows(captured: datetime, other: float) -> pl.DataFrame:
        months = [(date(2026, m, 1), date(2026, m, d)) for m, d in ((6, 30), (7, 31), (8, 31))]
        small = {SMALL_OTHER: (other, 9), SMALL_OWN: (5, 8), "00004": (80, 100), "04792": (90, 100)}
        return measurement_rows(
            row_of(
                unit_code=code, numerator=float(part), denominator=float(whole), period_start=start, period_end=end,
                captured_at=captured, measure=FORM, series="ii06", basis="form",
            )
            for code, (part, whole) in small.items() for start, end in months
        )  # fmt: skip

    refused = quarantine_rows(
        [
            {"source": "portal:test", "place": "Ngọc Hà", "row": 3, "column": "totalOnTime", "value": "7",
             "reason": "sum: 7 + 3 = 10, not 9", "captured_at": later}
        ]
    )  # fmt: skip
    publish(data, "live", Harvest(rows(CAPTURED, 6), CAPTURED, ["portal:test"]), nature="live")
    publish(data, "live", Harvest(rows(later, 7), later, ["portal:test"], quarantine=refused), nature="live")
    return data


@pytest.fixture
def world(published, world_data):
    """`published` with small numbers: 7 of 9 in Ngọc Hà (Hà Nội), once revised, and 5 of 8 in Thống Nhất (Phú Thọ)."""
    shutil.copytree(world_data, published, dirs_exist_ok=True)
    release(published, "live", "lan")
    return published


def told(node: object) -> str:
    """All that the server sends for a page, down to every element."""
    children = getattr(node, "children", {}).values()
    return str(getattr(node, "proto", "")) + "".join(told(child) for child in children)


def seen_by(reader: Reader) -> Snapshot:
    return open_snapshot("live", unreleased=True).seen_in(reader.seen)


def states(reader: Reader, table: str, unit: str) -> set[str]:
    rows = sight.scan(seen_by(reader), table).filter(pl.col("unit_code") == unit, pl.col("measure") == FORM)
    return set(rows.collect().get_column("state"))


def test_own_small_numbers_are_seen_and_those_of_others_are_not(world):
    assert states(LEADER, "measurements", SMALL_OWN) == {"reported"}
    assert states(LEADER, "measurements", SMALL_OTHER) == {"suppressed"}
    assert states(PUBLIC, "measurements", SMALL_OWN) == {"suppressed"}


@pytest.mark.parametrize(("reader", "seen"), [(LEADER, True), (PUBLIC, False)])
def test_what_is_taken_along_holds_what_its_reader_sees_and_no_more(world, reader, seen):
    view = View("vi", Speaker("vi"), seen_by(reader), LIGHT, reader=reader)
    chosen = Selection("commune", PHU_THO, measures()[FORM], "form", "ii06", parse("2026-08"))
    rows = rankings.rows_of(view, chosen)
    shared = of_list(view, chosen, rows, lambda: downloads.sheet(view, chosen, rows, []))
    sheet = files.sheet_of(view, replace(shared, sheet=None, raw=lambda: rows))
    everywhere = [*(picture.picture(view, shared, form).svg() for form in picture.FORMATS.values())]
    everywhere += [str([sheet.rows, sheet.shown, shared.sheet and shared.sheet()])]

    found = ["62,5" in text or "62.5" in text for text in everywhere]  # per cent: 5 of 8
    assert found[-1] == seen and any(found) == seen


def test_ranks_within_the_own_province_are_whole(world):
    rows = sight.scan(seen_by(LEADER), "standings").filter(pl.col("unit_code") == SMALL_OWN, pl.col("measure") == FORM)
    rows = rows.collect()

    assert set(rows.filter(pl.col("scope") == PHU_THO).get_column("state")) == {"reported"}
    assert set(rows.filter(pl.col("scope") == "VN").get_column("state")) == {"suppressed"}


def test_whoever_sees_all_reads_the_file_itself(world):
    snapshot = open_snapshot("live", unreleased=True)
    assert (
        sight.scan(snapshot, "measurements").collect().equals(pl.read_parquet(snapshot.folder / "measurements.parquet"))
    )


@pytest.mark.parametrize("table", ["measurements", "standings", "revisions", "quarantine", "departments"])
@pytest.mark.parametrize("reader", [PUBLIC, LEADER], ids=["public", "leader"])
def test_a_narrowed_table_has_all_rows_and_the_same_columns(world, table, reader):
    whole, narrow = (
        sight.scan(open_snapshot("live", unreleased=True), table).collect(),
        sight.scan(seen_by(reader), table).collect(),
    )

    assert narrow.schema == whole.schema
    assert narrow.height == whole.height


def test_a_revision_of_another_province_tells_no_small_number(world):
    rows = sight.scan(seen_by(LEADER), "revisions").filter(pl.col("unit_code") == SMALL_OTHER).collect()

    assert rows.height
    assert rows.select("old_numerator", "new_numerator", "old_denominator").null_count().row(0) == (rows.height,) * 3


def test_no_figure_is_left_in_the_reason_of_a_refused_row(world):
    rows = quarantine_rows([{"source": "form", "place": "04792", "reason": "41 and 3,5 don't come to 43: form"}])
    [row] = sight.narrowed(seen_by(LEADER), "quarantine", rows.lazy()).collect().to_dicts()
    assert row["reason"] == "… and … don't come to …"


def test_refused_rows_are_counted_without_what_stood_in_them(world):
    [row] = sight.scan(seen_by(LEADER), "quarantine").collect().to_dicts()
    assert (row["value"], row["row"], row["reason"]) == (None, None, "sum")


@pytest.mark.parametrize(("reader", "page"), [*product([PUBLIC, LEADER], addresses.PATHS)])
def test_no_page_betrays_what_is_withheld(world, monkeypatch, reader, page):
    monkeypatch.setattr(sign_in, "current", lambda: reader)
    app = linked(page, province=HA_NOI, unit=SMALL_OTHER, units=SMALL_OTHER, part="changes").run()

    assert not app.exception
    assert BETRAYED not in told(app._tree)


def test_the_same_figure_is_on_the_page_of_who_may_see_it(world, monkeypatch):
    """Without this, the test above could pass on pages that show nothing."""
    own = Reader("a@b.vn", frozenset({("leader", HA_NOI)}), "signed_in")
    monkeypatch.setattr(sign_in, "current", lambda: own)

    assert BETRAYED in told(linked("rankings", province=HA_NOI, measure=FORM, basis="form").run()._tree)


AUGUST = Period(date(2026, 8, 1), date(2026, 8, 31), "month")
JULY = Period(date(2026, 7, 1), date(2026, 7, 31), "month")
WHAT = (FORM, "form")
KEPT = {
    "ranking": lambda snapshot, scope: standings.ranking(snapshot, "commune", *WHAT, AUGUST, scope),
    "with_earlier": lambda snapshot, scope: standings.with_earlier(snapshot, *WHAT, AUGUST, scope, JULY),
    "by_month": lambda snapshot, scope: by_month(snapshot, *WHAT, "commune", scope),
    "together_by_month": lambda snapshot, scope: together_by_month(snapshot, *WHAT, "commune", scope),
    "catalog": lambda snapshot, scope: catalog.catalog(snapshot).filter(pl.col("scope") == scope),
    "coverage": lambda snapshot, scope: freshness._coverage(snapshot, "commune", scope),
    "figures": lambda snapshot, scope: units.figures(snapshot, UNIT_OF.get(scope, SMALL_OTHER)),
    "latest": lambda snapshot, scope: units.latest(snapshot, UNIT_OF.get(scope, SMALL_OTHER)),
}
"""What is kept of a snapshot for all readers who may see it, by province or country."""
UNIT_OF = {PHU_THO: SMALL_OWN, HA_NOI: SMALL_OTHER}


@pytest.mark.parametrize("scope", [PHU_THO, HA_NOI, "VN"])
@pytest.mark.parametrize("what", KEPT)
def test_what_readers_share_is_whole_for_the_own_province_and_the_public_s_elsewhere(world, what, scope):
    whole, shown = (KEPT[what](seen_by(reader), scope) for reader in (LOCAL, PUBLIC))
    found = KEPT[what](seen_by(LEADER), scope)

    assert found.equals(whole if scope == PHU_THO else shown)
    if what in ("ranking", "figures"):
        assert not whole.equals(shown)


def test_leaders_of_two_provinces_share_what_both_may_see(world):
    other = Reader("b@b.vn", frozenset({("leader", "38")}), "signed_in")
    assert KEPT["ranking"](seen_by(LEADER), HA_NOI) is KEPT["ranking"](seen_by(other), HA_NOI)


# --- addresses


def layer(reader: Reader) -> str:
    snapshot = open_snapshot("live", unreleased=True)
    found = layers.Layer(
        "live", snapshot.manifest.id, FORM, "form", "2026-08", HA_NOI, "symbol", "vi", "light",
        seen=code_of(reader.seen),
    )  # fmt: skip
    return found.address().partition("?")[2]


@pytest.mark.parametrize("asking", [PUBLIC, LEADER], ids=["public", "leader"])
def test_a_map_layer_is_refused_to_who_may_not_see_its_figures(world, get, monkeypatch, asking):
    monkeypatch.setattr(sign_in, "of_request", lambda _: asking)
    admin = Reader("b@b.vn", frozenset({("admin", "VN")}), "signed_in")

    assert get(APP, "/layers/units.geojson", layer(admin)).status == 403
    own = get(APP, "/layers/units.geojson", layer(asking))
    assert own.status == 200
    assert BETRAYED not in own.body.decode("latin-1")


def test_a_layer_for_its_reader_is_kept_by_no_cache_between(world, get, monkeypatch):
    monkeypatch.setattr(sign_in, "of_request", lambda _: LEADER)

    assert get(APP, "/layers/units.geojson", layer(LEADER)).headers["cache-control"].startswith("private")
    assert get(APP, "/layers/units.geojson", layer(PUBLIC)).headers["cache-control"].startswith("public")


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/open/v1/measurements", f"unit={SMALL_OTHER}"), ("/open/v1/standings", f"province={HA_NOI}"),
        ("/embed/unit", f"unit={SMALL_OTHER}"), ("/embed/ranking", f"province={HA_NOI}&measure={FORM}"),
    ],
)  # fmt: skip
def test_open_data_tells_the_administrator_no_more_than_the_public(world, get, monkeypatch, path, query):
    monkeypatch.setattr(sign_in, "of_request", lambda _: Reader("b", frozenset({("admin", "VN")}), "signed_in"))
    reply = get(APP, path, query).body.decode()

    assert "0.777" not in reply
    assert BETRAYED not in reply
