"""What the start page says: the state of a province in a sentence, who moved and why, what needs attention."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache
from html import escape

import polars as pl
import pydeck as pdk

from ranking.differences import changes
from ranking.levels import together
from ranking.movement import cause
from ranking.periods import Period, previous
from ranking.process_limits import FEWEST_POINTS, IMPROVEMENT, marks
from ranking.tables import COUNTRY
from ui import addresses, filters, layers, links, maps, numbers, rankings, store, tables
from ui.figures import four_figures
from ui.filters import Selection
from ui.html import Figure
from ui.maps import Look
from ui.shell import View
from ui.store import Snapshot

MOST_MOVED = 4
MOST_NAMED = 5
SMALL_MAP = 400  # pixels
_PREFERRED = ("on_time_share", "index_766")


@dataclass(frozen=True)
class Overdue:
    """The overdue backlog of a scope: the measure's period and basis, its sum, and the units that hold most of it."""

    period: Period
    basis: str
    total: float
    units: pl.DataFrame


def selection(view: View) -> Selection:
    """The communes of the province that the reader chose, by the first measure known of them, in the last whole month.

    The month that is still open is left to the other pages: a start page compares like with like.
    """
    known = store.catalog(view.snapshot).filter(pl.col("level") == "commune", pl.col("of") > 0)
    if known.is_empty():
        known = store.catalog(view.snapshot).filter(pl.col("level") == "province", pl.col("of") > 0)
    if known.is_empty():
        raise store.SnapshotTrouble(view.snapshot.manifest.dataset, "empty")
    scope = filters.scope(view, known)
    known = known.filter(pl.col("scope") == scope)
    present = set(known.get_column("measure"))
    measure = next(name for name in (*_PREFERRED, *store.measures()) if name in present)
    latest = store.last_whole_month(known.filter(pl.col("measure") == measure))
    period = Period(latest["period_start"], latest["period_end"], latest["period_kind"])
    return Selection(latest["level"], scope, store.measures()[measure], latest["basis"], latest["series"], period)


def title(view: View, chosen: Selection) -> str:
    place = store.scope_name(chosen.scope)
    return view.say("overview.title.place", place=place) if place else view.say("overview.title.country")


def sentence(view: View, chosen: Selection, rows: pl.DataFrame) -> str:
    """Who is meant, when, the level of all together, and how many differ from it. Markup."""
    value = together(rows, chosen.measure)
    if value is None:
        return rankings.sentence(view, chosen, rows)
    name = chosen.measure.name.in_language(view.language)
    level = view.say(
        "overview.level",
        whose=rankings.level_name(view, chosen),
        measure=name[0].lower() + name[1:],
        value=numbers.with_unit(value, chosen.measure, view.language),
    )
    return f"<b>{escape(level)}</b> {rankings.sentence(view, chosen, rows)}"


def figures(view: View, chosen: Selection, rows: pl.DataFrame) -> list[Figure]:
    """At most four figures, each the way to its course over time."""
    return [
        replace(one, address=addresses.address(view, "online_filing", province=chosen.scope, over=one.measure))
        for one in four_figures(view, chosen, rows)
    ]


def earlier(chosen: Selection) -> Period | None:
    """The period that movements count from."""
    return previous(chosen.period)


def moved(view: View, chosen: Selection, rows: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame] | None:
    """The units whose own figure clearly improved and clearly worsened, those that moved most places first.

    None where there is no comparable period before. Clearly: more than chance and the usual change from month
    to month explain, decided for all units together (`ranking.differences`).
    """
    before = earlier(chosen)
    if before is None or not rows.get_column("previous_rank").count():
        return None
    old = store.ranking(view.snapshot, chosen.level, chosen.measure.id, chosen.basis, before, chosen.scope)
    found = rows.join(changes(old, rows, chosen.measure).select("unit_code", "change", "clear"), on="unit_code")
    places = pl.col("previous_rank").cast(pl.Int64) - pl.col("rank").cast(pl.Int64)
    found = found.with_columns(places=places).sort("places", "name", descending=[True, False])
    better, worse = ("fell", "rose") if chosen.measure.direction == "lower" else ("rose", "fell")
    improved = found.filter(pl.col("clear") == better, pl.col("places") > 0)
    worsened = found.filter(pl.col("clear") == worse, pl.col("places") < 0).sort("places", "name")
    return improved.head(MOST_MOVED), worsened.head(MOST_MOVED)


def movers(view: View, chosen: Selection, heading: str, rows: pl.DataFrame) -> str:
    """A short list of units with their ranks before and now, and why they moved. Markup."""
    items = "".join(_mover(view, chosen, row) for row in rows.iter_rows(named=True))
    items = items or f"<li>{escape(view.say('overview.nobody'))}</li>"
    return f'<h3 class="gd-list-title">{escape(heading)}</h3><ul class="gd-list">{items}</ul>'


