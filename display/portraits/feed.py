"""What a feed tells of a commune or a province: its public figures and their corrections, no others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from display.portraits import plain_words
from display.portraits.plain_figures import Answer, province
from display.words import numbers, revisions
from display.words.text import Speaker
from store import errata, units
from store.reference import communes_of, province_name
from store.snapshot import Snapshot

MOST_CORRECTED = 30
_OF_ONE = ("unit_code", "measure", "basis", "field", "period_start", "period_end", "snapshot")


@dataclass(frozen=True)
class Entry:
    """One thing that was published: `key` stays the same for the same thing, `updated` in UTC."""

    key: str
    title: str
    says: str
    updated: datetime


def of_unit(say: Speaker, snapshot: Snapshot, code: str) -> list[Entry]:
    """The entries of a commune, the latest first; KeyError where the code is no commune's."""
    whose = units.unit(code)
    if whose is None:
        raise KeyError(code)
    home = whose["province_code"]
    answers = province(snapshot, home).portrait(code).answers
    cards = plain_words.cards(say, answers, province_name(home))
    found = [*_figures(say, snapshot, code, answers, cards), *_corrections(say, snapshot, [code])]
    return sorted(found, key=lambda one: (one.updated, one.key), reverse=True)


def of_province(say: Speaker, snapshot: Snapshot, code: str) -> list[Entry]:
    """The same of all communes of a province together."""
    known = [answer for answer in province(snapshot, code).answers if answer.value is not None]
    cards = plain_words.province_cards(say, province(snapshot, code))
    found = [*_figures(say, snapshot, code, known, cards), *_corrections(say, snapshot, list(communes_of(code)))]
    return sorted(found, key=lambda one: (one.updated, one.key), reverse=True)


def _figures(
    say: Speaker, snapshot: Snapshot, code: str, answers: Sequence[Answer], cards: Sequence[plain_words.Card]
) -> Iterator[Entry]:
    for answer, card in zip(answers, cards, strict=True):
        if answer.value is None or answer.captured_at is None:
            continue
        when = numbers.period_in_sentence(answer.period, say.language)
        parts = [*plain_words.simulated(say, snapshot.manifest.nature), card.sentence, card.band_words]
        key = f"{snapshot.manifest.dataset}:{code}:{answer.measure}:{answer.basis}:{answer.period.id}"
        says = " ".join(part for part in parts if part)
        yield Entry(key, f"{card.title}, {when}", says, answer.captured_at)


def _corrections(say: Speaker, snapshot: Snapshot, codes: Sequence[str]) -> Iterator[Entry]:
    rows = errata.public(snapshot).filter(pl.col("unit_code").is_in(list(codes)), pl.col("level") == "commune")
    rows = rows.head(MOST_CORRECTED)
    lines = revisions.lines(say, snapshot, rows, "released_at")
    for row, (unit, measure, period, before, now, _) in zip(rows.iter_rows(named=True), lines, strict=True):
        key = ":".join(str(row[name]) for name in _OF_ONE)
        words = {"before": before, "now": now, "basis": say(f"basis.{row['basis']}")}
        yield Entry(
            f"{snapshot.manifest.dataset}:errata:{key}",
            say("feed.errata", measure=measure, period=period),
            " ".join(
                [*plain_words.simulated(say, snapshot.manifest.nature), say("feed.errata.says", unit=unit, **words)]
            ),
            row["released_at"],
        )
