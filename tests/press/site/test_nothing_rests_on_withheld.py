"""What the public gets does not depend on a withheld figure: with others in its place every byte is the same."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import polars as pl
import pytest
from starlette.applications import Starlette

from display.maps.colouring import WAYS
from display.maps.layers import Layer
from etl.publishing.harvest import Harvest, measurement_rows
from etl.publishing.publish import publish
from etl.publishing.release import release as to_public
from press.site.command import build
from ranking.manifest import MANIFEST, table_file
from ranking.states import SUPPRESSED
from ranking.vocabulary import CELL
from store.access.rules import PUBLIC
from store.snapshot import open_snapshot
from tests.conftest import CAPTURED
from tests.press.site.test_command import BASE, WITHHELD, publish_small
from tests.store.test_case_mix import rows
from web import map_layers, search
from web.open import embed, routes
from web.open.tables import kinds

MEASURE = "on_time_share_form"
SNAPSHOT_TABLES = {"measurements", "standings", "withheld", "coverage", "missing", "releases", "errata"}
ADJUSTED = f"{routes.HOME}/adjusted?dataset=live&measure={MEASURE}&basis=form&period=2026-08&scope=25"
APP = Starlette(
    routes=[*routes.ROUTES, *embed.ROUTES, *search.ROUTES, *map_layers.routes(lambda _: PUBLIC)],
)


@pytest.fixture(scope="module")
def two_worlds(tmp_path_factory) -> tuple[Path, Path]:
    """Two data folders with the same public tables: in the second everything withheld is another figure."""
    folder = tmp_path_factory.mktemp("worlds")
    one, other = folder / "one", folder / "other"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GANDAN_DATA", str(one))
        publish_small(one)
    return one, with_others_withheld(one, other)


@pytest.fixture(scope="module")
def two_mixes(tmp_path_factory) -> tuple[Path, Path]:
    """The same of communes with figures by field."""
    folder = tmp_path_factory.mktemp("mixes")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GANDAN_DATA", str(folder / "one"))
        publish(folder / "one", "live", Harvest(measurement_rows(rows()), CAPTURED, ["form:test"]), nature="live")
        to_public(folder / "one", "live", "an@phutho.vn", "Biểu tháng 8 theo lĩnh vực")
    return folder / "one", with_others_withheld(folder / "one", folder / "other")


def with_others_withheld(one: Path, other: Path) -> Path:
    shutil.copytree(one, other)
    for manifest in (other / "published" / "live").glob(f"*/{MANIFEST}"):
        change_withheld(manifest.parent)
    return other


def change_withheld(folder: Path) -> None:
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    public = pl.read_parquet(folder / table_file("measurements_public"))
    gone = public.filter(pl.col("state") == SUPPRESSED)
    for table in ("measurements", "standings"):
        path = folder / table_file(table)
        rows = pl.read_parquet(path).with_row_index("row")
        own = rows.join(gone, on=[name for name in CELL if name in rows.columns], how="semi").get_column("row")
        assert own.len() >= len(WITHHELD)
        changed = (
            pl.when(pl.col("row").is_in(own.implode()))
            .then((pl.col(name) * 3 + 2).cast(kind))
            .otherwise(name)
            .alias(name)
            for name, kind in rows.schema.items()
            if kind.is_numeric() and name != "row"
        )
        rows.with_columns(changed).drop("row").write_parquet(path)
        manifest["sha256"][table] = hashlib.sha256(path.read_bytes()).hexdigest()
    (folder / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")


def addresses() -> list[str]:
    """The public's addresses about Phú Thọ: open data, embeds with their picture, map layers, search."""
    snapshot = open_snapshot("live").manifest.id
    period, of_25 = "2026-08", f"dataset=live&measure={MEASURE}&province=25"
    layers = [
        Layer("live", snapshot, MEASURE, "form", period, "25", "symbol", "vi", "light", way=way)
        for way in WAYS
        if way != "change"
    ]
    return [
        *(f"{routes.HOME}/{name}?dataset=live&format=csv" for name in kinds() if name in SNAPSHOT_TABLES),
        f"{routes.HOME}/package.zip?dataset=live&province=25&basis=form",
        f"/embed/ranking?{of_25}",
        *(layer.address() for layer in layers),
        "/search.json?q=thong+nhat",
    ]


def answers(data: Path, get, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    monkeypatch.setenv("GANDAN_DATA", str(data))
    found = {}
    for address in addresses():
        path, _, query = address.partition("?")
        reply = get(APP, path, query)
        assert reply.status == 200, (address, reply.body[:300])
        found[address] = hashlib.sha256(reply.body).hexdigest()
    return found


def test_open_data_embeds_layers_and_search_rest_on_shown_figures_alone(two_worlds, get, monkeypatch):
    one, other = (answers(data, get, monkeypatch) for data in two_worlds)
    assert one == other


def test_adjusted_shares_rest_on_shown_figures_alone(two_mixes, get, monkeypatch):
    path, _, query = ADJUSTED.partition("?")
    found = []
    for data in two_mixes:
        monkeypatch.setenv("GANDAN_DATA", str(data))
        found.append(json.loads(get(APP, path, query).body)["rows"])

    one, other = found
    assert sum(row["n"] is not None for row in one) >= 1 and any(row["n"] is None for row in one)
    assert one == other


def test_the_site_rests_on_shown_figures_alone(two_worlds, tmp_path, monkeypatch):
    sites = []
    for n, data in enumerate(two_worlds):
        monkeypatch.setenv("GANDAN_DATA", str(data))
        build(tmp_path / str(n), "live", base=BASE, only=["25"])
        site = (tmp_path / str(n) / "current").resolve()
        files = (path for path in site.rglob("*") if path.is_file())
        sites.append({str(path.relative_to(site)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files})
    one, other = sites
    assert {name for name in one if one[name] != other.get(name)} == set()
    assert one.keys() == other.keys()
