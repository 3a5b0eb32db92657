"""Measures as data: what each YAML definition must say, and how its value is computed from a row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Annotated, Literal

import polars as pl
import yaml
from pydantic import Field, ValidationError, model_validator
from pydantic_core import ErrorDetails

from ranking import formulas, yaml_text
from ranking.definition import Definition
from ranking.formulas import Formula

Basis = Literal["portal", "form", "dossiers"]


class MeasureError(ValueError):
    """A definition is not usable; the message names file, key, the value found and what is allowed."""


class Text(Definition):
    """One text in both languages."""

    vi: Annotated[str, Field(min_length=1)]
    en: Annotated[str, Field(min_length=1)]

    def in_language(self, language: str) -> str:
        return self.vi if language == "vi" else self.en


class Target(Definition):
    """A level to reach, in the measure's unit (per cent for shares), with its legal source."""

    value: float
    by: date | None = None
    source: Text


class AssumedRho(Definition):
    """How alike the dossiers of a unit are in one period (ρ, `overdispersion`), where too few periods tell."""

    value: Annotated[float, Field(gt=0, lt=1)]
    source: Text | None = None


GENERAL_RHO = AssumedRho(value=0.01)
"""For measures of which nothing was recorded twice: between those of which it was, 0.003 and 0.04 (docs/methods.md)."""


class Band(Definition):
    """A named stretch of values, from `at_least` up to the next band's."""

    at_least: float
    name: Text


class Measure(Definition):
    """One measure; `kind` says how a row of measurements becomes its value (see `value`).

    `counts`: what numerator and denominator count, where it is not dossiers. `phrase`: by basis, what a share is of,
    as a sentence says it after the value.

    `numerator` and `denominator` say in words what `formula` says to the importers, which make the rows by it.
    """

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    name: Text
    short: Text
    meaning: Text
    why: Text
    numerator: Text | None
    denominator: Text | None
    formula: Formula = Field(default=Formula(), exclude=True)
    kind: Literal["share", "score", "count", "rate", "quantity"]
    unit: Text
    decimals: Annotated[int, Field(ge=0, le=3)]
    per: Annotated[float, Field(gt=0)] = 1
    max_score: float | None = None
    direction: Literal["higher", "lower", "neutral"]
    basis: Annotated[list[Basis], Field(min_length=1)]
    series: Annotated[list[str], Field(min_length=1)]
    minimum_denominator: Annotated[int, Field(ge=0)]
    below_minimum: Text
    target: Target | None = None
    bands: Annotated[list[Band], Field(default_factory=list)]
    caveats: list[Text]
    method: Annotated[str, Field(pattern=r"^docs/[a-z_]+\.md$")]
    sources: Annotated[list[str], Field(min_length=1)]
    derived_from: str | None = None
    order: int
    assumed_rho: Annotated[AssumedRho, Field(default=GENERAL_RHO, exclude=True)]
    counts: Annotated[Text | None, Field(default=None, exclude=True)]
    phrase: Annotated[dict[Basis, Text], Field(default_factory=dict, exclude=True)]
    author: str
    reviewed: date
    next_review: date

    @property
    def full_marks(self) -> float:
        """The points that a score can reach; ValueError where the measure is no score."""
        if self.max_score is None:
            raise ValueError(f"{self.id}: a measure of kind {self.kind} has no points at full marks")
        return self.max_score

    def adds_up(self, basis: str) -> bool:
        """Whether the units of a province are known to add up to it: counts and shares of counts, as a source counts.

        The portal's only where its formula says so: of petitions, say, most name no unit.
        """
        if self.kind not in ("count", "share"):
            return False
        return basis != "portal" or any(formula.adds_up for formula in self.formula.portal)

    @property
    def subtracts(self) -> bool:
        """Whether a source counts each dossier of this share in one period only (`ranking.stretches`)."""
        return self.kind == "share" and any(formula.subtracts for formula in self.formula.portal)

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> Measure:
        if self.kind == "score" and self.max_score is None:
            raise ValueError("max_score: a measure of kind score must have one, the points at full marks")
        if self.kind in ("share", "rate") and self.denominator is None:
            raise ValueError(f"denominator: a measure of kind {self.kind} must have one, not null")
        if self.next_review <= self.reviewed:
            raise ValueError(f"next_review: {self.next_review} must be later than reviewed, {self.reviewed}")
        levels = [band.at_least for band in self.bands]
        if levels != sorted(set(levels), reverse=True):
            raise ValueError(f"bands: must run from the highest at_least to the lowest, found {levels}")
        if self.derived_from is None:
            formulas.check(self.formula, self.kind, self.basis, self.series)
        elif self.formula != Formula():
            raise ValueError(f"formula: belongs to {self.derived_from}, from which this measure is derived")
        return self

    def value(self) -> pl.Expr:
        """The value of a row of `tables.Measurements`, null where the row reports none.

        share: 100 · numerator / denominator, in per cent; where the source gives the per cent alone, without
        counts, it stands as `score` out of a `max_score` of 100. rate: per · numerator / denominator.
        The product comes first, so that a half such as 81.35 is the number that reads so.
        score: points. count and quantity: the numerator as the source gives it.
        """
        denominator = pl.when(pl.col("denominator") > 0).then(pl.col("denominator"))
        published = pl.when(pl.col("numerator").is_null()).then(pl.col("score"))
        by_kind = {
            "share": pl.coalesce(100 * pl.col("numerator") / denominator, published),
            "rate": self.per * pl.col("numerator") / denominator,
            "score": pl.col("score"),
            "count": pl.col("numerator"),
            "quantity": pl.col("numerator"),
        }
        return pl.when(pl.col("state") == "reported").then(by_kind[self.kind])


