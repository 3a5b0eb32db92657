"""The old communes inside a commune of today: who they were, and how they did in their last twelve months."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from html import escape

import polars as pl

from display.words import numbers
from display.words.view import View
from press.share.shareable import Listed
from ranking.intervals import wilson
from ranking.measures import Measure
from ranking.periods import MERGER
from ranking.states import REPORTED
from store import units
from store.reference import measures
from store.snapshot import Snapshot
from ui.frame import html, links
from ui.unit import sharing, tables

MONTHS = 12
_FIRST = MERGER.replace(year=MERGER.year - 1)
_KINDS = ("share", "count", "quantity")


@dataclass(frozen=True)
class Member:
    """One old commune. `value` in the measure's unit over the months before the merger, out of `n` dossiers.

    share: all months together; count: their sum; quantity: the median month. None without a reported month.
    `months`: how many of the twelve were reported.
    """

    code: str
    name: str
    district: str
    province: str
    is_part: bool
    placed: bool
    value: float | None
    n: float | None
    months: int


@lru_cache(maxsize=256)
def members_of(snapshot: Snapshot, code: str, measure: str) -> tuple[Member, ...]:
    """The old communes with their figures of July 2024 to June 2025, in the order of their districts."""
    rows = units.old_figures(snapshot, code).filter(
        pl.col("measure") == measure, pl.col("period_start") >= _FIRST, pl.col("state") == REPORTED
    )
    first = rows.get_column("basis").sort().head(1)
    by_code = rows.filter(pl.col("basis").is_in(first.implode())).partition_by("unit_code", as_dict=True)
    return tuple(
        _member(row, by_code.get((row["old_code"],)), measures()[measure])
        for row in units.members(code).iter_rows(named=True)
    )


def _member(row: dict, months: pl.DataFrame | None, measure: Measure) -> Member:
    value = n = None
    if months is not None:
        n = months.select(pl.sum("denominator")).item() if measure.kind == "share" else None
        value = _together(months, measure)
    return Member(
        code=row["old_code"],
        name=row["old_name"],
        district=row["old_district"],
        province=row["old_province"],
        is_part=row["part"] == "part",
        placed=row["old_lat"] is not None,
        value=value,
        n=n,
        months=0 if months is None else months.height,
    )


def _together(months: pl.DataFrame, measure: Measure) -> float | None:
    if measure.kind == "share":
        part, whole = months.select(pl.sum("numerator", "denominator")).row(0)
        return 100 * part / whole if whole else None
    return months.select(pl.sum("value") if measure.kind == "count" else pl.median("value")).item()


def clearly_worst(members: tuple[Member, ...], measure: Measure) -> tuple[Member, float] | None:
    """The weakest member of a share whose whole interval lies on the bad side of the others' level, and that level.

    The interval is Wilson's at 95 % for all members together (Bonferroni): one of fourteen is easily the lowest
    by chance. Members below the measure's minimum denominator are left out; None where there is no such member.
    """
    if measure.kind != "share" or measure.direction == "neutral":
        return None
    least = max(measure.minimum_denominator, 1)
    known = [(m, m.value, m.n) for m in members if m.value is not None and m.n is not None and m.n >= least]
    if len(known) < 2:
        return None
    sign = 1 if measure.direction == "higher" else -1
    worst, value, n = min(known, key=lambda one: (sign * one[1], one[0].code))
    others = [one for one in known if one[0] is not worst]
    level = sum(share * out_of for _, share, out_of in others) / sum(out_of for _, _, out_of in others)
    low, high = (100 * float(end) for end in wilson(value * n / 100, n, 1 - 0.05 / len(known)))
    near_end = high if sign > 0 else low
    return (worst, level) if sign * near_end < sign * level else None


# --- the section


def section(view: View, code: str) -> None:
    """The table of the old communes for one measure, with the weakest named where it clearly stands apart."""
    options = _measures(view.snapshot, code)
    chosen = "on_time_share" if "on_time_share" in options or not options else options[0]
    if len(options) > 1:
        chosen = links.select(
            view.say("unit.members.measure"),
            "measure",
            options,
            chosen,
            lambda name: measures()[name].short.in_language(view.language),
            width=280,
            told=False,
        )
    measure, found = measures()[chosen], members_of(view.snapshot, code, chosen)
    html.show(f'<p class="gd-sentence">{escape(sentence(view, found, measure))}</p>')
    headers = [view.say(f"unit.members.{name}") for name in ("name", "place", "part")]
    if options:
        headers += [
            measure.short.in_language(view.language),
            view.say("unit.members.n"),
            view.say("unit.members.months"),
        ]
    rows = [_row(view, member, measure, bool(options)) for member in found]
    tables.stacked_table(headers, rows, view.say("unit.members.caption"), figures=(3, 4, 5))
    placed = sum(member.placed for member in found)
    words = [view.say("unit.members.reading")] if options else []
    reading = " ".join([*words, view.say("unit.members.placed", n=placed, all=len(found))])
    html.caption(reading)
    body = Listed(headers, rows, frozenset({3, 4, 5}) & frozenset(range(len(headers))))
    said = sentence(view, found, measure)
    sharing.control(view, code, "members", view.say("unit.members.title"), lambda: body, finding=said, reading=reading)


def _measures(snapshot: Snapshot, code: str) -> list[str]:
    """The measures that the old communes have anything for in the last twelve months, in display order."""
    rows = units.old_figures(snapshot, code).filter(pl.col("period_start") >= _FIRST, pl.col("value").is_not_null())
    known = set(rows.get_column("measure"))
    return [name for name, measure in measures().items() if name in known and measure.kind in _KINDS]


def sentence(view: View, members: tuple[Member, ...], measure: Measure) -> str:
    """What is known of the old communes, and which one clearly did worse than the rest. Plain text."""
    name = measure.short.in_language(view.language)
    if not any(member.value is not None for member in members):
        return view.say("unit.members.no_figures")
    found = clearly_worst(members, measure)
    if found is None:
        return view.say("unit.members.none_apart", measure=name)
    worst, level = found
    own, others = (numbers.with_unit(value, measure, view.language) for value in (worst.value, level))
    return view.say(
        "unit.members.worst",
        measure=name,
        name=worst.name,
        value=own,
        others=others,
        n=numbers.number(worst.n, view.language),
    )


def _row(view: View, member: Member, measure: Measure, with_figures: bool) -> list[str]:
    part = view.say("unit.members.in_part" if member.is_part else "unit.members.whole")
    place = view.say("unit.members.placed_in", district=member.district, province=member.province)
    cells = [member.name, place, part]
    if not with_figures:
        return cells
    value = numbers.with_unit(member.value, measure, view.language) if member.months else view.say("state.not_reported")
    months = view.say("unit.members.of_months", n=member.months, all=MONTHS)
    return [*cells, value, numbers.number(member.n, view.language), months]
