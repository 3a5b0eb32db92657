"""What the stand-in knows: recorded replies where there are any, else made-up ones of the same shape.

Made-up figures are seeded by province and period, so the same question always has the same answer,
and they keep the identities that the real replies keep: overdue = received − on time, ratio and score
from the counts, children add up to the parent, a total is the sum of its six groups.
"""

from __future__ import annotations

import random
import uuid
from datetime import date, datetime
from functools import lru_cache

import polars as pl

from ranking.periods import Period
from tests.stand_in.payment_points import payment_points
from tests.stand_in.recorded import CAPTURED, Recorded

MAX = {"CKMB": 18, "TDGQ": 20, "CLGQ": 12, "TTTT": 10, "MDHL": 18, "MDSH": 22}
TREES = ("dvc-progress-tree", "provide-online-tree", "formality-online-payment-tree")
METRICS = ("transparency", "handling-satisfaction", "dossier-digitized")
DEPARTMENTS = (
    "Văn phòng UBND", "Ban quản lý các khu công nghiệp", "Sở Công Thương", "Sở Giáo dục và Đào tạo", "Sở Y tế",
    "Sở Khoa học và Công nghệ", "Sở Nội vụ", "Sở Ngoại vụ", "Sở Tài chính", "Sở Tư pháp",
    "Sở Văn hóa, Thể thao và Du lịch", "Sở Xây dựng", "Sở Nông nghiệp và Môi trường", "Sở Dân tộc và Tôn giáo",
    "Thanh tra tỉnh",
)  # fmt: skip
IDLE = "Thanh tra tỉnh"
_COPIED = (("PUBLISH_ON_TIME", 6), ("PUBLIC_UPDATE_ON_TIME", 4), ("PUBLIC_CONTENT_FULL", 2))
_DIGITISED = (
    ("ORIGINAL_RESULT_AVAILABLE", 6), ("SO_HOA_GIAY_TO_GIAI_QUYET", 4), ("REUSED_DIGITIZED_DATA", 2),
    ("SYNCED_WITH_DVCQG_PERSONAL_STORAGE", 4), ("CITIZEN_DATA_CONNECTED_DOSSIER", 2),
    ("CITIZEN_DATA_CONNECTED_FORMALITY", 2), ("ELECTRONIC_CERTIFIED_COPY", 2),
)  # fmt: skip


