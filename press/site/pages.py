"""The pages of the static site: what each says, as plain values that a template sets in HTML."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from display.drawing.palette import LIGHT, Palette
from display.portraits import plain_chart, plain_online, plain_sections, plain_words
from display.portraits.counter import counter
from display.portraits.plain_figures import Answer, Portrait, Province
from display.words import coverage, numbers, replies
from display.words.text import Speaker
from press.site import band_map, data, frame
from press.site.frame import Site, Text
from press.site.paths import DOWNLOADS, HOME, MEASURES, METHODS, MISSING, in_language, province_path, unit_path
from ranking.collation import name_order
from store import reference, units
from store.coverage import Coverage
from store.policy import policy

_METHODS = ("level", "band", "rank", "like", "small", "silence", "merger")
_INKS = Palette(
    dark=False,
    ink="var(--ink)",
    quiet="var(--quiet)",
    line="var(--line)",
    ground="var(--ground)",
    accent="var(--accent)",
    grey="var(--grey)",
    warning="var(--warning)",
    alarm=LIGHT.alarm,
    sequence=LIGHT.sequence,
    series=LIGHT.series,
)


def unit(site: Site, say: Speaker, province: Province, portrait: Portrait) -> Text:
    """The page of a commune."""
    row, place = units.known(portrait.code), reference.province_name(province.code)
    path = unit_path(portrait.code)
    cards = plain_words.cards(say, portrait.answers, place)
    objections = site.objections.get(portrait.code, {})
    cards = replies.with_states(say, cards, portrait.answers, objections)
    cards = [*cards, *plain_words.waiting_card(say, portrait.waits)]
    opening = plain_words.opening(say, row, portrait, site.nature)
    name = f"{row['full_name']}, {place}"
    linked = data.dataset(
        say,
        name,
        say("site.dataset.unit", unit=row["full_name"], place=place),
        portrait.answers,
        frame.address(site, path, say.language),
        frame.download(site, province.code),
        place,
        site.nature,
    )
    values = {
        "page": frame.page(
            site, say, path, f"{row['full_name']}, {place}", frame.described(opening), portrait.code, linked
        ),
        "province": {"link": in_language(province_path(province.code), say.language), "name": place},
        "name": row["full_name"],
        "opening": opening,
        "cards": cards,
        "objections": replies.further(say, portrait.answers, objections),
        "chapters": plain_sections.sections(say),
        "counter": counter(say, portrait),
        "source": plain_words.source(say, portrait.answers, site.nature),
        **_online(say, portrait, province),
    }
    return frame.text(say, path, "unit.html", values)


def province(site: Site, say: Speaker, found: Province) -> Text:
    """The page of a province: its communes together, on a map, and by name."""
    place, path = reference.province_name(found.code), province_path(found.code)
    opening = plain_words.province_opening(say, found, site.nature)
    title = say("site.province.title", place=place)
    linked = data.dataset(
        say,
        title,
        say("site.dataset.province", place=place),
        found.answers,
        frame.address(site, path, say.language),
        frame.download(site, found.code),
        place,
        site.nature,
    )
    first = found.answers[0] if found.answers else None
    values = {
        "page": frame.page(site, say, path, title, frame.described(opening), found.code, linked),
        "opening": opening,
        "cards": plain_words.province_cards(say, found),
        "headers": _headers(say, first),
        "certainty": plain_words.list_certainty(say, found),
        "rows": [_row(say, portrait) for portrait in by_name(found.communes)],
        "source": plain_words.source(say, found.answers, site.nature),
        "reported": [_reported(say, one, found.code) for one in found.reported],
        **band_map.values(say, found, {one.code: _told(_row(say, one)) for one in found.communes}),
        **_online(say, found, found),
    }
    return frame.text(say, path, "province.html", values)


def home(site: Site, say: Speaker, provinces: Sequence[Province]) -> Text:
    """The start page: the search, and all provinces."""
    known = [(found.code, *_latest_reported(found)) for found in provinces]
    links = [
        (
            in_language(province_path(code), say.language),
            reference.province_name(code),
            say("site.known", known=numbers.number(count, say.language), all=numbers.number(all_, say.language)),
        )
        for code, count, all_ in known
    ]
    page = frame.page(site, say, HOME, say("site.tagline"), say("site.home.sentence"), "vn", "")
    return frame.text(say, HOME, "home.html", {"page": page, "provinces": links, "source": ""})


def _latest_reported(found: Province) -> tuple[int, int]:
    """How many communes have reported in the period of the province's first figure, and how many there are."""
    return (found.reported[0].reporting if found.reported else 0), len(found.communes)


