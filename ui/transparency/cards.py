"""The public's page: one commune in plain words, for a reader who has never seen a statistic."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import streamlit as st

from display.drawing import svg_images
from display.drawing.icons import icon
from display.drawing.palette import LIGHT
from display.portraits import plain_chart, plain_online, plain_sections, plain_words
from display.portraits import replies as portraits
from display.portraits.plain_figures import Answer, Portrait, Province, province
from display.portraits.plain_sections import Section
from display.portraits.plain_words import Card
from display.words import addresses
from display.words import replies as words
from display.words.view import View
from journal import replies
from press.share.shareable import Listed
from store import units
from store.reference import province_name
from ui.frame import html
from ui.parts import share, tables


def figures(view: View, code: str) -> tuple[Province, Portrait]:
    """What the public may know of a commune and of its province, whoever reads it."""
    found = province(view.snapshot.seen_in(frozenset()), units.known(code)["province_code"])
    return found, found.portrait(code)


def head(view: View, code: str, portrait: Portrait) -> None:
    """The commune's name and the answer in a few sentences."""
    unit, nature = units.known(code), view.snapshot.manifest.nature
    html.heading(unit["full_name"], escape(plain_words.opening(view.say, unit, portrait, nature)))


def measures(view: View, code: str, portrait: Portrait) -> None:
    """Up to four measures, each a sentence beside what is common in the province and in like communes, and that the
    commune has objected to it."""
    place = province_name(units.known(code)["province_code"])
    known = portraits.by_figure(replies.of_unit(view.snapshot.manifest.dataset, code))
    found = plain_words.cards(view.say, portrait.answers, place)
    found = words.with_states(view.say, found, portrait.answers, known)
    titles = [
        _led(view, card.title, units.known(code)["province_code"], answer)
        for card, answer in zip(found, portrait.answers, strict=True)
    ]
    waiting = plain_words.waiting_card(view.say, portrait.waits)
    html.show(cards(view, [*found, *waiting], [*titles, *(escape(card.title) for card in waiting)]))
    for line in words.further(view.say, portrait.answers, known):
        html.caption(line)
    html.caption(plain_words.source(view.say, portrait.answers, view.snapshot.manifest.nature))


def cards(view: View, found: Sequence[Card], titles: Sequence[str]) -> str:
    """The cards under their titles (markup), as markup."""
    items = "".join(_card(view, card, title) for card, title in zip(found, titles, strict=True))
    return f'<ul class="gd-public">{items}</ul>'


def _led(view: View, title: str, province_code: str, answer: Answer) -> str:
    """A card's title: the way to the ranking that holds its number, for whoever may open it. Markup."""
    measure = f"{answer.measure}.{answer.basis}"
    return addresses.anchor(view, title, "rankings", province=province_code, measure=measure, period=answer.period.id)


def _card(view: View, card: Card, title: str) -> str:
    chip = f'<p><span class="gd-band gd-{card.band}">{escape(card.band_words)}</span></p>' if card.band else ""
    lines = "".join(f"<p>{escape(line)}</p>" for line in card.lines)
    notes = f'<p class="gd-note">{escape(" ".join(card.notes))}</p>' if card.notes else ""
    head = f"<h4>{_icon(view, card.icon)}{title}</h4>"
    return f'<li>{head}<p class="gd-public-says">{escape(card.sentence)}</p>{chip}{lines}{notes}</li>'


def online(view: View, whole: Province, portrait: Portrait) -> None:
    """The share filed online month by month: a sentence, a small drawing, and its table."""
    say = view.say
    words = plain_online.online(say, portrait.months, whole, own=True)
    html.show(f'<p class="gd-sentence">{escape(words.sentence)}</p>')
    if not words.rows:
        return
    drawn = plain_chart.svg(say, portrait.months, view.palette, own=True)
    if drawn:
        html.show(svg_images.image(drawn, say("public.online.alt"), "gd-public-chart"))
    html.caption(say("public.online.reading" if drawn else "public.online.few"))
    with st.expander(say("public.online.table")):
        tables.plain_table(words.headers, words.rows, say("public.online"), figures=(1, 2))
    share.part(
        view,
        "online",
        {"page": "transparency", "unit": portrait.code},
        say("share.of_place", title=say("public.online"), place=units.known(portrait.code)["full_name"]),
        lambda: Listed(words.headers, words.rows, frozenset({1, 2})),
        finding=words.sentence,
        draw=(lambda _: plain_chart.svg(say, portrait.months, LIGHT, own=True)) if drawn else None,
        ratio=0.4,
        embed=addresses.embedded(view, "unit", unit=portrait.code),
    )


def chapters(view: View) -> None:
    """What a centre must publish, how to file, how to complain, and what the figures cannot say."""
    parts = "".join(_chapter(view, part) for part in plain_sections.sections(view.say))
    html.show(f'<div class="gd-public-chapters">{parts}</div>')


def _chapter(view: View, section: Section) -> str:
    tag = "ol" if section.is_ordered else "ul"
    steps = "".join(f"<li>{escape(step)}</li>" for step in section.steps)
    sentence = f"<p>{escape(section.sentence)}</p>" if section.sentence else ""
    link = f'<p><a href="{section.link[0]}" rel="noopener">{escape(section.link[1])}</a></p>' if section.link else ""
    if section.key == "limits":
        link = f"<p>{addresses.anchor(view, view.say('mix.method'), 'methods', depth='full')}</p>"
    note = f'<p class="gd-note">{escape(section.note)}</p>' if section.note else ""
    title = f"<h3>{_icon(view, section.icon)}{escape(section.title)}</h3>"
    return f"<section>{title}{sentence}<{tag}>{steps}</{tag}>{link}{note}</section>"


def _icon(view: View, name: str) -> str:
    """As an image, because Streamlit lets no drawing through in markup."""
    return svg_images.image(icon(name, view.palette.accent), "", "gd-line-icon")
