"""A field that the portal renames is missed: by the figure that it makes, and by the checks that rest on it."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from datetime import date
from typing import get_args

import pytest

from etl.portal.archive import Item, Reply, Request
from etl.portal.endpoints import ENDPOINTS, PATH, body_for
from etl.portal.rows import parse_run
from etl.publishing.harvest import Harvest
from ranking.formulas import Endpoint
from ranking.periods import calendar_period
from store.reference import reference_table
from tests.etl.portal.test_pull import MADE_UP

AUGUST, DAY = calendar_period("month", 2026, 8), date(2026, 9, 26)
CAO_BANG = "H14"
PROGRESS, RESULTS, CHANGED = "dvc-progress-tree", "service-results", "the portal may have changed its replies"
Change = Callable[[dict], None]


def parsed(endpoint: str, change: Change, *, national: bool = False) -> Harvest:
    """What replies about one province (or the national list) say after a change to that of one endpoint."""
    root = None if national else reference_table("provinces").filter(state_code=CAO_BANG).item(0, "portal_id")
    items = []
    for name in (RESULTS,) if national else ENDPOINTS:
        data = deepcopy(MADE_UP.answer(name, root, AUGUST))
        if name == endpoint:
            change(data)
        scope = "VN" if national else CAO_BANG
        asked = Request("", PATH + name, name, scope, body_for(name, AUGUST, DAY, root), period=AUGUST.id)
        content = json.dumps({"code": "OK", "data": data}).encode()
        items.append(Item(asked, Reply(200, {}, content, MADE_UP.now)))
    return parse_run(items, reference_table("units"), reference_table("provinces"), day=DAY)


def renamed(field: str, *places: str) -> Change:
    """Writes a field of the units (`children`, `evaluation`) or of the parent under another name."""

    def change(data: dict) -> None:
        for place in places:
            for row in data[place] if isinstance(data[place], list) else [data[place]]:
                if field in row:
                    row[f"{field}New"] = row.pop(field)

    return change


def without_metric(code: str) -> Change:
    def change(data: dict) -> None:
        for row in (*data["evaluation"], data["overview"]):
            row["metrics"] = [metric for metric in row["metrics"] if metric["code"] != code]

    return change


def changes(harvest: Harvest) -> list[str]:
    """The warnings that a reply has changed, without their common end."""
    return [text.removesuffix(f"; {CHANGED}") for text in harvest.warnings if text.endswith(CHANGED)]


def test_replies_as_they_are_give_no_warning():
    assert parsed(PROGRESS, lambda data: None).warnings == []
    assert parsed(RESULTS, lambda data: None, national=True).warnings == []


def test_without_dossiers_on_time_both_checks_say_that_they_cannot_be_made():
    harvest = parsed(PROGRESS, renamed("totalOnTime", "children", "parent"))
    of = f"{PROGRESS} of Cao Bằng, 2026-08: "
    assert changes(harvest) == [
        of + "no row has totalOnTime, so nothing shows that totalOnTime of the units adds up",
        of + "no row has totalOnTime, so nothing shows that totalOnTime + totalOverdue is totalReceived",
        of + "no row has totalOnTime, so on_time_share is not reported",
        of + "the row of the province lacks totalOnTime, so on_time_share is not reported",
    ]
    assert "reported" not in harvest.measurements.filter(measure="on_time_share").get_column("state")


@pytest.mark.parametrize(
    ("field", "places", "said"),
    [
        ("totalOverdue", ["children"], "no row has totalOverdue, so nothing shows that totalOnTime + totalOverdue is"),
        ("totalReceived", ["children"], "no row has totalReceived, so nothing shows that totalReceived of the units"),
        ("totalReceived", ["parent"], "the row of the province lacks totalReceived, so nothing shows that"),
        ("totalOnTime", ["parent"], "the row of the province lacks totalOnTime, so nothing shows that totalOnTime of"),
        ("totalOnTime", ["parent"], "the row of the province lacks totalOnTime, so on_time_share is not reported"),
        ("score", ["children"], "no row has score, so tdgq is not reported"),
    ],
)
def test_a_renamed_field_of_the_progress_is_missed(field, places, said):
    assert any(said in text for text in changes(parsed(PROGRESS, renamed(field, *places))))


@pytest.mark.parametrize(
    ("endpoint", "change", "said"),
    [
        (
            "provide-online-tree",
            renamed("channelOnlineSum", "parent"),
            "the row of the province lacks channelOnlineSum, so online_filing_share is not reported",
        ),
        (
            "formality-online-payment-tree",
            renamed("totalDossierFinancialObligation", "children"),
            "so points of 0 count for tttt where there was nothing to score",
        ),
        (
            "dossier-digitized",
            without_metric("REUSED_DIGITIZED_DATA"),
            "no row has metrics.REUSED_DIGITIZED_DATA.numerator, so data_reuse_share is not reported",
        ),
        (
            "handling-satisfaction",
            renamed("totalDossiers", "evaluation"),
            "no row has totalDossiers, so received is not known where the other endpoint is silent",
        ),
        (RESULTS, renamed("totalScore", "evaluation"), "no row has totalScore, so index_766 is not reported"),
    ],
)
def test_a_renamed_field_of_another_endpoint_is_missed(endpoint, change, said):
    assert any(said in text for text in changes(parsed(endpoint, change)))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (renamed("groupScores", "evaluation"), "no row has groupScores.CKMB, so ckmb is not reported"),
        (
            lambda data: data.update(donuts=None),
            "the row of the country lacks donuts.onlineDossier.*.value, so online_filing_share is not reported",
        ),
    ],
)
def test_a_renamed_field_of_the_national_list_is_missed(change, said):
    harvest = parsed(RESULTS, change, national=True)
    assert any(said in text for text in changes(harvest))


def test_what_does_not_add_up_is_told():
    def one_more(data: dict) -> None:
        data["children"][20]["totalOnTime"] -= 1

    harvest = parsed(PROGRESS, one_more)
    assert any("totalOnTime of the units adds up to" in text for text in harvest.warnings)
    assert any("totalOnTime + totalOverdue is not totalReceived in 1 units: " in text for text in harvest.warnings)


def test_a_third_channel_is_part_of_all_dossiers():
    """The share of the country is over all entries of the chart, whatever they are called."""

    def add(data: dict) -> None:
        values = {"ONLINE": 70, "OTHER": 20, "POST": 10}
        data["donuts"]["onlineDossier"] = [{"code": code, "value": value} for code, value in values.items()]

    country = parsed(RESULTS, add, national=True).measurements.filter(level="country", measure="online_filing_share")
    assert country.select("numerator", "denominator", "state").rows() == [(70, 100, "reported")]


def test_formulas_name_the_endpoints_that_are_asked():
    assert set(get_args(Endpoint)) == set(ENDPOINTS)
