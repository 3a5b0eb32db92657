"""Questions as data: what a file of `data/questions` must say."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from string import Formatter
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import ErrorDetails

from ranking import yaml_text
from ranking.measures import Text
from ranking.questions.filing import RULES as FILING
from ranking.questions.reporting import RULES as REPORTING
from ranking.questions.rule import Rule
from ranking.questions.timeliness import RULES as TIMELINESS

RULES: dict[str, type[Rule]] = TIMELINESS | FILING | REPORTING
ALWAYS = ("unit", "period")
"""Blanks that every sentence may have, beside those of its rule's figures."""


class QuestionError(ValueError):
    """A question is not usable; the message names file, key, the value found and what is allowed."""


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, str_strip_whitespace=True, extra="forbid")


class Link(_Strict):
    """Where the evidence is to be seen: a page (its name in `pages/`) and the measure it shows."""

    page: Annotated[str, Field(pattern=r"^[a-z_]+$")]
    measure: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]


class Question(_Strict):
    """One question; `thresholds` are the fields of its rule, `measures` fill the rule's roles.

    `look_back_months`: for how many months back from the period asked for it is worth asking; null: always.
    `weight`: what it counts in the shortlist's score. `short`: a name for tables and filters.
    """

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    order: int
    rule: str
    measures: dict[str, str]
    thresholds: dict[str, Any]
    look_back_months: Annotated[int, Field(ge=1)] | None
    weight: Annotated[float, Field(gt=0, le=10)]
    short: Text
    text: Text
    why: Text
    evidence: Link
    author: str
    reviewed: date

    @model_validator(mode="after")
    def _agrees_with_its_rule(self) -> Question:
        if self.rule not in RULES:
            raise ValueError(f"rule: no rule {self.rule!r}; known are {', '.join(RULES)}")
        roles = RULES[self.rule].roles
        if roles and set(self.measures) != set(roles):
            raise ValueError(
                f"measures: the rule {self.rule} needs {', '.join(roles)}, found {', '.join(self.measures)}"
            )
        if not self.measures:
            raise ValueError("measures: at least one is needed")
        known = {*ALWAYS, *RULES[self.rule].blanks()}
        for language in ("vi", "en"):
            text = self.text.in_language(language)
            if unknown := _blanks(text) - known:
                right = ", ".join(sorted(known))
                raise ValueError(f"text, {language}: no figure {', '.join(sorted(unknown))}; the rule gives {right}")
            if not text.endswith("?"):
                raise ValueError(f"text, {language}: must be a question and end in '?', found {text[-20:]!r}")
        if _blanks(self.text.vi) != _blanks(self.text.en):
            raise ValueError("text: vi and en must have the same blanks")
        return self

    def rule_with_thresholds(self) -> Rule:
        """The rule, ready to look at figures."""
        return RULES[self.rule].model_validate(self.thresholds)


def registry(texts: Mapping[str, str]) -> dict[str, Question]:
    """The questions of `texts` (file name → YAML text) by id, in their order.

    Raises QuestionError on the first file that is not a valid question.
    """
    questions = [_question(name, text) for name, text in sorted(texts.items())]
    return {question.id: question for question in sorted(questions, key=lambda q: (q.order, q.id))}


def _question(name: str, text: str) -> Question:
    try:
        content = yaml_text.load(text)
        if not isinstance(content, Mapping):
            raise QuestionError(f"{name}: must hold the keys {', '.join(Question.model_fields)}")
        question = Question.model_validate(content)
    except yaml.YAMLError as error:
        raise QuestionError(f"{name}: not YAML: {error}") from error
    except ValidationError as error:
        raise QuestionError("; ".join(_complaint(name, e) for e in error.errors())) from None
    try:
        question.rule_with_thresholds()
    except ValidationError as error:
        complaints = [_complaint(f"{name}, thresholds", e) for e in error.errors()]
        raise QuestionError("; ".join(complaints)) from None
    if f"{question.id}.yaml" != name:
        right = name.removesuffix(".yaml")
        raise QuestionError(f"{name}, id: found {question.id!r}, but it must be the file's name, {right!r}")
    return question


def _complaint(name: str, error: ErrorDetails) -> str:
    place = ", ".join(filter(None, [name, ".".join(map(str, error["loc"]))]))
    if error["type"] == "missing":
        return f"{place}: the key is missing"
    if error["type"] == "extra_forbidden":
        return f"{place}: unknown key"
    what = error["msg"].removeprefix("Value error, ").replace("Input should be", "must be")
    found = error["input"]
    return f"{place}: {what}" if isinstance(found, dict | list) else f"{place}: {what}, found {found!r}"


def _blanks(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}
