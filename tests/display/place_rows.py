"""Invented places of units: a province as one can check by hand, and any frame at all."""

from __future__ import annotations

from datetime import date

import polars as pl
from hypothesis import strategies as st

SCHEMA = {
    "unit_code": pl.String,
    "name": pl.String,
    "value": pl.Float64,
    "value_low": pl.Float64,
    "value_high": pl.Float64,
    "expected": pl.Float64,
    "low": pl.UInt32,
    "high": pl.UInt32,
    "of": pl.UInt32,
    "p_first": pl.Float64,
    "p_last": pl.Float64,
    "tier": pl.String,
    "known": pl.String,
    "window": pl.String,
    "window_start": pl.Date,
    "window_end": pl.Date,
}
FOUR = {"window": "four", "window_start": date(2026, 5, 1), "window_end": date(2026, 8, 31)}


def place(at: int, of: int, **changes: object) -> dict[str, object]:
    """The unit with the expected rank `at`, one point below the one before; thirds are tiers."""
    third = of // 3
    tier = "first" if at <= third else "last" if at > of - third else "middle"
    row = {
        "unit_code": f"{25000 + at}",
        "name": f"Xã {at}",
        "value": 100.0 - at,
        "value_low": 98.0 - at,
        "value_high": 101.0 - at,
        "expected": float(at),
        "low": max(at - 2, 1),
        "high": min(at + 2, of),
        "of": of,
        "p_first": {"first": 0.9, "middle": 0.3, "last": 0.02}[tier],
        "p_last": {"first": 0.02, "middle": 0.3, "last": 0.96}[tier],
        "tier": tier,
        "known": "measured",
    }
    return row | FOUR | changes


def places(*rows: dict[str, object]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=SCHEMA)


def province(of: int) -> pl.DataFrame:
    return places(*(place(at, of) for at in range(1, of + 1)))


@st.composite
def frames(draw: st.DrawFn, most: int = 12) -> pl.DataFrame:
    """Any frame of the contract: none, one, ties, unknown values, intervals, tiers and windows, odd names."""
    of = draw(st.integers(0, most))
    names = st.one_of(st.none(), st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=40))
    numbers = st.one_of(st.none(), st.integers(0, 4).map(float), st.floats(-1e6, 1e6))
    part = st.one_of(st.none(), st.floats(0, 1))
    rows = []
    for at in range(of):
        ranked = draw(st.booleans())
        rank = st.integers(1, of)
        rows.append(
            {
                "unit_code": f"{at:05d}",
                "name": draw(names),
                "value": draw(numbers),
                "value_low": draw(numbers),
                "value_high": draw(numbers),
                "expected": draw(rank.map(float)) if ranked else None,
                "low": draw(st.one_of(st.none(), rank)) if ranked else None,
                "high": draw(st.one_of(st.none(), rank)) if ranked else None,
                "of": of if ranked else None,
                "p_first": draw(part) if ranked else None,
                "p_last": draw(part) if ranked else None,
                "tier": draw(st.sampled_from([None, "first", "middle", "last"])) if ranked else None,
                "known": draw(st.sampled_from(["measured", "pairs", "assumed"])),
                **draw(st.sampled_from([FOUR, dict.fromkeys(FOUR)])),
            }
        )
    return places(*rows)
