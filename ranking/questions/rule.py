"""What every rule is: thresholds, the figures it shows, and the rows it can judge."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Annotated, ClassVar

import polars as pl
from pydantic import BaseModel, ConfigDict, Field

from ranking.questions.facts import STRETCH, Facts

Measures = Mapping[str, str]
Positive = Annotated[float, Field(gt=0)]
Percent = Annotated[float, Field(ge=0, le=100)]
AT = ["unit_code", *STRETCH]
"""What names a row that a rule judges: a commune and a stretch of days."""


class Rule(BaseModel, ABC):
    """A rule; its fields are the thresholds that a question's file must give.

    `roles`: the parts that the question's measures play; empty where any number of measures will do.
    `old_roles`: roles of which the months before the merger are looked at too.
    `figures`: the figures of the evidence, by which a sentence's blanks are named.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    roles: ClassVar[tuple[str, ...]] = ()
    old_roles: ClassVar[tuple[str, ...]] = ()
    figures: ClassVar[tuple[str, ...]] = ()

    @classmethod
    def blanks(cls) -> set[str]:
        """For each figure its value, its `_n` and the period it is of, `_period`."""
        return {f"{name}{part}" for name in cls.figures for part in ("", "_n", "_period")}

    @abstractmethod
    def tested(self, facts: Facts, measures: Measures) -> pl.DataFrame:
        """One row per commune of today and stretch that the rule can judge, with `fires`.

        Columns: `unit_code`, `period_start`, `period_end`, `fires` and those that `strength` and `shown` use.
        """

    @abstractmethod
    def strength(self) -> pl.Expr:
        """How strong the evidence of a firing row is, from ½ to 1."""

    @abstractmethod
    def shown(self, measures: Measures) -> list[pl.Expr]:
        """The figures of a firing row, made by `findings.figure`."""
