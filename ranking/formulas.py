"""How a measure is made, source by source: the `formula` of a definition in `data/measures`.

Numerators and denominators are sums, written as names joined by + and -: fields of a reply of the portal,
columns of form II.06, sums of dossiers. A field inside another one is written as a path; in a list of entries
that each have a `code`, a step of the path is such a code: `metrics.REUSED_DIGITIZED_DATA.numerator`; a `*` stands
for all entries, added up.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import cache
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator, model_validator

from ranking.definition import Definition

Endpoint = Literal[
    "dvc-progress-tree",
    "provide-online-tree",
    "formality-online-payment-tree",
    "transparency",
    "handling-satisfaction",
    "dossier-digitized",
    "service-results",
]
NATIONAL = "service-results"
"""The one endpoint that is asked for the whole country too."""
Row = Literal["units", "province", "provinces", "country"]
"""Whose row holds a figure: of a province's reply its units and itself, of the national list provinces and country."""
FORM_COLUMNS = range(3, 14)
_CHANNELS = ("full", "partial", "online", "in_person", "post", "channel_known", "kind_known", "all_kinds")
_FEES = ("fee_owed", "fee_known", "paid_online")
_DATA = ("e_result_yes", "e_result_known", "digitised_yes", "digitised_known", "reused_yes", "reused_known")
_DAYS = ("timed", "on_time", "last_day", "handed_out", "handed_out_later")
_PAPERS = ("asked_twice", "supplements_known", "apologised_known", "late_told", "late_apologised")
_OF_EVENTS = ("n", *_CHANNELS, *_FEES, *_DATA, *_DAYS, *_PAPERS, "away")
DOSSIER_SUMS = {
    "received": (*_OF_EVENTS, "open_known", "open_in_time"),
    "ended": _OF_EVENTS,
    "decided": _OF_EVENTS,
    "open": ("open_known", "open_overdue", "aged_1_5", "aged_6_15", "aged_16_30", "aged_over_30"),
    "due": ("n", "on_time"),
}
"""The sums that `ranking.dossiers.tables` has of the dossiers received, ended (by intake), decided, open, and due."""
SERIES = {"portal": "766-2026", "gateway_2025": "766-2025", "form": "ii06", "dossiers": "dossiers"}
BASIS = {"portal": "portal", "gateway_2025": "portal", "form": "form", "dossiers": "dossiers"}

_SIGN = re.compile(r"\s*([+-])\s*")
_PATH = r"[A-Za-z_]\w*(\.(\w+|\*))*"
_NAME = re.compile(rf"{_PATH}|\d+")


def _as_sum(value: object) -> str:
    """A single column of the form is a whole number in YAML, so it is taken for its digits."""
    text = str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""
    if not all(_NAME.fullmatch(name) for name in _SIGN.split(text)[::2]):
        raise ValueError("must be names joined by + and -, such as 'online + in_person'")
    return text


Sum = Annotated[str, BeforeValidator(_as_sum)]
Path = Annotated[str, Field(pattern=rf"^{_PATH}$")]


@cache
def terms(text: str) -> tuple[tuple[int, str], ...]:
    """(sign, name) of every part of a sum: of `n - timed` (1, "n") and (-1, "timed")."""
    first, *rest = _SIGN.split(text)
    return ((1, first), *((1 if sign == "+" else -1, name) for sign, name in zip(rest[::2], rest[1::2], strict=True)))


class PortalFormula(Definition):
    """Where one kind of rows of one endpoint holds the measure.

    `needs_dossiers`: a unit that received no dossiers has no such figure, whatever the portal writes.
    `needs`: nor has one where this field is 0. `rest`: what numerator and denominator must differ by, in every row.
    `adds_up`: the units must add up to their province. `published: false`: only tells whether there were dossiers.
    `subtracts`: the source counts each dossier in one period only, so a period without others inside it is what is left
    (`ranking.stretches`). `rests_on_petitions`: the field with the number of petitions on which some points rest.
    """

    endpoint: Endpoint
    of: Annotated[tuple[Row, ...], Field(min_length=1)] = ("units", "province")
    numerator: Sum | None = None
    denominator: Sum | None = None
    score: Path | None = None
    max_score: Path | None = None
    needs_dossiers: bool = False
    needs: Path | None = None
    rest: Path | None = None
    adds_up: bool = False
    subtracts: bool = False
    copied_from_province: bool = False
    rests_on_petitions: Path | None = None
    published: bool = True

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> PortalFormula:
        if (self.score is None) == (self.numerator is None):
            raise ValueError("must have either a score or a numerator")
        if self.max_score and not self.score:
            raise ValueError("max_score: belongs to a score")
        if self.rest and not self.denominator:
            raise ValueError("rest: needs a numerator and a denominator")
        if self.adds_up and not (self.numerator and {"units", "province"} <= set(self.of)):
            raise ValueError("adds_up: needs a numerator, and that the formula is of units and province")
        if self.subtracts and not self.denominator:
            raise ValueError("subtracts: needs a numerator and a denominator")
        if {"provinces", "country"} & set(self.of) and self.endpoint != NATIONAL:
            raise ValueError(f"of: only {NATIONAL} has provinces and country, found {', '.join(self.of)}")
        return self


