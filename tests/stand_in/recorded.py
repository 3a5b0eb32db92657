"""Replies recorded in September 2026 and October 2025, where the folder that holds them is at hand."""

from __future__ import annotations

import json
import os
import re
from copy import deepcopy
from datetime import UTC, datetime
from pathlib import Path

FOLDER = "GANDAN_RECORDED"
CAPTURED = datetime(2026, 9, 26, 3, 0, tzinfo=UTC)
_NAME = re.compile(
    r"(?P<endpoint>[a-z-]+)\.(?P<scope>H\d\d|national)\.(?:year|quarter|month)-(?P<period>\d{4}(?:-Q\d|-\d\d)?)"
    r"\.(?P<day>\d{8})(?P<sample>\.SAMPLE\d+of\d+)?\.json"
)
_GATEWAY = {
    ("0", "2025"): "report_tinh_766_service.provinces.year-2025.2025-10-16.json",
    ("0", "2025-10"): "report_tinh_766_service.provinces.month-10-2025.2025-10-16.json",
    ("398126", "2025"): "report_tinh_766_service.angiang-ALL117.year-2025.2025-10-11.json",
}


def recorded_folder() -> Path | None:
    """The folder of recorded replies: from the environment, else beside the repository; None without either."""
    named = os.environ.get(FOLDER)
    folder = Path(named) if named else Path(__file__).resolve().parents[2].parent / "shared" / "portal"
    return folder if folder.is_dir() else None


def further_folder() -> Path | None:
    """The folder of the replies recorded later, beside the first one; None where it is not at hand."""
    first = recorded_folder()
    folder = first.parent / "real" if first else None
    return folder if folder and folder.is_dir() else None


class Recorded:
    """Recorded `data` objects by (endpoint, scope, period); samples hold only some units.

    `folder` may have a folder `real` beside it with further replies, which are served too.
    """

    def __init__(self, folder: Path) -> None:
        self._whole: dict[tuple[str, str, str], dict] = {}
        self._samples: dict[tuple[str, str, str], dict] = {}
        further = folder.parent / "real"
        for path in sorted([*folder.glob("*.json"), *further.glob("*.json"), *further.glob("september/*.json")]):
            if found := _NAME.fullmatch(path.name):
                key = (found["endpoint"], found["scope"].replace("national", "VN"), found["period"])
                kind = self._samples if found["sample"] else self._whole
                kind[key] = json.loads(path.read_bytes())["data"]
        self._gateway = {}
        for key, name in _GATEWAY.items():
            if (path := folder / "gateway-2025" / name).exists():
                day = datetime.strptime(name.split(".")[-2], "%Y-%m-%d").replace(hour=3, tzinfo=UTC)
                self._gateway[key] = (json.loads(path.read_bytes()), day)

    def whole(self, endpoint: str, scope: str, period: str) -> dict | None:
        return deepcopy(self._whole.get((endpoint, scope, period)))

    def sample(self, endpoint: str, scope: str, period: str) -> dict | None:
        return deepcopy(self._samples.get((endpoint, scope, period)))

    def gateway(self, province_id: str, period: str) -> tuple[list[dict], datetime] | None:
        """(rows, when they were recorded) of the former gateway."""
        return deepcopy(self._gateway.get((province_id, period)))
