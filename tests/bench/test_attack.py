"""The attacker finds what the earlier rules gave away, and nothing of what is withheld now."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
import pytest

from bench.attack import attacked, remembered
from bench.attack.score import ALL, ELSEWHERE, FEW, Count
from etl.publishing.harvest import measurement_rows
from ranking.periods import calendar_period
from ranking.suppression import hidden, places_of, suppressed
from ranking.suppression_policy import Policy
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


@pytest.fixture(scope="module")
def corner() -> pl.DataFrame:
    """A world where every equation by itself has two gaps, and several together have one answer: the fifth draw."""
    return told(drawn(5), FORM)


@pytest.mark.parametrize("world", ["form", "dossiers", "corner"])
def test_nothing_small_is_found_by_the_rules_of_today(request, world):
    rows = request.getfixturevalue(world)
    finds = found(shown(rows, policy()), rows, "dossiers" if world == "dossiers" else "form")
    assert finds[ALL].small > 100
    assert (finds[ALL].exact, finds[ALL].within_1, finds[ALL].within_2) == (0, 0, 0)
    assert finds.get(FEW, Count()).exact == 0


# --- one example of each kind, by hand: what is taken out, and what the attacker makes of it

AUGUST, QUARTER = ("month", 2026, 8), ("quarter", 2026, 3)
MONTHS = [("month", 2026, n) for n in range(1, 9)]


def taken_out(rows: list[Row], *gone: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The rows as the public sees them, without the figures of those numbered, and whole."""
    whole = measurement_rows(rows)
    return suppressed(whole, pl.Series("hidden", [n in gone for n in range(len(rows))])), whole


def one_kind(rows: list[Row], *gone: int, basis: str = "form", programs: int = 5) -> dict[str, Count]:
    return found(*taken_out(rows, *gone), basis, programs=programs)


def test_a_sum_over_communes_tells_the_one_that_is_missing():
    spans = [(month, n) for n, month in enumerate(MONTHS)]
    rows = [
        row(code, span, "received", n + size, None, **FORM)
        for span, n in spans
        for code, size in ((COMMUNES[0], 3), (COMMUNES[1], 20 + n))
    ]
    rows += [row("25", span, "received", 3 * n + 23, None, **FORM) for span, n in spans]
    assert one_kind(rows, 0)["province: communes and departments"].exact == 1


def test_a_sum_over_fields_tells_the_one_that_is_missing():
    rows = [
        row(COMMUNES[n], AUGUST, "online_filing_share", 2, size, field=field, **FORM)
        for n in range(6)
        for field, size in (("Hộ tịch", 4), ("Đất đai", 30 + n), ("all", 34 + n))
    ]
    assert one_kind(rows, 0)["unit: fields"].exact == 1


def test_a_quarter_tells_the_month_that_is_missing():
    rows = [
        row(COMMUNES[0], ("month", 2026, n), "received", size, None, **FORM) for n, size in ((7, 4), (8, 30), (9, 20))
    ]
    rows.append(row(COMMUNES[0], QUARTER, "received", 54, None, **FORM))
    assert one_kind(rows, 0)["quarter: shorter periods"].exact == 1


def test_the_months_beside_it_tell_what_was_open():
    still = [12, 15, 4, 20, 18, 25, 22, 30]
    rows = []
    for n, (span, now) in enumerate(zip(MONTHS, still, strict=True)):
        resolved = 40 + (still[n - 1] if n else 12) - now
        rows += [
            row(COMMUNES[0], span, "received", 40, None, **FORM),
            row(COMMUNES[0], span, "on_time_share_form", 10, resolved, **FORM),
            row(COMMUNES[0], span, "open_overdue_share", 1, now, **FORM),
        ]
    assert one_kind(rows, 8)["carried over"].exact == 1


def test_the_index_less_five_groups_tells_the_sixth():
    points = {"ckmb": 15, "clgq": 10, "mdhl": 16, "mdsh": 20, "tdgq": 18, "tttt": 9}
    portal = {"series": "766-2026", "basis": "portal"}
    rows = []
    for n in range(6):
        scored = {**points, "tdgq": 10 + n}
        for name, score in [*scored.items(), ("index_766", sum(scored.values()))]:
            one = row(COMMUNES[n], AUGUST, name, 0, None, score=float(score), max_score=100.0, **portal)
            rows.append({**one, "numerator": None})
    assert one_kind(rows, 4, basis="portal")["index: its groups"].exact == 1