class World:
    """Provinces, units and their figures; `units` and `provinces` as in data/reference."""

    def __init__(
        self, units: pl.DataFrame, provinces: pl.DataFrame, recorded: Recorded | None = None, seed: int = 766
    ) -> None:
        self.recorded, self.seed = recorded, seed
        self.provinces = {row["portal_id"]: row for row in provinces.iter_rows(named=True)}
        self.by_gateway_id = {row["gateway_id"]: row for row in provinces.iter_rows(named=True)}
        self._units = units
        self.now = CAPTURED
        self.answer = lru_cache(maxsize=512)(self._answer)
        self.children = lru_cache(maxsize=64)(self._children)

    def _answer(self, endpoint: str, root: str | None, period: Period) -> dict:
        """The `data` of a reply with all its units; callers must not change it."""
        if root is None:
            return self._recorded(endpoint, "VN", period) or self._national(period)
        province = self.provinces[root]
        if whole := self._recorded(endpoint, province["state_code"], period):
            return whole
        if endpoint == "service-results":
            return self._results(province, period)
        make = {
            "dvc-progress-tree": self._progress,
            "provide-online-tree": self._online,
            "formality-online-payment-tree": self._payment,
            "transparency": self._transparency,
            "handling-satisfaction": self._satisfaction,
            "dossier-digitized": self._digitised,
        }[endpoint]
        return self._with_sample(make(province, period), endpoint, province["state_code"], period)

    def gateway(self, province_id: str, period: Period) -> tuple[list[dict], datetime]:
        """(rows of the former gateway, the moment they speak of); empty where there is nothing."""
        if self.recorded and (found := self.recorded.gateway(province_id, period.id)):
            return found
        if period.start.year != 2025 or province_id not in {"0", *self.by_gateway_id}:
            return [], self.now
        return self._gateway_rows(province_id, period), self.now

    def _recorded(self, endpoint: str, scope: str, period: Period) -> dict | None:
        return self.recorded.whole(endpoint, scope, period.id) if self.recorded else None

    def _with_sample(self, data: dict, endpoint: str, scope: str, period: Period) -> dict:
        """Recorded units of a sample take the place of made-up ones."""
        sample = self.recorded.sample(endpoint, scope, period.id) if self.recorded else None
        if sample:
            known = {row["departmentId"]: row for row in sample["evaluation"]}
            data["evaluation"] = [known.get(row["departmentId"], row) for row in data["evaluation"]]
            data["overview"] = sample.get("overview", data["overview"])
        return data

    def _dice(self, *about: object) -> random.Random:
        return random.Random(":".join(map(str, (self.seed, *about))))

    def _children(self, root: str) -> list[dict]:
        """departmentId, name, code and level of a province's departments and communes."""
        province = self.provinces[root]
        if self.recorded:
            for period in ("2026", "2026-08", "2026-Q3"):
                if tree := self.recorded.whole(TREES[0], province["state_code"], period):
                    names = ("departmentId", "departmentName", "departmentCode", "level")
                    return [{name: child[name] for name in names} for child in tree["children"]]
        state, dice = province["state_code"], self._dice("children", root)
        offices = [
            (f"{name} - {province['full_name']}", f"{state}.{n:02d}", "PROVINCE")
            for n, name in enumerate(DEPARTMENTS, 1)
        ]
        own = self._units.filter(pl.col("province_code") == province["code"])
        taken, numbers = set(own.get_column("state_code").drop_nulls()), iter(range(100, 999))
        for name, code in own.select("full_name", "state_code").iter_rows():
            code = code or next(c for n in numbers if (c := f"{state}.{n}") not in taken)
            offices.append((_spelling(name, province["full_name"], dice), code, "COMMUNE"))
        return [
            {
                "departmentId": str(uuid.uuid5(uuid.NAMESPACE_OID, code)),
                "departmentName": name,
                "departmentCode": code,
                "level": level,
            }
            for name, code, level in offices
        ]

    def _progress(self, province: dict, period: Period) -> dict:
        dice, months = self._dice("progress", province["code"], period.id), _months(period, self.now.date())
        children = []
        for child in self.children(province["portal_id"]):
            idle = child["departmentName"].startswith(IDLE) or months == 0
            received = 0 if idle else max(1, int(dice.lognormvariate(5.8, 0.5) * months))
            on_time = round(received * dice.betavariate(30, 2.5))
            ratio = _ratio(on_time, received)
            children.append(
                {
                    **child,
                    "totalReceived": received,
                    "totalOnTime": on_time,
                    "totalOverdue": received - on_time,
                    "avgProcessingDays": round(dice.uniform(0.5, 9), 2) if received else 0,
                    "ratio": ratio,
                    "score": round(ratio / 5, 2),
                    "maxScore": 20,
                    "scoreDelta": None,
                }
            )
        received, on_time = (sum(child[name] for child in children) for name in ("totalReceived", "totalOnTime"))
        ratio = _ratio(on_time, received)
        parent = _parent(province) | {
            "totalReceived": received,
            "totalOnTime": on_time,
            "totalCompleted": round(received * 0.85),
            "avgProcessingDays": 4.1 if received else 0,
            "ratio": ratio,
            "totalScore": round(ratio / 5, 2),
            "totalMaxScore": 20,
        }
        chart = [{"month": f"{n:02d}", "onTimePct": 0, "overduePct": 0} for n in range(1, 13)]
        return {"parent": parent, "children": children, "monthlyChart": chart}

    def _online(self, province: dict, period: Period) -> dict:
        dice = self._dice("online", province["code"], period.id)
        received = self._received(province, period)
        children = []
        for child in self.children(province["portal_id"]):
            score = round(dice.uniform(4, 9), 2) if received[child["departmentId"]] else 0
            children.append(
                {**child, "totalScore": score, "totalMaxScore": 12, "ratio": _ratio(score, 12), "scoreDelta": None}
            )
        total = round(sum(received.values()) * 0.97)
        online = round(total * 0.985)
        score = round(dice.uniform(7, 9), 2) if total else 0
        parent = _parent(province) | {
            "totalScore": score,
            "totalMaxScore": 12,
            "ratio": _ratio(score, 12),
            "authorityCount": 89,
            "partialCount": 31,
            "fullCount": 21,
            "onlineDossierCount": 516,
            "onlineServiceTotal": 1884,
            "channelOnlineSum": online,
            "channelDirectSum": total - online,
            "channelPostalSum": 0,
            "channelTotalSum": total,
            "onlineOnTimeSum": round(online * 0.9),
            "onlineOverdueSum": online - round(online * 0.9),
        }
        chart = [{"label": f"{n:02d}", "onlineDossierPct": 0} for n in range(1, 13)]
        return {"parent": parent, "children": children, "monthlyChart": chart}

    def _payment(self, province: dict, period: Period) -> dict:
        dice = self._dice("payment", province["code"], period.id)
        received = self._received(province, period)
        counted = []
        for child in self.children(province["portal_id"]):
            owing = round(received[child["departmentId"]] * dice.uniform(0.4, 0.7))
            fees = dice.randint(1, 40)
            online = dice.randint(0, fees) if owing else 0
            counted.append((child, round(owing * dice.uniform(0.7, 1)), owing, online, dice.randint(0, online), fees))
        children = [{**child, **_paid(*counts), "scoreDelta": None} for child, *counts in counted]
        sums = [sum(line[column] for line in counted) for column in range(1, 6)]
        return {"parent": _parent(province) | _paid(*sums), "children": children}

    def _transparency(self, province: dict, period: Period) -> dict:
        dice, received = self._dice("transparency", province["code"], period.id), self._received(province, period)
        copied = self._copied(province, period, dice)
        rows = [
            _metrics_row(n, child, MAX["CKMB"], [*copied, _synchronised(received[child["departmentId"]])])
            for n, child in enumerate(self.children(province["portal_id"]), 1)
        ]
        own = _metrics_row(1, _parent(province) | {"level": None}, 18, [*copied, _synchronised(sum(received.values()))])
        return _metrics_reply(own | {"averageScore": own["totalScore"]}, rows, "transparency") | {"monthlyChart": []}

    def _copied(self, province: dict, period: Period, dice: random.Random) -> list[dict]:
        """The three metrics that every unit has from its province."""
        found = self.recorded.sample("transparency", province["state_code"], period.id) if self.recorded else None
        if found:
            return [metric for metric in found["overview"]["metrics"] if metric["code"] != "DOSSIER_SYNC"]
        return [_metric(code, dice.randint(0, 89), 89, limit) for code, limit in _COPIED]

    def _satisfaction(self, province: dict, period: Period) -> dict:
        dice, received = self._dice("satisfaction", province["code"], period.id), self._received(province, period)

        def row(number: int, child: dict, dossiers: int) -> dict:
            petitions = dice.choice((0, 0, 0, 1, 4))
            content = [dice.randint(0, petitions) for _ in range(2)]
            handled = _metric("DOSSIER_RECEIVING_SATISFACTION", round(dossiers * dice.uniform(0.6, 1)), dossiers, 6)
            metrics = [
                _metric("PETITION_CLASSIFICATION_TTHC", petitions, petitions, 0) | {"score": None},
                handled,
                _petitions("PETITION_PROCESSING_ON_TIME", content[0], petitions),
                _petitions("PETITION_HANDLING_SATISFACTION", content[1], petitions),
                _metric("PETITION_CLASSIFICATION_STAFF", 0, petitions, 0) | {"score": None},
            ]
            extra = {"totalPetitions": petitions, "classifiedPetitions": petitions, "totalDossiers": dossiers}
            return _metrics_row(number, child, 18, metrics) | extra | {"averageScore": None}

        rows = [
            row(n, child, received[child["departmentId"]])
            for n, child in enumerate(self.children(province["portal_id"]), 1)
        ]
        overview = row(1, _parent(province) | {"level": None}, sum(received.values()))
        return _metrics_reply(_added_up(overview, rows, ["DOSSIER_RECEIVING_SATISFACTION"]), rows, "satisfaction")

    def _digitised(self, province: dict, period: Period) -> dict:
        dice, received = self._dice("digitised", province["code"], period.id), self._received(province, period)

        def row(number: int, child: dict, dossiers: int) -> dict:
            metrics = [_metric(code, round(dossiers * dice.random()), dossiers, limit) for code, limit in _DIGITISED]
            metrics[-1].update(numerator=None, denominator=None, ratio=100, score=2)
            return _metrics_row(number, child, 22, metrics) | {"departmentCode": child["departmentCode"]}

        rows = [
            row(n, child, received[child["departmentId"]])
            for n, child in enumerate(self.children(province["portal_id"]), 1)
        ]
        overview = row(1, _parent(province) | {"level": None}, sum(received.values()))
        return _metrics_reply(_added_up(overview, rows, [code for code, _ in _DIGITISED[:-1]]), rows, "digitised")

    def _results(self, province: dict, period: Period) -> dict:
        """Totals as sums of what the six group endpoints say."""
        groups = [self.answer(endpoint, province["portal_id"], period) for endpoint in (*TREES, *METRICS)]
        totals: dict[str, float] = {}
        for group in groups:
            for row in group.get("children") or group["evaluation"]:
                totals[row["departmentId"]] = totals.get(row["departmentId"], 0) + row.get(
                    "totalScore", row.get("score", 0)
                )
        own = round(sum((group.get("parent") or group["overview"])["totalScore"] for group in groups), 2)
        evaluation = [
            {
                "departmentId": child["departmentId"],
                "departmentName": child["departmentName"],
                "departmentCode": child["departmentCode"],
                "totalScore": round(totals[child["departmentId"]], 2),
                "ratio": round(totals[child["departmentId"]], 2),
                "scoreDelta": None,
                "childGroup": "COMMUNE" if child["level"] == "COMMUNE" else "AGENCY",
            }
            for child in self.children(province["portal_id"])
        ]
        overview = {
            "departmentName": f"UBND {province['full_name']}",
            "departmentCode": province["state_code"],
            "totalScore": own,
            "totalMaxScore": 100,
            "ratio": own,
        }
        return _results_reply(overview, evaluation, None)

    def _national(self, period: Period) -> dict:
        dice = self._dice("national", period.id)
        evaluation = []
        for portal_id, province in self.provinces.items():
            scores = {name: round(limit * dice.uniform(0.35, 0.95), 2) for name, limit in MAX.items()}
            total = round(sum(scores.values()), 2)
            name = {"departmentName": f"UBND {province['full_name']}", "departmentCode": province["state_code"]}
            figures = {"totalScore": total, "ratio": total, "scoreDelta": None, "groupScores": scores}
            evaluation.append({"departmentId": portal_id, **name, **figures})
        mean = round(sum(row["totalScore"] for row in evaluation) / len(evaluation), 2)
        overview = {
            "departmentName": "Cả nước",
            "departmentCode": None,
            "totalScore": mean,
            "totalMaxScore": 100,
            "ratio": mean,
        }
        donut = [
            {"code": "ONLINE", "name": "Trực tuyến", "value": 11122091, "percent": 94.88},
            {"code": "OTHER", "name": "Trực tiếp, bưu chính", "value": 600732, "percent": 5.12},
        ]
        return _results_reply(overview, evaluation, donut)

    def _received(self, province: dict, period: Period) -> dict[str, int]:
        tree = self.answer(TREES[0], province["portal_id"], period)
        return {child["departmentId"]: child["totalReceived"] for child in tree["children"]}

    def _gateway_rows(self, province_id: str, period: Period) -> list[dict]:
        dice, rows = self._dice("gateway", province_id, period.id), []
        if province_id == "0":
            units = [(p["gateway_id"], f"UBND {p['full_name']}", p["state_code"], "1") for p in self.provinces.values()]
        else:
            children = self.children(self.by_gateway_id[province_id]["portal_id"])
            units = [
                (
                    str(500_000 + n),
                    child["departmentName"],
                    child["departmentCode"],
                    "3" if child["level"] == "COMMUNE" else "2",
                )
                for n, child in enumerate(children)
            ]
        for number, name, code, kind in units:
            scores = {key: round(limit * dice.uniform(0.6, 1), 2) for key, limit in MAX.items()}
            texts = {
                key: f"{score:g}" for key, score in {**scores, "TONG_SCORE": round(sum(scores.values()), 2)}.items()
            }
            who = {"ID": number, "TEN": name, "TEN_COQUAN": name, "MA_COQUAN": code, "LOAI_COQUAN": kind}
            rows.append({**who, "CAPDONVIID": "2" if kind == "3" else "1", "ID_COQUAN": number, **texts})
        rows.sort(key=lambda row: -float(row["TONG_SCORE"]))
        return [{**row, "ROW_STT": str(n)} for n, row in enumerate(rows, 1)]


