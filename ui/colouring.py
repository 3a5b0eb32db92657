"""Which colour each unit gets on the map, and the legend that explains it: one source for both."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from ranking.classes import change_breaks, class_of, fixed_breaks, quantile_breaks
from ranking.measures import Measure
from ranking.tables import BANDS
from ui import numbers
from ui.palette import Palette
from ui.text import Speaker

WAYS = ("value", "fixed", "band", "change")
_STEPS = 7


@dataclass(frozen=True)
class Coloured:
    """Colour and words by unit code; the legend as (colour, words with the number of units)."""

    fills: dict[str, str]
    texts: dict[str, str]
    legend: list[tuple[str, str]]


@dataclass(frozen=True)
class Reader:
    """For whom a map is coloured."""

    palette: Palette
    say: Speaker
    language: str

    def value(self, value: float, measure: Measure) -> str:
        return numbers.with_unit(value, measure, self.language)

    def count(self, n: int) -> str:
        return numbers.number(n, self.language)


def coloured(rows: pl.DataFrame, measure: Measure, way: str, reader: Reader) -> Coloured:
    """Colours for the units of `rows` (as of `store.ranking`; for `change` with a column `before`).

    `value`: seven steps with about equally many units; `fixed`: steps of equal width at round numbers;
    `band`: above, alike, below; `change`: since an earlier period, with zero in the middle.
    A unit without a figure gets a grey of its own for each kind of silence, never the scale's low end.
    """
    by_way: dict[str, Callable[[pl.DataFrame, Measure, Reader], Coloured]] = {
        "value": lambda *args: _by_steps(*args, quantile_breaks(rows.get_column("value"), _STEPS)),
        "fixed": lambda *args: _by_steps(*args, fixed_breaks(rows.get_column("value"), _STEPS)),
        "band": _by_band,
        "change": _by_change,
    }
    known = by_way[way](rows, measure, reader)
    silent = _silences(rows.filter(~pl.col("unit_code").is_in(list(known.fills))), way, reader)
    return Coloured(known.fills | silent.fills, known.texts | silent.texts, known.legend + silent.legend)


def _by_steps(rows: pl.DataFrame, measure: Measure, reader: Reader, breaks: list[float]) -> Coloured:
    known = dict(rows.drop_nulls("value").select("unit_code", "value").iter_rows())
    steps = {code: class_of(value, breaks) for code, value in known.items()}
    colours = [reader.palette.sequence[step * _STEPS // (len(breaks) + 1)] for step in range(len(breaks) + 1)]
    legend = []
    for step in reversed(range(len(breaks) + 1)):
        values = [known[code] for code, own in steps.items() if own == step]
        if values:
            legend.append((colours[step], _span(min(values), max(values), measure, reader, len(values))))
    texts = {code: reader.value(value, measure) for code, value in known.items()}
    return Coloured({code: colours[step] for code, step in steps.items()}, texts, legend)


def _span(low: float, high: float, measure: Measure, reader: Reader, n: int) -> str:
    ends = [reader.value(low, measure), reader.value(high, measure)]
    words = ends[0] if ends[0] == ends[1] else reader.say("map.class", low=ends[0], high=ends[1])
    return f"{words} ({reader.count(n)})"


def _by_band(rows: pl.DataFrame, measure: Measure, reader: Reader) -> Coloured:
    colours = dict(
        zip(BANDS, (reader.palette.accent, reader.palette.alike, reader.palette.warning), strict=True)
    )  # fmt: skip
    kind = "neutral" if measure.direction == "neutral" else "clear"
    words = {band: reader.say(f"band.{kind}.{band}") for band in BANDS}
    known = rows.drop_nulls(["band", "value"])
    counts = dict(known.group_by("band").len().iter_rows())
    return Coloured(
        {code: colours[band] for code, band in known.select("unit_code", "band").iter_rows()},
        {
            code: f"{reader.value(value, measure)} · {words[band]}"
            for code, value, band in known.select("unit_code", "value", "band").iter_rows()
        },
        [(colours[band], f"{words[band]} ({reader.count(counts[band])})") for band in BANDS if band in counts],
    )


def _by_change(rows: pl.DataFrame, measure: Measure, reader: Reader) -> Coloured:
    known = rows.drop_nulls(["value", "before"]).with_columns(change=pl.col("value") - pl.col("before"))
    breaks = change_breaks(known.get_column("change"))
    colours = _diverging(reader.palette, len(breaks) + 1, measure.direction == "lower")
    changes = dict(known.select("unit_code", "change").iter_rows())
    steps = {code: class_of(change, breaks) for code, change in changes.items()}
    legend = []
    for step in reversed(range(len(breaks) + 1)):
        own = [changes[code] for code, place in steps.items() if place == step]
        if own:
            low, high = (_signed(end, measure, reader) for end in (min(own), max(own)))
            words = low if low == high else reader.say("map.class", low=low, high=high)
            legend.append((colours[step], f"{words} ({reader.count(len(own))})"))
    texts = {
        code: f"{reader.value(value, measure)} ({_signed(changes[code], measure, reader)})"
        for code, value in known.select("unit_code", "value").iter_rows()
    }
    return Coloured({code: colours[step] for code, step in steps.items()}, texts, legend)


def _signed(change: float, measure: Measure, reader: Reader) -> str:
    unit = reader.say("card.points") if measure.kind == "share" else measure.unit.in_language(reader.language)
    return f"{numbers.signed(change, reader.language, measure.decimals)}\u00a0{unit}"


def _diverging(palette: Palette, classes: int, less_is_better: bool) -> list[str]:
    """From worse over the middle grey to better, the better side in the accent's hue."""
    side = classes // 2
    worse = [palette.mixed(palette.warning, strength) for strength in (1.0, 0.65, 0.35)][:side]
    better = [palette.mixed(palette.accent, strength) for strength in (0.35, 0.65, 1.0)][-side:] if side else []
    scale = [*worse, palette.mixed(palette.alike, 0.35), *better] if classes % 2 else [*worse, *better]
    return scale[::-1] if less_is_better else scale


def _silences(rows: pl.DataFrame, way: str, reader: Reader) -> Coloured:
    """Units without a colour, each with the word for its kind of silence."""
    fills, texts, counts = {}, {}, {}
    for code, state, value in rows.select("unit_code", "state", "value").iter_rows():
        key = f"state.{state}" if value is None else f"map.silent.{way}"
        fills[code] = reader.palette.silence(state if value is None else "reported")
        texts[code] = reader.say(key)
        counts[key, fills[code]] = counts.get((key, fills[code]), 0) + 1
    legend = [(colour, f"{reader.say(key)} ({reader.count(n)})") for (key, colour), n in sorted(counts.items())]
    return Coloured(fills, texts, legend)
