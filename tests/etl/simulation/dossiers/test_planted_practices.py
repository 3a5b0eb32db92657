"""What planted practices do to punctuality in the simulated country is found again: how often the intervals hold it."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
import pytest

from etl.simulation.dossiers.truth import expected, noted
from ranking.practice_effects import Beginning, Evidence, evidence
from store import peers, units
from store.practices import SIMULATED_FILE, listed

LAST = date(2026, 8, 1)
RHO = 0.01
LATE = {"visit_with_promise": 0.5, "saturday_opening": 0.85, "kiosk": 1.0, "nothing_new": 1.0}
"""Factors on the chance of being late, as data/simulated_dossiers.yaml plants them."""


@pytest.fixture(scope="module")
def drawn(ground) -> dict[str, pl.DataFrame]:
    """The months of each province's communes: so many dossiers late as chance draws from what is expected."""
    months = expected(ground, np.flatnonzero(~ground.units.office)).drop_nulls("late").filter(pl.col("month") <= LAST)
    n = months.get_column("received").to_numpy().astype(int)
    late = np.random.default_rng(1).binomial(n, months.get_column("late").to_numpy())
    codes = months.get_column("unit_code").unique().to_list()
    frames = months.with_columns(
        period_start="month",
        numerator=pl.Series(n - late).cast(pl.Float64),
        denominator=pl.Series(n).cast(pl.Float64),
        age=pl.lit(40),
        province=pl.col("unit_code").replace_strict({code: units.known(code)["province_code"] for code in codes}),
    )
    return {str(key[0]): frame for key, frame in frames.group_by("province")}


def begun(ground, province: str, *names: str, beside: bool = False) -> list[Beginning]:
    """Who in a province began one of the practices, or with `beside` any other one."""
    rows = ground.practices.planted.select("practice", "unit_code", "since").iter_rows()
    return [
        Beginning(code, since)
        for name, code, since in rows
        if (name in names) != beside and units.known(code)["province_code"] == province
    ]


def found(ground, drawn, practice: str) -> list[Evidence]:
    """The evidence of each province that has any."""
    each = [
        evidence(
            months,
            begun(ground, province, practice),
            peers.within(province),
            begun(ground, province, practice, beside=True),
            RHO,
        )
        for province, months in sorted(drawn.items())
    ]
    return [one for one in each if one is not None]


@pytest.mark.slow
def test_effects_lie_within_their_intervals_in_nine_of_ten_provinces(ground, drawn):
    held, clear, moving = {}, {}, {}
    for practice, factor in LATE.items():
        each = found(ground, drawn, practice)
        truth = -np.log(factor)  # on the odds of being on time, where few dossiers are late
        held[practice] = np.mean([one.effect.low <= truth <= one.effect.high for one in each])
        clear[practice] = np.mean([one.effect.is_clear for one in each])
        moving[practice] = np.mean([one.was_moving for one in each])
    print(held, clear, moving)

    assert np.mean(list(held.values())) >= 0.9
    assert min(held.values()) >= 0.85
    assert clear["visit_with_promise"] >= 0.8  # five communes whose late dossiers halve
    assert clear["nothing_new"] <= 0.12 and clear["kiosk"] <= 0.12
    assert np.mean(list(moving.values())) <= 0.1


def test_what_is_planted_can_be_read_as_a_province_would_note_it(ground, tmp_path, monkeypatch):
    monkeypatch.setenv("GANDAN_DATA", str(tmp_path))
    (tmp_path / "local").mkdir()
    noted(ground.practices.planted).write_csv(tmp_path / "local" / SIMULATED_FILE)

    rows = listed(simulated=True)
    kinds = {one.kind for one in rows}
    assert kinds == {"kiosk", "saturday_opening", "mobile_team", "other"}
    assert len(rows) == ground.practices.planted.filter(~pl.col("practice").str.starts_with("visit")).height
    assert listed(simulated=False) == ()
