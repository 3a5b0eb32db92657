"""How a measure is made: sums of names, and where a formula's figure stands."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from ranking.formulas import DossierFormula, FormFormula, Formula, PortalFormula, terms

PROGRESS = {"endpoint": "dvc-progress-tree"}


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("n", ((1, "n"),)),
        ("n - timed", ((1, "n"), (-1, "timed"))),
        ("4+5 -6", ((1, "4"), (1, "5"), (-1, "6"))),
        ("donuts.onlineDossier.*.value", ((1, "donuts.onlineDossier.*.value"),)),
    ],
)
def test_parts_of_a_sum(text, parts):
    assert terms(text) == parts


def test_one_column_of_the_form_may_be_written_as_a_number():
    assert FormFormula(numerator=13).numerator == "13"


@pytest.mark.parametrize("text", ["", "a +", "+ a", "- a", "a / b", "2 * a", "a..b", "a b", True, 1.5, None, ["a"]])
def test_what_is_no_sum_is_refused(text):
    with pytest.raises(ValidationError, match="must be names joined by"):
        FormFormula(numerator=text)


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ({}, "must have either a score or a numerator"),
        ({"score": "score", "numerator": "totalOnTime"}, "must have either a score or a numerator"),
        ({"numerator": "totalOnTime", "max_score": "maxScore"}, "max_score: belongs to a score"),
        ({"numerator": "totalOnTime", "rest": "totalOverdue"}, "rest: needs a numerator and a denominator"),
        ({"score": "score", "adds_up": True}, "adds_up: needs a numerator"),
        ({"numerator": "totalOnTime", "of": ["units"], "adds_up": True}, "adds_up: needs a numerator"),
        ({"numerator": "totalOnTime", "of": []}, "at least 1 item"),
        ({"score": "score + maxScore"}, "should match pattern"),
    ],
)
def test_a_formula_of_the_portal_that_contradicts_itself_is_refused(content, complaint):
    with pytest.raises(ValidationError, match=complaint):
        PortalFormula.model_validate(PROGRESS | content)


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ({"of": "ended"}, "must have either a numerator or days"),
        ({"of": "ended", "numerator": "n", "days": "working_days", "tenths": 5}, "either a numerator or days"),
        ({"of": "ended", "days": "working_days"}, "days and tenths: belong together"),
        ({"of": "open", "days": "working_days", "tenths": 5}, "days: are known of ended dossiers"),
        ({"of": "ended", "days": "working_days", "tenths": 10}, "less than or equal to 9"),
        ({"of": "open", "numerator": "n"}, "no sum of open dossiers is called 'n'"),
        ({"of": "open", "numerator": "open_known", "known": "channel_known"}, "no sum of open dossiers is called"),
        ({"of": "closed", "numerator": "n"}, "Input should be 'received', 'ended', 'decided', 'open' or 'due'"),
    ],
)
def test_a_formula_of_dossiers_that_contradicts_itself_is_refused(content, complaint):
    with pytest.raises(ValidationError, match=complaint):
        DossierFormula.model_validate(content)


def test_a_province_and_its_units_may_be_read_from_different_fields():
    own = [PROGRESS | {"of": ["units"], "score": "score"}, PROGRESS | {"of": ["province"], "score": "totalScore"}]
    assert [formula.score for formula in Formula(portal=own).portal] == ["score", "totalScore"]


def test_what_only_tells_of_dossiers_may_stand_beside_what_is_published():
    own = [PROGRESS | {"numerator": "totalReceived"}, PROGRESS | {"numerator": "totalOnTime", "published": False}]
    assert [formula.published for formula in Formula(portal=own).portal] == [True, False]
