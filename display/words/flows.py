"""Who decides for whom, in words: what a unit takes in and decides, its partners, and dossiers per officer."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from display.words import numbers
from display.words.text import Speaker
from display.words.waits import period
from ranking.dossiers.flows import workload
from ranking.frame_types import Row
from store import staff
from store.reference import province_name

FEWEST = 30
"""With fewer dossiers of a flow its on-time share is not told."""
_PARTNERS = 8
_OFFICE = "office:"


def sentence(say: Speaker, code: str, rows: pl.DataFrame) -> str:
    """How much a unit takes in and how much of it goes elsewhere, what it decides and how much of it for others."""
    own = _of(code, rows)
    share = 100 * own["sent"] / own["taken_in"] if own["taken_in"] else None
    figures = {name: numbers.number(own[name], say.language) for name in ("taken_in", "sent", "decided", "for_others")}
    said = say(
        "flows.in",
        period=period(say, rows.row(0, named=True)),
        taken=figures["taken_in"],
        sent=figures["sent"],
        share=numbers.number(share, say.language, 1),
    )
    if not own["sent"] and not own["for_others"]:
        return f"{said} {say('flows.none')}"
    return f"{said} {say('flows.out', decided=figures['decided'], others=figures['for_others'])}"


def partners(say: Speaker, rows: pl.DataFrame, column: str, count: str, names: dict[str, str]) -> list[list[str]]:
    """A line per unit in `column` (`intake` or `decision`): its name, `count`, on time; the rest of them as one line.

    The largest stand first. `names`: those of units by code.
    """
    found = rows.filter(pl.col(count) > 0).sort(count, column, descending=[True, False])
    lines = [
        [_name(say, row[column], names), numbers.number(row[count], say.language), _on_time(say, row)]
        for row in found.head(_PARTNERS).iter_rows(named=True)
    ]
    rest = found.slice(_PARTNERS)
    if rest.height:
        whole = {name: int(rest[name].sum()) for name in (count, "timed", "on_time")}
        several = say("flows.rest", n=numbers.number(rest.height, say.language))
        lines.append([several, numbers.number(whole[count], say.language), _on_time(say, whole)])
    return lines


def officers(say: Speaker, code: str, rows: pl.DataFrame, listed: dict[str, list[staff.Staff]]) -> str:
    """How many dossiers an officer decides a working day; empty where nobody says how many there are."""
    own = listed.get(code)
    if not own:
        return ""
    start, end = rows.item(0, "period_start"), rows.item(0, "period_end")
    current = [one for one in own if one.since <= end]
    if any(one.officers < staff.FEWEST for one in current):
        return say("flows.officers.few", least=staff.FEWEST)
    rate = staff.per_officer_day(_of(code, rows)["decided"], own, start, end)
    if rate is None:
        return say("flows.officers.unknown")
    count = numbers.number(current[-1].officers, say.language)
    return say("flows.officers", n=count, source=current[-1].source, rate=numbers.number(rate, say.language, 1))


def table(
    say: Speaker, rows: pl.DataFrame, names: dict[str, str], listed: dict[str, list[staff.Staff]]
) -> tuple[list[str], list[list[str]]]:
    """(headings, a line per unit of a province with anything from or to elsewhere), most decided for others first."""
    start, end = rows.item(0, "period_start"), rows.item(0, "period_end")
    columns = ["unit", "taken", "sent", "ended", "others", *(["officer"] if listed else [])]
    found = workload(rows).filter((pl.col("sent") > 0) | (pl.col("for_others") > 0))
    lines = []
    for row in found.sort("for_others", "unit_code", descending=[True, False]).iter_rows(named=True):
        counts = [numbers.number(row[name], say.language) for name in ("taken_in", "sent", "decided", "for_others")]
        rate = staff.per_officer_day(row["decided"], listed.get(row["unit_code"], []), start, end)
        last = [numbers.number(rate, say.language, 1) if rate is not None else "–"] if listed else []
        lines.append([_name(say, row["unit_code"], names), *counts, *last])
    return [say(f"flows.column.{name}") for name in columns], lines


def _of(code: str, rows: pl.DataFrame) -> Row:
    own = workload(rows).filter(pl.col("unit_code") == code)
    return own.row(0, named=True) if own.height else dict.fromkeys(("taken_in", "sent", "decided", "for_others"), 0)


def _name(say: Speaker, code: str, names: dict[str, str]) -> str:
    if code.startswith(_OFFICE):
        return say("flows.office", province=province_name(code.removeprefix(_OFFICE)))
    return names.get(code, code)


def _on_time(say: Speaker, row: Row) -> str:
    if row["timed"] < FEWEST:
        return say("flows.few")
    return numbers.number(100 * row["on_time"] / row["timed"], say.language, 1)


def headings(say: Speaker, title: str, count: str) -> Sequence[str]:
    """The headings of `partners` below what they have in common."""
    return [title, say(f"flows.column.{count}"), say("flows.column.share")]
