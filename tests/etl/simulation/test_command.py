"""The simulated country: does it look like the real one, do its sums agree, are the oddities there?"""

from __future__ import annotations

import copy
import hashlib
from datetime import date
from typing import NamedTuple

import polars as pl
import pytest

from etl.__main__ import main
from etl.publishing.harvest import measurement_rows
from etl.simulation import command
from etl.simulation.calibration import CALIBRATION, GROUPS, read_calibration
from etl.simulation.command import chunks
from etl.simulation.dossiers.aggregate import wanted
from etl.simulation.rows import BESIDE
from files.faults import BadInput
from ranking.tables import Measurements
from store.reference import measures, reference_table

MERGER, YEAR_2026 = date(2025, 7, 1), date(2026, 1, 1)
PHU_THO = "25"
_KEPT = ["unit_code", "level", "period_start", "series", "field", "numerator", "denominator", "score", "state"]
_SMALL = ["unit_code", "level", "series", "field", "state"]
_PERIOD = ["period_start", "period_end", "period_kind", "provisional"]
_DIGESTED = ("received", "on_time_share", "processing_days")


class _Chunk(NamedTuple):
    """What the tests look at of one measure's rows: cut down, so that all measures fit in memory together."""

    rows: pl.DataFrame
    periods: pl.DataFrame
    bases: set[tuple[str, str]]
    sources: list[str]
    digest: str | None


@pytest.fixture(scope="session")
def calibration():
    return read_calibration(CALIBRATION)


@pytest.fixture(scope="session")
def tables():
    return reference_table("units"), reference_table("lineage"), reference_table("provinces")


@pytest.fixture(scope="session")
def seen(tables, calibration):
    """By measure: the one pass over all chunks, each checked and then cut down."""
    return {chunk["measure"][0]: _checked(chunk) for chunk in chunks(*tables, calibration)}


def _checked(chunk):
    Measurements.validate(chunk)
    assert chunk.schema == Measurements.create_empty().schema
    assert chunk["quality"].null_count() == chunk.height
    (measure,) = chunk["measure"].unique()
    return _Chunk(
        chunk.select(_KEPT).with_columns(pl.col(_SMALL).cast(pl.Categorical)),
        chunk.select(_PERIOD).unique().sort("period_start"),
        set(chunk.select("basis", "series").unique().iter_rows()),
        chunk["source"].unique().to_list(),
        _digest(chunk) if measure in _DIGESTED else None,
    )


def _digest(chunk):
    return hashlib.sha256(chunk.write_ipc(None).getvalue()).hexdigest()


@pytest.fixture(scope="session")
def built(seen):
    """By measure: the rows."""
    return {measure: chunk.rows for measure, chunk in seen.items()}


@pytest.fixture(scope="session")
def homes(tables):
    """Province of today by unit code and era: communes old and new, and departments' state codes."""
    units, lineage, provinces = tables
    now = units.select(unit_code="code", home="province_code")
    then = lineage.join(units.select(new_code="code", home="province_code"), on="new_code")
    then = then.select(pl.col("old_code").alias("unit_code"), "home").unique()
    return {"now": now, "then": then, "states": provinces.select("state_code", home="code")}


def _all(frame, level="commune"):
    return frame.filter(pl.col("field") == "all", pl.col("level") == level).with_columns(
        pl.col("unit_code").cast(pl.String)
    )


def _of_2026(frame, tables, province):
    units = tables[0].filter(pl.col("province_code") == province)["code"]
    rows = _all(frame).filter(pl.col("period_start") >= YEAR_2026, pl.col("unit_code").is_in(units.implode()))
    return rows.group_by("unit_code").agg(pl.col("numerator", "denominator").sum())


def _share(numerator="numerator", denominator="denominator"):
    return 100 * pl.col(numerator) / pl.col(denominator)


# --- calibration


def test_volumes_in_phu_tho(built, tables):
    received = _of_2026(built["received"], tables, PHU_THO)["numerator"]
    assert received.len() == 148
    assert received.median() == pytest.approx(2870, rel=0.08)
    assert 600 < received.min() < 1200
    assert 6500 < received.max() < 11000


def test_country_receives_about_as_much_as_the_real_one(built):
    received = _all(built["received"], "country").filter(pl.col("period_start") >= YEAR_2026)["numerator"].sum()
    assert received == pytest.approx(11.7e6, rel=0.1)


