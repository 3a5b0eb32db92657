"""What visits with a promise do in the simulated country is found again: how often the interval holds it."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from etl.simulation.dossiers.truth import expected
from ranking import before_after
from store import units

LAST = date(2026, 8, 1)
NOISE = (0.01, 0.0)
"""ρ and the bond of months; the effect beside similar communes takes what units do differently from these."""


@pytest.fixture(scope="module")
def drawn(ground) -> pl.DataFrame:
    """The months of all communes: so many dossiers late as chance draws from what is expected."""
    months = expected(ground, np.flatnonzero(~ground.units.office)).drop_nulls("late").filter(pl.col("month") <= LAST)
    n = months.get_column("received").to_numpy().astype(int)
    late = np.random.default_rng(1).binomial(n, months.get_column("late").to_numpy())
    return months.with_columns(
        period_start="month",
        numerator=pl.Series(n - late).cast(pl.Float64),
        denominator=pl.Series(n).cast(pl.Float64),
        age=pl.lit(40),
    )


def judged(ground, drawn: pl.DataFrame, practice: str) -> pl.DataFrame:
    """One row per commune that began a practice: its province, whether the interval holds the effect, the word."""
    rows = []
    for code, since in (
        ground.practices.planted.filter(pl.col("practice") == practice).select("unit_code", "since").iter_rows()
    ):
        promised = since - timedelta(days=1)
        pair = before_after.stretches(promised, promised, LAST)
        assert pair is not None
        months = drawn.filter(pl.col("unit_code").is_in([code, *units.peer_codes(code)]))
        found = before_after.compared(before_after.changes(months, *pair, *NOISE), code)
        assert found is not None and found.effect is not None
        own = months.filter(pl.col("unit_code") == code, pl.col("period_start").is_between(pair[1].first, pair[1].last))
        weight = pl.col("denominator") / (1 + (pl.col("denominator") - 1) * NOISE[0])
        spared = (pl.col("late_without_practice") - pl.col("late")) * weight
        effect = 100 * own.select(spared.sum() / weight.sum()).item()
        rows.append((units.known(code)["province_code"], found.effect.low <= effect <= found.effect.high, found.word))
    return pl.DataFrame(rows, schema=["province", "held", "word"], orient="row")


@pytest.mark.slow
def test_the_effect_of_visits_with_a_promise_lies_within_its_interval(ground, drawn):
    found = judged(ground, drawn, "visit_with_promise")
    provinces = found.group_by("province").agg(pl.col("held").mean())

    assert found.select(pl.col("held").mean()).item() >= 0.92
    assert provinces.select((pl.col("held") >= 0.8).mean()).item() >= 0.9
    assert (found.get_column("word") == before_after.ROSE).sum() > 5 * (
        found.get_column("word") == before_after.FELL
    ).sum()


@pytest.mark.slow
def test_a_date_at_which_nothing_began_is_rarely_called_a_change(ground, drawn):
    found = judged(ground, drawn, "nothing_new")

    assert (found.get_column("word") != before_after.ALIKE).mean() <= 0.1
