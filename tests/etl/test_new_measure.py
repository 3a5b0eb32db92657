"""A measure is one file: what is added to `data/measures` alone is read from its source, published and ranked."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import polars as pl
import pytest
import yaml

from etl.__main__ import main
from etl.publishing.in_service import current_snapshot
from files.places import MEASURES
from ranking.periods import calendar_period
from store import policy, reference
from tests import workbooks
from tests.etl.dossiers import test_command as exports
from tests.etl.portal.test_pull import MADE_UP
from tests.stand_in.server import StandIn

AUGUST = calendar_period("month", 2026, 8)
Define = Callable[..., None]


@pytest.fixture
def define(tmp_path, monkeypatch) -> Iterator[Define]:
    """Adds a share to a copy of `data/measures`, like an existing one but for its formula."""
    folder = tmp_path / "measures"
    shutil.copytree(MEASURES, folder)
    monkeypatch.setattr(reference, "MEASURES", folder)

    def add(name: str, series: str, **formula: object) -> None:
        basis = "portal" if "portal" in formula else next(iter(formula))
        own = {"id": name, "formula": formula, "basis": [basis], "series": [series], "target": None}
        known = yaml.safe_load((MEASURES / "on_time_share.yaml").read_text(encoding="utf-8"))
        (folder / f"{name}.yaml").write_text(yaml.safe_dump(known | own, allow_unicode=True), encoding="utf-8")
        _read_again()

    yield add
    monkeypatch.undo()
    _read_again()


def _read_again() -> None:
    for read in (reference.measures, policy.policy, policy.policy_in_force):
        read.cache_clear()


def test_a_measure_of_the_portal(tmp_path, define):
    metric = "metrics.CITIZEN_DATA_CONNECTED_DOSSIER"
    formula = {"numerator": f"{metric}.numerator", "denominator": f"{metric}.denominator"}
    define("connected_share", "766-2026", portal=[{"endpoint": "dossier-digitized"} | formula])
    with StandIn(MADE_UP) as stand_in:
        words = ["--province", "H44", "--base-url", stand_in.base_url, "--delay", "0", "0"]
        assert main(["pull", "--year", "2026", "--month", "8", *words, "--data", str(tmp_path)]) == 0
    reply = MADE_UP.answer("dossier-digitized", _portal_id("25"), AUGUST)
    figures = {row["departmentCode"]: _metric(row, "CITIZEN_DATA_CONNECTED_DOSSIER") for row in reply["evaluation"]}
    ranked = ranks(tmp_path, "connected_share")
    codes = dict(reference.reference_table("units").select("state_code", "code").iter_rows())
    enough = {codes[code]: part / whole for code, (part, whole) in figures.items() if code in codes and whole >= 30}
    assert ranked == _in_order(enough) and len(ranked) > 100


def test_a_measure_of_the_form(tmp_path, define):
    define("early_share", "ii06", form={"numerator": 8, "denominator": "8 + 9 + 10"})
    early = {"Xã Lâm Thao": (50, 30, 5), "Phường Việt Trì": (10, 80, 10), "Phường Hòa Bình": (20, 10, 2)}
    rows = [workbooks.row(1, name, workbooks.counts(60, 40, 10, *ends, 20, 5)) for name, ends in early.items()]
    form = workbooks.write(tmp_path / "august.xlsx", workbooks.FormSheet(rows))
    assert main(["import-form", str(form), "--province", "25", "--data", str(tmp_path)]) == 0
    assert ranks(tmp_path, "early_share") == {"08494": 2, "07900": 3, "04795": 1}  # 50/85, 10/100, 20/32
    assert ranks(tmp_path, "early_share", "VN") == {"08494": 2, "07900": 3, "04795": 1}


def test_a_measure_of_dossiers(tmp_path, define):
    export = exports.write(tmp_path / "export.csv", *_dossiers(exports.LAM_THAO, 10), *_dossiers(exports.VIET_TRI, 30))
    words = ["dossiers", "--exported", "2026-09-01", "--data", str(tmp_path)]
    assert main([*words, str(export)]) == 0
    formula = {"of": "received", "numerator": "full", "denominator": "full + partial"}
    define("full_of_online_share", "dossiers", dossiers=formula)
    assert main([*words, str(export)]) == 0
    assert ranks(tmp_path, "full_of_online_share") == {"08494": 2, "07900": 1}
    figures = measurements(tmp_path, "full_of_online_share").filter(level="commune", period_kind="month")
    assert set(figures.select("unit_code", "numerator", "denominator").rows()) >= {("08494", 10, 40), ("07900", 30, 40)}


def measurements(data: Path, measure: str) -> pl.DataFrame:
    return _table(data, "measurements").filter(measure=measure)


def ranks(data: Path, measure: str, scope: str = "25") -> dict[str, int]:
    """Unit → rank among the communes of a scope in August."""
    rows = _table(data, "standings").filter(measure=measure, level="commune", scope=scope, period_kind="month")
    return dict(rows.filter(pl.col("rank").is_not_null()).select("unit_code", "rank").iter_rows())


def _table(data: Path, name: str) -> pl.DataFrame:
    return pl.read_parquet(current_snapshot(data / "published" / "live") / f"{name}.parquet")


def _dossiers(unit: str, full: int) -> list[list[str]]:
    """Forty dossiers of a unit filed online, so many of them fully."""
    start = 100 * (unit == exports.VIET_TRI)
    kinds = ["Toàn trình"] * full + ["Một phần"] * (40 - full)
    return [exports.row(start + n, intake=unit, decision=unit, channel=kind) for n, kind in enumerate(kinds, 1)]


def _in_order(values: dict[str, float]) -> dict[str, int]:
    """Ranks from the highest value down; equal values share the better one."""
    return {code: 1 + sum(other > value for other in values.values()) for code, value in values.items()}


def _metric(row: dict, code: str) -> tuple[int, int]:
    (found,) = (metric for metric in row["metrics"] if metric["code"] == code)
    return found["numerator"], found["denominator"]


def _portal_id(province: str) -> str:
    return reference.reference_table("provinces").filter(code=province).item(0, "portal_id")
