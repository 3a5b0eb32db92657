"""Questions, not verdicts: each rule fires on what it is for, stays silent on what it is not, and says figures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest
import yaml

from bench.questions import CALIBRATION, Result, measured, planted, table
from display.portraits.questions import questions, sentences, tables
from display.words.addresses import PATHS
from display.words.numbers import MISSING
from etl.publishing.harvest import empty_quarantine, measurement_rows
from etl.workbooks import box
from etl.workbooks.inside import answer
from files.places import HOME
from ranking.measures import registry as measure_registry
from ranking.periods import calendar_period, parse
from ranking.questions.definitions import RULES, QuestionError, registry
from ranking.questions.facts import Tables
from ranking.questions.findings import strength
from ranking.questions.inquiry import ask, fired, scores
from ranking.tables import Revisions
from store.snapshot import Snapshot, snapshot_at
from tests.form_reading import read_form
from tests.workbooks import FormSheet, counts, row, write

FILES = {path.name: path.read_text(encoding="utf-8") for path in (HOME / "data/questions").glob("*.yaml")}
QUESTIONS = registry(FILES)
MEASURES = measure_registry(
    {path.name: path.read_text(encoding="utf-8") for path in (HOME / "data/measures").glob("*.yaml")}
)
OF_DOSSIERS = "last_day_share"
SOUND = "last_day_share.yaml"
MERGED, OTHER = "00004", "00008"
MOST_FALSE, MOST_FALSE_TOGETHER = 0.5, 2.0

each_question = pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS.keys())


# --- questions as data


def test_every_rule_has_its_question():
    assert {question.rule for question in QUESTIONS.values()} == set(RULES)
    assert len(RULES) == 14


@each_question
def test_a_question_names_measures_and_pages_that_exist(question):
    known = {*MEASURES, OF_DOSSIERS}
    assert {*question.measures.values(), question.evidence.measure} <= known
    assert question.evidence.page in PATHS


@each_question
def test_a_question_is_written_in_both_languages(question):
    for text in (question.short, question.text, question.why):
        assert text.vi != text.en
    assert question.text.vi.count("?") == question.text.en.count("?") == 1


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("weight: 2", "weigth: 2", "last_day_share.yaml, weight: the key is missing"),
        ("weight: 2", "weight: 0", "last_day_share.yaml, weight: must be greater than 0, found 0"),
        ("rule: last_day_share", "rule: last_day", "no rule 'last_day'; known are worse_and_worsening"),
        ("  share: last_day_share", "  part: last_day_share", "needs share, found part"),
        ("  least_share: 40", "  least: 40", "last_day_share.yaml, thresholds, least_share: the key is missing"),
        ("  least_share: 40", "  least_share: 140", "thresholds, least_share: must be less than or equal to 100"),
        ("{share_n}", "{share_m}", "text, vi: no figure share_m; the rule gives period, share, share_n"),
        ("when they happen?", "when they happen.", "must be a question and end in '?'"),
        ("id: last_day_share", "id: last_day", "id: found 'last_day', but it must be the file's name"),
        ("order: 30", "order: [", "last_day_share.yaml: not YAML"),
    ],
)
def test_a_bad_file_says_what_is_wrong(old, new, complaint):
    assert old in FILES[SOUND]
    with pytest.raises(QuestionError) as caught:
        registry({SOUND: FILES[SOUND].replace(old, new)})
    assert complaint in str(caught.value)


def test_languages_must_have_the_same_blanks():
    text = FILES[SOUND].replace("of the {share_n} dossiers", "of the dossiers")
    with pytest.raises(QuestionError, match="vi and en must have the same blanks"):
        registry({SOUND: text})


# --- small worlds for single rules


def month(year: int, number: int) -> tuple[date, date]:
    period = calendar_period("month", year, number)
    return period.start, period.end


def figures(
    measure: str, unit: str, values: Iterable[Sequence[float]], first: str = "2026-01", **changes: object
) -> list[dict[str, object]]:
    """One row per month from `first` on; each value is (numerator,) or (numerator, denominator)."""
    year, number = map(int, first.split("-"))
    rows = []
    for at, value in enumerate(values):
        start, end = month(year + (number - 1 + at) // 12, (number - 1 + at) % 12 + 1)
        basis = MEASURES[measure].basis[0] if measure in MEASURES else "dossiers"
        row = {
            "unit_code": unit,
            "level": "commune",
            "period_start": start,
            "period_end": end,
            "period_kind": "month",
            "series": "766-2026",
            "measure": measure,
            "numerator": value[0],
            "denominator": value[1] if len(value) > 1 else None,
            "provisional": False,
            "basis": basis,
            "source": "test",
            "captured_at": datetime(end.year, end.month, end.day, tzinfo=UTC) + timedelta(days=26),
        }
        rows.append(row | changes)
    return rows


def world(rows: Iterable[dict[str, object]], **changes: object) -> Tables:
    """Tables of the real units with just these measurements."""
    units = pl.read_parquet(HOME / "data/reference/units.parquet")
    codes = units.get_column("code")
    peers = pl.DataFrame({"unit_code": codes[0], "peer_code": codes[1:16], "distance": 0.0})
    known = {
        "measurements": measurement_rows(rows).lazy(),
        "revisions": Revisions.create_empty(),
        "quarantine": empty_quarantine(),
        "units": units,
        "lineage": pl.read_parquet(HOME / "data/reference/lineage.parquet"),
        "peers": peers.select("unit_code", "peer_code"),
        "events": [],
        "measures": MEASURES,
    }
    return Tables(**(known | changes))


def firings(tables: Tables, question: str) -> list[tuple[str, str]]:
    """(unit, month or first month) of each firing of one question."""
    found = fired(tables, {question: QUESTIONS[question]}).sort("unit_code", "period_start")
    return [(unit, f"{start:%Y-%m}") for unit, start in found.select("unit_code", "period_start").iter_rows()]


def with_dossiers() -> dict:
    """The registry of measures with the share that dossier exports give."""
    definition = MEASURES["on_time_share"].model_copy(update={"id": OF_DOSSIERS, "basis": ["dossiers"]})
    return {**MEASURES, OF_DOSSIERS: MEASURES.get(OF_DOSSIERS, definition)}


def test_many_dossiers_closed_on_the_last_day_raise_a_question():
    rows = figures(OF_DOSSIERS, MERGED, [(50, 100), (20, 100), (9, 12)])
    # The lower end of the 95 % interval is 40.4 % of 50 / 100 and 46.8 % of 9 / 12, but 12 dossiers are too few.
    assert firings(world(rows, measures=with_dossiers()), OF_DOSSIERS) == [(MERGED, "2026-01")]


def test_without_dossier_exports_nothing_is_asked_about_the_last_day():
    known = {name: measure for name, measure in MEASURES.items() if name != OF_DOSSIERS}
    assert firings(world(figures("received", MERGED, [(100,)]), measures=known), OF_DOSSIERS) == []


def test_falling_behind_peers_raises_a_question():
    codes = pl.read_parquet(HOME / "data/reference/units.parquet").get_column("code")[:16]
    steady = [(95, 100), (96, 100), (94, 100), (95, 100), (96, 100), (95, 100), (94, 100), (95, 100)]
    peers = [row for code in codes[1:] for row in figures("on_time_share", code, steady)]
    falling = figures("on_time_share", codes[0], [*steady[:7], (60, 100)])
    assert firings(world([*peers, *falling]), "worse_and_worsening") == [(codes[0], "2026-08")]


def test_falling_with_all_the_peers_raises_no_question():
    codes = pl.read_parquet(HOME / "data/reference/units.parquet").get_column("code")[:16]
    falling = [(95, 100), (96, 100), (94, 100), (95, 100), (96, 100), (95, 100), (94, 100), (60, 100)]
    rows = [row for code in codes for row in figures("on_time_share", code, falling)]
    assert firings(world(rows), "worse_and_worsening") == []


def test_being_behind_as_always_raises_no_question():
    codes = pl.read_parquet(HOME / "data/reference/units.parquet").get_column("code")[:16]
    steady = [(95, 100), (96, 100), (94, 100), (95, 100), (96, 100), (95, 100), (94, 100), (95, 100)]
    peers = [row for code in codes[1:] for row in figures("on_time_share", code, steady)]
    low = figures("on_time_share", codes[0], [(x - 35, n) for x, n in steady])
    assert firings(world([*peers, *low]), "worse_and_worsening") == []


@pytest.mark.parametrize(
    ("dossiers", "days", "asked"),
    [((100, 100), 12, True), ((99, 100), 12, False), ((40, 40), 12, False), ((100, 100), 6, False)],
)
def test_all_on_time_is_odd_only_with_many_dossiers_and_long_days(dossiers, days, asked):
    usual = [row for code in (OTHER, "00025") for row in figures("processing_days", code, [(3,)])]
    own = figures("on_time_share", MERGED, [dossiers]) + figures("processing_days", MERGED, [(days,)])
    assert (firings(world(usual + own), "perfect_while_slow") == [(MERGED, "2026-01")]) is asked


@pytest.mark.parametrize(
    ("kind", "provinces", "asked"),
    [("policy", ["01"], False), ("policy", "all", False), ("policy", ["79"], True), ("index", ["01"], True)],
)
def test_a_leap_of_online_filing_that_a_policy_explains_is_no_question(kind, provinces, asked):
    rows = figures("online_filing_share", MERGED, [(50, 100), (95, 100)], basis="form", series="ii06")
    event = {"date": date(2026, 1, 20), "kind": kind, "provinces": provinces}
    assert bool(firings(world(rows, events=[event]), "online_jump")) is asked


def test_filing_online_without_paying_online_raises_a_question():
    online = figures("online_filing_share", MERGED, [(100, 100), (100, 100), (80, 100)])
    paid = figures("online_payment_share", MERGED, [(1, 50), (40, 50), (1, 50)])
    assert firings(world(online + paid), "online_without_payment") == [(MERGED, "2026-01")]


def test_a_backlog_that_is_gone_at_the_quarters_end_and_back_raises_a_question():
    swept = figures("open_overdue", MERGED, [(30,), (30,), (0,), (30,), (0,), (30,), (0,)])
    lasting = figures("open_overdue", OTHER, [(30,), (30,), (0,), (0,), (0,), (30,), (0,)])
    # May is no quarter's end; of June it is not known yet whether the backlog comes back.
    assert firings(world(swept + lasting), "backlog_cleared") == [(MERGED, "2026-03")]


def test_months_with_all_the_same_figures_raise_a_question():
    names = ("received", "on_time_share", "online_filing_share")
    shares = [row for name in names[1:] for row in figures(name, MERGED, [(90, 100), (90, 100), (90, 100)])]
    received = figures("received", MERGED, [(100,), (100,), (101,)])
    assert firings(world(received + shares), "identical_months") == [(MERGED, "2026-02")]


def test_a_zero_between_busy_months_raises_a_question_and_silence_does_not():
    zero = figures("received", MERGED, [(100,), (0,), (90,)])
    silent = figures("received", OTHER, [(100,), (90,)]) + figures("received", OTHER, [(80,)], first="2026-04")
    silent += figures("received", OTHER, [(None,)], first="2026-03", state="not_reported")
    assert firings(world(zero + silent), "zero_between_busy") == [(MERGED, "2026-02")]


def test_a_zero_of_an_old_commune_is_told_of_its_successor_by_its_old_name():
    rows = figures("received", "18406", [(100,), (0,), (90,)], first="2024-08", series="766-2025")
    found = fired(world(rows), {"zero_between_busy": QUESTIONS["zero_between_busy"]})
    assert found.get_column("unit_code").to_list() == ["18406"]
    assert found.item(0, "evidence")[0]["text"] == "Thị trấn Nghèn"


def sources(portal: int, form: int, unit: str) -> list[dict[str, object]]:
    rows = figures("on_time_share", unit, [(portal, 200)])
    return rows + figures("on_time_share_form", unit, [(form, 200)], series="ii06")


def test_two_sources_that_disagree_as_everywhere_raise_no_question():
    units = pl.read_parquet(HOME / "data/reference/units.parquet")
    codes = units.filter(pl.col("province_code") == "01").get_column("code")[:25]
    usual = [row for code in codes[1:] for row in sources(180, 150, code)]
    alike, apart = sources(182, 151, codes[0]), sources(196, 110, codes[0])
    assert firings(world(usual + alike), "portal_and_form_disagree") == []
    assert firings(world(usual + apart), "portal_and_form_disagree") == [(codes[0], "2026-01")]


def test_far_more_dossiers_a_head_than_the_peers_raises_a_question():
    codes = pl.read_parquet(HOME / "data/reference/units.parquet").get_column("code")[:16]
    peers = [row for code in codes[1:] for row in figures("received_per_1000", code, [(200, 20_000), (200, 20_000)])]
    own = figures("received_per_1000", codes[0], [(1000, 20_000), (500, 20_000)])
    assert firings(world(peers + own), "intake_above_peers") == [(codes[0], "2026-01")]


def test_an_old_member_far_behind_the_others_raises_a_question():
    lineage = pl.read_parquet(HOME / "data/reference/lineage.parquet")
    members = lineage.filter(pl.col("new_code") == "00385", pl.col("part") == "whole").get_column("old_code")
    shares = [(90, 100)] * 12
    rows = [
        row
        for code in members
        for row in figures("on_time_share", code, [(50, 100)] * 12 if code == "00388" else shares, first="2024-07")
    ]
    found = fired(world(rows), {"weak_old_member": QUESTIONS["weak_old_member"]})
    assert found.select("unit_code", "period_start", "period_end").rows() == [
        ("00385", date(2024, 7, 1), date(2025, 6, 30))
    ]
    assert [(f["value"], f["n"]) for f in found.item(0, "evidence") if f["name"] == "member"] == [(50, 1200)]


def revision(unit: str, old: float, new: float) -> dict[str, object]:
    start, end = month(2026, 3)
    moments = {f"{side}_captured_at": datetime(2026, 5, 1, tzinfo=UTC) for side in ("old", "new")}
    keys = {"unit_code": unit, "level": "commune", "period_start": start, "period_end": end, "period_kind": "month"}
    cell = {"series": "766-2026", "measure": "received", "field": "all", "basis": "portal"}
    values = {"old_numerator": old, "new_numerator": new, "old_state": "reported", "new_state": "reported"}
    return keys | cell | values | moments


def revised(*rows: dict[str, object]) -> Tables:
    return world([], revisions=pl.DataFrame(list(rows), schema=Revisions.create_empty().schema))


def test_a_revised_past_raises_a_question_where_the_change_is_large():
    tables = revised(revision(MERGED, 100, 150), revision(OTHER, 100, 101))
    found = fired(tables, {"revised_past": QUESTIONS["revised_past"]})
    assert found.select("unit_code", "period_start").rows() == [(MERGED, date(2026, 3, 1))]
    assert [f["value"] for f in found.item(0, "evidence")] == [100, 150, 1]


def test_a_province_that_was_recomputed_as_a_whole_raises_no_question():
    units = pl.read_parquet(HOME / "data/reference/units.parquet")
    codes = units.filter(pl.col("province_code") == "01").get_column("code")
    assert firings(revised(*(revision(code, 100, 150) for code in codes)), "revised_past") == []


def flagged(units: Iterable[str], others: Iterable[str]) -> Tables:
    points = {"numerator": None, "score": 12.0, "max_score": 18.0}
    flag = "copied_from_province; TEMP_NATIONAL_REPORT_DENOMINATOR"
    with_flag = [row for code in units for row in figures("ckmb", code, [(0,)], quality=flag, **points)]
    plain = {"quality": "copied_from_province", **points}
    return world(with_flag + [row for code in others for row in figures("ckmb", code, [(0,)], **plain)])


def test_a_provisional_denominator_raises_a_question_unless_most_of_the_province_has_one():
    assert firings(flagged([MERGED], [OTHER, "00025"]), "temporary_denominators") == [(MERGED, "2026-01")]
    assert firings(flagged([MERGED, OTHER], ["00025"]), "temporary_denominators") == []


def test_a_form_whose_sums_are_broken_raises_a_question(tmp_path, monkeypatch):
    monkeypatch.setattr(box, "read_apart", lambda path, limits, **_: answer(path.read_bytes(), limits))
    units, provinces = (pl.read_parquet(HOME / f"data/reference/{name}.parquet") for name in ("units", "provinces"))
    names = units.filter(pl.col("province_code") == "25").get_column("full_name")[:2].to_list()
    sound = counts(60, 40, 10, 50, 30, 5, 20, 5)
    broken = row("2", names[1], sound) | {7: 99}
    path = write(tmp_path / "ii06-2026-08.xlsx", FormSheet([row("1", names[0], sound), broken]))
    captured = datetime(2026, 9, 5, tzinfo=UTC)
    harvest, _ = read_form(
        path, units, provinces, province="25", period=calendar_period("month", 2026, 8), captured_at=captured
    )
    code = units.filter(pl.col("province_code") == "25", pl.col("full_name") == names[1]).item(0, "code")
    tables = world([], measurements=harvest.measurements.lazy(), quarantine=harvest.quarantine)
    assert firings(tables, "broken_sums") == [(code, "2026-08")]
    assert firings(world([], quarantine=harvest.quarantine), "broken_sums") == []


# --- asking


def unpaid(months: int, first: str) -> list[dict[str, object]]:
    rows = figures("online_filing_share", MERGED, [(100, 100)] * months, first=first)
    return rows + figures("online_payment_share", MERGED, [(1, 50)] * months, first=first)


def test_each_question_is_asked_once_with_its_latest_evidence():
    asked = ask(world(unpaid(3, "2026-01")), QUESTIONS, parse("2026-08"))
    assert asked.select("unit_code", "question", "period_start", "times", "first_start", "weight").rows() == [
        (MERGED, "online_without_payment", date(2026, 3, 1), 3, date(2026, 1, 1), 3.0)
    ]


@pytest.mark.parametrize(("period", "rows"), [("2026-01", 1), ("2026-12", 1), ("2027-01", 0), ("2025-12", 0)])
def test_a_question_is_asked_as_long_as_the_file_says(period, rows):
    assert QUESTIONS["online_without_payment"].look_back_months == 12
    assert ask(world(unpaid(1, "2026-01")), QUESTIONS, parse(period)).height == rows


def test_a_stretch_to_date_is_judged_when_it_is_asked_for():
    changes = {"period_kind": "to_date", "period_end": date(2026, 9, 26)}
    rows = [row | changes for row in unpaid(1, "2026-01")]
    assert ask(world(rows), QUESTIONS, parse("2026-01-01_2026-09-26")).height == 1
    assert ask(world(rows), QUESTIONS, parse("2026-08")).height == 0


def test_the_score_adds_weight_times_strength():
    asked = pl.DataFrame({"unit_code": ["1", "2", "1"], "weight": [3.0, 2.0, 1.0], "strength": [0.5, 1.0, 1.0]})
    assert scores(asked).rows() == [("1", 2.5, 2), ("2", 2.0, 1)]


def test_nothing_known_raises_nothing():
    assert ask(world([]), QUESTIONS, parse("2026-08")).is_empty()


# --- in words


def test_a_sentence_says_the_figures_in_the_readers_language():
    asked = ask(world(unpaid(1, "2026-01")), QUESTIONS, parse("2026-01"))
    vi, en = (sentences(language, asked)[0] for language in ("vi", "en"))
    assert vi.sentence.startswith("Trong tháng 1/2026, 100,0\u00a0% hồ sơ của Phường Ba Đình được nộp trực tuyến")
    assert "nhưng chỉ 2,0\u00a0% trong số 50 hồ sơ" in vi.sentence
    assert en.sentence.startswith("In January 2026, 100.0% of the dossiers of Phường Ba Đình were filed online")
    assert (en.page, en.measure, en.times) == ("unit", "online_payment_share", 1)


def test_a_stretch_to_date_is_named_by_its_days():
    changes = {"period_kind": "to_date", "period_end": date(2026, 9, 26)}
    asked = ask(world([row | changes for row in unpaid(1, "2026-01")]), QUESTIONS, parse("2026-01-01_2026-09-26"))
    assert sentences("vi", asked)[0].sentence.startswith("Trong giai đoạn 1/1/2026–26/9/2026, 100,0")
    assert sentences("en", asked)[0].sentence.startswith("In the period 1 Jan 2026 – 26 Sep 2026, 100.0")


@pytest.mark.parametrize(("value", "expected"), [(40, 0.5), (60, 0.75), (80, 1.0), (95, 1.0)])
def test_strength_grows_from_a_half_to_one(value, expected):
    rows = pl.DataFrame({"share": [value]})
    assert rows.select(strength("share", 40, 80)).item() == expected
    assert rows.select(share=-pl.col("share")).select(strength("share", -40, -80)).item() == expected


# --- the planted oddities of the simulated country


@pytest.fixture(scope="module")
def simulated(published_datasets) -> Snapshot:
    folder = published_datasets / "published" / "simulated"
    return snapshot_at("simulated", folder / (folder / "current").read_text(encoding="utf-8").strip())


@pytest.fixture(scope="module")
def results(simulated) -> tuple[list[Result], Result]:
    source = tables(simulated)
    return measured(source, questions(), planted(CALIBRATION, source.lineage))


def test_nine_tenths_of_the_planted_oddities_are_found(results):
    found = {result.question: (result.found, result.planted) for result in results[0] if result.planted}
    kinds = {entry["rule"] for entry in yaml.safe_load(CALIBRATION.read_text(encoding="utf-8"))["planted"]}
    assert set(found) == kinds - {"tiny_and_perfect"}
    assert {name for name, (hits, all_) in found.items() if hits < 0.9 * all_} == set()


def test_false_alarms_stay_within_the_stated_level(results):
    each, together = results
    assert {result.question for result in each if result.false_rate > MOST_FALSE} == set()
    assert together.tested > 40_000
    assert together.false_rate <= MOST_FALSE_TOGETHER


def test_a_handful_of_dossiers_all_on_time_raises_no_question(simulated):
    traps = planted(CALIBRATION, tables(simulated).lineage).filter(pl.col("rule") == "tiny_and_perfect")
    assert traps.height == 2
    pairs = fired(tables(simulated), QUESTIONS).join(traps, on="unit_code")
    assert pairs.filter(pl.col("period_start").is_between("first", "last")).is_empty()


def test_the_leap_of_ha_noi_is_explained_by_its_notice(simulated):
    source, only = tables(simulated), {"online_jump": QUESTIONS["online_jump"]}
    without_events = Tables(**(vars(source) | {"events": []}))
    communes = source.units.filter(pl.col("province_code") == "01").get_column("code")
    province = pl.col("unit_code").is_in(communes.implode())
    assert fired(source, only).filter(province).is_empty()
    assert fired(without_events, only).filter(province).height > 50


def test_every_sentence_of_the_simulated_country_is_whole(simulated):
    rows = fired(tables(simulated), QUESTIONS).unique("question", keep="first", maintain_order=True)
    asked = rows.with_columns(times=pl.lit(1), first_start="period_start", weight=pl.lit(1.0))
    for language in ("vi", "en"):
        said = sentences(language, asked)
        assert len(said) >= 10
        assert [s.sentence for s in said if MISSING in s.sentence or "{" in s.sentence or "None" in s.sentence] == []


def test_the_docs_state_the_measured_figures(results):
    docs = (HOME / "docs" / "questions.md").read_text(encoding="utf-8")
    assert [line for line in table(*results) if line not in docs] == []
    assert f"at most {MOST_FALSE} %" in docs
    assert f"at most {MOST_FALSE_TOGETHER:.0f} %" in docs


@each_question
def test_the_docs_state_the_thresholds_that_hold(question):
    docs = (HOME / "docs" / "questions.md").read_text(encoding="utf-8")
    line = next(line for line in docs.splitlines() if line.startswith(f"| `{question.id}` |"))
    shown = {
        f"{name} {', '.join(value) if isinstance(value, list) else value}"
        for name, value in question.thresholds.items()
        if name != "reason_pattern"
    }
    assert {text for text in shown if text not in line} == set()
    assert line.endswith(f"| {question.look_back_months or 'always'} | {question.weight:g} |")
