"""What the rankings page says and hands out, apart from its layout."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from html import escape
from math import floor, log10
from types import MappingProxyType
from typing import Any

import polars as pl

from display.words import addresses, due, numbers, places
from display.words.selection import Selection
from display.words.view import View
from ranking.bands import BANDS
from ranking.measures import Measure
from ranking.overdispersion import ASSUMED, MEASURED
from ranking.petitions import tail
from ranking.standings import is_alike
from store import ages, coverage, peers, petitions, standings
from store.months import by_month
from store.peers import ENOUGH_PEERS
from store.reference import measures, province_names, scope_name

MANY_PLACES = 10


def rows_of(view: View, selection: Selection) -> pl.DataFrame:
    """The ranked units of a selection, as `store.ranking` gives them, and those that there are without any row."""
    rows = standings.ranking(
        view.snapshot, selection.level, selection.measure.id, selection.basis, selection.period, selection.scope
    )
    return coverage.with_absent(rows, view.snapshot, selection.level, selection.scope)


def months_of(view: View, selection: Selection) -> pl.DataFrame:
    """The selection's standings in whole months, up to its period."""
    months = by_month(view.snapshot, selection.measure.id, selection.basis, selection.level, selection.scope)
    return months.filter(pl.col("period_kind") == "month", pl.col("period_end") <= selection.period.end)


def uneven_months(view: View, selection: Selection) -> frozenset[date]:
    """The whole months that can't be set against the month before, for they were captured at another age."""
    where = (selection.level, selection.measure.id, selection.basis, selection.scope)
    return ages.uneven_months(view.snapshot, *where)


def title(view: View, selection: Selection) -> str:
    return view.say(f"rankings.title.{selection.level}", measure=selection.measure.name.in_language(view.language))


def named_sentence(view: View, selection: Selection, rows: pl.DataFrame, label: str = "") -> str:
    """What the page shows by which measure, by its `label` or else what is ranked, and the sentence. Markup."""
    named = f'<span class="gd-wide-only">{escape(label or title(view, selection))}.</span>'
    return f"{named} {sentence(view, selection, rows)}"


def sentence(view: View, selection: Selection, rows: pl.DataFrame) -> str:
    """The sentence under the title: who is ranked, when, how firm, who is missing. Markup."""
    say, ranked = view.say, rows.get_column("rank").count()
    alike = [row["value"] for row in rows.iter_rows(named=True) if is_alike(row, selection.measure)]
    who = say(
        f"scope.{selection.level}.all" if selection.is_country else f"scope.{selection.level}.of",
        n=numbers.number(ranked or len(alike), view.language),
        place=scope_name(selection.scope) or "",
    )
    parts = [f"<b>{escape(who)}</b>", escape(numbers.period_in_sentence(selection.period, view.language))]
    if rows.filter(pl.col("provisional")).height:
        parts.append(escape(say("rankings.provisional")))
    text = ", ".join(parts) + "."
    if view.snapshot.manifest.nature == "simulated":
        text += f" <b>{escape(say('rankings.simulated'))}</b>"
    if alike and not ranked:
        value = numbers.with_unit(alike[0], selection.measure, view.language)
        return f"{text} {escape(say('rankings.alike', value=value))}"
    silent = rows.height - ranked
    if not silent:
        return text
    words = escape(say("rankings.silent", n=numbers.number(silent, view.language)))
    return f'{text} <span class="gd-wide-only">{words}</span>'


def places_of(view: View, selection: Selection, rows: pl.DataFrame) -> pl.DataFrame:
    """Where the units likely stand, as `display.words.places.ordered` describes it, in the order of `rows`."""
    named = with_place(selection, rows)
    if "province_name" in named.columns:
        full = view.say("compare.place", name="{}", province="{}")
        named = named.with_columns(name=pl.coalesce(pl.format(full, "name", "province_name"), "name"))
    return places.of_rows(named)


def list_head(
    view: View,
    selection: Selection,
    rows: pl.DataFrame,
    found: pl.DataFrame,
    kept: Mapping[str, str] = MappingProxyType({}),
) -> str:
    """What stands over the list: how many units each tier has, each the way to them, how many of these are expected
    to be placed wrongly, and how many units clearly differ from the middle one. Markup.

    `found`: what `places_of` gives; `kept`: further choices of the reader that the ways to a tier keep.
    """
    parts = [_tiers(view, selection, found, kept)] if found.get_column("expected").count() else []
    parts += [escape(words) for words in (places.wrong_words(view.say, found), bands(view, selection.measure, rows))]
    return " ".join(part for part in parts if part)