def test_busy_communes_are_later(built, tables):
    shares = _of_2026(built["on_time_share"], tables, PHU_THO).with_columns(share=_share())
    assert -0.55 < shares.select(pl.corr("share", "denominator")).item() < -0.2
    assert shares["share"].median() == pytest.approx(94.5, abs=1.5)


def test_dispersion_is_far_above_binomial(built, tables):
    shares = _of_2026(built["on_time_share"], tables, PHU_THO)
    mean = shares["numerator"].sum() / shares["denominator"].sum()
    expected = shares["denominator"] * mean
    pearson = ((shares["numerator"] - expected) ** 2 / (expected * (1 - mean))).sum() / (shares.height - 1)
    assert 40 < pearson < 110


@pytest.mark.parametrize("series", ["766-2025", "766-2026"])
def test_provinces_are_on_time_as_published(built, calibration, series):
    rows = _all(built["on_time_share"], "province").filter(pl.col("series") == series, pl.col("period_start") >= MERGER)
    shares = rows.group_by("unit_code").agg(share=_share().mean()).sort("unit_code")
    published = [5 * scores[1] for _, scores in sorted(calibration["scores"][series].items())]
    assert (shares["share"] - pl.Series(published)).abs().max() < 1


@pytest.mark.parametrize(("series", "mean"), [("766-2025", 86.5), ("766-2026", 61.6)])
def test_provinces_score_as_published(built, series, mean):
    index = _all(built["index_766"], "province").filter(pl.col("series") == series)
    assert index["score"].mean() == pytest.approx(mean, abs=0.5)


def test_published_scores_are_those_of_34_provinces(tables, calibration):
    for scores in calibration["scores"].values():
        assert sorted(scores) == tables[2]["code"].sort().to_list()
    of_2026 = calibration["scores"]["766-2026"]
    assert of_2026[PHU_THO] == [7.96, 17.63, 9.09, 6.58, 11.79, 9.55]


def test_processing_days_in_phu_tho(built, tables):
    days = _of_2026(built["processing_days"], tables, PHU_THO)["numerator"] / 9
    assert days.median() == pytest.approx(2.64, abs=0.4)


def test_online_filing_rises_and_never_exceeds_all(built):
    shares = built["online_filing_share"]
    assert shares.filter(pl.col("numerator") > pl.col("denominator")).is_empty()
    country = _all(shares, "country").sort("period_start").select("period_start", share=_share())
    assert 35 < country["share"][0] < 45
    assert country["share"][-1] == pytest.approx(95, abs=1.5)
    assert country["share"].diff().min() > -0.5
    communes = _all(shares).filter(pl.col("period_start") >= YEAR_2026, pl.col("denominator") > 0)
    assert communes.select(_share().median()).item() == pytest.approx(95, abs=1.5)


def test_ha_noi_goes_online_after_its_notice(built):
    shares = _all(built["online_filing_share"], "province").filter(pl.col("unit_code") == "01").sort("period_start")
    by_month = dict(shares.select("period_start", _share()).iter_rows())
    assert by_month[date(2025, 9, 1)] - by_month[date(2025, 8, 1)] > 10
    assert by_month[date(2025, 9, 1)] > 99


def test_merger_leaves_no_jump_beyond_its_two_months(built):
    months = _all(built["received"]).group_by("period_start").agg(pl.col("numerator").sum())
    received = dict(months.iter_rows())
    before, dip, after = received[date(2025, 6, 1)], received[date(2025, 7, 1)], received[date(2025, 9, 1)]
    assert after == pytest.approx(before, rel=0.08)
    assert dip < 0.85 * before


def test_each_successor_continues_its_members(built, tables):
    """A new commune made of whole old ones gets about what they got."""
    whole = tables[1].filter(
        (pl.col("part") == "whole").all().over("new_code"), pl.col("old_code").str.len_chars() == 5
    )
    monthly = (
        _all(built["received"])
        .group_by("unit_code", old=pl.col("period_start") < MERGER)
        .agg(mean=pl.col("numerator").mean())
    )
    then = (
        monthly.filter("old")
        .join(whole, left_on="unit_code", right_on="old_code")
        .group_by("new_code")
        .agg(pl.col("mean").sum())
    )
    pairs = then.join(monthly.filter(~pl.col("old")), left_on="new_code", right_on="unit_code").filter(
        pl.col("mean") > 50
    )
    growth = pairs["mean_right"] / pairs["mean"]
    assert growth.median() == pytest.approx(1.15, abs=0.1)
    assert growth.std() < 0.3


