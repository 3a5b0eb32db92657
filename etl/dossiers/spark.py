"""The partial sums of dossiers on a Spark cluster: the transform of `ranking.dossiers.rows`, on Spark's frames.

Workers read and write the store's Parquet files, so its folder must be on a path that all of them share (a
network file system, or an object store mounted as one). Everything after the sums runs as with Polars.
"""

from __future__ import annotations

import os
import shutil
from functools import reduce
from typing import TYPE_CHECKING, Any

import polars as pl

from etl.dossiers.changes import fold, put_sums
from etl.dossiers.store import Store
from files.faults import Fault
from ranking.dossiers.days import calendar
from ranking.dossiers.rows import DOSSIER, FLAGS, KEYS, partial_sums
from store.swapped_days import swapped_days

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

_PART = "part"
_READ = [name for name in DOSSIER if name not in ("code", "exported")]


def session(master: str) -> SparkSession:
    """A Spark session on `master`; Fault where Spark or Java is missing or the master does not answer."""
    try:
        from pyspark.sql import SparkSession
    except ImportError:
        raise Fault("--engine spark needs the package pyspark: pip install 'pyspark>=4.3,<5'") from None
    if not (shutil.which("java") or os.environ.get("JAVA_HOME")):
        raise Fault("--engine spark needs Java 17: apt-get install openjdk-17-jre-headless")
    builder = SparkSession.builder.master(master).appName("gan-dan dossiers")
    options = {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.shuffle.partitions": "4" if master.startswith("local") else "64",
        "spark.driver.host": os.environ.get("SPARK_LOCAL_IP", "127.0.0.1") if "127.0.0.1" in master else None,
        "spark.driver.bindAddress": "127.0.0.1" if master.startswith("local") or "127.0.0.1" in master else None,
    }
    for name, value in options.items():
        builder = builder.config(name, value) if value else builder
    try:
        return builder.getOrCreate()
    except Exception as error:  # Java's errors come in many kinds
        raise Fault(f"Spark could not be started on {master}: {str(error).splitlines()[0]}") from None


def sum_on_spark(store: Store, parts: list[str], master: str) -> None:
    """Compute the sums of `parts` in one job per table and put them where `dossier_changes.sum_here` does."""
    for part in parts:
        fold(store, part)
    spark = session(master)
    try:
        rows = reduce(lambda a, b: a.unionByName(b), (_part(spark, store, part) for part in parts))
        limits = store.limits()
        tables = partial_sums(
            rows, _frame(spark, calendar(swapped_days())), _frame(spark, limits) if limits.height else None, by=(_PART,)
        )
        for name, table in tables.items():
            written = store.folder / "sums" / f".{name}.spark"
            table.write.mode("overwrite").partitionBy(_PART).parquet(str(written))
            for part in parts:
                _settle(store, name, part, written / f"{_PART}={part}", table)
            shutil.rmtree(written)
    finally:
        spark.stop()


def _part(spark: SparkSession, store: Store, part: str) -> DataFrame:
    from pyspark.sql.functions import lit

    rows = spark.read.parquet(str(store.dossier_file(part).resolve()))
    for name in set(FLAGS) - set(rows.columns):  # kept by an earlier version, which did not know it
        rows = rows.withColumn(name, lit(None).cast("boolean"))
    return rows.select(*_READ).withColumn(_PART, lit(part))


def _frame(spark: SparkSession, small: pl.DataFrame) -> DataFrame:
    """A small table of ours as a Spark frame."""
    return spark.createDataFrame(small.to_arrow(compat_level=pl.CompatLevel.oldest()))


def _settle(store: Store, table: str, part: str, written: Any, like: DataFrame) -> None:
    """One file per part, as with the other engine: readers of sums know no Spark."""
    names = [name for name in like.columns if name != _PART]
    files = sorted(written.glob("*.parquet"))
    if files:
        rows = pl.concat([pl.read_parquet(file, hive_partitioning=False) for file in files])
    else:
        rows = pl.DataFrame(schema=dict.fromkeys(names, pl.Int32))
    put_sums(store, table, part, rows.select(names).cast(dict(zip(names, _types(table, names), strict=True))))


def _types(table: str, names: list[str]) -> list[Any]:
    return [pl.Int32 if name in KEYS[table] else pl.Int64 for name in names]
