"""Who a commune is: kind, area, population, what it was merged from, where it stands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from display.portraits import histories, summary
from display.portraits.summary import Row
from display.words import addresses, numbers
from display.words.marks import quality_words
from display.words.view import View
from store import borders, units
from store.reference import province_name

_KINDS = {"xã": "xa", "phường": "phuong", "đặc khu": "dac_khu"}


def sentence(view: View, code: str) -> str:
    """Where the commune is, and how it stands in its province. Markup."""
    unit, found = units.known(code), summary.rows(view.snapshot, code)
    place = province_name(unit["province_code"])
    parts = [f"<b>{escape(view.say('unit.head.place', kind=_kind_of(view, unit['kind']), province=place))}</b>"]
    if view.snapshot.manifest.nature == "simulated":
        parts.append(f"<b>{escape(view.say('rankings.simulated'))}</b>")
    parts.append(escape(" ".join(_standing(view, found, place))))
    return " ".join(parts)


def _standing(view: View, found: Sequence[Row], place: str) -> list[str]:
    if not found:
        return [view.say("unit.head.no_figures")]
    if not any(row.value is not None for row in found):
        return [view.say("unit.head.silent")]
    counts = {name: numbers.number(n, view.language) for name, n in summary.counts(found).items()}
    words = [view.say("unit.head.places", province=place, **counts)] if counts["placed"] != "0" else []
    words += [view.say("unit.head.bands", province=place, **counts)] if counts["compared"] != "0" else []
    return [*words, _trends(view, found, counts)]


def _trends(view: View, found: Sequence[Row], counts: dict[str, str]) -> str:
    marks = {row.variation for row in found}
    if marks == {"none"}:
        return view.say("unit.head.no_trends")
    return view.say("unit.head.trends", **counts) if marks & histories.SPECIAL else view.say("unit.head.steady")


def standing(view: View, code: str) -> str:
    """How the commune stands in its province and against its own past; plain text."""
    place = province_name(units.known(code)["province_code"])
    return " ".join(_standing(view, summary.rows(view.snapshot, code), place))


def facts_of(view: View, unit: dict) -> list[tuple[str, str]]:
    """The facts of the place as (name, markup)."""
    return [*own_facts(view, unit), _neighbours(view, unit["code"])]


def own_facts(view: View, unit: dict) -> list[tuple[str, str]]:
    """The facts of the place that need no other commune, as (name, markup)."""
    say = view.say
    facts = [(say("unit.fact.kind"), escape(_kind(view, unit)))]
    if marks := list(_marks(view, unit)):
        facts.append((say("unit.fact.position"), escape(", ".join(marks))))
    facts += [
        (say("unit.fact.area"), escape(_area(view, unit))),
        (say("unit.fact.population"), _population(view, unit)),
        (say("unit.fact.seat"), escape(unit["seat"] or numbers.MISSING)),
        (say("unit.fact.merged"), escape(merged_from(view, unit["code"]))),
    ]
    return facts


def _kind(view: View, unit: dict) -> str:
    """The kind today, and the one at the merger where it has changed since."""
    kind, before = (_kind_of(view, unit[name]) for name in ("kind", "kind_2025_07_01"))
    return kind if kind == before else view.say("unit.kind.changed", kind=kind, before=before.lower())


def _kind_of(view: View, kind: str) -> str:
    return view.say(f"unit.kind.{_KINDS[kind]}")


def _marks(view: View, unit: dict) -> Iterator[str]:
    if unit["special_zone"]:
        yield view.say("unit.fact.special_zone")
    if unit["land_border"]:
        yield view.say("unit.fact.land_border")


def _area(view: View, unit: dict) -> str:
    if unit["area_km2"] is None:
        return numbers.MISSING
    text = view.say("unit.fact.km", n=numbers.number(unit["area_km2"], view.language, 1))
    doubts = quality_words(view, unit["quality"]) if unit["quality"] == "area_differs_from_polygon" else []
    return ", ".join([text, *doubts])


def _population(view: View, unit: dict) -> str:
    if not unit["population"]:  # 0 is published where nobody could be counted
        return numbers.MISSING
    text = escape(view.say("unit.fact.people", n=numbers.number(unit["population"], view.language)))
    if unit["quality"] != "area_population_of_one_predecessor":
        return text
    doubt = escape(", ".join(quality_words(view, unit["quality"])))
    return f'{text}<span class="gd-doubt">{doubt}</span>'


def merged_from(view: View, code: str) -> str:
    """What the commune was formed from, all by name; plain text."""
    rows = list(units.members(code).iter_rows(named=True))
    names = [
        view.say("history.part_of", name=row["old_name"]) if row["part"] == "part" else row["old_name"] for row in rows
    ]
    if len(names) == 1:
        return view.say("unit.fact.alone", name=names[0])
    return view.say("unit.fact.formed", n=len(names), names=", ".join(names))


def _neighbours(view: View, code: str) -> tuple[str, str]:
    """The neighbours as links; whether they touch or only lie near is in the name of the fact."""
    codes, touching = units.neighbours(code)
    key = "unit.fact.neighbours" if touching else "unit.fact.nearest"
    own = units.known(code)["province_code"]
    found = ", ".join(_link(view, other, own) for other in codes)
    if touching and borders.boundaries_nature() == "approximate":
        found += f' <span class="gd-doubt">{escape(view.say("unit.fact.approximate"))}</span>'
    return view.say(key), found


def _link(view: View, code: str, own_province: str) -> str:
    unit = units.known(code)
    link = addresses.anchor(view, unit["full_name"], "unit", unit=code)
    if unit["province_code"] == own_province:
        return link
    return f"{link} ({escape(province_name(unit['province_code']))})"