def test_seasons_show_in_tet_months(built):
    received = dict(_all(built["received"], "country").select("period_start", "numerator").iter_rows())
    for tet in (date(2024, 2, 1), date(2026, 2, 1)):
        assert received[tet] < 0.8 * received[tet.replace(month=3)]


# --- what exists


def test_units_of_each_era(built):
    counts = built["received"].filter(pl.col("field") == "all").group_by("level", new=pl.col("period_start") >= MERGER)
    units = {(level, new): n for level, new, n in counts.agg(pl.col("unit_code").n_unique()).iter_rows()}
    assert units[("commune", True)] == 3321
    assert units[("commune", False)] == 10035
    assert units[("province", True)] == units[("province", False)] == 34
    assert units[("department", True)] == 34 * 12
    assert ("department", False) not in units


def test_only_the_last_month_is_open(seen):
    quarter = (date(2026, 7, 1), date(2026, 9, 26), "to_date", True)
    for measure, chunk in seen.items():
        still_open = chunk.periods.filter("provisional").rows()
        of_quarters = measure in wanted() and not measure.startswith("overdue")
        assert still_open == [quarter] * of_quarters + [(date(2026, 9, 1), *quarter[1:])]
    periods = seen["received"].periods
    assert periods.height == 36
    assert periods["period_start"][0] == date(2023, 10, 1)


def test_bases_and_series(seen):
    portal = {("portal", "766-2025"), ("portal", "766-2026")}
    form = {"online_filing_share", "open_overdue", "open_overdue_share", "on_time_share_form"}
    assert {measure for measure, chunk in seen.items() if chunk.bases == {("form", "ii06")}} == form
    assert {measure for measure, chunk in seen.items() if chunk.bases == {("dossiers", "dossiers")}} == set(wanted())
    assert {measure for measure, chunk in seen.items() if chunk.bases == {("portal", "766-2026")}} == set(BESIDE)
    others = seen.keys() - form - set(wanted()) - set(BESIDE)
    assert all(seen[measure].bases == portal for measure in others)
    assert set(GROUPS) | {"index_766"} <= set(seen)


def test_every_row_names_its_source(seen):
    assert all(chunk.sources == ["simulated"] for chunk in seen.values())


def test_every_measure_of_the_registry_has_figures(built):
    """What a province's dossiers alone tell is there too; two rates are derived when the country is published."""
    derived = {"received_per_day", "received_per_1000"}
    assert built.keys() | derived == measures().keys()
    for measure, frame in built.items():
        level = "province" if measure == "online_services_used_share" else "commune"
        told = frame.filter(pl.col("level") == level, pl.col("state") == "reported")
        value = told.select(pl.coalesce("score", pl.col("numerator") / pl.col("denominator"), "numerator")).to_series()
        fewest = 33 if level == "province" else 1500 if measure in BESIDE else 3000
        assert told["unit_code"].n_unique() > fewest, measure
        assert value.n_unique() > 1, measure


def test_petitions_give_the_points_that_the_score_has(built):
    """Without one both halves are full; with some a score holds 6 for each share, so it lies below 18 as they do."""
    key = ["unit_code", "level", "period_start"]
    parts = [
        built[name].select(*key, points=(6 * pl.col("numerator") / pl.col("denominator").replace(0, None)).round(2))
        for name in BESIDE[:2]
    ]
    points = parts[0].join(parts[1], on=key, suffix="_satisfied").with_columns(pl.col("^points.*$").fill_null(6.0))
    scores = built["mdhl"].filter(pl.col("series") == "766-2026", pl.col("level") != "country")
    rest = scores.drop_nulls("score").join(points, on=key).select(
        pl.col("score") - pl.col("points") - pl.col("points_satisfied")
    ).to_series()  # fmt: skip
    assert rest.len() > 29_000
    assert rest.min() > -0.02
    assert rest.max() < 6.02


# --- accounting


def _parts(frame, homes):
    """Rows of communes and departments with the province of today that each belongs to."""
    communes = frame.filter(pl.col("level") == "commune")
    old = communes.filter(pl.col("period_start") < MERGER).join(homes["then"], on="unit_code")
    new = communes.filter(pl.col("period_start") >= MERGER).join(homes["now"], on="unit_code")
    offices = frame.filter(pl.col("level") == "department").with_columns(state_code=pl.col("unit_code").str.head(3))
    offices = offices.join(homes["states"], on="state_code").drop("state_code")
    return pl.concat([old, new, offices])


