"""What a province's bulletin says: the findings of its pages in one place, as words and figures without any layout."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from display.portraits import news, promises, standouts
from display.words import coverage as coverage_words
from display.words import findings, numbers, places, rankings
from display.words import promises as words
from display.words.marks import n_label, n_of, simulated_suffix
from display.words.selection import Selection
from display.words.view import View
from press.brief.content import plain_text
from press.bulletin.fairness import fair
from press.bulletin.parts import MOST_SILENT, Part
from ranking.collation import by_name
from ranking.levels import common
from ranking.periods import Period
from store import coverage, units
from store.access import rules
from store.reference import province_name

MOST_FINDINGS = 3
MOST_NAMED = 5
_LEVEL = "commune"
_BASES = ("portal", "form", "dossiers")


@dataclass(frozen=True)
class Finding:
    """One thing to know: the finding, why it is one, and the units behind it, each with its figures and n."""

    says: str
    reason: str
    evidence: tuple[str, ...]


@dataclass(frozen=True)
class Placed:
    """A unit that is placed first or last: its value in the measure's unit, and all as words."""

    name: str
    figure: float
    value: str
    n: str
    expected: str

    @property
    def cells(self) -> tuple[str, ...]:
        return self.name, self.value, self.n, self.expected


@dataclass(frozen=True)
class Tier:
    """One of first, middle and last: its name, how many units it has, and the first of them in the list's order."""

    code: str
    name: str
    count: int
    units: tuple[Placed, ...] = ()


@dataclass(frozen=True)
class Bulletin:
    """All that a bulletin says, plain text in one language. Empty texts and tuples where nothing is to be said.

    `sentence`: what heads the start page. `headline`: the finding over the tiers, or that nothing is ranked. `sure`:
    how sure that is and how it is known. `headers`: of the table of a tier's units. `fair`: what hangs on the way of
    counting, and who waits longer. `simulated`: the warning, where
    figures are not real. `foot`: source, snapshot, licence and who the figures are for.
    """

    language: str
    title: str
    place: str
    period: str
    measure: str
    simulated: str
    sentence: str
    headline: str
    sure: str
    findings: tuple[Finding, ...]
    tiers: tuple[Tier, ...]
    headers: tuple[str, ...]
    moved: tuple[Part, ...]
    fair: tuple[Part, ...]
    silent: Part
    overdue: Part
    foot: tuple[str, ...]
    stem: str
    words: Mapping[str, str]

    @property
    def further(self) -> tuple[Part, ...]:
        """The parts after who changed, each under its own heading, in the order of all files."""
        return tuple(part for part in (*self.fair, self.silent, self.overdue) if part.says or part.lines)


_WORDS = ("findings", "tiers", "moved", "about", "chart")


def content(view: View, scope: str, chosen: Selection | None, period: Period) -> Bulletin:
    """The bulletin of a province; `chosen` None where none of its communes is ranked in the period."""
    if chosen is None:
        return _nothing(view, scope, period)
    say, rows = view.say, rankings.rows_of(view, chosen)
    found = rankings.places_of(view, chosen, rows)
    return Bulletin(
        **_common(view, scope, period),
        measure=chosen.measure.name.in_language(view.language),
        sentence=findings.headline(view, chosen, rows),
        headline=places.headline(say, _LEVEL, found),
        sure=" ".join(
            part for part in (places.wrong_words(say, found), rankings.certainty_line(view, chosen, rows)) if part
        ),
        findings=tuple(_findings(view, chosen, rows))[:MOST_FINDINGS],
        tiers=tuple(_tiers(view, chosen, rows)) if found.get_column("expected").count() else (),
        headers=(
            say(f"table.unit.{_LEVEL}"),
            chosen.measure.short.in_language(view.language),
            say(n_label(chosen.measure)),
            say("sheet.expected"),
        ),
        moved=_moved(view, chosen, rows),
        fair=fair(view, chosen, rows),
        silent=_silent(view, scope, [news.silent(view, chosen)]),
        foot=(rankings.source_line(view, chosen, rows), *_foot(view, scope)),
    )


def stem(view: View, scope: str, period: Period) -> str:
    """The name of a bulletin's files without ending: `gan-dan_ban-tin_25_2026-08`; a simulated one says so in it."""
    return f"gan-dan_ban-tin_{scope}_{period.id}{simulated_suffix(view)}"


def _nothing(view: View, scope: str, period: Period) -> Bulletin:
    """The bulletin of a province in which nobody is ranked: that it is so, and who has reported by each source."""
    whose = view.snapshot.of(scope)
    known = [basis for basis in _BASES if period in coverage.periods(whose, _LEVEL, basis)]
    reports = [coverage.coverage(view.snapshot, _LEVEL, scope, basis, period) for basis in known]
    where = {"place": province_name(scope), "period": numbers.period_in_sentence(period, view.language)}
    return Bulletin(
        **_common(view, scope, period),
        measure="",
        sentence="",
        headline=view.say("bulletin.nothing", **where),
        sure="",
        findings=(),
        tiers=(),
        headers=(),
        moved=(),
        fair=(),
        silent=_silent(view, scope, reports),
        foot=tuple(_foot(view, scope)),
    )


def _common(view: View, scope: str, period: Period) -> dict[str, Any]:
    say, place = view.say, province_name(scope)
    words = numbers.period(period, view.language)
    return {
        "language": view.language,
        "title": say("bulletin.title", place=place, period=numbers.period_in_sentence(period, view.language)),
        "place": place,
        "period": words,
        "simulated": say("nature.simulated", captured="") if view.snapshot.manifest.nature == "simulated" else "",
        "stem": stem(view, scope, period),
        "overdue": _overdue(view, scope),
        "words": {name: say(f"bulletin.{name}") for name in _WORDS},
    }


