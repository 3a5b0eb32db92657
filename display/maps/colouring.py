"""Which colour each unit gets on the map, and the legend that explains it: one source for both."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import polars as pl

from display.drawing.likely_frame import BANDS_OF_TIERS
from display.drawing.palette import Palette
from display.words import numbers
from display.words.bands import marked
from display.words.places import TIERS, tier_word
from display.words.text import Speaker
from ranking.classes import change_breaks, class_of, fixed_breaks, quantile_breaks
from ranking.measures import Measure
from ranking.states import REPORTED
from store.bands import bands
from store.states import states

WAYS = ("tier", "value", "fixed", "band", "change", "merged")
COMPARABLE = ("tier", "value", "fixed", "band")
"""The ways in which two periods can stand side by side under one legend."""
SILENT = "silent-"
"""Begins, in a legend, how a silence is drawn, in place of a colour: `silent-hatch`."""
_STEPS = 7
_MERGED = ((1, 1), (2, 2), (3, 3), (4, 4), (5, 6), (7, None))


@dataclass(frozen=True)
class Class:
    """One class of the legend: its colour, its words, how many units it holds."""

    colour: str
    words: str
    count: int


@dataclass(frozen=True)
class Coloured:
    """Colour and words by unit code, the classes of the legend, and the silence of units without a figure."""

    fills: dict[str, str]
    texts: dict[str, str]
    classes: list[Class]
    silent: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Reader:
    """The reader a map is coloured for."""

    palette: Palette
    say: Speaker
    language: str

    def value(self, value: float, measure: Measure) -> str:
        return numbers.with_unit(value, measure, self.language)

    def count(self, n: int) -> str:
        return numbers.number(n, self.language)


def coloured(
    rows: pl.DataFrame, measure: Measure, way: str, reader: Reader, beside: pl.DataFrame | None = None
) -> Coloured:
    """Colours for the units of `rows` (as of `store.ranking`; for `change` with `before`, for `merged` with `members`).

    `tier`: where it likely stands, first, middle or last; `value`: seven steps with about equally many units;
    `fixed`: steps of equal width at round numbers;
    `band`: above, alike, below; `change`: since an earlier period, with zero in the middle; `merged`: by the
    number of old communes. The classes are those of `rows` and `beside` (another period) together.
    A unit without a figure gets a look of its own for each kind of silence, never the scale's low end.
    """
    both = pl.concat([rows, beside], how="diagonal_relaxed") if beside is not None else rows
    by_way: dict[str, Callable[[], Coloured]] = {
        "tier": lambda: _by_tier(rows, measure, reader, both),
        "value": lambda: _by_steps(rows, measure, reader, both, quantile_breaks(both.get_column("value"), _STEPS)),
        "fixed": lambda: _by_steps(rows, measure, reader, both, fixed_breaks(both.get_column("value"), _STEPS)),
        "band": lambda: _by_band(rows, measure, reader, both),
        "change": lambda: _by_change(rows, measure, reader),
        "merged": lambda: _by_members(rows, measure, reader),
    }
    known = by_way[way]()
    silent = _silences(rows.filter(~pl.col("unit_code").is_in(list(known.fills))), way, reader)
    classes = known.classes + silent.classes
    return Coloured(known.fills | silent.fills, known.texts | silent.texts, classes, silent.silent)


def legend(reader: Reader, looks: Coloured, beside: Coloured | None = None) -> list[tuple[str, str]]:
    """(colour, words with the number of units) for each class; of two maps both numbers."""
    if beside is None:
        return [(one.colour, f"{one.words} ({reader.count(one.count)})") for one in looks.classes]
    counts = [{(one.colour, one.words): one.count for one in both.classes} for both in (looks, beside)]
    return [
        (colour, f"{words} ({' · '.join(reader.count(own.get((colour, words), 0)) for own in counts)})")
        for colour, words in counts[0] | counts[1]
    ]


def _by_steps(
    rows: pl.DataFrame, measure: Measure, reader: Reader, both: pl.DataFrame, breaks: list[float]
) -> Coloured:
    known = dict(rows.drop_nulls("value").select("unit_code", "value").iter_rows())
    steps = {code: class_of(value, breaks) for code, value in known.items()}
    colours = [reader.palette.sequence[step * _STEPS // (len(breaks) + 1)] for step in range(len(breaks) + 1)]
    members: dict[int, list[float]] = {}
    for value in both.get_column("value").drop_nulls():
        members.setdefault(class_of(value, breaks), []).append(value)
    counts = Counter(steps.values())
    classes = [
        Class(colours[step], _span(min(values), max(values), measure, reader), counts[step])
        for step, values in sorted(members.items(), reverse=True)
    ]
    texts = {code: reader.value(value, measure) for code, value in known.items()}
    return Coloured({code: colours[step] for code, step in steps.items()}, texts, classes)


def _span(low: float, high: float, measure: Measure, reader: Reader) -> str:
    ends = [reader.value(low, measure), reader.value(high, measure)]
    return ends[0] if ends[0] == ends[1] else reader.say("map.class", low=ends[0], high=ends[1])


def _by_band(rows: pl.DataFrame, measure: Measure, reader: Reader, both: pl.DataFrame) -> Coloured:
    colours = {band: reader.palette.band(band) for band in bands()}
    words = {band: marked(reader.say, measure, band) for band in bands()}
    known = rows.drop_nulls(["band", "value"])
    counts = Counter(known.get_column("band"))
    present = set(both.drop_nulls(["band", "value"]).get_column("band"))
    return Coloured(
        {code: colours[band] for code, band in known.select("unit_code", "band").iter_rows()},
        {
            code: f"{reader.value(value, measure)} · {words[band]}"
            for code, value, band in known.select("unit_code", "value", "band").iter_rows()
        },
        [Class(colours[band], words[band], counts[band]) for band in bands() if band in present],
    )


def _by_tier(rows: pl.DataFrame, measure: Measure, reader: Reader, both: pl.DataFrame) -> Coloured:
    colours = {tier: reader.palette.band(BANDS_OF_TIERS[tier]) for tier in TIERS}
    words = {tier: tier_word(reader.say, tier) for tier in TIERS}
    known = rows.drop_nulls(["tier", "value"])
    counts = Counter(known.get_column("tier"))
    present = set(both.drop_nulls(["tier", "value"]).get_column("tier"))
    return Coloured(
        {code: colours[tier] for code, tier in known.select("unit_code", "tier").iter_rows()},
        {
            code: f"{reader.value(value, measure)} · {words[tier]}"
            for code, value, tier in known.select("unit_code", "value", "tier").iter_rows()
        },
        [Class(colours[tier], words[tier], counts[tier]) for tier in TIERS if tier in present],
    )


def _by_members(rows: pl.DataFrame, measure: Measure, reader: Reader) -> Coloured:
    """Of how many old communes each unit was made, whole or in part; a silent unit has members too."""
    scale = reader.palette.sequence[-len(_MERGED) :]
    fills, texts = {}, {}
    counts: Counter[int] = Counter()
    for code, members, value, state in rows.select("unit_code", "members", "value", "state").iter_rows():
        step = next(n for n, (_, most) in enumerate(_MERGED) if most is None or members <= most)
        figure = reader.say(f"state.{state}") if value is None else reader.value(value, measure)
        fills[code] = scale[step]
        texts[code] = f"{reader.say('map.members', n=reader.count(members))} · {figure}"
        counts[step] += 1
    classes = [Class(scale[n], _merged_words(reader, *_MERGED[n]), counts[n]) for n in sorted(counts, reverse=True)]
    return Coloured(fills, texts, classes)


def _merged_words(reader: Reader, least: int, most: int | None) -> str:
    if most is None:
        return reader.say("map.members.least", n=reader.count(least))
    span = reader.count(least) if least == most else f"{reader.count(least)}–{reader.count(most)}"
    return reader.say("map.members", n=span)


def _by_change(rows: pl.DataFrame, measure: Measure, reader: Reader) -> Coloured:
    known = rows.drop_nulls(["value", "before"]).with_columns(change=pl.col("value") - pl.col("before"))
    breaks = change_breaks(known.get_column("change"))
    colours = _diverging(reader.palette, len(breaks) + 1, measure.direction == "lower")
    changes = dict(known.select("unit_code", "change").iter_rows())
    steps = {code: class_of(change, breaks) for code, change in changes.items()}
    classes = []
    for step in reversed(range(len(breaks) + 1)):
        own = [changes[code] for code, place in steps.items() if place == step]
        if own:
            low, high = (_signed(end, measure, reader) for end in (min(own), max(own)))
            words = low if low == high else reader.say("map.class", low=low, high=high)
            classes.append(Class(colours[step], words, len(own)))
    texts = {
        code: f"{reader.value(value, measure)} ({_signed(changes[code], measure, reader)})"
        for code, value in known.select("unit_code", "value").iter_rows()
    }
    return Coloured({code: colours[step] for code, step in steps.items()}, texts, classes)


def _signed(change: float, measure: Measure, reader: Reader) -> str:
    unit = reader.say("card.points") if measure.kind == "share" else measure.unit.in_language(reader.language)
    return f"{numbers.signed(change, reader.language, measure.decimals)}\u00a0{unit}"


def _diverging(palette: Palette, classes: int, less_is_better: bool) -> list[str]:
    """From worse over the middle grey to better, the better side in the accent's hue."""
    side = classes // 2
    worse = [palette.mixed(palette.warning, strength) for strength in (1.0, 0.65, 0.35)][:side]
    better = [palette.mixed(palette.accent, strength) for strength in (0.35, 0.65, 1.0)][-side:] if side else []
    scale = [*worse, palette.mixed(palette.grey, 0.35), *better] if classes % 2 else [*worse, *better]
    return scale[::-1] if less_is_better else scale


def _silences(rows: pl.DataFrame, way: str, reader: Reader) -> Coloured:
    """Units without a colour, each with the word for its kind of silence; first those that have a figure."""
    fills, texts, counts = {}, {}, dict.fromkeys((f"map.silent.{way}", *(f"state.{name}" for name in states())), 0)
    colours, silent = {}, {}
    for code, state, value in rows.select("unit_code", "state", "value").iter_rows():
        key = f"state.{state}" if value is None else f"map.silent.{way}"
        fills[code] = reader.palette.silence(state if value is None else REPORTED)
        look = states()[state].look if value is None else "fill"
        colours[key] = fills[code] if look == "fill" else f"{SILENT}{look}"
        texts[code] = reader.say(key)
        counts[key] += 1
        if value is None:
            silent[code] = state
    classes = [Class(colours[key], reader.say(key), n) for key, n in counts.items() if n]
    return Coloured(fills, texts, classes, silent)