@pytest.mark.parametrize("measure", ["received", "on_time_share", "online_filing_share", "open_overdue"])
def test_provinces_are_the_sum_of_communes_and_departments(built, homes, measure):
    frame = built[measure].with_columns(pl.col("unit_code").cast(pl.String))
    key = ["home", "period_start", "field"]
    sums = _parts(frame, homes).group_by(key).agg(pl.col("numerator").sum())
    provinces = frame.filter(pl.col("level") == "province", pl.col("state") != "not_reported")
    pairs = provinces.join(sums, left_on=["unit_code", *key[1:]], right_on=key)
    assert pairs.height == provinces.height > 34 * 35
    assert (pairs["numerator"] == pairs["numerator_right"]).all()


def test_country_is_the_sum_of_provinces(built):
    for measure in ("received", "on_time_share", "online_payment_share"):
        sums = _all(built[measure], "province").group_by("period_start").agg(pl.col("numerator").sum())
        pairs = _all(built[measure], "country").join(sums, on="period_start")
        assert pairs.height == 36
        assert (pairs["numerator"] == pairs["numerator_right"]).all()


@pytest.mark.parametrize(("measure", "months"), [("received", 15), ("online_filing_share", 15), ("on_time_share", 12)])
def test_fields_add_up_to_all(built, calibration, measure, months):
    rows = built[measure].with_columns(whole=pl.col("field") == "all")
    key = ["unit_code", "level", "period_start"]
    fields = rows.filter(~pl.col("whole"))
    assert fields["period_start"].n_unique() == months
    assert set(fields["field"].cast(pl.String).unique()) == set(calibration["fields"])
    sums = fields.group_by(key).agg(pl.col("numerator", "denominator").sum(), pl.len())
    pairs = sums.join(rows.filter("whole"), on=key)
    assert pairs.height == sums.height
    assert (pairs["len"] == len(calibration["fields"])).all()
    assert (pairs["numerator"] == pairs["numerator_right"].fill_null(0)).all()
    assert (pairs["denominator"] == pairs["denominator_right"].fill_null(0)).all()


def test_no_part_exceeds_its_whole(built):
    for frame in built.values():
        assert frame.filter(pl.col("numerator") > pl.col("denominator")).is_empty()


def test_index_is_the_sum_of_its_groups(built):
    key = ["unit_code", "level", "period_start"]
    groups = pl.concat(built[group].select(*key, "score", "state") for group in GROUPS)
    sums = groups.filter(pl.col("state") == "reported").group_by(key).agg(pl.col("score").sum(), pl.len())
    pairs = built["index_766"].filter(pl.col("state") == "reported").join(sums, on=key)
    assert pairs.height == sums.height
    assert (pairs["len"] == 6).all()
    assert (pairs["score"] - pairs["score_right"]).abs().max() < 0.01


def test_scores_stay_within_their_maximum(built):
    for group, most in (GROUPS | {"index_766": 100}).items():
        assert built[group]["score"].max() <= most
        assert built[group]["score"].min() >= 0


def test_progress_score_follows_the_on_time_share(built):
    key = ["unit_code", "level", "period_start"]
    shares = built["on_time_share"].filter(pl.col("field") == "all", pl.col("denominator") > 0)
    scores = built["tdgq"].filter(pl.col("level") != "country")
    pairs = scores.drop("numerator", "denominator").join(shares.select(*key, share=_share()), on=key)
    expected = (pairs["share"].round(2) / 5).round(2)
    assert (pairs["score"] - expected).abs().max() < 0.0101


def test_publication_score_is_nearly_one_figure_per_province(built, homes):
    scores = _all(built["ckmb"]).filter(pl.col("state") == "reported").join(homes["now"], on="unit_code")
    usual = scores.with_columns(usual=pl.col("score").median().over("home", "period_start"))
    assert usual.select((pl.col("score") == pl.col("usual")).mean()).item() > 0.9


# --- silences


def test_silences_are_rare_and_carry_no_figure(built):
    for measure in ("received", "online_filing_share"):
        rows = _all(built[measure])
        silent = rows.filter(pl.col("state") == "not_reported")
        assert 0.008 < silent.height / rows.height < 0.02
        assert silent["numerator"].null_count() == silent.height


