"""Boundaries: how well the prepared ones keep the given shapes, what layers weigh, how near the approximate set comes.

`python -m bench.boundaries --from PATH`, or GANDAN_BOUNDARIES_FROM for `make bench`; without a path
only what needs none is measured.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from contextlib import redirect_stdout
from pathlib import Path

import numpy as np
import polars as pl
import shapely

from display.maps import layers
from etl.__main__ import main as etl
from etl.boundaries.approximate import approximate
from etl.boundaries.prepared import write
from etl.boundaries.sources import read
from etl.publishing.publish import current_snapshot
from store import borders
from store.reference import reference_table

FROM = "GANDAN_BOUNDARIES_FROM"
Figure = tuple[str, float, str]


def run(source: Path | None = None) -> list[Figure]:
    """(name, value, unit) of each figure."""
    source = source or (Path(os.environ[FROM]) if os.environ.get(FROM) else None)
    shapes, seconds = _timed(lambda: approximate().shapes)
    figures = [("approximate set: units", len(shapes), ""), ("approximate set: time", seconds, "s")]
    if source is None:
        return figures
    exact = read(source).shapes
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "boundaries" / "boundaries.parquet"
        _, seconds = _timed(lambda: write(exact, out, nature="official"))
        figures += [*_nearness(shapes, exact), ("given set: time to prepare", seconds, "s"), *_faithfulness(out, exact)]
        figures += _weights(Path(folder), "given set")
        write(shapes, out, nature="approximate")
        return figures + _weights(Path(folder), "approximate set")


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


def _weights(data: Path, what: str) -> list[Figure]:
    """Bytes of the layers as they go over the wire, on the simulated dataset."""
    if not (data / "published").exists():
        with redirect_stdout(None):
            etl(["simulate", "--data", str(data)])
    before = os.environ.get("GANDAN_DATA")
    os.environ["GANDAN_DATA"] = str(data)
    try:
        provinces = [_bytes(data, code) for code in reference_table("provinces")["code"]]
        country = _bytes(data, "VN")
    finally:
        os.environ.pop("GANDAN_DATA")
        os.environ.update({"GANDAN_DATA": before} if before else {})
    return [
        (f"{what}: layer of the country", country / 1000, "kB"),
        (f"{what}: layer of a province, largest", max(provinces) / 1000, "kB"),
        (f"{what}: layer of a province, median", float(np.median(provinces)) / 1000, "kB"),
    ]


def _bytes(data: Path, scope: str) -> int:
    snapshot = current_snapshot(data / "published" / "simulated").name
    layer = layers.Layer(
        dataset="simulated", snapshot=snapshot, measure="on_time_share", basis="portal", period="2026-08", scope=scope,
        shape="area", language="vi", theme="light", boundaries=borders.boundaries_id(),
    )  # fmt: skip
    return len(layers.encoded(layer))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--from", dest="source", type=Path, metavar="PATH")
    for name, value, unit in run(parser.parse_args().source):
        print(f"{name:<80} {value:>10,.2f} {unit}")
