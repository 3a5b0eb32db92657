"""The mix of work allowed for, in words: the column of the rankings, and the parts of one commune's difference."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import polars as pl

from display.words import numbers
from display.words.places import tier_word
from display.words.text import Speaker
from ranking.measures import Measure
from ranking.periods import Period
from ranking.standardised import MOVED

MANY_PLACES = 10
_POINTS = 1
_WHOLE = 0.9995


class Parts(NamedTuple):
    """The difference from all together and its two parts in points, rounded so that they still add up."""

    mix: float
    own: float
    gap: float


def parts(row: Mapping[str, Any]) -> Parts:
    """The parts of a row of `ranking.standardised` as they are shown; the own one takes what rounding leaves."""
    gap, mix = (float(numbers.rounded(row[name], _POINTS)) for name in ("gap", "mix"))
    return Parts(mix, float(numbers.rounded(gap - mix, _POINTS)), gap)


def is_told(rows: pl.DataFrame) -> bool:
    """Whether the rows of a ranking can tell any adjusted place (`store.case_mix.beside`)."""
    return "rank_adjusted" in rows.columns and rows.get_column("rank_adjusted").count() > 0


def reading(say: Speaker, rows: pl.DataFrame) -> str:
    """How to read the column, with how many units are told, move by a tenth of the list, and hang on the counting."""
    return _counted(say, "mix.reading", rows)


def in_short(say: Speaker, rows: pl.DataFrame) -> str:
    """The same counts where no column stands beside them."""
    return _counted(say, "mix.short", rows)


def _counted(say: Speaker, key: str, rows: pl.DataFrame) -> str:
    told = rows.filter(pl.col("rank_adjusted").is_not_null())
    places = max(1, -int(-MOVED * told.height // 1))
    gap = pl.col("rank").cast(pl.Int64).rank("min").cast(pl.Int64) - pl.col("rank_adjusted").cast(pl.Int64)
    moved = told.filter(gap.abs() >= places).height
    counts = {
        "told": told.height,
        "of": rows.get_column("rank").count(),
        "moved": moved,
        "places": places,
        "depends": told.filter("depends").height,
    }
    words = say(key, **{name: numbers.number(n, say.language) for name, n in counts.items()})
    return f"{words} {_without(say, rows)}" if "rank_others" in rows.columns else words


def _without(say: Speaker, rows: pl.DataFrame) -> str:
    """How many places move once the procedures that are known by themselves are left out."""
    told = rows.filter(pl.col("rank_others").is_not_null())
    gap = pl.col("rank").cast(pl.Int64).rank("min").cast(pl.Int64) - pl.col("rank_others").cast(pl.Int64)
    moved = told.filter(gap.abs() >= MANY_PLACES).height
    return say(
        "mix.without.reading",
        codes=rows.item(0, "procedures"),
        moved=numbers.number(moved, say.language),
        places=MANY_PLACES,
    )


def share_words(say: Speaker, measure: Measure, row: Mapping[str, Any]) -> str:
    """The adjusted share with its range: `93,1 % (91,0–95,2)`."""
    low, high = (
        numbers.number(row[name], say.language, measure.decimals) for name in ("adjusted_low", "adjusted_high")
    )
    adjusted = numbers.with_unit(row["adjusted"], measure, say.language)
    return say("mix.share", adjusted=adjusted, low=low, high=high)


def because(say: Speaker, row: Mapping[str, Any]) -> str:
    """Why the place hangs on the way of counting: both places and tiers, and the two parts of the difference."""
    points = {name: numbers.signed(n, say.language, _POINTS) for name, n in parts(row)._asdict().items()}
    ranks = {"rank": row["rank"], "adjusted": row["rank_adjusted"], "of": row["of_adjusted"]}
    words = {name: numbers.number(n, say.language) for name, n in ranks.items()}
    tiers = {"tier": row["tier_by_value"], "tier_adjusted": row["tier_adjusted"]}
    return say("mix.because", **points, **words, **{name: tier_word(say, tier) for name, tier in tiers.items()})


def why_not(say: Speaker, row: Mapping[str, Any]) -> str:
    """Why a ranked unit has no adjusted place; empty for a row that says nothing of it."""
    return say(f"mix.why.{row['untold']}") if row["untold"] else ""


def sentences(say: Speaker, measure: Measure, period: Period, row: Mapping[str, Any]) -> list[str]:
    """What of the unit's difference is mix and what is its own, and whether that may be chance; or why it is not told.

    `row`: of a ranking within a province, as `store.case_mix.beside` gives it.
    """
    language = say.language
    about = {
        "measure": measure.short.in_language(language),
        "period": numbers.period_in_sentence(period, language),
    }
    if row["untold"]:
        return [say("mix.unit.untold", why=why_not(say, row), **about)]
    found = parts(row)
    way = "equal" if found.gap == 0 else "worse" if found.gap < 0 else "better"
    reference = numbers.with_unit(row["reference"], measure, language)
    said = [say(f"mix.sentence.{way}", gap=_points(say, found.gap), reference=reference, **about)]
    if found.mix or found.own:
        said.append(say(f"mix.parts.{_kind(found)}", mix=_points(say, found.mix), own=_points(say, found.own)))
        chance = row["adjusted_low"] <= row["reference"] <= row["adjusted_high"]
        said.append(say("mix.chance" if chance else "mix.clear"))
    return said


def details(say: Speaker, measure: Measure, row: Mapping[str, Any]) -> list[str]:
    """The late dossiers against those to be expected, the places with and without the mix, and without procedures that
    are known by themselves, and of how many dossiers; none where not told."""
    if row["untold"]:
        return []
    language, said = say.language, [_ratio(say, row)]
    if row["rank_adjusted"] is not None:
        places = {name: numbers.number(row[name], language) for name in ("rank", "of", "rank_adjusted", "of_adjusted")}
        said.append(say("mix.ranks", **places))
    if row.get("rank_others") is not None:
        places = {name: numbers.number(row[f"{name}_others"], language) for name in ("rank", "of")}
        share = numbers.with_unit(row["share_others"], measure, language)
        said.append(say("mix.without.unit", codes=row["procedures"], share=share, **places))
    if row["shown"] < _WHOLE:
        said.append(say("mix.shown", shown=numbers.number(100 * row["shown"], language)))
    return said


def _kind(found: Parts) -> str:
    """Whether both parts go the way of the whole, or the mix takes away or adds what the own part makes up for."""
    if found.mix * found.own >= 0:
        return "both"
    return "hurts" if found.mix < 0 else "helps"


def _points(say: Speaker, value: float) -> str:
    return numbers.number(abs(value), say.language, _POINTS)


def _ratio(say: Speaker, row: Mapping[str, Any]) -> str:
    """The ratio with the limits of the adjusted share, which allow for dossiers that are alike."""
    common = 100 - row["reference"]
    low, high = ((100 - row[name]) / common for name in ("adjusted_high", "adjusted_low"))
    figures = {
        name: numbers.number(n, say.language, 2) for name, n in (("ratio", row["ratio"]), ("low", low), ("high", high))
    }
    late, expected = numbers.number(row["late"], say.language), numbers.number(row["expected"], say.language)
    return say("mix.ratio", late=late, expected=expected, **figures)
