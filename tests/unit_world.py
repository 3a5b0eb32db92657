"""A small published dataset around one commune, Phường Nghi Sơn, for tests of its page and its summary."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from etl.publishing.harvest import Harvest, measurement_rows
from etl.publishing.publish import publish
from etl.publishing.release import release
from ranking.periods import Period, calendar_period
from tests.conftest import CAPTURED

NGHI_SON, HAI_BINH, TRUONG_LAM, SILENT = "16654", "16645", "16636", "16561"
ON_TIME = (90, 92, 91, 90, 92, 91, 90, 60)
"""Of 100 dossiers in each month from January to August 2026: seven months alike, then a fall."""


def month(year: int, number: int) -> Period:
    return calendar_period("month", year, number)


def row(code: str, period: Period, numerator: float | None, denominator: float | None = 100, **changes: object) -> dict:
    """A row of `tables.Measurements`, on time on the portal unless changed; each month as old when captured."""
    silent = changes.get("state") in ("not_reported", "suppressed")
    figures = {} if silent else {"numerator": numerator, "denominator": denominator}
    return {
        "unit_code": code, "level": "commune", "measure": "on_time_share", "series": "766-2026", "basis": "portal",
        "period_start": period.start, "period_end": period.end, "period_kind": period.kind, "provisional": False,
        "source": "portal:test", "captured_at": CAPTURED - (month(2026, 8).end - period.end), **figures, **changes,
    }  # fmt: skip


def world(first_on_time: float = ON_TIME[0]) -> list[dict]:
    """Nghi Sơn and its neighbours in 2026, two fields in August, and the three old communes in May and June 2025."""
    form = {"measure": "online_filing_share", "series": "ii06", "basis": "form"}
    august, old = month(2026, 8), {"series": "766-2025"}
    on_time = (first_on_time, *ON_TIME[1:])
    return [
        *(row(NGHI_SON, month(2026, n), value) for n, value in enumerate(on_time, 1)),
        *(row(HAI_BINH, month(2026, n), 90) for n in range(1, 9)),
        *(row(TRUONG_LAM, month(2026, n), 99) for n in range(1, 9)),
        row(SILENT, august, None, state="not_reported"),
        *(row(NGHI_SON, month(2026, n), 95 + n % 2, **form) for n in range(1, 9)),
        row(NGHI_SON, month(2026, 7), None, None, measure="received", state="no_dossiers"),
        row(NGHI_SON, august, 100, None, measure="received"),
        row(NGHI_SON, august, 10, 40, field="Đất đai"),
        row(NGHI_SON, august, 50, 60, field="Hộ tịch"),
        row("38", august, 900, 1000, field="Đất đai", level="province"),
        row("38", august, 700, 1000, field="Hộ tịch", level="province"),
        *(row("16654", month(2025, n), 45, 50, **old) for n in (5, 6)),
        *(row("16657", month(2025, n), 20, 50, **old) for n in (5, 6)),
        row("16660", month(2025, 6), 46, 50, **old),
    ]


def publish_world(folder: Path, *, revised: bool = False) -> None:
    """Publish and release the dataset `live`; `revised`: a second time, a day later, with January's 90 become 85."""
    publish(folder, "live", Harvest(measurement_rows(world()), CAPTURED, ["portal:test"]), nature="live")
    if revised:
        later = CAPTURED + timedelta(days=1)
        changed = [{**old, "captured_at": old["captured_at"] + timedelta(days=1)} for old in world(85)]
        publish(folder, "live", Harvest(measurement_rows(changed), later, ["portal:test"]), nature="live")
    release(folder, "live", "lan")
