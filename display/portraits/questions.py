"""The questions that a snapshot raises, and the sentences in which an inspector can ask them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import polars as pl

from display.words import numbers
from display.words.text import Speaker
from files.places import HOME
from ranking.periods import Period, between
from ranking.questions.definitions import Question, registry
from ranking.questions.facts import Tables
from ranking.questions.inquiry import ask
from store import peers, sight
from store.reference import events, measures, reference_table
from store.snapshot import Snapshot


@dataclass(frozen=True)
class Asked:
    """One question to one commune, in the reader's language; all texts are plain, not markup.

    `page` and `measure`: where the evidence is to be seen. `period`: what the evidence is of. `times`: how many
    months fired. `strength` ½ to 1; `weight` · `strength` is what it adds to the shortlist's score.
    """

    unit_code: str
    question: str
    short: str
    sentence: str
    why: str
    period: Period
    times: int
    strength: float
    weight: float
    page: str
    measure: str


@lru_cache(maxsize=1)
def questions() -> dict[str, Question]:
    """The registry of `data/questions`."""
    folder = HOME / "data" / "questions"
    return registry({path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.yaml")})


def tables(snapshot: Snapshot) -> Tables:
    """What the rules look at, of one snapshot."""
    return Tables(
        measurements=sight.scan(snapshot, "measurements"),
        revisions=sight.scan(snapshot, "revisions").collect(),
        quarantine=sight.scan(snapshot, "quarantine").collect(),
        units=reference_table("units"),
        lineage=reference_table("lineage"),
        peers=peers.peers(),
        events=events(),
        measures=measures(),
    )


def asked(snapshot: Snapshot, period: Period) -> pl.DataFrame:
    """The questions at the end of `period`, as `ranking.questions.ask` gives them, of the provinces seen whole.

    They are worked out from all figures: what a commune is asked must not hang on who asks.
    """
    found = _of_all(snapshot.seen_in(None), period)
    return found if snapshot.seen is None else found.filter(pl.col("unit_code").is_in(_communes(snapshot.seen)))


@lru_cache(maxsize=8)
def _of_all(snapshot: Snapshot, period: Period) -> pl.DataFrame:
    return ask(tables(snapshot), questions(), period)


@lru_cache(maxsize=64)
def _communes(provinces: frozenset[str]) -> list[str]:
    units = reference_table("units")
    return units.filter(pl.col("province_code").is_in(sorted(provinces))).get_column("code").to_list()


def of_unit(snapshot: Snapshot, period: Period, unit: str) -> pl.DataFrame:
    """The rows of `asked` of one commune, the heaviest question first."""
    return asked(snapshot, period).filter(pl.col("unit_code") == unit)


def sentences(language: str, rows: pl.DataFrame) -> list[Asked]:
    """Each row of `asked` in words, in the order of the rows."""
    return [_asked(language, row) for row in rows.iter_rows(named=True)]


def _asked(language: str, row: Mapping[str, Any]) -> Asked:
    question = questions()[row["question"]]
    period = between(row["period_start"], row["period_end"])
    blanks = _blanks(language, row["evidence"])
    blanks |= {"unit": _unit_names()[row["unit_code"]], "period": _period(language, period)}
    return Asked(
        unit_code=row["unit_code"],
        question=question.id,
        short=question.short.in_language(language),
        sentence=question.text.in_language(language).format(**blanks),
        why=question.why.in_language(language),
        period=period,
        times=row["times"],
        strength=row["strength"],
        weight=row["weight"],
        page=question.evidence.page,
        measure=question.evidence.measure,
    )


def _blanks(language: str, evidence: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """What fills the blanks of a sentence: each figure, its number of dossiers, its period."""
    found = {}
    for figure in evidence:
        name, period = figure["name"], between(figure["period_start"], figure["period_end"])
        found[name] = _figure(language, figure)
        found[f"{name}_n"] = numbers.number(figure["n"], language)
        found[f"{name}_period"] = _period(language, period)
    return found


def _period(language: str, period: Period) -> str:
    """A period after "in"; a stretch of days as its two ends."""
    if period.kind != "to_date":
        return numbers.period_in_sentence(period, language)
    say, first, last = Speaker(language), numbers.day(period.start, language), numbers.day(period.end, language)
    return say("questions.stretch", first=first, last=last)


def _figure(language: str, figure: Mapping[str, Any]) -> str:
    say, value, kind = Speaker(language), figure["value"], figure["kind"]
    if kind == "text":
        return figure["text"] or numbers.MISSING
    if kind == "points":
        return say("questions.points", points=numbers.number(value, language, 1))
    if kind == "value" and figure["measure"] in measures():
        return numbers.with_unit(value, measures()[figure["measure"]], language)
    return numbers.number(value, language, 1 if kind == "times" else 0)


@lru_cache(maxsize=1)
def _unit_names() -> dict[str, str]:
    return dict(reference_table("units").select("code", "full_name").iter_rows())
