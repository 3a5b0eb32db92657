"""The fields (lĩnh vực) of a commune's dossiers: how many, how many on time, and which ones drive the lateness."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape

import polars as pl

from display.words import bring_in, numbers
from display.words.view import View
from press.share.markup import listed
from ranking.collation import by_name
from ranking.intervals import wilson
from ranking.periods import MERGER, Period
from ranking.vocabulary import BASES, PERIOD_COLUMNS
from store import units
from store.months import latest_series
from store.reference import measures
from store.snapshot import Snapshot
from ui.frame import html
from ui.unit import sharing

ON_TIME = ("on_time_share", "on_time_share_form")
_MOST_MONTHS = 12
_DRIVES = 0.5
_COLUMNS = ("field", "received", "on_time", "province", "late", "part")


@dataclass(frozen=True)
class Field:
    """One field over some months. `late` of `n` dossiers; `part`: of all late dossiers of the unit, 0 to 1.

    `on_time`, `low`, `high` (95 % interval) and `province` (the same field, all of the province) in per cent;
    `received`: dossiers received on the same basis, None where not known.
    """

    name: str
    n: float
    late: float
    part: float | None
    on_time: float
    low: float
    high: float
    received: float | None
    province: float | None


@dataclass(frozen=True)
class Fields:
    """All fields of a unit, the one with the most late dossiers first, and the periods that were added up."""

    fields: tuple[Field, ...]
    measure: str
    basis: str
    periods: tuple[Period, ...]

    def driving(self) -> tuple[Field, ...]:
        """The fewest fields that make up half of all late dossiers; none where nothing was late."""
        found, sum_of_parts = [], 0.0
        for field in self.fields:
            if sum_of_parts >= _DRIVES or not field.part:
                break
            found.append(field)
            sum_of_parts += field.part
        return tuple(found)

    def worse(self) -> tuple[Field, ...]:
        """The fields whose whole interval lies below the province's share in the same field."""
        return tuple(field for field in self.fields if field.province is not None and field.high < field.province)


@lru_cache(maxsize=128)
def fields_of(snapshot: Snapshot, code: str) -> Fields | None:
    """The fields under the latest rules, None where no source tells them.

    Over the last whole months, at most twelve; where no month is known, in the stretch that ends last.
    """
    figures = units.figures(snapshot, code).filter(pl.col("field") != "all", pl.col("period_start") >= MERGER)
    rows = figures.filter(pl.col("measure").is_in(ON_TIME), pl.col("value").is_not_null())
    if rows.is_empty():
        return None
    measure, basis = min(rows.select("measure", "basis").unique().rows(), key=lambda pair: _order(*pair))
    own = latest_series(rows.filter(pl.col("measure") == measure, pl.col("basis") == basis))
    periods = _periods(own)
    theirs = units.province_fields(snapshot, units.known(code)["province_code"])
    theirs = theirs.filter(pl.col("measure") == measure, pl.col("basis") == basis)
    province = _sums(theirs.join(periods, on=PERIOD_COLUMNS, how="semi")).select("field", province=_share())
    received = figures.filter(pl.col("measure") == "received", pl.col("basis") == basis)
    counted = received.join(periods, on=PERIOD_COLUMNS, how="semi").group_by("field")
    joined = (
        _sums(own.join(periods, on=PERIOD_COLUMNS, how="semi"))
        .join(province, on="field", how="left")
        .join(counted.agg(received=pl.col("numerator").sum()), on="field", how="left")
    )
    return Fields(_in_order(joined), measure, basis, tuple(Period(*row) for row in periods.iter_rows()))


def _order(measure: str, basis: str) -> tuple[int, int]:
    return ON_TIME.index(measure), BASES.index(basis)


def _periods(rows: pl.DataFrame) -> pl.DataFrame:
    """The last twelve whole months; without any, the longest of the stretches that end last."""
    known = rows.select(PERIOD_COLUMNS).unique().sort("period_end", "period_start", descending=[False, True])
    months = known.filter(pl.col("period_kind") == "month")
    return months.tail(_MOST_MONTHS) if months.height else known.tail(1)


def _sums(rows: pl.DataFrame) -> pl.DataFrame:
    known = rows.drop_nulls(["numerator", "denominator"]).filter(pl.col("denominator") > 0)
    return known.group_by("field").agg(pl.col("numerator").sum(), pl.col("denominator").sum())


def _share() -> pl.Expr:
    return 100 * pl.col("numerator") / pl.col("denominator")


def _in_order(sums: pl.DataFrame) -> tuple[Field, ...]:
    late = pl.col("denominator") - pl.col("numerator")
    rows = sums.with_columns(late=late).sort("late", by_name("field"), descending=[True, False])
    total = rows.get_column("late").sum()
    low, high = wilson(rows.get_column("numerator"), rows.get_column("denominator"))
    return tuple(
        Field(
            name=row["field"],
            n=row["denominator"],
            late=row["late"],
            part=row["late"] / total if total else None,
            on_time=100 * row["numerator"] / row["denominator"],
            low=100 * float(least),
            high=100 * float(most),
            received=row["received"],
            province=row["province"],
        )
        for row, least, most in zip(rows.iter_rows(named=True), low, high, strict=True)
    )


