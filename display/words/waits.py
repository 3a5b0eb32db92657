"""How long people wait, in words and as the lines of a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from display.words import numbers
from display.words.text import Speaker
from ranking.cumulative_incidence import TENTHS
from ranking.frame_types import Row
from ranking.periods import Period
from store.waits import ALL

_HALF, _MOST = 5, 9
_MANY = 100


@dataclass(frozen=True)
class Line:
    """One field in words: the days of half and of nine tenths with their ranges, empty where one is not told.

    `tenths`: the days of each tenth that is told; `is_longer`: clearly longer than in the province.
    """

    field: str
    half: str
    half_range: str
    most: str
    most_range: str
    province: str
    tenths: dict[int, int]
    is_longer: bool


def lines(say: Speaker, rows: Sequence[Row], province: Sequence[Row]) -> list[Line]:
    """The rows of a unit (`store.waits.of_unit`) in their order, beside the same fields of its province."""
    whole = {row["field"]: row["tenth_5"] for row in province}
    return [_line(say, row, whole.get(row["field"])) for row in rows]


def sentences(say: Speaker, rows: Sequence[Row]) -> list[str]:
    """When half and nine tenths of all dossiers are done, and of the field that takes longest; none without rows."""
    if not rows or rows[0]["field"] != ALL:
        return []
    whole, *fields = rows
    about = period(say, whole)
    if whole["tenth_5"] is None:
        return [say("wait.unknown", period=about)]
    said = [f"{say('wait.half', period=about, half=within(say, whole['tenth_5']))}, {_most(say, whole)}."]
    longest = next(filter(_is_large, fields), None)
    if longest and longest["tenth_5"] > whole["tenth_5"]:
        half, most = within(say, longest["tenth_5"]), _most(say, longest)
        said.append(say("wait.longest", field=longest["field"], least=_MANY, half=half, most=most))
    return said


def _is_large(row: Row) -> bool:
    """Whether so many dossiers have ended that nine tenths are told; the public sees nine tenths of no others."""
    ended = _MANY if row["done"] is None else row["done"] + row["left"]
    return ended >= _MANY and None not in (row["tenth_5"], row["tenth_9"])


def field_lines(say: Speaker, rows: Sequence[Row], most: int) -> list[str]:
    """One sentence each of the fields that take longest among those with many dossiers."""
    told = [row for row in rows if row["field"] != ALL and _is_large(row)][:most]
    return [
        say("wait.field.line", field=row["field"], half=within(say, row["tenth_5"]), most=_most(say, row))
        for row in told
    ]


def period(say: Speaker, row: Row) -> str:
    """When the dossiers were received: `từ 1/1 đến 26/9/2026`."""
    found = Period(row["period_start"], row["period_end"], row["period_kind"])
    ends = {"start": numbers.day(found.start, say.language), "end": numbers.day(found.end, say.language)}
    return say("wait.since", **ends)


def within(say: Speaker, days: int) -> str:
    """`trong 9 ngày làm việc`; of day 0 that it is the day of reception."""
    if days < 2:
        return say("wait.within.day" if days else "wait.within.same")
    return say("wait.within.days", n=numbers.number(days, say.language))


def _most(say: Speaker, row: Row) -> str:
    if row["tenth_9"] is None:
        return say("wait.most.unknown")
    return say("wait.most", most=within(say, row["tenth_9"]))


def _line(say: Speaker, row: Row, whole: int | None) -> Line:
    half, most = row["tenth_5"], row["tenth_9"]
    return Line(
        field=say("wait.field.all") if row["field"] == ALL else row["field"],
        half=_days(say, half),
        half_range=_range(say, row, _HALF),
        most=_days(say, most),
        most_range=_range(say, row, _MOST),
        province=_days(say, whole),
        tenths={k: row[f"tenth_{k}"] for k in TENTHS if row[f"tenth_{k}"] is not None},
        is_longer=row["field"] != ALL and None not in (whole, row["low_5"]) and row["low_5"] > whole,
    )


def _days(say: Speaker, days: int | None) -> str:
    if days is None:
        return ""
    return say("wait.day") if days == 1 else say("wait.days", n=numbers.number(days, say.language))


def _range(say: Speaker, row: Row, tenth: int) -> str:
    low, high = row[f"low_{tenth}"], row[f"high_{tenth}"]
    if row[f"tenth_{tenth}"] is None or low is None:
        return ""
    if high is None:
        return say("wait.range.open", low=numbers.number(low, say.language))
    return say("wait.range", low=numbers.number(low, say.language), high=numbers.number(high, say.language))