def _spelling(full_name: str, province: str, dice: random.Random) -> str:
    """One of the ways in which the portal writes a commune's name."""
    kind, _, name = full_name.partition(" ")
    if kind == "Đặc":
        kind, name = "Đặc khu", full_name.removeprefix("Đặc khu ")
    kind = kind if dice.random() < 0.5 else kind.lower()
    suffix = f" - {dice.choice((province, province[:1].lower() + province[1:]))}" if dice.random() < 0.3 else ""
    return f"UBND {kind} {name}{suffix}"


def _months(period: Period, today: date) -> int:
    """How many months of a period have begun."""
    months = {"month": 1, "quarter": 3, "half": 6, "year": 12}[period.kind]
    begun = (today.year - period.start.year) * 12 + today.month - period.start.month + 1
    return max(0, min(months, begun))


def _ratio(part: float, whole: float) -> float:
    return round(100 * part / whole, 2) if whole else 0


def _parent(province: dict) -> dict:
    return {
        "departmentId": province["portal_id"],
        "departmentName": f"UBND {province['full_name']}",
        "departmentCode": province["state_code"],
    }


def _paid(paid: int, owing: int, online: int, fee: int, fees: int) -> dict:
    score = min(10, payment_points(paid, owing, online, fee, fees))
    return {
        "totalMaxScore": 10,
        "totalScore": score,
        "totalDossierOnlinePaymentSuccess": paid,
        "totalDossierFinancialObligation": owing,
        "totalDossierOnlineFormalityPaymentSuccess": online,
        "totalFeeDossierFormalityDistinct": fees,
        "totalFeeDossierFormality": fee,
        "totalFeeFormality": fees,
        "ratio": _ratio(score, 10),
    }


