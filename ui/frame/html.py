"""Small pieces of HTML; every text that comes from outside is escaped here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

import streamlit as st

from display.words import numbers
from ranking.measures import Measure, Text


@dataclass(frozen=True)
class Figure:
    """One figure in words: its name, value, notes, a small line (markup) where there is a trend, and what it is of.

    `address`: the page that explains it, which its name then leads to.
    """

    name: str
    value: str
    notes: tuple[str, ...]
    trend: str = ""
    measure: str = ""
    address: str = ""


def show(markup: str) -> None:
    """Put markup into the page."""
    st.html(markup)


def heading(title: str, sentence: str) -> None:
    """The page's title and the sentence that says what is shown; `sentence` is markup."""
    show(f'<h1 class="gd-title">{escape(title)}</h1><p class="gd-sentence">{sentence}</p>')


def caption(text: str) -> None:
    show(f'<p class="gd-caption">{escape(text)}</p>')


def cards(figures: Iterable[Figure]) -> None:
    """At most four figures side by side, two by two on a phone."""
    show(f'<dl class="gd-cards">{"".join(_card(figure) for figure in figures)}</dl>')


def _card(figure: Figure) -> str:
    notes = "".join(f'<div class="gd-note">{escape(note)}</div>' for note in figure.notes)
    value = f'<span class="gd-figure">{escape(figure.value)}</span>{figure.trend}'
    name = escape(figure.name)
    if figure.address:
        name = f'<a href="{escape(figure.address)}" target="_self">{name}</a>'
    return f'<div class="gd-card"><dt>{name}</dt><dd><div class="gd-row">{value}</div>{notes}</dd></div>'


def legend(entries: Iterable[tuple[str, str]], *, stacked: bool = False) -> None:
    """(colour, `hatch` or the name of a silence, words) each, in one line that wraps or one below the other."""
    items = "".join(f"<li>{_swatch(colour)}{escape(text)}</li>" for colour, text in entries)
    show(f'<ul class="gd-legend{" gd-stacked" if stacked else ""}">{items}</ul>')


def _swatch(colour: str) -> str:
    if not colour.startswith("#"):
        return f'<span class="gd-swatch gd-{escape(colour)}"></span>'
    return f'<span class="gd-swatch" style="background:{colour}"></span>'


def about(language: str, words: dict[str, str], measure: Measure) -> None:
    """What a measure is, as its definition says; `words` names the parts."""
    parts: list[tuple[str, Text | None]] = [("meaning", measure.meaning), ("why", measure.why)]
    parts += [("numerator", measure.numerator), ("denominator", measure.denominator), ("below", measure.below_minimum)]
    lines = [
        f"<dt>{escape(words[key])}</dt><dd>{escape(text.in_language(language))}</dd>" for key, text in parts if text
    ]
    if measure.target:
        lines.append(f"<dt>{escape(words['target'])}</dt><dd>{escape(numbers.target(measure, language))}</dd>")
    caveats = "".join(f"<li>{escape(text.in_language(language))}</li>" for text in measure.caveats)
    lines.append(f"<dt>{escape(words['caveats'])}</dt><dd><ul>{caveats}</ul></dd>")
    lines.append(f"<dt>{escape(words['sources'])}</dt><dd>{escape('; '.join(measure.sources))}</dd>")
    show(f'<dl class="gd-about">{"".join(lines)}</dl>')