def _tiers(view: View, selection: Selection, found: pl.DataFrame, kept: Mapping[str, str]) -> str:
    there = addresses.choices(view, selection) | dict(kept)
    words = [
        addresses.anchor(
            view,
            view.say("table.tier", tier=places.tier_name(view.say, tier), n=numbers.number(n, view.language)),
            "rankings",
            **there,
            tier=tier,
        )
        for tier, n in places.counts(found).items()
    ]
    return " · ".join(words) + "."


def bands(view: View, measure: Measure, rows: pl.DataFrame) -> str:
    """How many units clearly differ from the middle one, and how many cannot be told from it; empty without bands."""
    counts = dict(rows.drop_nulls("band").group_by("band").len().iter_rows())
    if not counts:
        return ""
    figures = {band: numbers.number(counts.get(band, 0), view.language) for band in BANDS}
    return view.say("rankings.bands.neutral" if measure.direction == "neutral" else "rankings.bands", **figures)


def spread(view: View, selection: Selection, rows: pl.DataFrame) -> str:
    """How far apart the units lie, in a sentence."""
    value = pl.col("value")
    quarters = [value.quantile(part, "nearest").alias(f"{part}") for part in (0.25, 0.75)]
    low, high = sorted(rows.filter(pl.col("rank").is_not_null()).select(quarters).row(0))
    return view.say(
        "rankings.spread",
        low=numbers.with_unit(low, selection.measure, view.language),
        high=numbers.with_unit(high, selection.measure, view.language),
    )


def phrase(view: View, measure: Measure, basis: str) -> str:
    """What a value is of, as it stands inside a sentence: `hồ sơ đúng hạn hoặc chưa đến hạn (theo Cổng)`.

    The definition's own phrase where it has one; else the name. Always with the basis.
    """
    own = {name: text.in_language(view.language) for name, text in measure.phrase.items()}
    if basis in own:
        return own[basis]
    name = measure.name.in_language(view.language)
    if len(name) > 1 and name[1].islower():
        name = name[0].lower() + name[1:]
    return name if "(" in name else f"{name} ({view.say(f'basis.{basis}')})"


def level_name(view: View) -> str:
    """What the comparison line is called: single units are compared with the middle one."""
    return view.say("level.typical")


def with_petitions(view: View, selection: Selection, rows: pl.DataFrame) -> pl.DataFrame:
    """Beside a score that rests on petitions: how many, and the place without their points (`store.petitions`)."""
    where = (selection.level, selection.measure.id, selection.basis, selection.period, selection.scope)
    return petitions.beside(view.snapshot, rows, *where)


def petitions_line(view: View, selection: Selection, rows: pl.DataFrame) -> str:
    """What petitions do to the ranking, in sentences; empty where it rests on none. `rows` as of `with_petitions`."""
    if "rank_without" not in rows.columns:
        return ""
    satisfaction = rows_of(view, replace(selection, measure=measures()["mdhl"]))
    found = tail(with_petitions(view, replace(selection, measure=measures()["mdhl"]), satisfaction))
    of, petitioned, last = (numbers.number(n, view.language) for n in found[:3])
    if not found.petitioned:
        return view.say("petitions.tail.nobody", of=of)
    lost = numbers.number(found.lost, view.language, 1)
    told = [
        view.say("petitions.tail" if found.lost else "petitions.tail.unhurt", of=of, petitioned=petitioned, lost=lost)
    ]
    if found.last:
        key = "petitions.last.one" if found.last == 1 else "petitions.last"
        told.append(view.say(key, last=last, petitioned=petitioned))
    gap = pl.col("rank").cast(pl.Int64) - pl.col("rank_without").cast(pl.Int64)
    moved = rows.filter(gap.abs() >= MANY_PLACES).height
    figures = {"n": moved, "places": MANY_PLACES}
    told.append(view.say("petitions.moved", **{key: numbers.number(n, view.language) for key, n in figures.items()}))
    return " ".join(told)


