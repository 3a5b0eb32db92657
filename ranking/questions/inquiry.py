"""Which questions figures raise, about whom, of when."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta

import polars as pl

from ranking.frame_types import Columns
from ranking.periods import Period
from ranking.questions.definitions import RULES, Question
from ranking.questions.facts import Facts, Tables
from ranking.questions.findings import FIRED, findings
from ranking.questions.rule import Rule

_DAY = timedelta(days=1)
_Test = tuple[Question, Rule, pl.DataFrame]
ASKED: Columns = FIRED | {"times": pl.UInt32, "first_start": pl.Date, "weight": pl.Float64}


def ask(tables: Tables, questions: Mapping[str, Question], period: Period) -> pl.DataFrame:
    """One row per commune and question that is worth asking at the end of `period`.

    A question is worth asking where its rule fires in `period` itself or in a month within the question's
    `look_back_months` up to the period's end. Columns `ASKED`: the stretch, `strength` (½ to 1) and `evidence`
    (see `findings.FIGURE`) of the latest firing, `times` (how many stretches fired), `first_start` (the start of
    the first) and the question's `weight`; sorted by unit, then weight · strength, the heaviest first.
    """
    rows = _within_reach(fired(tables, questions, period), questions, period)
    if rows.is_empty():
        return pl.DataFrame(schema=ASKED)
    latest = rows.sort("period_end", "period_start").group_by("unit_code", "question", maintain_order=True)
    weights = {question.id: question.weight for question in questions.values()}
    asked = latest.agg(
        pl.col("period_start", "period_end", "strength", "evidence").last(),
        times=pl.len(),
        first_start=pl.col("period_start").min(),
    ).with_columns(weight=pl.col("question").replace_strict(weights, return_dtype=pl.Float64))
    heaviest = pl.col("weight") * pl.col("strength")
    return asked.select(*ASKED).sort("unit_code", heaviest, "question", descending=[False, True, False])


def scores(asked: pl.DataFrame) -> pl.DataFrame:
    """`unit_code`, `score` (the sum of weight · strength) and `questions` (how many), the highest score first."""
    score = (pl.col("weight") * pl.col("strength")).sum()
    by_unit = asked.group_by("unit_code").agg(score=score, questions=pl.len())
    return by_unit.sort("score", "unit_code", descending=[True, False])


def fired(tables: Tables, questions: Mapping[str, Question], period: Period | None = None) -> pl.DataFrame:
    """One row (`FIRED`) per commune of today, question and stretch in which its rule fires.

    Stretches are all whole months, and `period` itself where it is no month. What happened in an old commune
    is told of the commune of today that got any of it for sure.
    """
    found = [
        findings(question.id, rows, rule.strength(), rule.shown(question.measures))
        for question, rule, rows in _tests(tables, questions, period)
    ]
    return pl.concat([pl.DataFrame(schema=FIRED), *found])


def tested(tables: Tables, questions: Mapping[str, Question]) -> dict[str, pl.DataFrame]:
    """By question the months that its rule could judge: `unit_code`, `period_start`, `period_end`, `fires`."""
    columns = ["unit_code", "period_start", "period_end", "fires"]
    return {question.id: rows.select(columns) for question, _, rows in _tests(tables, questions, None)}


def _tests(tables: Tables, questions: Mapping[str, Question], period: Period | None) -> Iterator[_Test]:
    """Each question with its rule and the rows it judged."""
    facts = _facts(tables, questions, period)
    for question in questions.values():
        rule = question.rule_with_thresholds()
        yield question, rule, rule.tested(facts, question.measures)


def _facts(tables: Tables, questions: Mapping[str, Question], period: Period | None) -> Facts:
    measures = {name for question in questions.values() for name in question.measures.values()}
    old = {
        name
        for question in questions.values()
        for role, name in question.measures.items()
        if role in RULES[question.rule].old_roles
    }
    return Facts.of(tables, sorted(measures & set(tables.measures)), sorted(old), period)


def _within_reach(rows: pl.DataFrame, questions: Mapping[str, Question], period: Period) -> pl.DataFrame:
    """Firings that `period` still asks about: not later than it, and not too long before its end."""
    reach = {question.id: question.look_back_months for question in questions.values()}
    months = pl.col("question").replace_strict(reach, return_dtype=pl.Int64)
    earliest = pl.lit(period.end + _DAY).dt.offset_by(pl.format("-{}mo", months.fill_null(0)))
    recent = months.is_null() | (pl.col("period_end") >= earliest)
    own = (pl.col("period_start") == period.start) & (pl.col("period_end") == period.end)
    return rows.filter(own | ((pl.col("period_end") <= period.end) & recent))