def values(measures: Iterable[Measure]) -> pl.Expr:
    """`Measure.value` for rows of several measures; null in rows of any other."""
    found = pl.lit(None, pl.Float64)
    for measure in measures:
        found = pl.when(pl.col("measure") == measure.id).then(measure.value()).otherwise(found)
    return found


def registry(definitions: Mapping[str, str]) -> dict[str, Measure]:
    """The measures of `definitions` (file name → YAML text) by id, in their display order.

    Raises MeasureError on the first file that is not a valid definition.
    """
    measures = [_measure(name, text) for name, text in sorted(definitions.items())]
    by_id = {measure.id: measure for measure in sorted(measures, key=lambda m: (m.order, m.id))}
    for measure in measures:
        named = [("derived_from", measure.derived_from), *(("formula.sum_of", part) for part in measure.formula.sum_of)]
        for key, other in named:
            if other and other not in by_id:
                raise MeasureError(f"{measure.id}.yaml, {key}: no measure {other!r}; known are {', '.join(by_id)}")
    return by_id


def _measure(name: str, text: str) -> Measure:
    try:
        measure = Measure.model_validate(yaml_text.load(text))
    except yaml.YAMLError as error:
        raise MeasureError(f"{name}: not YAML: {error}") from error
    except ValidationError as error:
        raise MeasureError("; ".join(_complaint(name, e) for e in error.errors())) from None
    if f"{measure.id}.yaml" != name:
        right = name.removesuffix(".yaml")
        raise MeasureError(f"{name}, id: found {measure.id!r}, but it must be the file's name, {right!r}")
    return measure


def _complaint(name: str, error: ErrorDetails) -> str:
    place = ", ".join(filter(None, [name, ".".join(map(str, error["loc"]))]))
    if error["type"] == "missing":
        return f"{place}: the key is missing"
    what = error["msg"].removeprefix("Value error, ").replace("Input should be", "must be")
    found = error["input"]
    if isinstance(found, dict | list):
        return f"{place}: {what}" if error["loc"] else f"{place}, {what}"
    return f"{place}: {what}, found {found!r}"
