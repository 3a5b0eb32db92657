"""Every measure as its file in `data/measures` defines it: to search, to jump to, to open, with its review dates."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from html import escape

import polars as pl

from display.words import numbers
from display.words.view import View
from ranking.index_sensitivity import GROUPS
from ranking.measures import Measure, Text
from ranking.names import fold
from store import catalog, reference, snapshot
from ui.frame import html
from ui.parts import tables

_OPENED = 3


def found(measures: Iterable[Measure], query: str) -> list[Measure]:
    """The measures whose id, name or meaning, in either language, holds `query`; case and diacritics don't count."""
    wanted = fold(query)
    return [measure for measure in measures if wanted in _searched(measure)]


def _searched(measure: Measure) -> str:
    texts = (measure.name, measure.short, measure.meaning)
    return " | ".join([measure.id, *(fold(words) for text in texts for words in (text.vi, text.en))])


def overdue(measures: Iterable[Measure], today: date) -> list[Measure]:
    """The measures whose next review should have been held before `today`."""
    return [measure for measure in measures if measure.next_review < today]


def present(view: View) -> dict[str, pl.DataFrame]:
    """What the dataset holds of each measure: rows of `store.catalog` by measure."""
    known = catalog.catalog(view.snapshot).filter(pl.col("measure").is_in(list(reference.measures())))
    return {name: rows for (name,), rows in known.partition_by("measure", as_dict=True).items()}


def section(view: View, query: str, today: date) -> None:
    """A list to jump from, and below it each measure found, folded unless they are few."""
    shown = found(reference.measures().values(), query)
    if not shown:
        html.caption(view.say("about.measures.none", query=query))
        return
    held = present(view)
    opened = bool(query) and len(shown) <= _OPENED
    jumps = "".join(f"<li>{_jump(view, measure, measure.id in held)}</li>" for measure in shown)
    label = escape(view.say("about.measures.jump"))
    bodies = "".join(_measure(view, measure, held.get(measure.id), today, opened) for measure in shown)
    html.show(f'<nav aria-label="{label}"><ul class="gd-jump">{jumps}</ul></nav>')
    html.caption(view.say("about.measures.reading"))
    html.show(f'<div class="gd-measures">{bodies}</div>')


def _jump(view: View, measure: Measure, held: bool) -> str:
    words = escape(measure.short.in_language(view.language))
    return f'<a class="{"" if held else "gd-void"}" href="#do-{measure.id}">{words}</a>'


def _measure(view: View, measure: Measure, held: pl.DataFrame | None, today: date, opened: bool) -> str:
    """One measure. The anchor stands inside, so that a browser which jumps there also opens the fold."""
    name = escape(measure.name.in_language(view.language))
    late = _chip(view.say("about.review.overdue")) if measure.next_review < today else ""
    absent = "" if held is not None else f'<span class="gd-sub">{escape(view.say("about.measures.absent"))}</span>'
    lines = "".join(f"<dt>{escape(term)}</dt><dd>{text}</dd>" for term, text in lines_of(view, measure, held, today))
    return (
        f'<details class="gd-measure"{" open" if opened else ""}><summary><b>{name}</b> {late}{absent}</summary>'
        f'<div id="do-{measure.id}"><dl class="gd-about">{lines}</dl></div></details>'
    )


def _chip(words: str) -> str:
    return f'<span class="gd-band gd-warned">{escape(words)}</span>'


def lines_of(view: View, measure: Measure, held: pl.DataFrame | None, today: date) -> list[tuple[str, str]]:
    """The definition line by line: its name, and its text as markup."""
    words = view.measure_words()
    say, language = view.say, view.language
    plain = [
        (words["meaning"], measure.meaning.in_language(language)),
        (words["why"], measure.why.in_language(language)),
        (say("about.formula"), formula(view, measure)),
        *((words[part], text.in_language(language)) for part, text in _parts(measure) if text),
        (say("about.direction"), say(f"about.direction.{measure.direction}")),
        (say("about.basis"), "; ".join(say(f"basis.{basis}") for basis in measure.basis)),
        (say("about.series"), ", ".join(measure.series)),
        (words["below"], measure.below_minimum.in_language(language)),
        (words["target"], target(view, measure)),
        (say("about.here"), here(view, held)),
    ]
    lines = [(term, escape(text)) for term, text in plain]
    if measure.bands:
        lines.append((say("about.bands"), escape(_bands(measure, language))))
    caveats = "".join(f"<li>{escape(text.in_language(language))}</li>" for text in measure.caveats)
    sources = "".join(f"<li>{escape(source)}</li>" for source in measure.sources)
    lines += [(words["caveats"], f"<ul>{caveats}</ul>"), (words["sources"], f'<ul lang="vi">{sources}</ul>')]
    return [*lines, (say("about.review"), _review(view, measure, today)), (say("about.file"), _file(measure))]


