"""What the bare page shows: the rows, the polygons and the months that our own pages show too."""

from __future__ import annotations

from pathlib import Path

from display.maps import layers
from ranking.periods import parse
from ranking.vocabulary import COUNTRY
from store import borders, months, standings
from store.snapshot import open_snapshot

MEASURE, BASIS = "on_time_share", "portal"


def write(folder: Path, dataset: str, scope: str, period: str) -> int:
    """Fill a folder for `bench.browser.bare`; the number of rows."""
    snapshot = open_snapshot(dataset)
    rows = standings.ranking(snapshot, "commune", MEASURE, BASIS, parse(period), scope)
    rows.write_parquet(folder / "ranking.parquet")
    months.together_by_month(snapshot, MEASURE, BASIS, "commune", scope).select(
        period="period_start", value="value"
    ).write_parquet(folder / "months.parquet")
    shape = "area" if borders.boundaries_id() and scope == COUNTRY else "symbol"
    layer = layers.Layer(
        dataset, snapshot.manifest.id, MEASURE, BASIS, period, scope, shape, "vi", "light",
        borders.boundaries_id() if shape == "area" else "", edition=layers.edition(),
    )  # fmt: skip
    (folder / "units.geojson").write_bytes(layers.encoded(layer))
    return rows.height
