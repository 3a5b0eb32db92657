"""The other engine: through the command line a Spark cluster gives what Polars gives, to the last dossier."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from bench import dossier_generator, dossiers
from etl.__main__ import main
from etl.dossiers.store import Store
from etl.publishing.publish import current_snapshot
from files.faults import Fault
from files.places import HOME
from ranking.dossiers.rows import KEYS, SUMS
from ranking.dossiers.tables import added

JAVA_LEAST = 17
WIDEST = ("events", "procedures")
CLUSTER = HOME / "deploy" / "spark"


def java() -> int:
    """The major version of Java here, 0 where there is none."""
    program = shutil.which("java") or str(Path(os.environ.get("JAVA_HOME", "/nowhere")) / "bin" / "java")
    try:
        said = subprocess.run([program, "-version"], capture_output=True, text=True, check=False).stderr
    except OSError:
        return 0
    found = re.search(r'version "(\d+)', said)
    return int(found.group(1)) if found else 0


needs_java = pytest.mark.skipif(java() < JAVA_LEAST, reason="Spark 4 needs Java 17: openjdk-17-jre-headless")


def export(path: Path, numbers: range, pace: int) -> Path:
    """An export whose columns change each at its own pace, so that all kinds of dossiers meet."""
    rows = [_various(number, pace) for number in numbers]
    pl.DataFrame(rows).write_csv(path)
    return path


def _various(number: int, pace: int) -> dict[str, str]:
    units = ("Xã Lâm Thao", "Phường Việt Trì", "Sở Xây dựng")
    month, day = 7 + number % 2, 1 + number % 20
    return {
        "Mã hồ sơ": f"H44.100-26{month:02d}{day:02d}-{number:04d}",
        "Đơn vị tiếp nhận": units[number % 2],
        "Đơn vị giải quyết": units[number % 5 % 3],
        "Lĩnh vực": ("Hộ tịch", "Đất đai")[number % 3 % 2],
        "Mã thủ tục": ("2.000815", "1.001193")[number % 7 % 2],
        "Hình thức nộp": ("Trực tuyến", "Trực tiếp", "Bưu chính", "")[number % 4],
        "Ngày tiếp nhận": f"{day:02d}/{month:02d}/2026",
        "Hạn trả": "" if number % 9 == 0 else f"{day + 8:02d}/{month:02d}/2026",
        "Ngày có kết quả": "" if number % 4 == 0 else f"{1 + (number * pace) % 28:02d}/{month + 1:02d}/2026",
        "Số lần yêu cầu bổ sung": str(number % 11 % 3),
        "Số ngày chờ bổ sung": str(number % 4),
        "Số hóa": ("", "Có", "Không")[number % 3],
        "Phải nộp phí": ("Có", "")[number % 2],
        "Thanh toán trực tuyến": ("Có", "Không")[number % 5 % 2],
    }


@pytest.fixture(scope="module")
def master(tmp_path_factory) -> Iterator[str]:
    """A master and two workers on loopback, started and stopped as the documentation says."""
    run = tmp_path_factory.mktemp("spark")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    variables = os.environ | {"SPARK_MASTER_PORT": str(port), "PYTHON": sys.executable}
    start = ["sh", str(CLUSTER / "start.sh"), str(run)]
    try:
        # What the workers inherit must be a file: they would keep a pipe open for as long as they live.
        with (run / "start.log").open("w") as log:
            subprocess.run(start, stdout=log, stderr=subprocess.STDOUT, env=variables, check=True, timeout=180)
        yield (run / "start.log").read_text(encoding="utf-8").splitlines()[-1]
    finally:
        subprocess.run(["sh", str(CLUSTER / "stop.sh"), str(run)], check=True, timeout=30)


@pytest.fixture(scope="module")
def data(tmp_path_factory, master) -> dict[str, Path]:
    """The data folder of each engine after a first export and a small later one. Spark's session starts once."""
    engines = {"polars": [], "spark": ["--engine", "spark", "--master", master]}
    folder = tmp_path_factory.mktemp("exports")
    first, later = export(folder / "a.csv", range(200), 5), export(folder / "b.csv", range(190, 210), 7)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
        return {name: _imported(tmp_path_factory.mktemp(name), first, later, words) for name, words in engines.items()}


def _imported(data: Path, first: Path, later: Path, engine: list[str]) -> Path:
    for path, day in ((first, "2026-10-01"), (later, "2026-10-02")):
        assert main(["dossiers", str(path), "--exported", day, "--data", str(data), *engine]) == 0
    return data


def sums(data: Path, table: str) -> pl.DataFrame:
    return Store(data).sums(table).collect().sort(KEYS[table])


@pytest.mark.slow
@needs_java
@pytest.mark.parametrize("table", KEYS)
def test_spark_gives_the_sums_that_polars_gives(data, table):
    ours = sums(data["polars"], table)
    assert ours["n"].sum() > 0
    assert sums(data["spark"], table).equals(ours)


@pytest.mark.slow
@needs_java
def test_every_dossier_is_in_the_sums(data):
    assert sums(data["spark"], "events")["n"].sum() == 210


@pytest.mark.slow
@needs_java
def test_the_same_is_published(data):
    ours, theirs = (pl.read_parquet(current_snapshot(data[engine] / "published" / "live") / "measurements.parquet")
                    for engine in ("polars", "spark"))  # fmt: skip
    assert theirs.equals(ours)


@pytest.mark.slow
@needs_java
def test_the_benchmark_measures_the_same_work_on_both_engines(data, master, tmp_path):
    """It runs in the session that `data` has started: a second one would take as long as all else here."""
    from etl.dossiers.spark import session

    given, ours, theirs = (tmp_path / name for name in ("given", "polars", "spark"))
    for folder in (given, ours):
        folder.mkdir()
    for month in (dossier_generator.LAST_MONTH - 1, dossier_generator.LAST_MONTH):
        dossier_generator.dossiers(month, 300).write_parquet(given / f"{month}.parquet")
    dossiers._polars(given, ours)
    spark = session(master)
    spark.conf.set("spark.sql.shuffle.partitions", "2")  # few rows: most of the time would go into empty parts
    dossiers.on_spark(spark, given, theirs, WIDEST)
    for table in WIDEST:
        keys = KEYS[table]
        mine, other = (added([pl.scan_parquet(folder / table / "*.parquet")], table) for folder in (ours, theirs))
        columns = pl.col([*keys, *SUMS[table]]).cast(pl.Int64)
        both = [frame.select(columns.fill_null(0)).collect().sort(keys) for frame in (mine, other)]
        assert both[0].height > 0
        assert both[0].equals(both[1]), table


def test_without_java_the_command_says_what_to_install(monkeypatch):
    from etl.dossiers import spark

    monkeypatch.setattr(spark.shutil, "which", lambda _: None)
    monkeypatch.delenv("JAVA_HOME", raising=False)
    with pytest.raises(Fault, match="openjdk-17-jre-headless"):
        spark.session("local[2]")