_FULL_AT = {"REUSED_DIGITIZED_DATA": 80, "DOSSIER_RECEIVING_SATISFACTION": 90}


def _metric(code: str, numerator: int, denominator: int, limit: int) -> dict:
    ratio = _ratio(numerator, denominator)
    full_at = _FULL_AT.get(code, 100)
    score = round(limit * min(1, ratio / full_at), 2)
    return {
        "code": code, "name": code, "numerator": numerator, "denominator": denominator,
        "ratio": ratio, "score": score, "maxScore": limit,
    }  # fmt: skip


def _petitions(code: str, good: int, petitions: int) -> dict:
    """Full marks where there are no petitions."""
    return _metric(code, good, petitions, 6) | ({} if petitions else {"score": 6})


def _synchronised(received: int) -> dict:
    status = {
        "dataQualityStatus": "TEMP_NATIONAL_REPORT_DENOMINATOR",
        "dataQualityMessage": "Mẫu số BCQG/GRIS đang dùng số tạm",
    }
    return _metric("DOSSIER_SYNC", received, received, 6) | status


def _metrics_row(number: int, child: dict, limit: int, metrics: list[dict]) -> dict:
    kinds = {"COMMUNE": "COMMUNE_PEOPLE_COMMITTEE", "PROVINCE": "PROVINCIAL_DEPARTMENT", None: "PROVINCE"}
    total = round(sum(metric["score"] or 0 for metric in metrics), 2)
    return {
        "stt": number,
        "departmentId": child["departmentId"],
        "departmentName": child["departmentName"],
        "departmentType": kinds[child["level"]],
        "departmentLevel": "COMMUNE" if child["level"] == "COMMUNE" else "PROVINCE",
        "agencyLevel": "level_1" if child["level"] is None else "level_2",
        "totalScore": total,
        "totalMaxScore": limit,
        "ratio": _ratio(total, limit),
        "scoreDelta": None,
        "metrics": metrics,
    }