def count_line(view: View, shown: pl.DataFrame) -> str:
    return view.say("more.count", n=numbers.number(shown.height, view.language)) + "."


def certainty_line(view: View, selection: Selection, rows: pl.DataFrame) -> str:
    """What the ranges of ranks count, how that is known (measured, from pairs of periods, assumed and by whom), and
    the months that tiers and expected ranks come from."""
    measure, ranked = selection.measure, rows.filter(pl.col("rank").is_not_null())
    known = places.weakest(ranked)
    if known is None:
        return view.say(f"rankings.certainty.{'earlier' if ranked.get_column('rank_low').count() else 'unknown'}")
    assumed = measure.assumed_rho
    source = assumed.source.in_language(view.language) if assumed.source else view.say("rankings.certainty.general")
    rho = numbers.number(assumed.value, view.language, _digits(assumed.value))
    if measure.kind == "score" and known != MEASURED:
        words = view.say("rankings.certainty.counts", known=places.known_words(view.say, known))
    else:
        words = view.say(f"rankings.certainty.{known}", **({"rho": rho, "source": source} if known == ASSUMED else {}))
    return " ".join(
        part for part in (words, _times(view, ranked), places.window_sentence(view.say, places.of_rows(rows))) if part
    )


def _digits(share: float) -> int:
    """Decimals that show two digits of a number below 1: 0,0026 and 0,010."""
    return 1 - floor(log10(share))


def _times(view: View, ranked: pl.DataFrame) -> str:
    """How many times the variance in a unit of middle size exceeds that of chance; empty where dossiers don't tell."""
    sizes = ranked.drop_nulls(["rho", "denominator"])
    if sizes.is_empty():
        return ""
    n, rho = sizes.select(pl.median("denominator"), pl.median("rho")).row(0)
    times, count = numbers.number(1 + (n - 1) * rho, view.language, 1), numbers.number(n, view.language)
    return view.say("rankings.certainty.times", n=count, ratio=times)


def needs_place(selection: Selection) -> bool:
    """Whether a name alone does not say where it is: that of a commune, in a list of the whole country."""
    return selection.is_country and selection.level == "commune"


def full_name(selection: Selection, row: Mapping[str, Any]) -> str:
    """The name of a row's unit, with its province where the list needs it."""
    place = province_names().get(row["province_code"]) if needs_place(selection) else None
    return f"{row['name']} ({place})" if place else str(row["name"])


def with_place(selection: Selection, rows: pl.DataFrame) -> pl.DataFrame:
    """Rows with the name of the province, where the list needs it."""
    if not needs_place(selection):
        return rows
    return rows.with_columns(province_name=pl.col("province_code").replace_strict(province_names(), default=None))


def source_line(view: View, selection: Selection, rows: pl.DataFrame) -> str:
    """Source, basis, period and day of capture, as under every chart and table."""
    captured = rows.select(pl.max("captured_at")).item() or view.snapshot.manifest.captured_at
    rules = []
    if selection.measure.kind == "score":
        rules.append(view.say("series.before" if selection.series == "766-2025" else "series.current") + ".")
    source = view.say(
        f"source.{view.snapshot.manifest.nature}",
        basis=view.say(f"basis.{selection.basis}"),
        period=numbers.period(selection.period, view.language),
        captured=numbers.local_date(captured, view.language),
    )
    return " ".join([*rules, source])


def not_due_line(view: View, selection: Selection, rows: pl.DataFrame) -> str:
    """What part of the period's dossiers could not be late yet when the portal was asked; empty of other measures."""
    captured = rows.select(pl.max("captured_at")).item() or view.snapshot.manifest.captured_at
    return due.line(view.say, selection.measure.id, selection.basis, selection.period, captured)


def with_peers(view: View, selection: Selection, rows: pl.DataFrame) -> pl.DataFrame:
    """The rank of each commune among its peers, of whatever province, beside its rank in the scope."""
    if selection.level != "commune" or selection.measure.direction == "neutral":
        return rows
    ranks = peers.peer_ranks(view.snapshot, selection.measure.id, selection.basis, selection.period)
    known = ranks.filter(pl.col("peer_of") >= ENOUGH_PEERS)
    return rows.join(known, on="unit_code", how="left", maintain_order="left")
