"""Small numbers stay withheld: what is hidden, what keeps it hidden, and how the rest is ranked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from itertools import product

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.publishing.harvest import measurement_rows
from files.places import HOME
from ranking.periods import calendar_period
from ranking.standings import standings, unit_scopes
from ranking.suppression import hidden, places_of, suppressed
from ranking.suppression_policy import Policy, PolicyError
from ranking.tables import Measurements, Standings
from ranking.withheld_standings import suppressed_standings, withheld_ranks
from store.reference import measures, reference_table
from tests.conftest import CAPTURED
from tests.drawn import examples

MINIMUM = 10
PHU_THO = ("04792", "04795", "04828", "04831")
SHOWN = "shown: {vi: 'dưới {minimum} hồ sơ', en: 'fewer than {minimum} dossiers'}\n"
PLACES = places_of(reference_table("units"), reference_table("lineage"), reference_table("provinces"))


def policy(more: str = "") -> Policy:
    return Policy.from_yaml(f"minimum: {MINIMUM}\n{SHOWN}{more}", list(measures()))


def row(unit_code: str = "04792", **changes: object) -> dict[str, object]:
    known = {
        "unit_code": unit_code, "level": "province" if len(unit_code) == 2 else "commune", "measure": "received",
        "period_start": date(2026, 8, 1), "period_end": date(2026, 8, 31), "period_kind": "month",
        "series": "766-2026", "provisional": False, "basis": "portal", "source": "portal:test",
        "captured_at": CAPTURED,
    }  # fmt: skip
    return known | changes


def frame(*rows: dict[str, object]) -> pl.DataFrame:
    return measurement_rows(list(rows))


def received(figures: dict[str, float], **changes: object) -> list[dict[str, object]]:
    return [row(code, numerator=float(n), **changes) for code, n in figures.items()]


def withheld(rows: pl.DataFrame, rules: Policy | None = None) -> set[str]:
    """The units that are withheld, with the field where it is not `all`."""
    flags = hidden(rows, PLACES, measures(), rules or policy())
    out = rows.filter(flags).select("unit_code", "field").iter_rows()
    return {code if field == "all" else f"{code} {field}" for code, field in out}


@pytest.fixture(scope="module")
def published_policy() -> Policy:
    text = (HOME / "data" / "policies" / "suppression.yaml").read_text(encoding="utf-8")
    return Policy.from_yaml(text, list(measures()))


def test_a_small_count_is_withheld_with_the_next_smallest():
    assert withheld(frame(*received({"04792": 4, "04795": 30, "04828": 12, "04831": 80}))) == {"04792", "04828"}


def test_nothing_is_withheld_where_nothing_is_small():
    assert withheld(frame(*received({"04792": 10, "04795": 30}))) == set()


def test_nothing_filed_is_no_small_number():
    assert withheld(frame(*received({"04792": 0, "04795": 30}))) == set()


def test_two_ones_need_a_third_because_their_sum_would_say_so():
    assert withheld(frame(*received({"04792": 1, "04795": 1, "04828": 50}))) == {"04792", "04795", "04828"}


def test_two_small_ones_that_could_be_many_numbers_need_no_third():
    assert withheld(frame(*received({"04792": 6, "04795": 7, "04828": 50}))) == {"04792", "04795"}


def test_other_provinces_are_left_alone():
    assert withheld(frame(*received({"04792": 4, "04795": 30, "00004": 12, "00008": 15}))) == {"04792", "04795"}


def test_a_share_is_judged_by_its_denominator():
    small = row(measure="on_time_share", numerator=5.0, denominator=9.0)
    others = [row(c, measure="on_time_share", numerator=5.0, denominator=40.0) for c in ("04795", "04828")]
    assert withheld(frame(small, *others)) == {"04792", "04795"}


def test_a_total_of_parts_that_are_all_withheld_and_too_few_goes_too():
    assert withheld(frame(*received({"04792": 5, "04795": 5, "25": 10}))) == {"04792", "04795", "25"}


def test_the_small_field_of_a_unit_takes_another_field_with_it():
    fields = {"Đất đai": 4.0, "Hộ tịch": 40.0, "Chứng thực": 90.0}
    rows = [row(numerator=n, field=field) for field, n in fields.items()]
    assert withheld(frame(row(numerator=134.0), *rows)) == {"04792 Đất đai", "04792 Hộ tịch"}


def test_a_unit_that_is_withheld_cannot_be_added_up_from_its_fields():
    units = received({"04795": 4, "04831": 80})
    fields = [row(numerator=n, field=field) for field, n in {"Đất đai": 14.0, "Hộ tịch": 16.0}.items()]
    assert withheld(frame(row(numerator=30.0), *fields, *units)) == {"04792", "04795", "04792 Đất đai"}


def test_communes_from_before_the_merger_count_towards_the_province_that_holds_them():
    before = {"period_start": date(2025, 5, 1), "period_end": date(2025, 5, 31), "series": "766-2025"}
    lineage = reference_table("lineage").join(
        reference_table("units").select(new_code="code", province="province_code"), on="new_code"
    )
    old = lineage.filter(pl.col("province") == "25").get_column("old_code").unique().sort().head(3).to_list()
    assert withheld(frame(*received(dict(zip(old, (4, 60, 30), strict=True)), **before))) == {old[0], old[2]}


def test_what_rests_on_the_same_dossiers_is_withheld_together():
    of = {"04792": 9.0, "04795": 40.0}
    shares = [row(code, measure="on_time_share", numerator=2.0, denominator=n) for code, n in of.items()]
    rows = frame(*shares, *received({"04792": 30, "04795": 40, "04828": 60}))
    together = policy("families: [[received, on_time_share]]")
    flags = hidden(rows, PLACES, measures(), together)
    found = sorted(rows.filter(flags).select("measure", "unit_code").iter_rows())
    assert found == [
        ("on_time_share", "04792"), ("on_time_share", "04795"),
        ("received", "04792"), ("received", "04795"), 
    ]  # fmt: skip


def test_an_exempt_measure_is_withheld_with_its_family_only(published_policy):
    share = [row(c, measure="open_overdue_share", numerator=1.0, denominator=n, series="ii06", basis="form")
             for c, n in (("04792", 4.0), ("04795", 40.0), ("04828", 50.0))]  # fmt: skip
    count = received({"04792": 1, "04795": 1, "04828": 1}, measure="open_overdue", series="ii06", basis="form")
    assert withheld(frame(*count), published_policy) == set()
    assert withheld(frame(*count, *share), published_policy) == {"04792", "04795"}


def test_days_are_withheld_where_few_dossiers_ended(published_policy):
    told = {"series": "dossiers", "basis": "dossiers"}
    ended = [row(c, measure="no_due_date_share", numerator=0.0, denominator=n, **told)
             for c, n in (("04792", 1.0), ("04795", 40.0), ("04828", 50.0), ("04831", 60.0))]  # fmt: skip
    days = [row(c, measure=name, numerator=14.0, **told)
            for c in ("04792", "04828") for name in ("median_processing_days", "p90_calendar_days")]  # fmt: skip
    rows = frame(*ended, *days)
    flags = hidden(rows, PLACES, measures(), published_policy)
    out = rows.filter(flags, pl.col("measure") != "no_due_date_share").select("unit_code", "measure").rows()
    assert sorted(out) == [("04792", "median_processing_days"), ("04792", "p90_calendar_days")]


def test_a_unit_that_is_silent_stays_silent():
    rows = frame(*received({"04792": 4, "04795": 30}), row("04828", state="not_reported"))
    assert withheld(rows) == {"04792", "04795"}


def test_a_withheld_row_has_no_figure_and_says_so():
    rows = frame(*received({"04792": 4, "04795": 30, "04828": 50}))
    shown = suppressed(rows, hidden(rows, PLACES, measures(), policy()))
    assert shown.get_column("state").to_list() == ["suppressed", "suppressed", "reported"]
    assert shown.get_column("numerator").to_list() == [None, None, 50.0]
    Measurements.validate(shown)


def test_the_policy_says_what_is_shown_instead():
    assert policy().shown_instead("vi") == "dưới 10 hồ sơ"
    assert policy().shown_instead("en") == "fewer than 10 dossiers"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("families: [[received, on_tim_share]]", "no measure on_tim_share"),
        ("families: [[received, tdgq], [tdgq, tttt]]", "tdgq is in more than one family"),
        ("measures: {received: {minimum: 3}}", "because"),
        ("minimal: 3", "minimal"),
    ],
)
def test_a_policy_that_cannot_hold_is_refused(text, complaint):
    with pytest.raises(PolicyError, match=complaint):
        policy(text)


COUNTS = st.integers(0, 40)
FIELDS = ("Đất đai", "Hộ tịch", "Chứng thực")


@examples(120)
@given(st.lists(st.tuples(COUNTS, COUNTS, COUNTS), min_size=2, max_size=4), st.lists(COUNTS, max_size=3))
def test_no_withheld_figure_follows_from_one_published_total(by_unit, by_office):
    """Communes with fields, departments, and the totals of both: each equation is looked at by itself."""
    communes = dict(zip(PHU_THO, by_unit, strict=False))
    offices = {f"H44.{n}": (size, 0, 0) for n, size in enumerate(by_office, 1)}
    everything = list(zip(*communes.values(), *offices.values(), strict=True))
    figures = communes | offices | {"25": tuple(map(sum, everything))}
    rows = frame(
        *(
            row(code, level=level_of(code), field=field, numerator=float(n))
            for code, sizes in figures.items()
            for field, n in zip(("all", *FIELDS), (sum(sizes), *sizes), strict=True)
        )
    )
    flags = hidden(rows, PLACES, measures(), policy())
    sizes = rows.select("unit_code", "field", "numerator").iter_rows()
    cells = {(code, field): (size, out) for (code, field, size), out in zip(sizes, flags, strict=True)}
    for field, parts in product(("all", *FIELDS), (list(communes), list(offices))):
        keeps(cells["25", field], [cells[code, field] for code in parts])
    for code in figures:
        keeps(cells[code, "all"], [cells[code, field] for field in FIELDS])
    assert all(out for size, out in cells.values() if 0 < size < MINIMUM)


def level_of(code: str) -> str:
    return "department" if code.startswith("H") else "province" if len(code) == 2 else "commune"


def keeps(total: tuple[float, bool], parts: list[tuple[float, bool]]) -> None:
    """What `suppression.hidden` promises of one total and the parts that count anything."""
    counted = [(size, out) for size, out in parts if size > 0]
    sizes = [size for size, out in counted if out]
    if total[1]:
        assert sizes or not counted
    elif sizes:
        assert len(sizes) >= 2
        assert sum(sizes) >= len(sizes) + MINIMUM - 1


@pytest.fixture
def ranked() -> Callable[[pl.DataFrame], tuple[pl.DataFrame, pl.Series]]:
    """Standings in Phú Thọ of `received`, and which of their rows are withheld."""
    scopes = unit_scopes(reference_table("units"), reference_table("provinces"), pl.Series([], dtype=pl.String))

    def rank(rows: pl.DataFrame) -> tuple[pl.DataFrame, pl.Series]:
        table = standings(rows, measures()["received"], scopes).filter(pl.col("scope") == "25")
        table = table.with_columns(rank_low=pl.col("rank"), rank_high=pl.col("rank"), previous_rank=pl.col("rank"))
        return table, table.get_column("unit_code").is_in(list(withheld(rows))).rename("hidden")

    return rank


def test_the_others_are_ranked_among_those_that_are_shown(ranked):
    rows = frame(*received({"04792": 4, "04795": 30, "04828": 12, "04831": 80}))
    table, out = ranked(rows)
    swapped = table.with_columns(rank=5 - pl.col("rank"))  # as if few were best: the withheld ones stand ahead
    shown = suppressed_standings(swapped, out, withheld_ranks(swapped.filter(out)))
    found = {r["unit_code"]: (r["rank"], r["of"], r["state"]) for r in shown.iter_rows(named=True)}
    assert found == {
        "04792": (None, 2, "suppressed"), "04828": (None, 2, "suppressed"),
        "04795": (1, 2, "reported"), "04831": (2, 2, "reported"),
    }  # fmt: skip
    Standings.validate(shown)


def test_where_only_alike_ones_are_left_to_see_nobody_has_a_rank(ranked):
    rows = frame(*received({"04792": 4, "04795": 30, "04828": 12, "04831": 30}))
    table, out = ranked(rows)
    shown = suppressed_standings(table, out, withheld_ranks(table.filter(out))).filter(~out)
    assert shown.select("rank", "of").rows() == [(None, 2), (None, 2)]


def test_what_rests_on_withheld_units_and_months_is_empty(ranked):
    rows = frame(*received({"04792": 4, "04795": 30, "04828": 12, "04831": 80}))
    table, out = ranked(rows)
    table = table.with_columns(value_low=pl.lit(20.0), rho=pl.lit(0.01), expected_rank=pl.lit(1.5), p_first=pl.lit(0.5))
    shown = suppressed_standings(table, out, withheld_ranks(table.filter(out)))
    rest = ("value_low", "rho", "rank_low", "expected_rank", "p_first", "previous_rank")
    assert shown.select(rest).null_count().row(0) == (4,) * len(rest)


def test_a_month_withheld_empties_the_intervals_of_every_month_of_its_series(ranked):
    """The error of a count is the spread of all months of its unit: the one withheld would follow."""
    july = {"period_start": date(2026, 7, 1), "period_end": date(2026, 7, 31)}
    gone, out = ranked(frame(*received({"04792": 4, "04795": 30, "04828": 50}, **july)))
    now, nobody = ranked(frame(*received({"04792": 20, "04795": 30, "04828": 50})))
    shown = suppressed_standings(now, nobody, withheld_ranks(gone.filter(out)))
    assert shown["previous_rank"].null_count() == shown["rank_low"].null_count() == 3
    assert shown["rank"].to_list() == now["rank"].to_list()


def test_standings_with_nobody_left_out_stay_as_they_are(ranked):
    table, out = ranked(frame(*received({"04792": 20, "04795": 30, "04828": 50})))
    assert suppressed_standings(table, out, withheld_ranks(table.filter(out))).equals(table)


# --- what is public at its source


@pytest.mark.parametrize("series", ["766-2025", "766-2026"])
def test_what_the_state_publishes_itself_is_shown_however_small(published_policy, series):
    rows = frame(*received({"04792": 4, "04795": 30, "04828": 12, "25": 46}, series=series))
    assert withheld(rows, published_policy) == set()


@pytest.mark.parametrize(("series", "basis"), [("ii06", "form"), ("dossiers", "dossiers"), ("767-2027", "portal")])
def test_what_only_a_province_holds_is_withheld_beside_it(published_policy, series, basis):
    public = received({"04792": 4, "04795": 30, "04828": 12})
    protected = received({"04792": 4, "04795": 30, "04828": 12}, series=series, basis=basis)
    rows = frame(*public, *protected)
    out = rows.filter(hidden(rows, PLACES, measures(), published_policy))
    assert sorted(out.select("unit_code", "basis", "series").rows()) == [
        ("04792", basis, series), ("04828", basis, series)
    ]  # fmt: skip


def test_a_public_source_must_be_a_basis():
    with pytest.raises(PolicyError, match="no basis gateway"):
        policy("public_at_source: {gateway: {series: [a], because: {vi: a, en: a}}}")


# --- what months, quarters and dossiers carried over tell


def months_of(measure: str, sizes: list[int], code: str = "04792") -> list[dict[str, object]]:
    """A form's figures of months from January 2026 on: what they count is `sizes`."""
    rows = []
    for n, size in enumerate(sizes, 1):
        period = calendar_period("month", 2026, n)
        figures = {"numerator": float(size), "denominator": None}
        if measure != "received":
            figures = {"numerator": 0.0, "denominator": float(size)}
        rows.append(
            row(code, measure=measure, series="ii06", basis="form", period_start=period.start, period_end=period.end)
            | figures
        )
    return rows


