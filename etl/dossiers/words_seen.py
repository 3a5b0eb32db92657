"""What stands in the columns of words: answers, blanks, errors of Excel, and words that nobody knows.

Nothing of a cell is kept but unknown words with their counts, in memory, to be told to the editor by the rule of
`etl.dossiers.personal.tellable`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import polars as pl

from etl.dossiers.coded import ERROR, Coded, counted, listed
from etl.dossiers.lists import Lists, word_key
from etl.dossiers.personal import tellable
from ranking.dossiers.rows import FLAGS

WORDS = ("channel", "service_level", "state", *FLAGS)
CHECKS, CROSSES = frozenset("✓✔√☑v"), frozenset("x×☒✗✘")
"""Marks that say yes, and those that say yes where they stand alone: beside a check mark a cross may say no."""
_ROWS_NAMED = 5
_WORDS_NAMED = 20
_WORDS_KEPT = 2_000


@dataclass
class _Column:
    """Evidence of one column of words."""

    yes: int = 0
    checks: int = 0
    crosses: int = 0
    no: int = 0
    blank: int = 0
    unknown: dict[str, int] = field(default_factory=dict)
    unknown_rows: int = 0
    errors: int = 0
    rows: dict[str, list[int]] = field(default_factory=dict)
    error_rows: list[int] = field(default_factory=list)


class WordsSeen:
    """Gathers, batch by batch, what columns of words say."""

    def __init__(self, lists: Lists) -> None:
        self._lists = lists
        self._words: dict[str, _Column] = {}

    def add(self, columns: Mapping[str, Coded], rows: pl.Series) -> None:
        """Columns of words: how often each answer, no answer, and a word that nobody knows stand there."""
        for name in WORDS:
            if name not in columns:
                continue
            column, known = columns[name], self._lists.words_of(name)
            found = self._words.setdefault(name, _Column())
            counts = column.counts.to_list()
            for text, count in zip(column.texts.to_list(), counts, strict=True):
                value = known.get(word_key(text)) if text is not None else None
                if value == "yes":
                    found.yes += count
                    found.checks += count * (word_key(text) in CHECKS)
                    found.crosses += count * (word_key(text) in CROSSES)
                elif value == "no":
                    found.no += count
                elif text is None:
                    found.blank += count
            found.blank += rows.len() - sum(counts)
            told = [text is None or word_key(text) in known for text in column.texts]
            self._note(found, column, rows, pl.Series(told, dtype=pl.Boolean))

    def add_unknown(self, name: str, column: Coded, known: pl.Series, rows: pl.Series) -> None:
        """Texts of a column that its code list does not hold; `known`: by text."""
        self._note(self._words.setdefault(name, _Column()), column, rows, known)

    def _note(self, found: _Column, column: Coded, rows: pl.Series, known: pl.Series) -> None:
        odd = ~known.fill_null(True)
        if not odd.any():
            return
        errors = odd & column.texts.str.contains(ERROR).fill_null(False)
        found.errors += counted(column.counts, errors)
        if errors.any():
            found.error_rows += column.rows_of(errors, rows, _ROWS_NAMED - len(found.error_rows))
        odd = odd & ~errors
        found.unknown_rows += counted(column.counts, odd)
        for text, count in zip(column.texts.filter(odd).to_list(), column.counts.filter(odd).to_list(), strict=True):
            if text in found.unknown or len(found.unknown) < _WORDS_KEPT:
                found.unknown[text] = found.unknown.get(text, 0) + count
                named = found.rows.setdefault(text, [])
                if len(named) < _ROWS_NAMED:
                    named += column.rows_of(column.texts == text, rows, _ROWS_NAMED - len(named))

    def ticks(self) -> frozenset[str]:
        """The columns whose blanks say no: they hold ticks alone."""
        return frozenset(name for name in FLAGS if name in self._words and _is_ticked(self._words[name]))

    def crossed(self) -> frozenset[str]:
        """The columns that hold check marks and crosses: nobody can tell what a cross says there."""
        return frozenset(name for name in FLAGS if name in self._words and _is_crossed(self._words[name]))

    def used(self) -> frozenset[str]:
        """The columns that answer at all."""
        return frozenset(name for name, words in self._words.items() if words.yes or words.no)

    def remarks(self, ticks: frozenset[str]) -> Iterable[str]:
        """What the editor is told of the columns; `ticks`: those whose blanks are read as no."""
        for name, words in self._words.items():
            if name in ticks:
                only = f"the column holds ticks alone ({words.yes}) and never a no"
                yield f"{name}: {words.blank} empty cells say no, as {only}"
            if name in FLAGS and _is_crossed(words):
                beside = f"{words.crosses} crosses stand beside {words.checks} check marks"
                what = (
                    "they may say no, so they are not read; say which under values in headers.yaml, in local/dossiers"
                )
                yield f"{name}: {beside}: {what}"
            if words.errors:
                yield f"{name}: {words.errors} rows hold an error of Excel (rows {listed(words.error_rows)})"
            if words.unknown_rows:
                yield _unknown(name, words)


def _is_ticked(words: _Column) -> bool:
    alone = not words.no and not words.unknown_rows and not words.errors and not _is_crossed(words)
    return bool(words.yes and words.blank and alone)


def _is_crossed(words: _Column) -> bool:
    return bool(words.checks and words.crosses)


def _unknown(name: str, words: _Column) -> str:
    told = {text: count for text, count in words.unknown.items() if tellable(text, count)}
    most = sorted(told.items(), key=lambda pair: (-pair[1], pair[0]))[:_WORDS_NAMED]
    rest = words.unknown_rows - sum(count for _, count in most)
    spoken = [f"{text!r} × {count}" for text, count in most]
    if rest:
        rows = sorted(row for text, found in words.rows.items() if text not in dict(most) for row in found)
        spoken.append(
            f"{rest} rows with words that are not shown (rows {listed(rows[:_ROWS_NAMED])}"
            f"{', …' if rest > _ROWS_NAMED else ''})"
        )
    return f"{name}: {words.unknown_rows} rows with words that are not known: {', '.join(spoken)}. {_where(name)}"


def _where(name: str) -> str:
    if name == "field":
        return "They count as a field that is not known; add them to fields.yaml in data/dossiers or local/dossiers"
    if name in ("intake_unit", "deciding_unit"):
        return "These rows are in quarantine; write the unit's name or its five-digit code"
    if name == "procedure":
        return "A code of a procedure is written as 1.001193; these rows count without one"
    what = "yes or no" if name in FLAGS else name
    return f"Add them to {what} under values in headers.yaml, in data/dossiers or local/dossiers"
