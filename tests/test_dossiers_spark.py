"""The other engine: Spark computes the same sums as Polars, to the last dossier."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import polars as pl
import pytest

from etl.dossier_store import Store, sum_here
from etl.faults import Fault
from ranking.dossiers import KEYS
from tests.dossier_cases import dossiers

JAVA_LEAST = 17


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


@pytest.fixture
def store(tmp_path) -> Store:
    """Two months of dossiers that differ in every way the rules tell apart, with a procedure that has a limit."""
    kept = Store(tmp_path)
    months = {"2026-08": range(300), "2026-09": range(300, 450)}
    for part, numbers in months.items():
        path = kept.dossier_file(part)
        path.parent.mkdir(parents=True, exist_ok=True)
        dossiers(*map(_various, numbers)).write_parquet(path)
    names = pl.DataFrame({"id": [0, 1], "name": ["2.000815", "1.001193"]}, schema={"id": pl.Int16, "name": pl.String})
    (tmp_path / "dossiers_store" / "lists").mkdir()
    names.write_parquet(tmp_path / "dossiers_store" / "lists" / "procedures.parquet")
    return kept


def _various(number: int) -> dict[str, object]:
    """Each change comes and goes at its own pace, so that all of them meet."""
    change: dict[str, object] = {
        "intake": number % 3, "decision": number % 5 % 3, "field": number % 2, "procedure": number % 7 % 2,
        "channel": number % 6, "waited": number % 4, "supplements": number % 11 % 3, "state": 1 + number % 3,
        "digitised": (None, True, False)[number % 3], "fee_owed": (True, None)[number % 2],
        "paid_online": number % 5 == 0,
    }  # fmt: skip
    if number % 4 == 0:
        change["done"] = None
    if number % 9 == 0:
        change["due"] = None
    return change


def sums(store: Store) -> dict[str, pl.DataFrame]:
    return {name: store.sums(name).collect().sort(KEYS[name]) for name in KEYS}


@needs_java
def test_spark_gives_what_polars_gives(store, monkeypatch):
    from etl.dossier_spark import sum_on_spark

    monkeypatch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
    sum_here(store, store.parts())
    ours = sums(store)
    shutil.rmtree(store.folder / "sums")
    sum_on_spark(store, store.parts(), "local[2]")
    theirs = sums(store)
    for name in KEYS:
        assert theirs[name].select(ours[name].columns).equals(ours[name])
    assert ours["events"]["n"].sum() == 450


def test_without_java_the_command_says_what_to_install(store, monkeypatch):
    from etl import dossier_spark

    monkeypatch.setattr(dossier_spark.shutil, "which", lambda _: None)
    monkeypatch.delenv("JAVA_HOME", raising=False)
    with pytest.raises(Fault, match="openjdk-17-jre-headless"):
        dossier_spark.session("local[2]")
