"""Likely ranks in words: the finding over a picture or a list, how it is known, and the place of one unit."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import polars as pl

from display.words import numbers
from display.words.chances import unit_sentence
from display.words.text import Speaker
from ranking.collation import by_name
from ranking.measures import Measure
from ranking.periods import between
from ranking.vocabulary import MIDDLE

TIERS = ("first", "middle", "last")
_WEAKEST_FIRST = ("assumed", "pairs", "measured")
_OF_STANDINGS = {
    "expected": "expected_rank",
    "low": "likely_low",
    "high": "likely_high",
    **{name: name for name in ("of", "p_first", "p_last", "tier", "known", "window_start")},
}


def ordered(places: pl.DataFrame) -> pl.DataFrame:
    """The units with an expected rank, the best first; of equal ones in the order of their names and codes.

    `places`: one row per unit with `unit_code`, `name`, `value`, `value_low`, `value_high` (in the measure's unit),
    `expected`, `low`, `high`, `of` (ranks), `p_first`, `p_last` (0 to 1), `tier`, `known`, `window`, `window_start`
    and `window_end`; whatever is not known of a unit is null. A unit without a tier stands in the middle one.
    """
    known = places.filter(pl.col("expected").cast(pl.Float64).is_finite()).with_columns(
        pl.col("tier").cast(pl.String).fill_null("middle"),
        pl.col("name").cast(pl.String).fill_null(pl.col("unit_code")),
    )
    return known.sort(pl.col("expected"), by_name(), "unit_code")


def of_rows(rows: pl.DataFrame) -> pl.DataFrame:
    """The frame that `ordered` describes, of one ranking as `store.standings.ranking` gives it; rows keep their order.

    The window is that of the four months where the figures used begin before the ranking's own period.
    """
    wider = pl.when(pl.col("window_start") < pl.col("period_start")).then(pl.lit("four"))
    return rows.select(
        *("unit_code", "name", "value", "value_low", "value_high"),
        *("of", "p_first", "p_last", "tier", "known", "window_start"),
        expected="expected_rank",
        low="likely_low",
        high="likely_high",
        window=wider.when(pl.col("window_start").is_not_null()).then(pl.lit("period")),
        window_end="period_end",
    )


def counts(places: pl.DataFrame) -> dict[str, int]:
    """How many units with an expected rank each tier has, in the order of `TIERS`."""
    found = dict(ordered(places).group_by("tier").len().iter_rows())
    return {tier: found.get(tier, 0) for tier in TIERS}


def wrong_share(places: pl.DataFrame) -> float | None:
    """The share, 0 to 1, of the units in the first and the last tier that is expected not to belong there.

    The mean of 1 − P over those whose probability is known; None where there are none.
    """
    return ordered(places).select(_wrong().mean()).item()


def _wrong() -> pl.Expr:
    first = pl.when(pl.col("tier") == "first").then(pl.col("p_first"))
    return 1 - first.when(pl.col("tier") == "last").then(pl.col("p_last"))


# --- over a picture or a list


def headline(say: Speaker, level: str, places: pl.DataFrame) -> str:
    """The finding in a sentence: how many units each tier has. `level`: commune, province or department."""
    tiers = counts(places)
    total = sum(tiers.values())
    if total <= 1:
        return say("places.headline.one" if total else "places.headline.unknown")
    units = say(f"places.units.{level}", n=numbers.number(total, say.language))
    if tiers["middle"] == total:
        return say("places.headline.none", units=units)
    return say("places.headline", units=units, **{tier: numbers.number(n, say.language) for tier, n in tiers.items()})


def certainty(say: Speaker, places: pl.DataFrame) -> str:
    """How sure the headline is, in sentences: the expected wrong placements, the window, how the spread is known."""
    rows = ordered(places)
    if rows.is_empty():
        return ""
    silent = places.height - rows.height
    parts = [wrong_words(say, rows), window_sentence(say, rows), known_sentence(say, rows)]
    if silent:
        parts.append(say("places.silent", n=numbers.number(silent, say.language)))
    return " ".join(part for part in parts if part)


def wrong_words(say: Speaker, places: pl.DataFrame) -> str:
    """How many of the units in the first and the last tier are expected not to belong there; empty without any."""
    known = ordered(places).select(_wrong().alias("wrong")).drop_nulls()
    if known.is_empty():
        return ""
    share = 100 * float(known.select(pl.mean("wrong")).item())
    less = numbers.rounded(share) < 1
    figure = numbers.number(1.0 if less else share, say.language) + ("\u00a0%" if say.language == "vi" else "%")
    words = say("places.wrong.below" if less else "places.wrong.about", share=figure)
    return say("places.wrong", n=numbers.number(known.height, say.language), share=words)


def window_sentence(say: Speaker, places: pl.DataFrame) -> str:
    """Which months tiers and expected ranks come from; empty where no row says so."""
    rows = places.drop_nulls(["window", "window_start", "window_end"])
    if rows.is_empty():
        return ""
    row = rows.row(0, named=True)
    return say("places.window.period" if row["window"] == "period" else "places.window", window=window_words(say, row))


def window_words(say: Speaker, row: Mapping[str, Any]) -> str:
    """`4 tháng, 5–8/2026`; of a single period its name, `tháng 8/2026`."""
    start, end = row["window_start"], row["window_end"]
    if row["window"] == "period":
        return numbers.period_in_sentence(between(start, end), say.language)
    count = 12 * (end.year - start.year) + end.month - start.month + 1
    months = months_words(start, end, say.language)
    return say("places.window.months", n=numbers.number(count, say.language), months=months)


def months_words(start: date, end: date, language: str) -> str:
    """`5–8/2026`, `9/2025–8/2026`; in English `May–Aug 2026`."""
    first, last = (f"{start.month}", f"{end.month}/{end.year}")
    if language != "vi":
        first, last = f"{start:%b}", f"{end:%b} {end.year}"
    if start.year != end.year:
        first += f"/{start.year}" if language == "vi" else f" {start.year}"
    return f"{first}–{last}"


def known_sentence(say: Speaker, places: pl.DataFrame) -> str:
    """How the spread from month to month is known, by the least sure of the rows; empty where no row says so."""
    found = weakest(places)
    return say(f"places.known.sentence.{found}") if found else ""


def known_words(say: Speaker, known: str) -> str:
    """The same of one row in a few words: `độ dao động đo được`."""
    return say(f"places.known.{known}")


def weakest(places: pl.DataFrame) -> str | None:
    """The least sure of the ways in which the rows' spread is known: assumed, pairs, measured; None without any."""
    present = set(places.get_column("known"))
    return next((known for known in _WEAKEST_FIRST if known in present), None)


def reading(say: Speaker, *, many: bool) -> str:
    """How the picture is read, in two sentences."""
    return say("places.reading.many" if many else "places.reading.each")


def explained(say: Speaker, places: pl.DataFrame, *, many: bool) -> str:
    """What stands under the picture: how it is read and how sure it is."""
    return f"{reading(say, many=many)} {certainty(say, places)}".strip()


def alternative(say: Speaker, measure: Measure, level: str, places: pl.DataFrame) -> str:
    """What the picture shows, for those who do not see it."""
    rows = ordered(places).drop_nulls("value")
    parts = [headline(say, level, places)]
    if rows.height > 1:
        ends: dict[str, str] = {}
        for end, row in zip(("first", "last"), (rows.row(0, named=True), rows.row(-1, named=True)), strict=True):
            ends |= {end: row["name"], f"{end}_value": numbers.with_unit(row["value"], measure, say.language)}
        parts.append(say("places.alternative", **ends))
    return " ".join([*parts, certainty(say, places)]).strip()


# --- of one unit; `row` holds one row of the frame by its column names


def of_row(standing: Mapping[str, Any]) -> dict[str, Any]:
    """One row of the frame, of what a row of `tables.Standings` says of its unit's place."""
    found = {name: standing[column] for name, column in _OF_STANDINGS.items()}
    start = standing["window_start"]
    window = None if start is None else "four" if start < standing["period_start"] else "period"
    return {**found, "window": window, "window_end": standing["period_end"]}


def is_placed(row: Mapping[str, Any]) -> bool:
    """Whether a unit's place is known: a tier and an expected rank; what was withheld has neither."""
    return row["tier"] is not None and row["expected"] is not None


def standing_words(say: Speaker, measure: Measure, standing: Mapping[str, Any]) -> str:
    """The place of a ranked unit in a few words, of its row of `tables.Standings`: its tier and expected rank.

    The rank by itself where no place is known: of a measure without a good side, or without a known error.
    """
    row = of_row(standing)
    if is_placed(row):
        return place_words(say, row)
    rank, of = (numbers.number(standing[name], say.language) for name in ("rank", "of"))
    return (
        say("compare.order", rank=f"{rank}/{of}")
        if measure.direction == "neutral"
        else say("map.rank", rank=rank, of=of)
    )


def standing_lines(say: Speaker, measure: Measure, standing: Mapping[str, Any]) -> list[str]:
    """The same with its chance and range, the months that it comes from and how its error is known, as lines."""
    row, words = of_row(standing), standing_words(say, measure, standing)
    text = f"{words[:1].upper()}{words[1:]}"
    if measure.direction == "neutral":
        return [f"{text} · {known_words(say, row['known'])}" if row["known"] else text]
    if not is_placed(row):
        return [f"{text} · {say('places.known.not')}"]
    chance = [] if row["tier"] == MIDDLE else [unit_sentence(say, row)]
    ranks = range_words(say, row)
    rests_on = say("places.rests_on", window=window_words(say, row), known=known_words(say, row["known"]))
    return [text, *chance, f"{ranks[:1].upper()}{ranks[1:]}", rests_on]


def tier_word(say: Speaker, tier: str) -> str:
    return say(f"places.tier.{tier}")


def tier_name(say: Speaker, tier: str) -> str:
    """The tier's word as it begins a line: `Nhóm đầu`."""
    word = tier_word(say, tier)
    return word[0].upper() + word[1:]


def expected_words(say: Speaker, row: Mapping[str, Any]) -> str:
    """`hạng dự kiến 12`; empty where no rank is expected."""
    return "" if row["expected"] is None else say("places.expected", rank=numbers.number(row["expected"], say.language))


def range_words(say: Speaker, row: Mapping[str, Any]) -> str:
    """`có thể từ hạng 7 đến hạng 23 trong 160`; empty where the range is not known."""
    if row["low"] is None or row["high"] is None:
        return ""
    return say("places.range", **{name: numbers.number(row[name], say.language) for name in ("low", "high", "of")})


def proven_words(say: Speaker, row: Mapping[str, Any]) -> str:
    """`chắc chắn trong khoảng hạng 1–27`, of a row of `tables.Standings`; empty where that range is not known."""
    if row["rank_low"] is None:
        return ""
    low, high = (numbers.number(row[name], say.language) for name in ("rank_low", "rank_high"))
    return say("places.proven", low=low, high=high)


def place_words(say: Speaker, row: Mapping[str, Any]) -> str:
    """`nhóm đầu · hạng dự kiến 12`, as it stands in a row; empty where no rank is expected."""
    expected = expected_words(say, row)
    return f"{tier_word(say, row['tier'] or 'middle')} · {expected}" if expected else ""


def dot_words(say: Speaker, measure: Measure, row: Mapping[str, Any]) -> str:
    """What a dot of the picture says of its unit: `Tân Hòa: 94,2 % · nhóm đầu · hạng dự kiến 12`."""
    value = numbers.with_unit(row["value"], measure, say.language)
    return " · ".join(part for part in (f"{row['name']}: {value}", place_words(say, row)) if part)