def _added_up(whole: dict, rows: list[dict], codes: list[str]) -> dict:
    """The province's row, its metrics of these codes being the sums of its units, as recorded ones are."""
    parts: dict[str, list[dict]] = {code: [] for code in codes}
    for row in rows:
        for metric in row["metrics"]:
            parts.get(metric["code"], []).append(metric)
    metrics = []
    for metric in whole["metrics"]:
        own = parts.get(metric["code"])
        sums = [sum(part[name] for part in own) for name in ("numerator", "denominator")] if own else []
        metrics.append(_metric(metric["code"], *sums, metric["maxScore"]) if own else metric)
    total = round(sum(metric["score"] or 0 for metric in metrics), 2)
    return whole | {"metrics": metrics, "totalScore": total, "ratio": _ratio(total, whole["totalMaxScore"])}


def _metrics_reply(overview: dict, rows: list[dict], source: str) -> dict:
    return {
        "overview": overview,
        "evaluation": rows,
        "pagination": {"total": len(rows), "currentPage": 1, "pageSize": len(rows), "totalPages": 1},
        "source": f"stand-in {source}",
    }


def _results_reply(overview: dict, evaluation: list[dict], donut: list[dict] | None) -> dict:
    return {
        "overview": overview,
        "growthPercent": None,
        "radar": [],
        "donuts": {"onlineDossier": donut or [], "onlineProvision": None},
        "evaluation": sorted(evaluation, key=lambda row: -row["totalScore"]),
        "monthlyChart": [{"month": f"{n:02d}", "averageScore": None} for n in range(1, 13)],
        "dossierChart": [{"month": f"{n:02d}", "onTimePct": None, "overduePct": None} for n in range(1, 13)],
    }