# --- the section


def section(view: View, code: str) -> None:
    """Which fields drive the lateness, in a sentence and a table; why it is not known and what to bring in."""
    found = fields_of(view.snapshot, code)
    if found is None and _are_asked(view.snapshot, code):
        html.caption(view.say("unit.fields.silent"))
        return
    if found is None:
        html.show(bring_in.line(view, view.say("unit.fields.unknown"), ["form", "dossiers"]))
        return
    text = " ".join([sentence(view, found), *_against_province(view, found)])
    html.show(f'<p class="gd-sentence">{escape(text)}</p>')
    shown, reading = table(view, found), view.say("unit.fields.reading", basis=view.say(f"basis.{found.basis}"))
    html.show(shown)
    html.caption(reading)
    title = view.say("unit.fields.title")
    sharing.control(view, code, "unit_fields", title, lambda: listed(shown), finding=text, reading=reading)


def _are_asked(snapshot: Snapshot, code: str) -> bool:
    """Whether a source has a place for the unit's fields, though nothing stands in it."""
    rows = units.figures(snapshot, code).filter(pl.col("measure").is_in(ON_TIME))
    return rows.get_column("field").ne("all").any()


def sentence(view: View, found: Fields) -> str:
    """The fields behind half of the late dossiers, against their part of all dossiers. Plain text."""
    months = _when(view, found)
    driving, all_dossiers = found.driving(), sum(field.n for field in found.fields)
    late = sum(field.late for field in found.fields)
    if not driving:
        return view.say("unit.fields.nothing_late", months=months, n=numbers.number(all_dossiers, view.language))
    part = sum(field.part or 0 for field in driving)
    of_all = sum(field.n for field in driving) / all_dossiers
    return view.say(
        "unit.fields.drive",
        months=months,
        late=numbers.number(late, view.language),
        n=numbers.number(all_dossiers, view.language),
        fields=", ".join(field.name for field in driving),
        part=_percent(view, part),
        of_all=_percent(view, of_all),
    )


def _against_province(view: View, found: Fields) -> list[str]:
    if all(field.province is None for field in found.fields):
        return []
    names = ", ".join(field.name for field in found.worse())
    return [view.say("unit.fields.worse", fields=names) if names else view.say("unit.fields.none_worse")]


def _when(view: View, found: Fields) -> str:
    if len(found.periods) == 1:
        return numbers.period(found.periods[0], view.language)
    ends = [found.periods[n].start for n in (0, -1)]
    first, last = (view.say("unit.trends.month", month=day.month, year=day.year) for day in ends)
    return view.say("unit.months", n=len(found.periods), first=first, last=last)


def _percent(view: View, part: float | None) -> str:
    if part is None:
        return numbers.MISSING
    return view.say("unit.percent", n=numbers.number(100 * part, view.language))


def table(view: View, found: Fields) -> str:
    """One row per field with its part of the lateness as a bar. Markup."""
    title = escape(view.say("unit.fields.caption"))
    head = "".join(
        f'<th scope="col" class="{"gd-n" if n else ""}">{escape(view.say(f"unit.fields.{name}"))}</th>'
        for n, name in enumerate(_COLUMNS)
    )
    body = "".join(_row(view, field, found.fields, found.measure) for field in found.fields)
    return (
        f'<div class="gd-scroll"><table class="gd-table gd-stacks"><caption>{title}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _row(view: View, field: Field, fields: Sequence[Field], name: str) -> str:
    measure, language = measures()[name], view.language
    low, high = (numbers.number(end, language, measure.decimals) for end in (field.low, field.high))
    on_time = f'<span class="gd-strong">{escape(numbers.with_unit(field.on_time, measure, language))}</span>'
    late, n = (numbers.number(count, language) for count in (field.late, field.n))
    largest = max((other.part or 0 for other in fields), default=0) or 1
    width = 100 * (field.part or 0) / largest
    bar = f'<span class="gd-track" aria-hidden="true"><i style="width:{width:.1f}%"></i></span>'
    cells = (
        escape(numbers.number(field.received, language)),
        f'{on_time}<span class="gd-sub">{escape(f"{low}–{high}")}</span>',
        escape(numbers.with_unit(field.province, measure, language)),
        escape(view.say("unit.fields.late_of", late=late, n=n)),
        f'<div class="gd-cell">{bar}<span class="gd-value">{escape(_percent(view, field.part))}</span></div>',
    )
    rest = "".join(
        f'<td class="gd-n" data-label="{escape(view.say(f"unit.fields.{label}"))}"><div>{cell}</div></td>'
        for label, cell in zip(_COLUMNS[1:], cells, strict=True)
    )
    return f'<tr><th scope="row">{escape(field.name)}</th>{rest}</tr>'
