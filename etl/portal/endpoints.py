"""What the seven endpoints of the portal are asked, and where their answers have their rows.

Which figures are in the rows stands in `data/measures`, under `formula`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from etl.portal.archive import Request
from ranking.formulas import NATIONAL
from ranking.periods import Period, as_of, between, calendar_period, parse

PATH = "/api/v1/reporting/evaluation/"
PAGE_SIZE = 200
SATISFACTION = "handling-satisfaction"


@dataclass(frozen=True)
class Endpoint:
    """Where an answer has its rows and its parent, and whether it comes in pages."""

    rows: str
    parent: str
    paged: bool


_TREE = Endpoint("children", "parent", paged=False)
_PAGES = Endpoint("evaluation", "overview", paged=True)
ENDPOINTS = {
    "dvc-progress-tree": _TREE,
    "provide-online-tree": _TREE,
    "formality-online-payment-tree": _TREE,
    "transparency": _PAGES,
    SATISFACTION: _PAGES,
    "dossier-digitized": _PAGES,
    NATIONAL: Endpoint("evaluation", "overview", paged=False),
}


def body_for(endpoint: str, period: Period, day: date, root: str | None, page: int = 1) -> dict[str, str | int]:
    """The request body for a calendar period as of `day`; `root` is a province's UUID, None for the national list."""
    body: dict[str, str | int]
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