def withheld_months(rows: pl.DataFrame, rules: Policy, before: pl.DataFrame | None = None) -> dict[str, list[int]]:
    """The months that are withheld, by measure; a quarter counts as 10 and its number."""
    out = rows.filter(hidden(rows, PLACES, measures(), rules, before)).with_columns(
        month=pl.col("period_end").dt.month()
    )
    month = (
        pl.when(pl.col("period_kind") == "quarter").then(10 + pl.col("month") // 3).otherwise("month").alias("month")
    )
    found = out.select("measure", month).sort("month").group_by("measure", maintain_order=True).agg("month")
    return dict(found.iter_rows())


def test_a_month_that_is_withheld_takes_another_of_its_quarter(published_policy):
    quarter = row(
        "04792", measure="received", series="ii06", basis="form", numerator=84.0, period_start=date(2026, 1, 1),
        period_end=date(2026, 3, 31), period_kind="quarter",
    )  # fmt: skip
    alone = months_of("received", [4, 50, 30])
    assert withheld_months(frame(*alone), published_policy) == {"received": [1]}
    assert withheld_months(frame(*alone, quarter), published_policy) == {"received": [1, 3]}


@pytest.mark.parametrize(
    ("still", "out"),
    [
        ([30, 4, 30, 30, 30, 30], {"open_overdue_share": [2], "on_time_share_form": [2, 3]}),
        ([30, 4, 5, 30, 30, 30], {"open_overdue_share": [2, 3], "on_time_share_form": [2, 4]}),
        ([30, 4, 30, 5, 30, 30], {"open_overdue_share": [2, 3, 4], "on_time_share_form": [2, 5]}),
        ([30, 4, 30, 30, 5, 30], {"open_overdue_share": [2, 5], "on_time_share_form": [2, 3, 5, 6]}),
        ([4, 30, 30, 30, 30, 5], {"open_overdue_share": [1, 6], "on_time_share_form": [2, 6]}),
    ],
    ids=["one month", "two", "one between two", "two between two", "the first and the last"],
)
def test_what_was_open_takes_what_was_resolved_where_a_stretch_begins_and_after_it_ends(published_policy, still, out):
    rows = frame(
        *months_of("online_filing_share", [60] * 6),
        *months_of("on_time_share_form", [60] * 6),
        *months_of("open_overdue_share", still),
    )
    assert withheld_months(rows, published_policy) == out


def test_dossiers_resolved_that_are_few_take_what_was_open_with_them(published_policy):
    """Else they would follow from what was open before and after, and received."""
    rows = frame(
        *months_of("online_filing_share", [60] * 9),
        *months_of("on_time_share_form", [60, 60, 4] + [60] * 6),
        *months_of("open_overdue_share", [30] * 9),
    )
    assert withheld_months(rows, published_policy) == {"open_overdue_share": [3], "on_time_share_form": [3, 4]}


def test_a_quarter_by_itself_is_carried_over_like_a_month(published_policy):
    rows = [
        row("04792", measure=measure, series="ii06", basis="form", numerator=0.0, denominator=float(size),
            period_start=period.start, period_end=period.end, period_kind="quarter")
        for measure, sizes in (
            ("online_filing_share", [60, 60, 60]), ("on_time_share_form", [60, 60, 60]),
            ("open_overdue_share", [30, 4, 30]),
        )
        for size, period in zip(sizes, (calendar_period("quarter", 2026, n) for n in (1, 2, 3)), strict=True)
    ]  # fmt: skip
    assert withheld_months(frame(*rows), published_policy) == {
        "open_overdue_share": [12], "on_time_share_form": [12, 13],
    }  # fmt: skip


def test_what_is_open_at_the_end_of_a_quarter_is_what_is_open_at_the_end_of_its_last_month(published_policy):
    quarter = row(
        "04792", measure="open_overdue_share", series="ii06", basis="form", numerator=0.0, denominator=4.0,
        period_start=date(2026, 1, 1), period_end=date(2026, 3, 31), period_kind="quarter",
    )  # fmt: skip
    rows = frame(*months_of("open_overdue_share", [30, 30, 4]), quarter)
    assert withheld_months(rows, published_policy) == {"open_overdue_share": [3, 11]}


def test_what_counts_some_of_the_dossiers_goes_with_them(published_policy):
    """Of 4 + 30 + 12 received the fees owed would tell at least how many a withheld unit has."""
    kind = {"series": "dossiers", "basis": "dossiers"}
    owed = {"04792": 12, "04795": 29, "04828": 12}
    rows = frame(
        *received({"04792": 4, "04795": 30, "04828": 12}, **kind),
        *(row(c, measure="online_payment_share", numerator=1.0, denominator=float(n), **kind) for c, n in owed.items()),
    )
    flags = hidden(rows, PLACES, measures(), published_policy)
    paid = rows.filter(flags, pl.col("measure") == "online_payment_share").get_column("unit_code").to_list()
    assert paid == ["04792", "04828"]


def test_parts_that_nearly_fill_what_they_are_parts_of_do_not_hide_a_small_one(published_policy):
    """61 owed, 13 + 27 of them shown: of the 21 that are left 12 at most are of 04795, so 9 of 04792."""
    kind = {"series": "dossiers", "basis": "dossiers"}
    owed = {"04792": (9, 11), "04795": (12, 12), "04828": (13, 30), "04831": (27, 60)}
    whole = {"25": (61, 113)}
    rows = frame(
        *received({c: came for c, (_, came) in (owed | whole).items()}, **kind),
        *(
            row(c, measure="online_payment_share", numerator=1.0, denominator=float(n), **kind)
            for c, (n, _) in (owed | whole).items()
        ),
    )
    flags = hidden(rows, PLACES, measures(), published_policy)
    paid = rows.filter(flags, pl.col("measure") == "online_payment_share").get_column("unit_code").to_list()
    assert paid == ["04792", "04795", "04828"]


# --- from snapshot to snapshot


def public(rows: pl.DataFrame, rules: Policy, before: pl.DataFrame | None = None) -> pl.DataFrame:
    return suppressed(rows, hidden(rows, PLACES, measures(), rules, before))


def gone(shown: pl.DataFrame) -> set[str]:
    return set(shown.filter(pl.col("state") == "suppressed").get_column("unit_code"))


def of_form(sizes: dict[str, float]) -> pl.DataFrame:
    return frame(*received(sizes, series="ii06", basis="form"))


def test_what_was_withheld_stays_withheld_although_another_would_do_now(published_policy):
    """04828 was withheld beside 04792; shown now, it would give 04792 away through the total of before."""
    first = public(of_form({"04792": 4, "04795": 30, "04828": 12, "25": 46}), published_policy)
    then = of_form({"04792": 4, "04795": 30, "04828": 35, "25": 69})
    assert gone(first) == {"04792", "04828"}
    assert gone(public(then, published_policy)) == {"04792", "04795"}
    assert gone(public(then, published_policy, first)) == {"04792", "04828"}


def test_what_was_shown_protects_nothing(published_policy):
    """Everybody has read 12 of 04828: with the total of now it would tell the 4, so the total goes, or another does."""
    first = public(of_form({"04792": 20, "04795": 30, "04828": 12, "25": 62}), published_policy)
    then = of_form({"04792": 4, "04795": 30, "04828": 12, "25": 46})
    assert gone(public(then, published_policy, first)) == {"04792", "25"}


def test_an_open_month_that_was_shown_leaves_what_was_resolved_to_protect_the_next(published_policy):
    def months(still: list[int]) -> pl.DataFrame:
        n = len(still)
        return frame(
            *months_of("online_filing_share", [60] * n),
            *months_of("on_time_share_form", [60] * n),
            *months_of("open_overdue_share", still),
        )

    first = public(months([30, 30]), published_policy)
    second = public(months([30, 30, 4]), published_policy, first)
    third = months([30, 30, 4, 30, 4])
    assert withheld_months(third, published_policy, second) == {
        "open_overdue_share": [3, 4, 5],
        "on_time_share_form": [3],
    }


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("carried_over: {open: opened, received: received, resolved: decided}", "no measure opened"),
        ("carried_over: {open: received, received: received, resolved: decided, bridge_months: 13}", "bridge_months"),
        ("rests_on: {received: filed}", "no measure filed"),
    ],
)
def test_what_is_tied_must_be_measures_and_a_bridge_short(text, complaint):
    with pytest.raises(PolicyError, match=complaint):
        policy(text)