def _mover(view: View, chosen: Selection, row: dict) -> str:
    ranks = view.say(
        "overview.moved.from_to",
        before=numbers.number(row["previous_rank"], view.language),
        now=tables.rank_text(row, view.language),
    )
    unit = view.say("card.points") if chosen.measure.kind == "share" else chosen.measure.unit.in_language(view.language)
    change = f"{numbers.signed(row['change'], view.language, chosen.measure.decimals)}\u00a0{unit}".strip()
    why = view.say(f"cause.{cause(row)}")
    name = unit_link(view, chosen, row)
    return (
        f'<li>{name} {tables.movement(view, row)}<span class="gd-sub">{escape(f"{change}; {ranks}, {why}")}</span></li>'
    )


def unit_link(view: View, chosen: Selection, row: dict) -> str:
    """A unit's name, as a link to its page where it has one, with its province in a list of the country. Markup."""
    if chosen.level != "commune":
        return f"<b>{escape(row['name'])}</b>"
    link = addresses.anchor(view, row["name"], "unit", unit=row["unit_code"], measure=chosen.measure.id)
    return link + (f", {escape(store.province_names()[row['province_code']])}" if chosen.is_country else "")


def moved_note(view: View, chosen: Selection, found: tuple[pl.DataFrame, pl.DataFrame] | None) -> str:
    """Since when changes count and which are listed; or why there is nothing to list."""
    if found is None:
        return view.say("overview.moved.unknown")
    before = numbers.period_in_sentence(earlier(chosen), view.language)
    return view.say("overview.moved.note", before=before)


def worsening(view: View, chosen: Selection, rows: pl.DataFrame) -> pl.DataFrame | None:
    """The units below the common level whose own trend has turned for the worse; None where months are too few."""
    months = store.latest_series(whole) if (whole := rankings.months_of(view, chosen)).height else whole
    if months.is_empty() or months.get_column("period_start").n_unique() < FEWEST_POINTS:
        return None
    turned = marks(months.select("unit_code", "period_start", "value"), IMPROVEMENT[chosen.measure.direction])
    concern = turned.filter(pl.col("variation") == "concern").get_column("unit_code")
    return rows.filter(pl.col("band") == "below", pl.col("unit_code").is_in(concern.implode()))