def test_silences_come_in_spells(built):
    rows = _all(built["received"]).sort("unit_code", "period_start")
    silent = rows.with_columns(silent=pl.col("state") == "not_reported").with_columns(
        before=pl.col("silent").shift().over("unit_code")
    )
    assert silent.filter("silent").select(pl.col("before").mean()).item() > 0.4


def test_one_province_says_nothing_for_a_month(built, calibration):
    (spell,) = calibration["silence"]["provinces"]
    silent = _all(built["received"], "province").filter(pl.col("state") == "not_reported")
    found = silent.select("unit_code", pl.col("period_start").dt.strftime("%Y-%m")).rows()
    assert found == [(spell["province"], spell["month"])]


def test_months_without_dossiers_are_known_zeros(built):
    rows = _all(built["received"])
    empty = rows.filter(pl.col("state") == "no_dossiers")
    assert 0.003 < empty.height / rows.height < 0.008
    assert (empty["numerator"] == 0).all()
    assert rows.filter(pl.col("state") == "reported")["numerator"].min() > 0
    assert built["ckmb"].filter(pl.col("state") == "no_dossiers")["score"].null_count() > 0


def test_nobody_lives_on_hoang_sa(built):
    rows = _all(built["received"]).filter(pl.col("unit_code") == "20333", pl.col("period_start") >= MERGER)
    assert set(rows["state"]) <= {"no_dossiers", "not_reported"}


# --- planted oddities


def _planted(rule):
    entries = [entry for entry in read_calibration(CALIBRATION)["planted"] if entry["rule"] == rule]
    assert entries
    return pytest.mark.parametrize("oddity", entries, ids=lambda entry: entry["id"])


def _months(oddity):
    return [date.fromisoformat(f"{month}-01") for month in oddity["months"]]


def _series(built, measure, oddity):
    """The unit's monthly rows in its own era, in order."""
    era = (pl.col("period_start") >= MERGER) == (_months(oddity)[0] >= MERGER)
    return _all(built[measure]).filter(pl.col("unit_code") == oddity["unit_code"], era).sort("period_start")


def _during(built, measure, oddity):
    first, last = _months(oddity)
    rows = _series(built, measure, oddity).filter(pl.col("period_start").is_between(first, last))
    assert rows.height == (last.year - first.year) * 12 + last.month - first.month + 1
    assert "not_reported" not in rows["state"]
    return rows.with_columns(share=_share())


def test_planted_are_20_to_40_and_told_apart(calibration):
    ids = [entry["id"] for entry in calibration["planted"]]
    assert 20 <= len(ids) == len(set(ids)) <= 40
    assert {entry["rule"] for entry in calibration["planted"]} == set(calibration["rules"])


@_planted("perfect_while_slow")
def test_perfect_while_slow(built, oddity):
    on_time = _during(built, "on_time_share", oddity)
    assert (on_time["share"] == 100).all()
    assert on_time["denominator"].min() >= 100
    assert _during(built, "processing_days", oddity)["numerator"].min() > 14


@_planted("online_jump")
def test_online_jump(built, oddity):
    shares = _series(built, "online_filing_share", oddity).with_columns(share=_share())
    before, after = (
        shares.filter(pl.col("period_start") < _months(oddity)[0]),
        _during(built, "online_filing_share", oddity),
    )
    assert after["share"][0] - before["share"][-1] > 35
    assert after["share"].min() > 95


@_planted("online_without_payment")
def test_online_without_payment(built, oddity):
    assert _during(built, "online_filing_share", oddity)["share"].mean() > 99
    assert _during(built, "online_payment_share", oddity)["share"].max() < 8


@_planted("backlog_cleared")
def test_backlog_cleared(built, oddity):
    backlog = _during(built, "open_overdue", oddity).with_columns(closing=pl.col("period_start").dt.month() % 3 == 0)
    assert (backlog.filter("closing")["numerator"] == 0).all()
    assert backlog.filter(~pl.col("closing"))["numerator"].min() > 30


@_planted("identical_months")
def test_identical_months(built, oddity):
    for measure in ("received", "on_time_share", "processing_days", "online_filing_share", "open_overdue"):
        assert _during(built, measure, oddity).select("numerator", "denominator").n_unique() == 1


@_planted("zero_between_busy")
def test_zero_between_busy(built, oddity):
    received = _series(built, "received", oddity)
    (at,) = received.with_row_index().filter(pl.col("period_start") == _months(oddity)[0])["index"]
    before, gap, after = received["numerator"][at - 1], received["numerator"][at], received["numerator"][at + 1]
    assert gap == 0
    assert min(before, after) > 30
    assert received["state"][at] == "no_dossiers"