def test_the_same_count_under_two_measures_is_told_by_the_other():
    rows = []
    for n, span in enumerate(MONTHS):
        size = 6 + 4 * n
        rows += [
            row(COMMUNES[0], span, "received", size, None, **DOSSIERS),
            row(COMMUNES[0], span, "in_person_share", 2, size, **DOSSIERS),
        ]
    kinds = one_kind(rows, 0, basis="dossiers")
    assert [count.exact for kind, count in kinds.items() if kind.startswith("same: ")] == [1]


def test_a_share_of_nothing_tells_that_none_of_its_parts_has_any():
    """Of the province's open dossiers none is overdue: so in a commune between a bound above and below."""
    rows = [
        row(code, span, "open_overdue_share", 0, size, **FORM)
        for span in MONTHS
        for code, size in ((COMMUNES[0], 1), (COMMUNES[1], 1), ("25", 2))
    ]
    assert one_kind(rows, 0, 1)["bounds and programs"].within_1 == 2


def test_days_are_told_of_a_few_dossiers():
    rows = [
        row(COMMUNES[0], AUGUST, "no_due_date_share", 0, 1, **DOSSIERS),
        row(COMMUNES[0], AUGUST, "median_processing_days", 14, None, **DOSSIERS),
    ]
    assert one_kind(rows, 0, basis="dossiers")[FEW].exact == 1
    assert one_kind(rows, 0, 1, basis="dossiers")[FEW].exact == 0


def test_a_count_withheld_in_one_measure_and_shown_by_another_is_counted():
    rows = [
        row(COMMUNES[0], AUGUST, "received", 6, None, **DOSSIERS),
        row(COMMUNES[0], AUGUST, "decided_elsewhere_share", 2, 6, **DOSSIERS),
    ]
    assert one_kind(rows, 0, basis="dossiers")[ELSEWHERE].exact == 1
    whole = measurement_rows(rows)
    assert ELSEWHERE not in found(shown(whole, policy()), whole, "dossiers")


def test_a_quarter_carried_over_tells_what_was_open_at_its_end():
    rows = []
    for code in COMMUNES[:6]:
        for number, still in ((1, 30), (2, 4 if code == COMMUNES[0] else 25)):
            span = ("quarter", 2026, number)
            rows += [
                row(code, span, "open_overdue_share", 1, still, **FORM),
                row(code, span, "received", 90, None, **FORM),
                row(code, span, "on_time_share_form", 5, 90 + 30 - still, **FORM),
            ]
    assert one_kind(rows, 3)["carried over"].exact == 1
    whole = measurement_rows(rows)
    assert found(shown(whole, policy()), whole, "form")[ALL].exact == 0


# --- snapshot after snapshot


def snapshots(whole: Sequence[pl.DataFrame], *, knowing: bool) -> list[pl.DataFrame]:
    """As the public saw each; `knowing`: publishing looked at what it had shown before."""
    seen: list[pl.DataFrame] = []
    for rows in whole:
        before = seen[-1] if knowing and seen else None
        seen.append(suppressed(rows, hidden(rows, PLACES, measures(), policy(), before)))
    return seen


def month_after_month(rows: pl.DataFrame) -> list[pl.DataFrame]:
    """What is known after three months, after four and so on: a longer period once it is over."""
    ends = rows.filter(pl.col("period_kind") == "month").get_column("period_end").unique().sort()[2:]
    return [rows.filter(pl.col("period_end") <= end) for end in ends]


def test_ten_snapshots_in_a_row_tell_no_more_than_one(form):
    whole = month_after_month(form)
    finds = found(remembered(snapshots(whole, knowing=True)), whole[-1], "form")
    assert len(whole) == 10
    assert (finds[ALL].exact, finds[ALL].within_1, finds[ALL].within_2) == (0, 0, 0)


def test_snapshots_that_forget_each_other_give_figures_away(form):
    whole = month_after_month(form)
    assert found(remembered(snapshots(whole, knowing=False)), whole[-1], "form")[ALL].exact > 0


def test_a_correction_takes_no_figure_out_of_its_cover():
    """One commune is 4; corrected, its neighbour that covered it is shown no more than before."""
    sizes = dict(zip(COMMUNES[:6], (4, 12, 30, 40, 50, 60), strict=True))
    revised = {**sizes, COMMUNES[1]: 55}
    whole = [
        measurement_rows(
            row(code, AUGUST, "received", n, None, **FORM) for code, n in [*told_.items(), ("25", sum(told_.values()))]
        )
        for told_ in (sizes, revised)
    ]
    for knowing, state in ((False, "reported"), (True, "suppressed")):
        last = snapshots(whole, knowing=knowing)[-1]
        assert last.filter(pl.col("unit_code") == COMMUNES[1]).item(0, "state") == state
