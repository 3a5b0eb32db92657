"""What a commune of today was before 1 July 2025: its re-aggregated curve, its old members, and the words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import groupby

import polars as pl

from display.drawing.curves import Line
from display.words import numbers
from display.words.view import View
from ranking.lineage import regrouped
from ranking.measures import Measure
from ranking.periods import MERGER, calendar_period
from store.months import series
from store.reference import measures, reference_table
from store.snapshot import Snapshot

MOST_MEMBERS = 12
_THIN, _VERY_THIN = 1.2, 0.6
_STRETCH = ["series", "basis"]


@dataclass(frozen=True)
class Past(Line):
    """A curve or a band before the merger; it has no name, so nothing is written at its end.

    `role`: sum (the unit's re-aggregated history), range (both extremes of it), member (an old commune),
    spread (the lowest and highest old commune, where they are too many for a curve each). A range and a
    spread have `low` and `high` and no values. `width` in pixels.
    """

    role: str = "sum"
    width: float = _THIN
    low: Sequence[float | None] = ()
    high: Sequence[float | None] = ()


def before_merger(view: View, measure: Measure, units: Sequence[str]) -> list[Past]:
    """The months before the merger of the chosen communes: members first, so that the sums lie on top.

    `units`: codes of today, in the order of their curves after the merger, whose colours they share.
    One `Past` per stretch of the same series and basis; all end by June 2025. A code that is no
    commune's gives nothing.
    """
    grounds: list[Past] = []
    curves: list[Past] = []
    for unit, colour in zip(units, view.palette.series, strict=False):
        for stretch in _stretches(monthly(view.snapshot, measure.id, unit)):
            grounds += _members(view, measure, unit, stretch)
            curves += _own(view, measure, unit, stretch, colour)
    return grounds + curves


def words(view: View, measure: Measure, unit: str) -> str:
    """What a commune was merged from, how many of its members reported, and why there is no history if so.

    Plain text in the reader's language; empty for a code that is no commune's.
    """
    members = _old_members(unit)
    if members.is_empty():
        return ""
    history = monthly(view.snapshot, measure.id, unit)
    return " ".join([_origin(view, unit, members), *_told(view, measure, history)])


@lru_cache(maxsize=256)
def monthly(snapshot: Snapshot, measure: str, unit: str) -> pl.DataFrame:
    """The months of one commune of today before the merger, as `ranking.lineage.regrouped` gives them."""
    rows = old_months(snapshot, measure, unit)
    found = regrouped(rows, reference_table("lineage"), measures()[measure])
    return found.filter(pl.col("unit_code") == unit).sort(*_STRETCH, "period_start")


@lru_cache(maxsize=256)
def old_months(snapshot: Snapshot, measure: str, unit: str) -> pl.DataFrame:
    """The whole months of the old communes of a commune of today: rows of measurements with their `value`."""
    codes = tuple(_old_members(unit).get_column("old_code"))
    rows = series(snapshot, measure, "commune", codes)
    return rows.filter(pl.col("period_kind") == "month", pl.col("period_end") < MERGER)


@lru_cache(maxsize=256)
def _old_members(unit: str) -> pl.DataFrame:
    return reference_table("lineage").filter(pl.col("new_code") == unit).sort("old_district_code", "old_code")


@lru_cache(maxsize=1)
def _names() -> dict[str, str]:
    return dict(reference_table("units").select("code", "full_name").iter_rows())


def _stretches(rows: pl.DataFrame) -> Iterator[pl.DataFrame]:
    return (part.sort("period_start") for _, part in rows.group_by(_STRETCH, maintain_order=True))


# --- the unit's own history


def _own(view: View, measure: Measure, unit: str, stretch: pl.DataFrame, colour: str) -> list[Past]:
    """The curve of the sums; where any month is only known as a range, a band that has both ends.

    Nothing where months are not comparable: the few that are would be those in which nothing happened.
    """
    states = set(stretch.get_column("state"))
    if "range" not in states:
        values = stretch.get_column("value")
        if "not_comparable" in states or not values.count():
            return []
        notes = [_note(view, measure, unit, row) for row in stretch.iter_rows(named=True)]
        return [_past("sum", stretch, colour, notes, values=values.to_list())]
    # A range of those that answered would shrink, not grow, where a member is silent.
    whole = stretch.with_columns(
        pl.when(pl.col("coverage") == 1).then(end).alias(end) for end in ("value_low", "value_high")
    )
    if not whole.get_column("value_low").count():
        return []
    ends = [whole.get_column(end).to_list() for end in ("value_low", "value_high")]
    notes = [_note(view, measure, unit, row) for row in whole.iter_rows(named=True)]
    return [_past("range", whole, colour, notes, ends=ends)]


def _note(view: View, measure: Measure, unit: str, row: dict) -> str:
    say, language = view.say, view.language
    found = [say("history.note.sum", unit=_names()[unit])]
    if row["value"] is None and row["value_high"] is not None:
        low, high = (numbers.with_unit(row[end], measure, language) for end in ("value_low", "value_high"))
        found.append(say("history.note.range", low=low, high=high))
    found.append(say("history.note.coverage", reported=row["reported"], members=row["members"]))
    return ", ".join([*found, *_n(view, measure, row), say(f"basis.{row['basis']}")])


def _n(view: View, measure: Measure, row: dict) -> list[str]:
    if measure.kind != "share" or not row["denominator"]:
        return []
    return [view.say("history.note.n", n=numbers.number(row["denominator"], view.language))]


def _past(
    role: str,
    stretch: pl.DataFrame,
    colour: str,
    notes: Sequence[str],
    values: Sequence[float | None] = (),
    ends: Sequence[Sequence[float | None]] = ((), ()),
) -> Past:
    days = stretch.get_column("period_start").to_list()
    return Past(
        name="",
        days=days,
        values=values or [None] * len(days),
        colour=colour,
        notes=notes,
        basis=str(stretch.item(0, "basis")),
        role=role,
        width=_THIN if role in ("sum", "range") else _VERY_THIN,
        low=ends[0],
        high=ends[1],
    )


# --- the old members


def _members(view: View, measure: Measure, unit: str, stretch: pl.DataFrame) -> list[Past]:
    """A very thin curve for each old member; a band where they are too many; nothing where one is the unit."""
    members = _old_members(unit)
    if members.height == 1 and members.item(0, "part") == "whole" and stretch.get_column("value").count():
        return []
    if members.height > MOST_MEMBERS:
        return _spread_band(view, measure, unit, stretch)
    rows = old_months(view.snapshot, measure.id, unit).join(stretch.select(_STRETCH).unique(), on=_STRETCH, how="semi")
    by_code = rows.partition_by("unit_code", as_dict=True)
    grey = view.palette.grey
    found = []
    for member in members.iter_rows(named=True):
        part = by_code.get((member["old_code"],))
        if part is not None and part.get_column("value").count():
            part = part.sort("period_start")
            notes = _member_notes(view, measure, unit, member, part)
            found.append(_past("member", part, grey, notes, values=part.get_column("value").to_list()))
    return found


def _member_notes(view: View, measure: Measure, unit: str, member: dict, rows: pl.DataFrame) -> list[str]:
    known = {"name": member["old_name"], "unit": _names()[unit]}
    title = view.say("history.note.part", **known) if _is_part(member) else view.say("history.note.member", **known)
    return [", ".join([title, *_n(view, measure, row)]) for row in rows.iter_rows(named=True)]


def _spread_band(view: View, measure: Measure, unit: str, stretch: pl.DataFrame) -> list[Past]:
    if not stretch.get_column("member_low").count():
        return []
    ends = [stretch.get_column(end).to_list() for end in ("member_low", "member_high")]
    notes = []
    for low, high in zip(*ends, strict=True):
        texts = [numbers.with_unit(end, measure, view.language) for end in (low, high)]
        notes.append(view.say("history.note.spread", unit=_names()[unit], low=texts[0], high=texts[1]))
    return [_past("spread", stretch, view.palette.grey, notes, ends=ends)]


def _is_part(member: dict) -> bool:
    return member["part"] == "part"


# --- the words


def _origin(view: View, unit: str, members: pl.DataFrame) -> str:
    rows = list(members.iter_rows(named=True))
    known = {"unit": _names()[unit], "members": _named(view, rows)}
    if len(rows) > 1:
        return view.say("history.merged", n=len(rows), **known)
    return view.say("history.only_part", **known) if _is_part(rows[0]) else view.say("history.same", **known)


def _named(view: View, rows: Iterable[dict]) -> str:
    """The old communes, those of one district together; an island district stands for itself."""
    groups = []
    for district, group in groupby(rows, key=lambda row: row["old_district"]):
        names = ", ".join(_member_name(view, row) for row in group)
        own = names == district
        groups.append(names if own else view.say("history.in_district", names=names, district=district))
    return "; ".join(groups)


def _member_name(view: View, row: dict) -> str:
    return view.say("history.part_of", name=row["old_name"]) if _is_part(row) else row["old_name"]


def _told(view: View, measure: Measure, history: pl.DataFrame) -> list[str]:
    """What is known of the months before the merger, and what isn't and why."""
    name = measure.short.in_language(view.language)
    if history.is_empty():
        return [view.say("history.no_months", measure=name)]
    answered = history.filter(pl.col("reported") > 0)
    if answered.is_empty():
        return [view.say("history.silent", measure=name)]
    # Where months were counted by several rules, the words tell of the last one.
    latest = history.filter(pl.struct(_STRETCH) == pl.struct(_STRETCH).last()).sort("period_start")
    return [_coverage(view, latest), *_limits(view, measure, latest, name), *_spread(view, measure, latest)]


def _coverage(view: View, history: pl.DataFrame) -> str:
    first, last = (_month(view, history.item(n, "period_start")) for n in (0, -1))
    months = view.say("history.months", first=first, last=last)
    n, full = history.item(0, "members"), (history.get_column("coverage") == 1).sum()
    if full < history.height:
        least = history.get_column("reported").min()
        return view.say("history.some_reported", months=months, full=full, all=history.height, least=least, n=n)
    return (
        view.say("history.all_reported", months=months, n=n)
        if n > 1
        else view.say("history.one_reported", months=months)
    )


def _month(view: View, start: date) -> str:
    return numbers.period_in_sentence(calendar_period("month", start.year, start.month), view.language)


def _limits(view: View, measure: Measure, history: pl.DataFrame, name: str) -> list[str]:
    """Why there is no history, or only a range, or a gap."""
    states = set(history.get_column("state"))
    if measure.kind in ("score", "quantity"):
        return [view.say("history.not_added", measure=name)]
    if "not_comparable" in states and "range" not in states:
        return [view.say("history.parts_only")]
    silent = (history.get_column("coverage") < 1).any()
    if "range" in states:
        found = [view.say("history.range", n=history.item(0, "split"))]
        return [*found, view.say("history.incomplete_range")] if silent else found
    if "at_least" in states:
        return [view.say("history.incomplete_total")]
    return [view.say("history.incomplete_share")] if silent else []


def _spread(view: View, measure: Measure, history: pl.DataFrame) -> list[str]:
    """The old members in the last month of which any value is known: a merger hides its worst member."""
    known = history.filter(pl.col("member_low").is_not_null(), pl.col("members") > 1)
    if known.is_empty():
        return []
    row = known.row(-1, named=True)
    low, high = (numbers.with_unit(row[end], measure, view.language) for end in ("member_low", "member_high"))
    month = _month(view, row["period_start"])
    if row["worst_member"] is None or row["member_low"] == row["member_high"]:
        return [view.say("history.spread", month=month, low=low, high=high)]
    names = reference_table("lineage").filter(pl.col("old_code") == row["worst_member"])
    return [view.say("history.spread_worst", month=month, low=low, high=high, worst=names.item(0, "old_name"))]