@_planted("intake_above_peers")
def test_intake_above_peers(built, tables, oddity):
    units = tables[0].select(unit_code="code", home="province_code", people="population")
    first = _months(oddity)[0]
    peers = _all(built["received"]).filter(pl.col("period_start") == first).join(units, on="unit_code")
    rates = peers.with_columns(rate=pl.col("numerator") / pl.col("people"))
    own = rates.filter(pl.col("unit_code") == oddity["unit_code"])
    usual = rates.filter(pl.col("home") == own["home"].item())["rate"].median()
    assert own["rate"].item() > 3 * usual


@_planted("weak_old_member")
def test_weak_old_member(built, tables, oddity):
    lineage = tables[1]
    (new,) = lineage.filter(pl.col("old_code") == oddity["unit_code"])["new_code"]
    others = lineage.filter(pl.col("new_code") == new, pl.col("old_code") != oddity["unit_code"])["old_code"]
    first, last = _months(oddity)
    rows = _all(built["on_time_share"]).filter(pl.col("period_start").is_between(first, last))
    rest = rows.filter(pl.col("unit_code").is_in(others.implode())).select(_share().mean()).item()
    assert others.len() >= 2
    assert _during(built, "on_time_share", oddity)["share"].mean() < rest - 30


@_planted("portal_and_form_disagree")
def test_portal_and_form_disagree(built, oddity):
    portal, form = _during(built, "on_time_share", oddity), _during(built, "on_time_share_form", oddity)
    assert portal["share"].mean() - form["share"].mean() > 20


@_planted("tiny_and_perfect")
def test_tiny_and_perfect(built, oddity):
    rows = _during(built, "on_time_share", oddity)
    assert 0 < rows["denominator"].mean() < 8
    assert (rows["numerator"] == rows["denominator"]).all()


# --- the same every time, and bad input


def test_same_rows_whatever_the_order_of_the_tables(seen, tables, calibration):
    shuffled = chunks(*(table.sample(fraction=1, shuffle=True, seed=7) for table in tables), calibration)
    for measure, chunk in zip(_DIGESTED, shuffled, strict=False):
        assert _digest(chunk) == seen[measure].digest


def test_another_seed_gives_other_rows(seen, tables, calibration):
    other = next(chunks(*tables, calibration | {"seed": 1}))
    assert _digest(other) != seen["received"].digest


def test_an_oddity_without_a_unit_is_refused(tables, calibration):
    wrong = copy.deepcopy(calibration)
    wrong["planted"][0]["unit_code"] = "99999"
    with pytest.raises(BadInput, match=r"slow-yet-perfect-1.*'99999' does not exist"):
        next(chunks(*tables, wrong))


def test_scores_of_an_unknown_province_are_refused(tables, calibration):
    wrong = copy.deepcopy(calibration)
    wrong["scores"]["766-2026"]["99"] = wrong["scores"]["766-2026"].pop("01")
    with pytest.raises(BadInput, match=r"'766-2026': \['01', '99'\]"):
        next(chunks(*tables, wrong))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("rule: online_jump", "rule: online_leap", "online-jump-1.*'online_leap' is not among the rules"),
        ("identical_months: {repeat:", "identical_months: {copy:", r"rules.identical_months.*\['copy'\]"),
    ],
)
def test_a_rule_that_does_not_exist_is_refused(tmp_path, old, new, message):
    path = tmp_path / "simulated.yaml"
    path.write_text(CALIBRATION.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    with pytest.raises(BadInput, match=message):
        read_calibration(path)


def test_every_step_of_the_command_is_told(tmp_path, measurement, monkeypatch, capsys):
    def one_row_each(*_):
        for name in command.MEASURES:
            score = {"score": 50.0} if measures()[name].kind == "score" else {}
            yield measurement_rows([measurement(measure=name, **score)])

    monkeypatch.setattr(command, "chunks", one_row_each)
    assert main(["simulate", "--data", str(tmp_path)]) == 0

    told = capsys.readouterr().err.splitlines()
    assert told[0] == f"simulate: drawing the country (1 of {len(told)})"
    assert told[-1] == f"simulate: withholding small numbers of {command.MEASURES[-1]} ({len(told)} of {len(told)})"
    assert len(told) == 1 + 2 * len({line.split(" ")[-4] for line in told[1:]})
