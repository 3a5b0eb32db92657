"""The inspectors' questions on the simulated country: what each rule finds of what was planted, and false alarms."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from time import perf_counter

import polars as pl
import yaml

from display.portraits.questions import questions, tables
from files.places import HOME
from ranking.periods import MERGER, calendar_period
from ranking.questions.definitions import Question
from ranking.questions.facts import Tables
from ranking.questions.inquiry import ask, tested
from store.snapshot import open_snapshot

CALIBRATION = HOME / "data" / "simulated.yaml"
TINY = {"dataset": "recorded"}


@dataclass(frozen=True)
class Result:
    """What one question found: oddities `planted` for it and `found`, unit-months `tested` and `false` alarms."""

    question: str
    planted: int
    found: int
    tested: int
    false: int

    @property
    def false_rate(self) -> float:
        """False alarms in per cent of the unit-months without a planted oddity that the rule could judge."""
        return 100 * self.false / self.tested if self.tested else 0.0


def run(dataset: str = "simulated") -> list[tuple[str, float, str]]:
    """Name, figure and unit: recall and false alarms by question, all together, and the time of asking."""
    source = tables(open_snapshot(dataset))
    results, together = measured(source, questions(), planted(CALIBRATION, source.lineage))
    found = [(f"{r.question}: found of {r.planted} planted", r.found, "oddities") for r in results if r.planted]
    false = [(f"{r.question}: false alarms in {r.tested:,} unit-months", r.false, "unit-months") for r in results]
    last = calendar_period("month", 2026, 8)
    begun = perf_counter()
    ask(source, questions(), last)
    seconds = perf_counter() - begun
    return [
        *found,
        *false,
        (f"all: false alarms in {together.tested:,} unit-months", together.false, "unit-months"),
        ("asking all questions of all communes, time", seconds, "s"),
    ]


def planted(calibration: Path, lineage: pl.DataFrame) -> pl.DataFrame:
    """One row per planted oddity and commune of today: `id`, `rule`, `unit_code`, `first` and `last` month."""
    entries = yaml.safe_load(calibration.read_text(encoding="utf-8"))["planted"]
    rows = [
        (e["id"], e["rule"], e["unit_code"], *(date.fromisoformat(f"{month}-01") for month in e["months"]))
        for e in entries
    ]
    frame = pl.DataFrame(rows, schema=["id", "rule", "unit_code", "first", "last"], orient="row")
    successors = lineage.select(unit_code="old_code", new_code="new_code")
    old = frame.filter(pl.col("last") < MERGER).join(successors, on="unit_code").with_columns(unit_code="new_code")
    return pl.concat([frame.filter(pl.col("last") >= MERGER), old.drop("new_code")])


def measured(source: Tables, asked: Mapping[str, Question], oddities: pl.DataFrame) -> tuple[list[Result], Result]:
    """(one result per question, the result of all together for the months since the merger).

    An oddity is found where its question fires for its commune in a month between its first and last. A false
    alarm is a firing in a unit-month without any planted oddity. Together, a unit-month counts once however many
    questions it raises.
    """
    rows = tested(source, asked)
    results = [_result(asked[name], judged, oddities) for name, judged in rows.items()]
    return results, _together(rows, oddities)


def _result(question: Question, judged: pl.DataFrame, oddities: pl.DataFrame) -> Result:
    own = oddities.filter(pl.col("rule") == question.rule)
    hits = _overlaps(judged.filter("fires"), own).get_column("id").n_unique()
    clean = judged.join(_overlaps(judged, oddities), on=["unit_code", "period_start"], how="anti")
    return Result(question.id, own.height, hits, clean.height, clean.get_column("fires").sum())


def _together(rows: Mapping[str, pl.DataFrame], oddities: pl.DataFrame) -> Result:
    """A month of a unit counts once, however many questions could judge it or fired."""
    since = pl.concat([judged.filter(pl.col("period_start") >= MERGER) for judged in rows.values()])
    months = since.group_by("unit_code", "period_start", "period_end").agg(pl.col("fires").any())
    clean = months.join(_overlaps(months, oddities), on=["unit_code", "period_start"], how="anti")
    return Result("all", 0, 0, clean.height, clean.get_column("fires").sum())


def _overlaps(judged: pl.DataFrame, oddities: pl.DataFrame) -> pl.DataFrame:
    pairs = judged.join(oddities, on="unit_code")
    return pairs.filter(pl.col("period_start") <= pl.col("last"), pl.col("period_end") >= pl.col("first"))


def table(results: list[Result], together: Result) -> Iterator[str]:
    """The lines of the table of docs/questions.md that hold measured figures."""
    for r in results:
        found = f"{r.found} of {r.planted}" if r.planted else "none planted"
        yield f"| `{r.question}` | {found} | {_rate(r)} |"
    yield f"| all together, since the merger | | {_rate(together)} |"


def _rate(result: Result) -> str:
    if not result.tested:
        return "not testable here"
    return f"{result.false:,} of {result.tested:,} ({result.false_rate:.3f} %)"
