"""How the stand-in can be told to misbehave, on the wire or in what it says."""

from __future__ import annotations

import unicodedata
from copy import deepcopy
from dataclasses import dataclass, field
from threading import Lock

ON_THE_WIRE = ("firewall", "forbidden", "not_acceptable", "too_many", "reset", "stall", "truncated", "not_ok", "broken")
IN_WHAT_IT_SAYS = (
    "missing_unit", "null_figures", "zero_dossiers", "decomposed", "extra_commune", "empty", "text_number",
    "wrong_total", "wrong_parent", "null_parent", "nothing_owed", "twice",
)  # fmt: skip
_NUMBERS = ("totalScore", "score", "ratio", "totalReceived", "totalOnTime", "totalOverdue", "avgProcessingDays")
FIREWALL_PAGE = (
    b"<html><head><title>Request Rejected</title></head><body>The requested URL was rejected. Please consult with "
    b"your administrator.<br><br>Your support ID is: 1234567890123456789</body></html>"
)


@dataclass
class Trouble:
    """One misbehaviour, for the requests that match, at most `times` times (None: always).

    `request` is the number of a request since the start, from 1. `unit` picks the child in a reply by
    its place among the communes by departmentId.
    """

    kind: str
    endpoint: str | None = None
    scope: str | None = None
    request: int | None = None
    times: int | None = None
    unit: int = 0
    retry_after: str | None = "1"
    seconds: float = 5
    _lock: Lock = field(default_factory=Lock, repr=False)

    def __post_init__(self) -> None:
        if self.kind not in ON_THE_WIRE + IN_WHAT_IT_SAYS:
            raise ValueError(f"no trouble is called {self.kind!r}")

    def strikes(self, number: int, endpoint: str, scope: str) -> bool:
        """Whether this trouble befalls a request; counts it if so."""
        if self.endpoint not in (None, endpoint) or self.scope not in (None, scope):
            return False
        if self.request not in (None, number):
            return False
        with self._lock:
            if self.times is None:
                return True
            self.times -= 1
            return self.times >= 0


def spoilt(kind: str, data: dict, unit: int) -> dict:
    """A reply's `data` after a trouble of what it says."""
    data = deepcopy(data)
    rows = data.get("children") if "children" in data else data.get("evaluation", [])
    communes = sorted((row for row in rows if _is_commune(row)), key=lambda row: row["departmentId"]) or rows
    target = communes[unit] if communes else {}
    match kind:
        case "missing_unit":
            rows.remove(target)
            _recount(data, len(rows))
        case "null_figures":
            target.update({name: None for name in _NUMBERS if name in target})
            for metric in target.get("metrics", []):
                metric.update(numerator=None, denominator=None, score=None)
        case "zero_dossiers":
            target.update({name: 0 for name in target if isinstance(target[name], int | float) and "Max" not in name})
            for metric in target.get("metrics", []):
                metric.update(numerator=0, denominator=0, ratio=0, score=0)
        case "decomposed":
            for row in rows:
                row["departmentName"] = unicodedata.normalize("NFD", row["departmentName"])
        case "extra_commune":
            rows.append(
                {**target, "departmentId": "0" * 8 + target["departmentId"][8:], "departmentName": "UBND xã Hư Cấu"}
            )
            if "departmentCode" in target:
                rows[-1]["departmentCode"] = target["departmentCode"].split(".")[0] + ".999"
            _recount(data, len(rows))
        case "twice":
            rows.append({**target, "departmentId": "0" * 8 + target["departmentId"][8:], "departmentCode": "H99.1"})
            _recount(data, len(rows))
        case "empty":
            rows.clear()
            _recount(data, 0)
        case "text_number":
            name = next(name for name in _NUMBERS if name in target)
            target[name] = str(target[name])
        case "wrong_total":
            data["pagination"]["total"] += 7
        case "nothing_owed":
            target.update(totalDossierFinancialObligation=0, totalDossierOnlinePaymentSuccess=0)
        case "null_parent":
            (data.get("parent") or data.get("overview"))["totalScore"] = None
        case "wrong_parent":
            (data.get("parent") or data.get("overview"))["departmentId"] = "0" * 36
    return data


def _is_commune(row: dict) -> bool:
    return "COMMUNE" in (row.get("level"), row.get("childGroup"), row.get("departmentLevel"))


def _recount(data: dict, total: int) -> None:
    if "pagination" in data:
        data["pagination"].update(total=total, totalPages=-(-total // data["pagination"]["pageSize"]))
