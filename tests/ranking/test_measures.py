"""Measures are data: every definition is complete in both languages, and a bad one says what is wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import polars as pl
import pytest
import yaml

from files.places import HOME
from ranking.measures import Measure, MeasureError, Text, registry
from ranking.vocabulary import BASES

HERE = Path(__file__).parent
DEFINITIONS = {path.name: path.read_text(encoding="utf-8") for path in (HOME / "data/measures").glob("*.yaml")}
MEASURES = registry(DEFINITIONS)
GROUPS = {"ckmb": 18, "tdgq": 20, "clgq": 12, "tttt": 10, "mdhl": 18, "mdsh": 22}
IDS_IN_ORDER = [
    "index_766",
    *GROUPS,
    "on_time_share",
    "on_time_share_form",
    "due_on_time_share",
    "not_yet_due_share",
    "processing_days",
    "early_share",
    "last_day_share",
    "median_processing_days",
    "p90_processing_days",
    "median_calendar_days",
    "p90_calendar_days",
    "returned_later_share",
    "apology_share",
    "asked_twice_share",
    "no_due_date_share",
    "online_filing_share",
    "online_payment_share",
    "online_full_share",
    "online_partial_share",
    "in_person_share",
    "post_share",
    "online_services_used_share",
    "digitised_share",
    "e_result_share",
    "data_reuse_share",
    "handling_satisfaction",
    "petition_on_time_share",
    "petition_satisfaction_share",
    "open_overdue",
    "open_overdue_share",
    "overdue_1_5_share",
    "overdue_6_15_share",
    "overdue_16_30_share",
    "overdue_over_30_share",
    "received",
    "received_per_day",
    "received_per_1000",
    "decided_elsewhere_share",
    "decided",
    "decided_on_time_share",
]

each_measure = pytest.mark.parametrize("measure", MEASURES.values(), ids=MEASURES.keys())


def test_the_measures_are_those_of_the_design_in_display_order():
    assert list(MEASURES) == IDS_IN_ORDER


@each_measure
def test_both_languages_are_written(measure: Measure):
    same = [text.vi for text in _texts(measure) if text.vi == text.en and text != measure.unit]
    assert same == []
    assert measure.name.in_language("vi") == measure.name.vi
    assert measure.name.in_language("en") == measure.name.en


@each_measure
def test_short_names_fit_a_column_header(measure: Measure):
    assert len(measure.short.vi) <= 24
    assert len(measure.short.en) <= 24


@pytest.mark.parametrize("language", ["vi", "en"])
def test_no_two_measures_have_the_same_name(language: str):
    for names in ([m.name for m in MEASURES.values()], [m.short for m in MEASURES.values()]):
        assert len({name.in_language(language) for name in names}) == len(MEASURES)


@each_measure
def test_texts_stay_plain(measure: Measure):
    assert not [text for text in _texts(measure) if "!" in text.vi + text.en]


@each_measure
def test_every_measure_has_caveats(measure: Measure):
    assert measure.caveats


@each_measure
def test_only_scores_have_a_maximum(measure: Measure):
    assert (measure.max_score is not None) == (measure.kind == "score")


def test_full_marks_are_asked_of_scores_alone():
    assert MEASURES["tdgq"].full_marks == GROUPS["tdgq"]
    with pytest.raises(ValueError, match="on_time_share: a measure of kind share has no points"):
        _ = MEASURES["on_time_share"].full_marks


@each_measure
def test_series_belong_to_the_basis(measure: Measure):
    basis_of = {"766-2025": "portal", "766-2026": "portal", "ii06": "form", "dossiers": "dossiers"}
    assert {basis_of[series] for series in measure.series} == set(measure.basis)
    assert set(measure.basis) <= set(BASES)


@each_measure
def test_shares_below_thirty_are_not_ranked(measure: Measure):
    if measure.kind == "share":
        assert measure.minimum_denominator == 30
    elif measure.kind in ("score", "count", "quantity"):
        assert measure.minimum_denominator == 0


def test_targets_have_a_legal_source():
    targets = {m.id: m.target for m in MEASURES.values() if m.target}
    assert {name: (target.value, target.by) for name, target in targets.items()} == {
        "online_filing_share": (80, date(2030, 12, 31)),
        "digitised_share": (100, date(2030, 12, 31)),
    }
    assert "57-NQ/TW" in targets["online_filing_share"].source.vi
    assert "2629/QĐ-TTg" in targets["digitised_share"].source.vi


@pytest.mark.parametrize("measure", [m for m in MEASURES.values() if m.target], ids=lambda m: m.id)
def test_the_source_of_a_target_says_its_level(measure: Measure):
    """The level stands in a field and in words; who changes one must change the other."""
    for text in (measure.target.source.vi, measure.target.source.en):
        assert re.findall(r"(\d+)\s?%", text) == [f"{measure.target.value:g}"]


def test_the_six_groups_add_up_to_the_index():
    assert {name: MEASURES[name].max_score for name in GROUPS} == GROUPS
    assert sum(GROUPS.values()) == MEASURES["index_766"].max_score
    assert MEASURES["index_766"].formula.sum_of == tuple(GROUPS)


def test_the_two_scoring_rules_are_two_series():
    assert all(MEASURES[name].series == ["766-2025", "766-2026"] for name in ("index_766", *GROUPS))


def test_workload_and_the_mix_of_channels_are_neutral():
    neutral = {m.id for m in MEASURES.values() if m.direction == "neutral"}
    workload = {"received", "received_per_day", "received_per_1000", "decided", "decided_elsewhere_share"}
    channels = {"online_partial_share", "post_share"}
    questions = {"early_share", "last_day_share", "not_yet_due_share", "returned_later_share"}
    ages = {"overdue_1_5_share", "overdue_6_15_share", "overdue_16_30_share"}
    assert neutral == workload | channels | questions | ages


def test_workload_rates_are_derived_from_received():
    assert [m.id for m in MEASURES.values() if m.derived_from == "received"] == [
        "received_per_day",
        "received_per_1000",
    ]


@pytest.mark.parametrize(
    ("name", "row", "value"),
    [
        ("on_time_share", {"numerator": 94.0, "denominator": 188.0}, 50.0),
        ("on_time_share", {"numerator": 0.0, "denominator": 40.0}, 0.0),
        ("on_time_share", {"numerator": 0.0, "denominator": 0.0}, None),
        ("on_time_share", {"numerator": 5.0, "denominator": None}, None),
        ("on_time_share", {"numerator": 0.0, "denominator": 0.0, "state": "no_dossiers"}, None),
        ("on_time_share", {"state": "not_reported"}, None),
        ("on_time_share", {"state": "suppressed", "denominator": 3.0}, None),
        ("tdgq", {"score": 17.55, "max_score": 20.0}, 17.55),
        ("tdgq", {"score": 0.0, "max_score": 20.0, "state": "no_dossiers"}, None),
        ("tdgq", {"numerator": 12.0, "denominator": 20.0}, None),
        ("open_overdue", {"numerator": 7.0}, 7.0),
        ("open_overdue", {"numerator": 0.0}, 0.0),
        ("open_overdue", {"state": "not_reported"}, None),
        ("processing_days", {"numerator": 3.71}, 3.71),
        ("processing_days", {"numerator": 0.0, "state": "no_dossiers"}, None),
        ("received_per_day", {"numerator": 440.0, "denominator": 22.0}, 20.0),
        ("received_per_1000", {"numerator": 2870.0, "denominator": 28700.0}, 100.0),
        ("received_per_1000", {"numerator": 12.0, "denominator": 0.0}, None),
    ],
)
def test_value_of_a_row(name: str, row: dict[str, object], value: float | None):
    assert _value(MEASURES[name], **row) == (None if value is None else pytest.approx(value))


@pytest.mark.parametrize(
    ("file", "complaint"),
    [
        ("missing_key", "missing_key.yaml, direction: the key is missing"),
        ("missing_language", "missing_language.yaml, short.en: the key is missing"),
        (
            "unknown_direction",
            "unknown_direction.yaml, direction: must be 'higher', 'lower' or 'neutral', found 'up'",
        ),
        (
            "unknown_kind",
            "unknown_kind.yaml, kind: must be 'share', 'score', 'count', 'rate' or 'quantity', found 'percentage'",
        ),
        ("unknown_key", "unknown_key.yaml, unknown key colour; known keys are id, name, short, meaning"),
        ("target_without_source", "target_without_source.yaml, target.source: the key is missing"),
        (
            "id_not_file_name",
            "id_not_file_name.yaml, id: found 'on_time', but it must be the file's name, 'id_not_file_name'",
        ),
        (
            "bands_in_wrong_order",
            "bands_in_wrong_order.yaml, bands: must run from the highest at_least to the lowest, found [50.0, 90.0]",
        ),
        ("score_without_max_score", "score_without_max_score.yaml, max_score: a measure of kind score must have one"),
        (
            "share_without_denominator",
            "share_without_denominator.yaml, denominator: a measure of kind share must have one, not null",
        ),
        (
            "review_before_reviewed",
            "review_before_reviewed.yaml, next_review: 2026-05-23 must be later than reviewed, 2026-11-23",
        ),
        (
            "unknown_derived_from",
            "unknown_derived_from.yaml, derived_from: no measure 'recieved'; known are unknown_derived_from, index_766",
        ),
        ("formula_missing", "formula_missing.yaml, formula: says nothing of form, which basis names"),
        (
            "formula_of_another_basis",
            "formula_of_another_basis.yaml, formula.dossiers: basis must name dossiers, found form",
        ),
        (
            "formula_of_another_series",
            "formula_of_another_series.yaml, formula.portal: series must name 766-2026, found 766-2025",
        ),
        (
            "formula_without_denominator",
            "formula_without_denominator.yaml, formula.form: a measure of kind share must have a numerator and a "
            "denominator",
        ),
        (
            "formula_without_score",
            "formula_without_score.yaml, formula.form: a measure of kind score must have a score",
        ),
        (
            "formula_is_no_sum",
            "formula_is_no_sum.yaml, formula.portal.0.numerator: must be names joined by + and -, such as "
            "'online + in_person', found 'totalOnTime / totalReceived'",
        ),
        (
            "formula_unknown_endpoint",
            "formula_unknown_endpoint.yaml, formula.portal.0.endpoint: must be 'dvc-progress-tree', ",
        ),
        (
            "formula_unknown_key",
            "formula_unknown_key.yaml, formula.portal.0: unknown key path; known keys are endpoint, of, numerator",
        ),
        (
            "formula_twice_for_units",
            "formula_twice_for_units.yaml, formula.portal: only one formula can be published for units",
        ),
        (
            "formula_country_of_a_province",
            "formula_country_of_a_province.yaml, formula.portal.0: of: only service-results has provinces and country, "
            "found country",
        ),
        (
            "formula_unknown_column",
            "formula_unknown_column.yaml, formula.form.numerator: column 14 has no figures; form II.06 has them in "
            "columns 3 to 13, found '8 + 14'",
        ),
        (
            "formula_unknown_sum",
            "formula_unknown_sum.yaml, formula.dossiers.numerator: no sum of ended dossiers is called 'ontime'; known "
            "are n, full, partial",
        ),
        (
            "formula_sum_of_other_dossiers",
            "formula_sum_of_other_dossiers.yaml, formula.dossiers.numerator: no sum of ended dossiers is called "
            "'open_in_time'",
        ),
        (
            "formula_tenths_without_days",
            "formula_tenths_without_days.yaml, formula.dossiers: days and tenths: belong together",
        ),
        (
            "formula_sum_of_unknown",
            "formula_sum_of_unknown.yaml, formula.sum_of: no measure 'tdqg'; known are formula_sum_of_unknown, ",
        ),
        (
            "formula_of_a_derived_measure",
            "formula_of_a_derived_measure.yaml, formula: belongs to received, from which this measure is derived",
        ),
        ("not_yaml", "not_yaml.yaml: not YAML:"),
        ("only_text", "only_text.yaml: must hold the keys id, name, short"),
    ],
)
def test_a_bad_definition_says_what_is_wrong(file: str, complaint: str):
    text = (HERE / "bad_measures" / f"{file}.yaml").read_text(encoding="utf-8")
    with pytest.raises(MeasureError) as caught:
        registry({**DEFINITIONS, f"{file}.yaml": text})
    assert str(caught.value).startswith(complaint)


def test_every_bad_definition_is_tried():
    files = {path.stem for path in (HERE / "bad_measures").glob("*.yaml")}
    marks = test_a_bad_definition_says_what_is_wrong.pytestmark
    assert files == {file for mark in marks for file, _ in mark.args[1]}


def test_several_faults_are_told_at_once():
    content = yaml.safe_load(DEFINITIONS["received.yaml"]) | {"direction": "up", "decimals": 9}
    with pytest.raises(MeasureError) as caught:
        registry({"received.yaml": yaml.safe_dump(content, allow_unicode=True)})
    assert "received.yaml, direction: must be" in str(caught.value)
    assert "received.yaml, decimals: must be less than or equal to 3, found 9" in str(caught.value)


def _texts(thing: object) -> Iterator[Text]:
    """Every Text in a measure, however deep."""
    if isinstance(thing, Text):
        yield thing
    elif isinstance(thing, list):
        for item in thing:
            yield from _texts(item)
    elif hasattr(type(thing), "model_fields"):
        for key in type(thing).model_fields:
            yield from _texts(getattr(thing, key))


def _value(measure: Measure, **row: object) -> float | None:
    empty = {"numerator": None, "denominator": None, "score": None, "max_score": None, "state": "reported"}
    schema = {name: pl.String if name == "state" else pl.Float64 for name in empty}
    return pl.DataFrame([empty | row], schema=schema).select(measure.value()).item()
