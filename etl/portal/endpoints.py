"""What the seven endpoints of the portal are asked, and which figures their answers hold."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from etl.portal.archive import Request
from etl.portal.figures import GROUPS, INDEX, INDEX_MAX, Count, Figure, Score, Share
from ranking.periods import Period, as_of, between, calendar_period, parse

PATH = "/api/v1/reporting/evaluation/"
PAGE_SIZE = 200
RESULTS = "service-results"
PROGRESS = "dvc-progress-tree"
SATISFACTION = "handling-satisfaction"

_TOTAL = ("totalScore", "score")
_TOTAL_MAX = ("totalMaxScore", "maxScore")


@dataclass(frozen=True)
class Endpoint:
    """What one endpoint answers with: where its rows and its parent lie, and the figures in them."""

    rows: str
    parent: str
    paged: bool
    figures: tuple[Figure, ...]
    parent_figures: tuple[Figure, ...] = ()


def _group(measure: str, *, needs_dossiers: bool = True, whole: str = "") -> Score:
    return Score(measure, _TOTAL, GROUPS[measure], _TOTAL_MAX, needs_dossiers, whole)


def _metric(measure: str, code: str) -> Share:
    return Share(measure, f"{code}.numerator", f"{code}.denominator")


ENDPOINTS = {
    PROGRESS: Endpoint(
        "children",
        "parent",
        False,
        (
            Count("received", "totalReceived"),
            Share("on_time_share", "totalOnTime", "totalReceived", needs_dossiers=True),
            Count("processing_days", "avgProcessingDays", needs_dossiers=True),
            _group("tdgq"),
        ),
    ),
    "provide-online-tree": Endpoint(
        "children",
        "parent",
        False,
        (_group("clgq"),),
        (Share("online_filing_share", "channelOnlineSum", "channelTotalSum"),),
    ),
    "formality-online-payment-tree": Endpoint(
        "children",
        "parent",
        False,
        (
            _group("tttt", whole="totalDossierFinancialObligation"),
            Share("online_payment_share", "totalDossierOnlinePaymentSuccess", "totalDossierFinancialObligation"),
        ),
    ),
    "transparency": Endpoint("evaluation", "overview", True, (_group("ckmb", needs_dossiers=False),)),
    SATISFACTION: Endpoint(
        "evaluation",
        "overview",
        True,
        (_group("mdhl"), _metric("handling_satisfaction", "DOSSIER_RECEIVING_SATISFACTION")),
    ),
    "dossier-digitized": Endpoint(
        "evaluation",
        "overview",
        True,
        (
            _group("mdsh"),
            _metric("digitised_share", "SO_HOA_GIAY_TO_GIAI_QUYET"),
            _metric("e_result_share", "ORIGINAL_RESULT_AVAILABLE"),
            _metric("data_reuse_share", "REUSED_DIGITIZED_DATA"),
        ),
    ),
    RESULTS: Endpoint(
        "evaluation", "overview", False, (Score(INDEX, ("totalScore",), INDEX_MAX, needs_dossiers=True),)
    ),
}


def body_for(endpoint: str, period: Period, day: date, root: str | None, page: int = 1) -> dict[str, object]:
    """The request body for a calendar period as of `day`; `root` is a province's UUID, None for the national list."""
    body: dict[str, object]
    if endpoint == SATISFACTION:
        until = as_of(period, day)[0].end
        body = {"fromDate": period.start.isoformat(), "toDate": until.isoformat()}
    else:
        body = {"timeType": period.kind, "year": period.start.year}
        if period.kind != "year":
            months = {"month": 1, "quarter": 3}[period.kind]
            body[period.kind] = (period.start.month - 1) // months + 1
    body |= {"rootDepartmentId": root} if root else {"departmentType": "ADMINISTRATIVE_UNIT"}
    return body | ({"currentPage": page, "pageSize": PAGE_SIZE} if ENDPOINTS[endpoint].paged else {})


def asked_period(request: Request) -> Period:
    """The calendar period that a request means."""
    body = request.body
    if request.period:
        return parse(request.period)
    if "fromDate" in body:
        return between(date.fromisoformat(str(body["fromDate"])), date.fromisoformat(str(body["toDate"])))
    kind = str(body["timeType"])
    return calendar_period(kind, int(body["year"]), int(body.get(kind, 1)) if kind != "year" else 1)