def _foot(view: View, scope: str) -> Iterator[str]:
    manifest, say = view.snapshot.manifest, view.say
    nature = say(f"nature.{manifest.nature}", captured=numbers.local_date(manifest.captured_at, view.language))
    yield say("shell.footer", nature=nature, snapshot=manifest.id)
    yield say("download.licence")
    is_public = view.reader == rules.PUBLIC and view.snapshot.of(scope).seen is not None
    yield say("bulletin.public" if is_public else "bulletin.internal")


# --- findings


def _findings(view: View, chosen: Selection, rows: pl.DataFrame) -> Iterator[Finding]:
    """The most urgent first: who gets worse, what is overdue, who stands out."""
    worse = news.worsening(view, chosen, rows)
    level = common(rows, chosen.measure)
    say, language = view.say, view.language
    if worse is not None and worse.height:
        named = tuple(_standing(view, chosen, row, level) for row in worse.head(MOST_NAMED).iter_rows(named=True))
        says = say("overview.worse", n=numbers.number(worse.height, language))
        yield Finding(says, say("bulletin.reason.worse"), named)
    backlog = news.overdue(replace(view, snapshot=view.snapshot.on(chosen.period)), chosen)
    if backlog is not None and backlog.total and backlog.period == chosen.period:
        says = say(
            "overview.overdue",
            n=numbers.number(backlog.total, language),
            period=numbers.period_in_sentence(backlog.period, language),
            basis=say(f"basis.{backlog.basis}"),
        )
        held = backlog.units.head(MOST_NAMED).iter_rows(named=True)
        named = tuple(say("bulletin.held", name=row["name"], n=numbers.number(row["value"], language)) for row in held)
        yield Finding(says, say("bulletin.reason.overdue"), named)
    for side in standouts.sides(view, chosen, rows):
        if side.band and side.units.height:
            named = tuple(_standing(view, chosen, row, level) for row in side.units.iter_rows(named=True))
            yield Finding(side.heading, say("bulletin.reason.clear"), named)


def _standing(view: View, chosen: Selection, row: dict[str, Any], level: float | None) -> str:
    """`Xã Tam Dương Bắc: 77,5 %; −14,4 điểm % so với đơn vị ở giữa 91,9 %; 435 hồ sơ`."""
    value = numbers.with_unit(row["value"], chosen.measure, view.language)
    return f"{row['name']}: {value}; {standouts.gap(view, chosen, row, level)}"


# --- tiers


def _tiers(view: View, chosen: Selection, rows: pl.DataFrame) -> Iterator[Tier]:
    """All three with their number of units, those at both ends with the units nearest to the end."""
    counts = places.counts(places.of_rows(rows))
    for code, count in counts.items():
        units = rows.filter(pl.col("tier") == code, pl.col("expected_rank").is_not_null())
        units = units.sort("expected_rank", by_name(), "unit_code", descending=[code == "last", False, False])
        named = (
            () if code == "middle" else tuple(_placed(view, chosen, row) for row in units.head(MOST_NAMED).to_dicts())
        )
        yield Tier(code, places.tier_name(view.say, code), count, named)


def _placed(view: View, chosen: Selection, row: dict[str, Any]) -> Placed:
    language = view.language
    return Placed(
        row["name"],
        row["value"],
        numbers.with_unit(row["value"], chosen.measure, language),
        numbers.number(n_of(chosen.measure, row), language),
        numbers.number(row["expected_rank"], language),
    )


# --- who changed, who is silent


def _moved(view: View, chosen: Selection, rows: pl.DataFrame) -> tuple[Part, ...]:
    """Who clearly improved and who clearly worsened; one sentence where nobody did, or that is not known."""
    say, found, before = view.say, news.moved(view, chosen, rows), news.earlier(chosen)
    if found is None or before is None:
        return (Part("", say("overview.unknown", what=say("overview.moved.unknown"))),)
    since = numbers.period_in_sentence(before, view.language)
    if all(units.is_empty() for units in found):
        return (Part("", say("bulletin.moved.nobody", before=since)),)
    sides = [
        Part(say(f"overview.moved.{way}"), "", tuple(_change(view, chosen, row) for row in units.iter_rows(named=True)))
        for way, units in zip(("up", "down"), found, strict=True)
        if units.height
    ]
    return (*sides, Part("", f"{say('overview.moved.note', before=since)} {say('bulletin.moved.reading')}"))


def _change(view: View, chosen: Selection, row: dict[str, Any]) -> str:
    n = numbers.number(n_of(chosen.measure, row), view.language)
    return view.say("bulletin.moved.of", name=row["name"], change=news.change(view, chosen, row), n=n)


def _silent(view: View, scope: str, found: list[coverage.Coverage]) -> Part:
    """Who has not reported by each source, at most `MOST_SILENT` of them by name."""
    lines = [plain_text(line) for one in found for line in coverage_words.missing(view.say, one, scope)]
    says = " ".join(coverage_words.line(view.say, one) for one in found)
    return Part(view.say("bulletin.silent"), says, tuple(lines[:MOST_SILENT]), len(lines))


def _overdue(view: View, scope: str) -> Part:
    """The promises after visits whose day has passed, for who may see them; an empty part where there is none."""
    found = [one for one in promises.overdue(view, scope) if units.unit(one.unit_code)]
    if not found:
        return Part("", "")
    lines = [
        f"{units.known(one.unit_code)['full_name']}: {words.overdue_line(view, one)}" for one in found[:MOST_SILENT]
    ]
    says = view.say("bulletin.overdue.n", n=numbers.number(len(found), view.language))
    return Part(view.say("bulletin.overdue"), says, tuple(lines), len(found))