def silent(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.filter(pl.col("state") == "not_reported")


def overdue(view: View, chosen: Selection) -> Overdue | None:
    """The overdue backlog at the end of the latest whole month in which it is known; None where it is not."""
    known = store.catalog(view.snapshot).filter(
        pl.col("measure") == "open_overdue", pl.col("level") == chosen.level, pl.col("scope") == chosen.scope
    )
    if known.is_empty():
        return None
    latest = store.last_whole_month(known)
    period = Period(latest["period_start"], latest["period_end"], latest["period_kind"])
    rows = store.ranking(view.snapshot, chosen.level, "open_overdue", latest["basis"], period, chosen.scope)
    held = rows.filter(pl.col("state") == "reported").sort("value", "name", descending=[True, False])
    return Overdue(period, latest["basis"], float(held.get_column("value").sum()), held.filter(pl.col("value") > 0))


def attention(view: View, chosen: Selection, rows: pl.DataFrame) -> str:
    """What needs attention: worse and getting worse, not reported, overdue. Markup."""
    items = [_worsening_item(view, chosen, rows), _silent_item(view, chosen, rows), _overdue_item(view, chosen)]
    return f'<ul class="gd-list gd-attention">{"".join(items)}</ul>'


def _worsening_item(view: View, chosen: Selection, rows: pl.DataFrame) -> str:
    found = worsening(view, chosen, rows)
    if found is None:
        return f"<li>{escape(view.say('overview.worse.unknown', n=FEWEST_POINTS))}</li>"
    link = _table_link(view, chosen, band="below") if found.height else ""
    return _item(view, chosen, view.say("overview.worse", n=numbers.number(found.height, view.language)), found, link)


def _silent_item(view: View, chosen: Selection, rows: pl.DataFrame) -> str:
    found = silent(rows)
    words = view.say("overview.silent", n=numbers.number(found.height, view.language))
    return _item(view, chosen, words, found, _table_link(view, chosen, state="not_reported") if found.height else "")


def _overdue_item(view: View, chosen: Selection) -> str:
    found = overdue(view, chosen)
    if found is None:
        return f"<li>{escape(view.say('overview.overdue.unknown'))}</li>"
    words = view.say(
        "overview.overdue",
        n=numbers.number(found.total, view.language),
        period=numbers.period_in_sentence(found.period, view.language),
        basis=view.say(f"basis.{found.basis}"),
    )
    there = replace(chosen, measure=store.measures()["open_overdue"], basis=found.basis, period=found.period)
    named = found.units.with_columns(
        note=pl.col("value").map_elements(lambda n: numbers.number(n, view.language), return_dtype=pl.String)
    )
    return _item(view, there, words, named, _table_link(view, there))


def _item(view: View, chosen: Selection, words: str, units: pl.DataFrame, link: str) -> str:
    """A line in bold, the first units by name, how many more there are, and the way to the table."""
    names = [
        unit_link(view, chosen, row) + (f" ({escape(row['note'])})" if "note" in row else "")
        for row in units.head(MOST_NAMED).iter_rows(named=True)
    ]
    if units.height > MOST_NAMED:
        names.append(escape(view.say("overview.more", n=numbers.number(units.height - MOST_NAMED, view.language))))
    listed = f'<span class="gd-sub">{"; ".join(names)}. {link}</span>' if names else ""
    return f"<li><b>{escape(words)}</b>{listed}</li>"


def _table_link(view: View, chosen: Selection, **more: str) -> str:
    return addresses.anchor(view, view.say("overview.see"), "rankings", **choices(view, chosen), **more)


def choices(view: View, chosen: Selection) -> dict[str, str]:
    """A selection as the rankings and the map read it from their links."""
    bases = store.catalog(view.snapshot).filter(
        pl.col("measure") == chosen.measure.id, pl.col("level") == chosen.level, pl.col("scope") == chosen.scope
    )
    several = bases.get_column("basis").n_unique() > 1
    measure = f"{chosen.measure.id}.{chosen.basis}" if several else chosen.measure.id
    level = {} if chosen.level == "commune" else {"level": chosen.level}
    return {"province": chosen.scope, "measure": measure, "period": chosen.period.id, **level}


def look(chosen: Selection) -> Look:
    """Bands, as areas where boundaries are prepared."""
    return Look("area" if layers.areas(chosen.scope) else "symbol", "band")


def small_map(view: View, chosen: Selection) -> pdk.Deck:
    """The map of the map page, drawn back until it fits into less height."""
    deck = maps.deck(view, chosen, look(chosen))
    deck.initial_view_state.zoom -= math.log2(maps.HEIGHT / SMALL_MAP)
    return deck


def freshness(view: View, chosen: Selection) -> list[list[str]]:
    """One row per basis: its latest period, how many units it covers, when it was captured."""
    return [
        [
            view.say(f"basis.{row['basis']}"),
            numbers.period(Period(row["period_start"], row["period_end"], row["period_kind"]), view.language),
            view.say(
                "overview.freshness.of",
                n=numbers.number(row["reported"], view.language),
                of=numbers.number(row["units"], view.language),
            ),
            numbers.local_date(row["captured_at"], view.language),
        ]
        for row in _coverage(view.snapshot, chosen.level, chosen.scope).iter_rows(named=True)
    ]


def more_on_freshness(view: View) -> str:
    """The way to the freshness of every province and source. Markup."""
    link = addresses.anchor(view, view.say("overview.freshness.more"), "methods", part="fresh")
    return f'<p class="gd-caption">{link}</p>'


def _coverage(snapshot: Snapshot, level: str, scope: str) -> pl.DataFrame:
    """Per basis the period that ends last (of several, the shortest), with `units`, `reported` and `captured_at`."""
    latest = snapshot.each(lambda whose: _latest_of_all(whose, level), "province_code")
    if scope != COUNTRY:
        latest = latest.filter(pl.col("province_code") == scope)
    return (
        latest.group_by("basis", "period_start", "period_end", "period_kind")
        .agg(pl.col("units", "reported").sum(), pl.col("captured_at").max())
        .sort("basis", "period_start")
        .unique("basis", keep="last", maintain_order=True)
    )


@lru_cache(maxsize=16)
def _latest_of_all(snapshot: Snapshot, level: str) -> pl.DataFrame:
    """`_coverage` of each province and each of the periods that end last."""
    key = ["province_code", "basis", "period_start", "period_end", "period_kind"]
    rows = snapshot.scan("measurements").filter(pl.col("level") == level, pl.col("field") == "all")
    ends = rows.group_by("basis").agg(pl.col("period_end").max()).collect()
    last = pl.any_horizontal(
        *((pl.col("basis") == basis) & (pl.col("period_end") == end) for basis, end in ends.iter_rows()), False
    )
    return (
        rows.filter(last)
        .join(store.unit_names(snapshot, level).lazy().select("unit_code", "province_code"), on="unit_code")
        .group_by(key)
        .agg(
            units=pl.col("unit_code").n_unique(),
            reported=pl.col("unit_code").filter(pl.col("state") != "not_reported").n_unique(),
            captured_at=pl.col("captured_at").max(),
        )
        .collect()
    )


def doors(view: View, chosen: Selection) -> list[tuple[str, str, str, dict[str, str]]]:
    """The three ways in: (words, icon, page, query) each."""
    place = {} if links.choice("province", [chosen.scope], "") == "" else {"province": chosen.scope}
    return [
        (view.say("overview.door.compare"), ":material/format_list_numbered:", "rankings",
         addresses.query(view, **choices(view, chosen))),
        (view.say("overview.door.visit"), ":material/checklist:", "inspection", addresses.query(view, **place)),
        (view.say("overview.door.commune"), ":material/location_city:", "unit", addresses.query(view, **place)),
    ]  # fmt: skip