def _reported(say: Speaker, found: Coverage, scope: str) -> dict[str, object]:
    """The line of a source, and the names of those that are missing."""
    lines = [Markup(text) for text in coverage.missing(say, found, scope)]
    return {"line": coverage.line(say, found), "missing": lines}


def measures(site: Site, say: Speaker) -> Text:
    """Every measure as its definition says it."""
    language = say.language
    found = [
        {
            "id": measure.id,
            "name": measure.name.in_language(language),
            "meaning": measure.meaning.in_language(language),
            "why": measure.why.in_language(language),
            "numerator": measure.numerator.in_language(language) if measure.numerator else "",
            "denominator": measure.denominator.in_language(language) if measure.denominator else "",
            "caveats": [caveat.in_language(language) for caveat in measure.caveats],
            "sources": "; ".join(measure.sources),
            "reviewed": say("site.measure.reviewed", day=numbers.day(measure.reviewed, language)),
        }
        for measure in reference.measures().values()
    ]
    page = frame.page(site, say, MEASURES, say("site.measures"), say("site.home.sentence"), "vn", "")
    return frame.text(say, MEASURES, "measures.html", {"page": page, "measures": found, "source": ""})


def methods(site: Site, say: Speaker, released: Mapping[str, object]) -> Text:
    """How levels, bands, ranges and like communes are worked out, what is not published, and what `releases.values`
    tells of releases."""
    small = policy().shown_instead(say.language)
    texts = {
        name: say(f"site.methods.{name}") if name != "small" else f"{small[:1].upper()}{small[1:]}."
        for name in _METHODS
    }
    chapters = [(say(f"site.methods.{name}.title"), texts[name]) for name in _METHODS]
    page = frame.page(site, say, METHODS, say("site.methods"), say("site.home.sentence"), "vn", "")
    return frame.text(say, METHODS, "methods.html", {"page": page, "chapters": chapters, "source": "", **released})


def downloads(site: Site, say: Speaker, files: Sequence[Mapping[str, Any]]) -> Text:
    """One file per province."""
    rows = [
        {
            "link": file["link"],
            "name": file["name"],
            "period": numbers.period(file["period"], say.language),
            "size": data.size_kb(file["size"], say.language),
        }
        for file in files
    ]
    page = frame.page(site, say, DOWNLOADS, say("site.downloads"), say("site.downloads.sentence"), "vn", "")
    return frame.text(say, DOWNLOADS, "downloads.html", {"page": page, "files": rows, "source": ""})


def missing(site: Site, say: Speaker) -> Text:
    """What is served for an address that is no page: its links begin at the site's own root."""
    page = frame.page(site, say, MISSING, say("site.missing.title"), say("site.missing"), "", "")
    page |= {"root": frame.root_of(site.base), "is_indexed": False}
    return frame.text(say, MISSING, "missing.html", {"page": page, "source": ""})


def by_name(communes: Sequence[Portrait]) -> list[Portrait]:
    """In the order of their names."""
    return sorted(communes, key=lambda portrait: (name_order(units.known(portrait.code)["name"]), portrait.code))


def _online(say: Speaker, shown: Portrait | Province, whole: Province) -> dict[str, object]:
    own = isinstance(shown, Portrait)
    drawn = plain_chart.svg(say, shown.months, _INKS, own=own)
    alt = Markup(' role="img" aria-label="{}"').format(say("public.online.alt"))
    return {
        "online_title": say("public.online"),
        "online": plain_online.online(say, shown.months, whole, own=own),
        "drawn": Markup(drawn.replace("<svg", f"<svg{alt}", 1)) if drawn else "",
    }


def _headers(say: Speaker, first: Answer | None) -> list[str]:
    measured = say(f"public.measure.{first.measure}.title") if first else say("site.measures")
    return [say("site.column.unit"), measured, say("site.column.n"), say("site.column.band")]


def _row(say: Speaker, portrait: Portrait) -> dict[str, Any]:
    """A commune in the list of its province: the first measure, or why there is no figure."""
    name = units.known(portrait.code)["full_name"]
    link = in_language(unit_path(portrait.code), say.language)
    first = portrait.answers[0] if portrait.answers else None
    if first is None or first.value is None:
        words = plain_online.short_silence(say, first.state) if first else numbers.MISSING
        return {"link": link, "name": name, "value": words, "n": "", "band": "", "band_words": "", "is_silent": True}
    band, words = plain_words.verdict(say, first)
    return {
        "link": link,
        "name": name,
        "is_silent": False,
        "value": numbers.with_unit(first.value, reference.measures()[first.measure], say.language),
        "n": numbers.number(first.n, say.language) if first.n is not None else "",
        "band": band,
        "band_words": words,
    }


def _told(row: Mapping[str, Any]) -> str:
    return f"{row['name']}: {row['value']}"
