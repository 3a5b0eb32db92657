"""Which measures are made of which sums of dossiers, as the definitions of `data/measures` say under `formula`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from ranking.formulas import DOSSIER_SUMS, DossierFormula, terms
from ranking.measures import Measure

Kind = tuple[pl.Expr, pl.Expr | None, pl.Expr | None]
"""(numerator, denominator or None, how many dossiers say what it needs or None)."""
Kinds = dict[str, Kind]
"""How each measure is made, by its name."""


@dataclass(frozen=True)
class DossierMeasures:
    """What dossiers give: shares and counts by what they count (`received`, `ended`, `decided`, `open`), and days.

    `days`: measure → (count of days, tenths of the dossiers that do not exceed it). Field by field provinces are
    told all but what was decided and the days, their units `of_unit_fields`: more would be millions of rows that
    nobody reads.
    """

    kinds: dict[str, Kinds]
    days: dict[str, tuple[str, int]]
    of_unit_fields: frozenset[str]

    @classmethod
    def of(cls, measures: Mapping[str, Measure]) -> DossierMeasures:
        """The measures of the registry that have a formula for dossiers."""
        made = {name: measure.formula.dossiers for name, measure in measures.items() if measure.formula.dossiers}
        return cls(
            kinds={
                of: {name: kind for name, one in made.items() if one.of == of and (kind := _kind(one))}
                for of in DOSSIER_SUMS
            },
            days={name: (one.days, one.tenths) for name, one in made.items() if one.days and one.tenths},
            of_unit_fields=frozenset(name for name, one in made.items() if one.fields_of_units),
        )

    @property
    def all(self) -> frozenset[str]:
        return frozenset(self.days).union(*self.kinds.values())

    @property
    def of_province_fields(self) -> frozenset[str]:
        return self.all - {*self.kinds["decided"], *self.days}


def _kind(formula: DossierFormula) -> Kind | None:
    """None for a count of days, which has no numerator."""
    part, whole, known = formula.numerator, formula.denominator, formula.known
    if not part:
        return None
    return _sum(part), _sum(whole) if whole else None, pl.col(known) if known else None


def _sum(text: str) -> pl.Expr:
    (_, first), *rest = terms(text)
    found = pl.col(first)
    for sign, name in rest:
        found = found + pl.col(name) if sign > 0 else found - pl.col(name)
    return found
