"""The counter of a commune in words, as the public's page shows it."""

from __future__ import annotations

from datetime import date

import pytest

from display.portraits import counter
from display.portraits.plain_figures import Portrait
from display.words.text import Speaker
from ranking.cumulative_incidence import TENTHS
from store.waits import ALL


def row(field: str, half: int | None) -> dict[str, object]:
    tenths = {f"{name}_{k}": half for k in TENTHS for name in ("tenth", "low", "high")}
    period = {"period_start": date(2026, 1, 1), "period_end": date(2026, 9, 26), "period_kind": "cumulative"}
    return {"field": field, **tenths, **period}


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_table_is_announced_with_as_many_fields_as_it_has_beside_all_together(language, tmp_path, monkeypatch):
    monkeypatch.setenv("GANDAN_DATA", str(tmp_path))
    waits = (row(ALL, 0), row("Đất đai", 7), row("Hộ tịch", 0), row("Văn hóa", None))
    found = counter.counter(Speaker(language), Portrait("04792", (), (), waits))

    assert len(found.takes) == 3
    assert "2" in found.takes_more and "3" not in found.takes_more
