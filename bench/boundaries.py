"""Boundaries: how well the prepared ones keep the given shapes, what layers weigh, how near the approximate set comes.

`python -m bench.boundaries --from PATH`, or GANDAN_BOUNDARIES_FROM for `make bench`; without a path
only what needs none is measured.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import polars as pl
import shapely

from bench import data_folder
from display.maps import layers
from etl.boundaries.approximate import approximate
from etl.boundaries.prepared import write
from etl.boundaries.sources import read
from etl.publishing.publish import current_snapshot
from store import borders
from store.reference import province_names, reference_table
from web import map_layers

FROM = "GANDAN_BOUNDARIES_FROM"
Figure = tuple[str, float, str]
TINY = {"dataset": "recorded", "only": "25"}


def run(source: Path | None = None, *, dataset: str = "simulated", only: str | None = None) -> list[Figure]:
    """(name, value, unit) of each figure; `only`: one province, whose approximate set is taken for a given one too."""
    source = source or (Path(os.environ[FROM]) if os.environ.get(FROM) else None)
    shapes, seconds = _timed(lambda: approximate().shapes)
    figures = [("approximate set: units", len(shapes), ""), ("approximate set: time", seconds, "s")]
    if source is None and only is None:
        return figures
    exact = _of(only, read(source).shapes if source else shapes)
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "boundaries" / "boundaries.parquet"
        _, seconds = _timed(lambda: write(exact, out, nature="official"))
        figures += [*_nearness(shapes, exact), ("given set: time to prepare", seconds, "s"), *_faithfulness(out, exact)]
        data_folder.fill(Path(folder), dataset)
        figures += _weights(Path(folder), dataset, only, "given set")
        write(shapes, out, nature="approximate")
        return figures + _weights(Path(folder), dataset, only, "approximate set")


def _of(province: str | None, shapes: Mapping[str, shapely.Geometry]) -> dict[str, shapely.Geometry]:
    units = reference_table("units").filter(pl.col("province_code") == (province or pl.col("province_code")))
    own = set(units.get_column("code"))
    return {code: shape for code, shape in shapes.items() if code in own}


def _timed(work: Callable[[], object]) -> tuple:
    started = time.perf_counter()
    return work(), time.perf_counter() - started


def _nearness(shapes: dict, exact: dict) -> list[Figure]:
    """Overlap of the approximate set with the given one: intersection over union, per unit."""
    ours, theirs = (np.array([found[code] for code in sorted(exact)]) for found in (shapes, exact))
    common = shapely.area(shapely.intersection(ours, theirs)) / shapely.area(shapely.union(ours, theirs))
    return [
        ("approximate set: overlap (IoU), mean", 100 * common.mean(), "%"),
        ("approximate set: overlap (IoU), median", 100 * np.median(common), "%"),
        ("approximate set: units with overlap below 25 %", (common < 0.25).sum(), ""),
    ]


def _faithfulness(out: Path, exact: dict) -> list[Figure]:
    rows = pl.read_parquet(out)
    before = np.array([exact[code] for code in rows["code"]])
    figures: list[Figure] = [("given set: units", rows.height, "")]
    for column in ("geometry", "geometry_country"):
        after = shapely.from_wkb(rows[column].to_list())
        error = 100 * abs(shapely.area(after) - shapely.area(before)) / shapely.area(before)
        lost = shapely.get_num_geometries(before) - shapely.get_num_geometries(after)
        torn = [sum(not edge.is_empty for edge in shapely.coverage_invalid_edges(all_)) for all_ in (before, after)]
        figures += [
            (f"given set, {column}: valid units", shapely.is_valid(after).sum(), ""),
            (f"given set, {column}: parts lost", lost.clip(0).sum(), ""),
            (f"given set, {column}: units with gap or overlap, more than before", torn[1] - torn[0], ""),
            (f"given set, {column}: area error, median", np.median(error), "%"),
            (f"given set, {column}: area error, 99th percentile", np.percentile(error, 99), "%"),
            (f"given set, {column}: points, thousands", shapely.get_num_coordinates(after).sum() / 1000, ""),
        ]
    return figures


def _weights(data: Path, dataset: str, only: str | None, what: str) -> list[Figure]:
    """Bytes of the layers as they go over the wire."""
    with data_folder.reading(data):
        provinces = [_bytes(data, dataset, code) for code in ([only] if only else province_names())]
        country = _bytes(data, dataset, "VN")
    return [
        (f"{what}: layer of the country", country / 1000, "kB"),
        (f"{what}: layer of a province, largest", max(provinces) / 1000, "kB"),
        (f"{what}: layer of a province, median", float(np.median(provinces)) / 1000, "kB"),
    ]


def _bytes(data: Path, dataset: str, scope: str) -> int:
    snapshot = current_snapshot(data / "published" / dataset).name
    layer = layers.Layer(
        dataset=dataset, snapshot=snapshot, measure="on_time_share", basis="portal", period="2026-08", scope=scope,
        shape="area", language="vi", theme="light", boundaries=borders.boundaries_id(),
    )  # fmt: skip
    return len(map_layers.packed_layer(layers.encoded, layer, "gzip"))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--from", dest="source", type=Path, metavar="PATH")
    for name, value, unit in run(parser.parse_args().source):
        print(f"{name:<80} {value:>10,.2f} {unit}")
