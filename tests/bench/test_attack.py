"""The attacker finds what the earlier rules gave away, and nothing of what is withheld now."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from bench.attack import attacked
from bench.attack.score import ALL, FEW, Count
from etl.publishing.harvest import measurement_rows
from ranking.periods import calendar_period
from ranking.suppression import Policy, hidden, places_of, suppressed
from store.policy import policy
from store.reference import measures, reference_table
from tests.conftest import CAPTURED

PLACES = places_of(reference_table("units"), reference_table("lineage"), reference_table("provinces"))
FIELDS = ("Chứng thực", "Hộ tịch", "Đất đai")
COMMUNES = reference_table("units").filter(pl.col("province_code") == "25").get_column("code").sort().to_list()[:12]
FORM = {"series": "ii06", "basis": "form"}
DOSSIERS = {"series": "dossiers", "basis": "dossiers"}
Row = dict[str, object]
Counts = dict[str, np.ndarray]


def row(unit: str, span: tuple[str, int, int], measure: str, part: float, whole: float | None, **more: object) -> Row:
    kind, year, number = span
    period = calendar_period(kind, year, number) if kind != "year" else calendar_period(kind, year)
    level = "commune" if len(unit) == 5 else "province"
    return {
        "unit_code": unit,
        "level": level,
        "measure": measure,
        "period_start": period.start,
        "period_end": period.end,
        "period_kind": kind,
        "provisional": False,
        "source": "made up",
        "captured_at": CAPTURED,
        "numerator": float(part),
        "denominator": None if whole is None else float(whole),
        **more,
    }


def drawn(seed: int, months: int = 12, fields: int = 3) -> Counts:
    """Dossiers by commune, month and field: a fifth of the communes has hardly any."""
    rng = np.random.default_rng(seed)
    mean = np.resize([0.6, 6, 9, 12, 40], (len(COMMUNES), 1, 1)) * rng.uniform(0.5, 1.5, (len(COMMUNES), 1, fields))
    received = rng.poisson(np.broadcast_to(mean, (len(COMMUNES), months, fields)))
    still = rng.binomial(received, 0.35)
    carried = np.concatenate([rng.binomial(received[:, :1], 0.35), still[:, :-1]], axis=1)
    resolved = carried + received - still
    return {
        "received": received,
        "online": rng.binomial(received, 0.6),
        "resolved": resolved,
        "open": still,
        "on_time": rng.binomial(resolved, 0.9),
        "overdue": rng.binomial(still, 0.2),
        "timed": rng.binomial(resolved, 0.95),
        "days": rng.integers(1, 30, received.shape),
    }


def told(counts: Counts, series: dict[str, str]) -> pl.DataFrame:
    """The rows that a form or an export of dossiers tells: months, quarters and the year, communes and the province."""
    months = counts["received"].shape[1]
    spans = [("month", n + 1, [n]) for n in range(months)]
    spans += [("quarter", n + 1, [3 * n, 3 * n + 1, 3 * n + 2]) for n in range(months // 3)]
    spans += [("year", 0, list(range(months)))]
    rows = []
    for kind, number, inside in spans:
        for place, code in [*enumerate(COMMUNES), (slice(None), "25")]:
            cell = {
                name: sums[place][..., inside[-1:] if name in ("open", "overdue") else inside, :]
                .reshape(-1, sums.shape[2])
                .sum(axis=0)
                for name, sums in counts.items()
            }
            rows += _cell_rows(code, (kind, 2026, number), cell, series)
    return measurement_rows(rows)


def _cell_rows(code: str, span: tuple[str, int, int], cell: Counts, series: dict[str, str]) -> list[Row]:
    n = {name: int(sums.sum()) for name, sums in cell.items()}
    rows = [
        row(code, span, "received", n["received"], None, **series),
        row(code, span, "online_filing_share", n["online"], n["received"], **series),
        row(code, span, "open_overdue", n["overdue"], None, **series),
        row(code, span, "open_overdue_share", n["overdue"], n["open"], **series),
    ]
    if series is FORM:
        rows.append(row(code, span, "on_time_share_form", n["on_time"], n["resolved"], **series))
    else:
        timed = n["timed"]
        rows += [
            row(code, span, "in_person_share", n["received"] - n["online"], n["received"], **series),
            row(code, span, "on_time_share_form", min(n["on_time"], timed), timed, **series),
            row(code, span, "no_due_date_share", n["resolved"] - timed, n["resolved"], **series),
        ]
        if n["resolved"]:
            rows.append(row(code, span, "median_processing_days", int(cell["days"][0]), None, **series))
    rows += [
        row(code, span, "online_filing_share", online, received, field=field, **series)
        for field, online, received in zip(FIELDS, cell["online"], cell["received"], strict=True)
    ]
    return rows


def earlier(rules: Policy) -> Policy:
    """The policy before it knew of time: families of then, nothing carried over."""
    then = [
        ["received", "received_per_day", "received_per_1000", "on_time_share", "online_filing_share"],
        ["open_overdue", "open_overdue_share"],
    ]
    return rules.model_copy(update={"families": then, "carried_over": None})


def shown(rows: pl.DataFrame, rules: Policy) -> pl.DataFrame:
    return suppressed(rows, hidden(rows, PLACES, measures(), rules))


def shown_then(rows: pl.DataFrame) -> pl.DataFrame:
    """As by the earlier rules, which looked at each period by itself."""
    keys = ["period_start", "period_kind"]
    return pl.concat(shown(part, earlier(policy())) for part in rows.partition_by(keys, maintain_order=True))


@pytest.fixture(scope="module")
def form() -> pl.DataFrame:
    return told(drawn(1), FORM)


@pytest.fixture(scope="module")
def dossiers() -> pl.DataFrame:
    return told(drawn(2), DOSSIERS)


def found(public: pl.DataFrame, whole: pl.DataFrame, basis: str, programs: int = 40) -> dict[str, Count]:
    return attacked(public, whole, [basis], programs=programs)


def test_by_the_earlier_rules_carried_over_dossiers_give_open_ones_away(form):
    finds = found(shown_then(form), form, "form", programs=0)
    assert finds["carried over"].exact > 10
    assert finds[ALL].exact > finds[ALL].small / 6


def test_by_the_earlier_rules_quarters_give_months_away(dossiers):
    finds = found(shown_then(dossiers), dossiers, "dossiers", programs=0)
    assert finds["quarter: shorter periods"].exact > 0


def test_by_the_earlier_rules_days_of_a_few_dossiers_are_published(dossiers):
    assert found(shown_then(dossiers), dossiers, "dossiers", programs=0)[FEW].exact > 0


@pytest.mark.parametrize("basis", ["form", "dossiers"])
def test_nothing_small_is_found_by_the_rules_of_today(form, dossiers, basis):
    rows = {"form": form, "dossiers": dossiers}[basis]
    public = shown(rows, policy())
    finds = found(public, rows, basis)
    assert finds[ALL].small > 100
    assert (finds[ALL].exact, finds[ALL].within_1, finds[ALL].within_2) == (0, 0, 0)
    assert finds.get(FEW, Count()).exact == 0