def _parts(measure: Measure) -> list[tuple[str, Text | None]]:
    return [("numerator", measure.numerator), ("denominator", measure.denominator)]


def formula(view: View, measure: Measure) -> str:
    """How numerator and denominator become the value."""
    per, most = numbers.number(measure.per, view.language), numbers.number(measure.max_score, view.language)
    unit = measure.unit.in_language(view.language)
    return view.say(f"about.formula.{measure.kind}", per=per, most=most, unit=unit)


def target(view: View, measure: Measure) -> str:
    """The target with its legal source and its year; that there is none where there is none."""
    if measure.target is None:
        return view.say("about.target.none")
    words = numbers.target(measure, view.language)
    if measure.target.by is None:
        return words
    return f"{words} ({view.say('about.target.by', day=numbers.day(measure.target.by, view.language))})"


def here(view: View, held: pl.DataFrame | None) -> str:
    """The levels and bases that the dataset holds a measure for, and its last day."""
    if held is None:
        return view.say("about.measures.absent")
    levels = [level for level in ("commune", "department", "province") if level in set(held.get_column("level"))]
    parts = []
    for level in levels:
        rows = held.filter(pl.col("level") == level)
        bases = ", ".join(view.say(f"basis.{basis}") for basis in rows.get_column("basis").unique().sort())
        last = numbers.day(rows.select(pl.max("period_end")).item(), view.language)
        parts.append(view.say("about.here.level", level=view.say(f"level.{level}"), bases=bases, last=last))
    return "; ".join(parts)


def _bands(measure: Measure, language: str) -> str:
    return ", ".join(
        f"{band.name.in_language(language)} ≥ {numbers.number(band.at_least, language)}" for band in measure.bands
    )


def _review(view: View, measure: Measure, today: date) -> str:
    reviewed, again = (numbers.day(day, view.language) for day in (measure.reviewed, measure.next_review))
    words = escape(view.say("about.review.dates", author=measure.author, reviewed=reviewed, again=again))
    return f"{words} {_chip(view.say('about.review.overdue'))}" if measure.next_review < today else words


def _file(measure: Measure) -> str:
    return f"<code>data/measures/{measure.id}.yaml</code>, <code>{escape(measure.method)}</code>"


def groups(view: View) -> None:
    """The six groups of the index: their points, what they are made of, and what to read with care."""
    items = "".join(_group(view, reference.measures()[name]) for name in GROUPS)
    html.show(f'<ul class="gd-groups">{items}</ul>')
    caveats = reference.measures()["index_766"].caveats
    lines = "".join(f"<li>{escape(text.in_language(view.language))}</li>" for text in caveats)
    html.show(f'<div class="gd-about"><p><b>{escape(view.say("about.groups.whole"))}</b></p><ul>{lines}</ul></div>')


def _group(view: View, measure: Measure) -> str:
    language = view.language
    title = view.say("unit.groups.name", group=view.say(f"weights.group.{measure.id}"), code=measure.id.upper())
    most = numbers.with_unit(measure.max_score, measure.model_copy(update={"decimals": 0}), language)
    rests_on = measure.numerator.in_language(language) if measure.numerator else ""
    counted = view.say("unit.groups.counted", text=rests_on)
    caveats = "".join(f"<li>{escape(text.in_language(language))}</li>" for text in measure.caveats)
    return (
        f'<li><div class="gd-row"><b>{escape(title)}</b><span class="gd-n">{escape(most)}</span></div>'
        f"<p>{escape(measure.meaning.in_language(language))}</p><p>{escape(counted)}</p>"
        f'<details class="gd-fold"><summary>{escape(view.say("measure.caveats"))}</summary>'
        f"<ul>{caveats}</ul></details></li>"
    )


def by_dataset(view: View) -> None:
    """Which of the published datasets hold which measure."""
    names, held = [], []
    inside = view.reader.may("unreleased")
    for name in snapshot.datasets(unreleased=inside):
        try:
            held.append(
                set(catalog.catalog(snapshot.open_snapshot(name, unreleased=inside)).get_column("measure").unique())
            )
        except snapshot.SnapshotTrouble:
            continue  # the dataset's own page says what is wrong with it
        names.append(name)
    title = view.say("about.part.datasets")
    headers = [view.say("about.column.measure"), *(view.say(f"dataset.{name}") for name in names)]
    page = {"page": "methods", "part": "datasets"}
    tables.shared_table(view, "datasets", page, headers, _yes_or_no(view, held), title, ())


def _yes_or_no(view: View, held: Sequence[set[str]]) -> list[list[str]]:
    words = {True: view.say("about.yes"), False: numbers.MISSING}
    return [
        [measure.name.in_language(view.language), *(words[measure.id in known] for known in held)]
        for measure in reference.measures().values()
    ]
