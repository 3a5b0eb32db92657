"""The map of a province by the bands of its first measure, with a legend that has an entry for each kind of silence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from markupsafe import Markup

from display.drawing.css import class_of
from display.portraits import plain_words
from display.portraits.plain_figures import Portrait, Province
from display.words import numbers
from display.words.text import Speaker
from press.site import province_map
from store import borders
from store.bands import bands
from store.reference import province_name
from store.states import states

UNRANKED = "gd-unranked"
_NONE: dict[str, object] = {"map": "", "map_title": "", "legend": [], "borders": ""}


def values(say: Speaker, found: Province, words: Mapping[str, str]) -> dict[str, object]:
    """What the template takes: `map`, `map_title`, `legend` (style and words), `borders` (whose they are).

    `words`: what a commune says of itself, by its code. Empty where nothing is known, or no borders are prepared.
    """
    if not found.answers:
        return _NONE
    styles = {portrait.code: style(say, portrait) for portrait in found.communes}
    alt = say("site.province.map.alt", place=province_name(found.code))
    drawn = province_map.svg(found.code, styles, words, alt)
    if not drawn:
        return _NONE
    return {
        "map": Markup(drawn),
        "map_title": say("site.province.map", measure=say(f"public.measure.{found.answers[0].measure}.title")),
        "legend": legend(say, styles, dict(plain_words.verdict(say, one.answers[0]) for one in found.communes)),
        "borders": say(f"site.borders.{borders.boundaries_nature()}"),
    }


def style(say: Speaker, portrait: Portrait) -> str:
    """The class of a commune on the map: the colour of its verdict, else why it has none."""
    first = portrait.answers[0]
    told, _ = plain_words.verdict(say, first)
    return told or (UNRANKED if first.value is not None else class_of(first.state))


def legend(say: Speaker, styles: Mapping[str, str], verdicts: Mapping[str, str]) -> list[tuple[str, str]]:
    """(class, words with the number of communes) for each class that a commune has; `verdicts`: words by class."""
    counts = Counter(styles.values())
    told = {band: verdicts.get(band, "") for band in bands()} | {UNRANKED: say("map.silent.band")}
    told |= {class_of(state): say(f"state.{state}") for state in states()}
    return [
        (name, say("site.legend", words=words, n=numbers.number(counts[name], say.language)))
        for name, words in told.items()
        if counts[name]
    ]