class ChartFormula(Definition):
    """A monthly chart inside a reply: twelve entries, of which each has the whole's figure of one month.

    `chart`: the list; `month`: the field of an entry that says which month, "01" to "12"; `value`: per cent for a
    share, points for a score. `rest`: what the per cent lacks to 100; where both are 0, nothing is said of the month.
    """

    endpoint: Endpoint
    of: Literal["province", "country"]
    chart: Path
    month: Path = "month"
    value: Path
    rest: Path | None = None

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> ChartFormula:
        if self.of == "country" and self.endpoint != NATIONAL:
            raise ValueError(f"of: only {NATIONAL} has the country, found {self.endpoint}")
        return self


class GatewayFormula(Definition):
    """The column of the portal's former gateway that holds the points."""

    score: Annotated[str, Field(pattern=r"^[A-Z_]+$")]


class FormFormula(Definition):
    """Columns of form II.06 by their numbers."""

    numerator: Sum
    denominator: Sum | None = None

    @field_validator("numerator", "denominator")
    @classmethod
    def _names_columns(cls, text: str | None) -> str | None:
        for _, name in terms(text) if text else ():
            if not name.isdigit() or int(name) not in FORM_COLUMNS:
                raise ValueError(f"column {name} has no figures; form II.06 has them in columns 3 to 13")
        return text


class DossierFormula(Definition):
    """Sums of dossiers: of those received in a period, ended in it, decided by the unit in it, open at its end, or due
    in it.

    `known`: how many dossiers say what the measure needs; where none does, it is not reported.
    `days` and `tenths`: the least number of days that so many tenths of the ended ones do not exceed.
    `fields_of_units`: told field by field of every unit, not of provinces alone.
    """

    of: Literal["received", "ended", "decided", "open", "due"]
    numerator: Sum | None = None
    denominator: Sum | None = None
    known: Annotated[str, Field(pattern=r"^[a-z]\w*$")] | None = None
    days: Literal["working_days", "calendar_days"] | None = None
    tenths: Annotated[int, Field(ge=1, le=9)] | None = None
    fields_of_units: bool = False

    @field_validator("numerator", "denominator", "known")
    @classmethod
    def _names_sums(cls, text: str | None, info: ValidationInfo) -> str | None:
        known = DOSSIER_SUMS.get(info.data.get("of", ""), ())
        for _, name in terms(text) if text and known else ():
            if name not in known:
                raise ValueError(
                    f"no sum of {info.data['of']} dossiers is called {name!r}; known are {', '.join(known)}"
                )
        return text

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> DossierFormula:
        if (self.numerator is None) == (self.days is None):
            raise ValueError("must have either a numerator or days")
        if (self.days is None) != (self.tenths is None):
            raise ValueError("days and tenths: belong together")
        if self.days and (self.of != "ended" or self.denominator or self.known or self.fields_of_units):
            raise ValueError("days: are known of ended dossiers, all fields together, and have no denominator")
        return self


class Formula(Definition):
    """The formulas of a measure by source; `sum_of`: the measures whose points add up to it.

    `charts`: where the portal's replies tell of months that were not asked for.
    """

    portal: tuple[PortalFormula, ...] = ()
    charts: tuple[ChartFormula, ...] = ()
    gateway_2025: GatewayFormula | None = None
    form: FormFormula | None = None
    dossiers: DossierFormula | None = None
    sum_of: Annotated[tuple[str, ...], Field(max_length=9)] = ()

    @field_validator("portal")
    @classmethod
    def _stands_in_one_place(cls, found: tuple[PortalFormula, ...]) -> tuple[PortalFormula, ...]:
        places = Counter(row for formula in found if formula.published for row in formula.of)
        if twice := [row for row, times in places.items() if times > 1]:
            raise ValueError(f"only one formula can be published for {', '.join(twice)}")
        return found

    def by_source(self) -> dict[str, tuple[Definition, ...]]:
        """The formulas of each source that has any."""
        single = {"gateway_2025": self.gateway_2025, "form": self.form, "dossiers": self.dossiers}
        made: dict[str, tuple[Definition, ...]] = {"portal": self.portal} if self.portal else {}
        return made | {source: (formula,) for source, formula in single.items() if formula}


def check(formula: Formula, kind: str, basis: Sequence[str], series: Sequence[str]) -> None:
    """ValueError where a formula does not make what its measure says it is."""
    sources = formula.by_source()
    for source, made in sources.items():
        if BASIS[source] not in basis:
            raise ValueError(f"formula.{source}: basis must name {BASIS[source]}, found {', '.join(basis)}")
        if SERIES[source] not in series:
            raise ValueError(f"formula.{source}: series must name {SERIES[source]}, found {', '.join(series)}")
        for one in made:
            if wrong := _misfit(one, kind):
                raise ValueError(f"formula.{source}: a measure of kind {kind} {wrong}")
    if missing := [name for name in basis if name not in {BASIS[source] for source in sources}]:
        raise ValueError(f"formula: says nothing of {', '.join(missing)}, which basis names")
    if formula.charts and (not formula.portal or kind not in ("share", "score")):
        raise ValueError("formula.charts: tell of a share or a score that formula.portal has too")
    if formula.sum_of and kind != "score":
        raise ValueError(f"formula.sum_of: points add up to a score, not to a {kind}")


def _misfit(formula: Definition, kind: str) -> str | None:
    scored, whole = getattr(formula, "score", None) is not None, getattr(formula, "denominator", None)
    if scored != (kind == "score"):
        return "must have a score" if kind == "score" else "has no score"
    if kind in ("share", "rate") and not whole:
        return "must have a numerator and a denominator"
    return "has no denominator" if kind in ("count", "quantity") and whole else None
