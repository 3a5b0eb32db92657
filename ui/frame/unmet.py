"""What a page says at its top where the link asks for what is not there."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from display.words import numbers
from display.words.text import Speaker
from ranking.periods import parse
from store import units
from store.reference import measures, province_names
from ui.frame import html
from ui.frame.links import Unmet

LONGEST = 40


def show(say: Speaker, found: Sequence[Unmet], notes: Sequence[str]) -> None:
    """One sentence for each choice that could not be met, and the other `notes` (markup); nothing where none is."""
    for markup in [*(escape(sentence(say, one)) for one in found), *notes]:
        html.show(f'<p class="gd-sentence" role="alert">{markup}</p>')


def sentence(say: Speaker, one: Unmet) -> str:
    """What the link asks for and what is shown. Plain text."""
    what = say(f"link.what.{one.key}")
    return say("link.unmet", what=what, wanted=_in_words(say, one), shown=one.shown)


def _in_words(say: Speaker, one: Unmet) -> str:
    """The code by its name where it has one."""
    code = one.wanted[:LONGEST]
    if one.key == "province":
        return say("scope.country") if code == "VN" else province_names().get(code, code)
    if one.key == "unit":
        unit = units.unit(code)
        return f"{unit['full_name']}, {province_names()[unit['province_code']]}" if unit else code
    if one.key in ("measure", "over"):
        measure = measures().get(code.split(".")[0])
        return measure.short.in_language(say.language) if measure else code
    if one.key == "period":
        return _period(say, code)
    return code


def _period(say: Speaker, code: str) -> str:
    try:
        return numbers.period(parse(code), say.language)
    except ValueError:
        return code
