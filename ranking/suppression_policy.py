"""The policy by which small numbers are withheld: how small, of whom, and which measures rest on the same dossiers."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated

import polars as pl
import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ranking import yaml_text
from ranking.measures import Measure, Text
from ranking.vocabulary import BASES

EDITION = 4
"""Of the rules below: a change of what they withhold is a new edition, so that public tables are made again."""


class PolicyError(ValueError):
    """The policy is not usable; the message names the file, the key and the value found."""


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class Exemption(_Strict):
    """A minimum that holds for one measure only, with its reason."""

    minimum: Annotated[int, Field(ge=0)]
    because: Text


class PublicSource(_Strict):
    """A basis whose figures the state publishes itself, unit by unit, in these series; the reason says where."""

    series: Annotated[list[str], Field(min_length=1)]
    because: Text


class CarriedOver(_Strict):
    """Open at a period's end = open at its beginning + received − resolved: a measure that shows each.

    With two of them shown, the third follows. `bridge_months`: between two months whose open dossiers are withheld so
    many in a row are withheld too (`carried_over.Chains`).
    """

    open: str
    received: str
    resolved: str
    bridge_months: Annotated[int, Field(ge=0, le=12)] = 0


class Policy(_Strict):
    """`data/policies/suppression.yaml`; `families` are measures that rest on the same dossiers.

    `rests_on`: a measure that counts some of the dossiers of another is withheld where that one is.
    """

    minimum: Annotated[int, Field(ge=1)]
    shown: Text
    public_at_source: dict[str, PublicSource] = {}
    measures: dict[str, Exemption] = {}
    families: list[list[str]] = []
    rests_on: dict[str, str] = {}
    carried_over: CarriedOver | None = None

    @classmethod
    def from_yaml(cls, text: str, known: Sequence[str]) -> Policy:
        """The policy; PolicyError where it is not valid or names a measure that is not among the `known`."""
        try:
            policy = cls.model_validate(yaml_text.load(text))
        except (yaml.YAMLError, ValidationError) as error:
            raise PolicyError(f"suppression.yaml: {error}") from error
        members = [measure for family in policy.families for measure in family]
        carried = policy.carried_measures()
        resting = [*policy.rests_on, *policy.rests_on.values()]
        if unknown := sorted({*policy.measures, *members, *carried, *resting} - set(known)):
            raise PolicyError(f"suppression.yaml: no measure {', '.join(unknown)}; known are {', '.join(known)}")
        if twice := sorted({name for name in members if members.count(name) > 1}):
            raise PolicyError(f"suppression.yaml, families: {', '.join(twice)} is in more than one family")
        if strange := sorted(set(policy.public_at_source) - set(BASES)):
            raise PolicyError(
                f"suppression.yaml, public_at_source: no basis {', '.join(strange)}; known are {', '.join(BASES)}"
            )
        return policy

    def minimum_of(self, measure: str) -> int:
        return self.measures[measure].minimum if measure in self.measures else self.minimum

    def family_of(self, measure: str) -> tuple[str, ...]:
        return next((tuple(family) for family in self.families if measure in family), (measure,))

    def carried_measures(self) -> tuple[str, ...]:
        """All measures of the families that dossiers carried over from month to month tie together."""
        if self.carried_over is None:
            return ()
        named = (self.carried_over.open, self.carried_over.received, self.carried_over.resolved)
        return tuple(dict.fromkeys(member for name in named for member in self.family_of(name)))

    def group_of(self, measure: str) -> tuple[str, ...]:
        """The measures that must be looked at together to know what is withheld of one: families that are tied."""
        ties = [*self.families, self.carried_measures(), *([*pair] for pair in self.rests_on.items())]
        found = [measure]
        for name in found:  # which grows as it goes
            found += [other for tie in ties if name in tie for other in tie if other not in found]
        return tuple(sorted(set(found)))

    def families_under(self, family: Sequence[str]) -> list[tuple[str, ...]]:
        """The families that one rests on."""
        return list(dict.fromkeys(self.family_of(self.rests_on[name]) for name in family if name in self.rests_on))

    def groups_of(self, measures: Iterable[str]) -> list[tuple[str, ...]]:
        """Those of several measures, each once."""
        return list(dict.fromkeys(self.group_of(name) for name in measures))

    def protected(self) -> pl.Expr:
        """Of rows with `basis` and `series`: whether withholding their small figures protects anybody."""
        public = [
            (pl.col("basis") == basis) & pl.col("series").is_in(source.series)
            for basis, source in self.public_at_source.items()
        ]
        return ~pl.any_horizontal(public) if public else pl.lit(True)

    def shown_instead(self, language: str) -> str:
        """What stands in the place of a figure that is withheld."""
        return self.shown.in_language(language).format(minimum=self.minimum)


def stamp(policy: Policy, measures: Mapping[str, Measure]) -> str:
    """Names what decides over every row: the policy, what each measure counts, and the edition of these rules."""
    kinds = {name: measure.kind for name, measure in sorted(measures.items())}
    spoken = json.dumps([EDITION, policy.model_dump(mode="json", exclude={"shown"}), kinds])
    return hashlib.sha256(spoken.encode()).hexdigest()[:12]
