"""Small numbers that the public does not see, and the further ones that keep them from being worked out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

import numpy as np
import polars as pl
import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ranking import yaml_text
from ranking.elimination import Flags, Integers
from ranking.later_columns import PLACES
from ranking.measures import Measure, Text
from ranking.movement import MOVEMENTS
from ranking.periods import MERGER, Period, previous
from ranking.states import COUNTED, SUPPRESSED
from ranking.sum_equations import Equations
from ranking.vocabulary import BASES, CELL, PERIOD_COLUMNS

EDITION = 2
"""Of the rules below: a change of what they withhold is a new edition, so that public tables are made again."""
FIGURES = ("numerator", "denominator", "score", "max_score")
STANDING_FIGURES = ("value", "value_low", "value_high", "rank", "rank_low", "rank_high", "band", "rho", "known")
_OF_ALL = tuple(PLACES)
"""What all ranked units together decide: with that of the others, that of a withheld one could be worked out."""
GROUP = ("measure", "level", *PERIOD_COLUMNS, "series", "basis", "scope")


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
    """Open at a month's end = open at the end of the one before + received − resolved: a measure that shows each.

    With two of them shown month by month, the third follows. `stretch_months`: what is open is withheld for whole
    stretches of so many months (`hidden`).
    """

    open: str
    received: str
    resolved: str
    stretch_months: Literal[1, 2, 3, 4, 6, 12]


class Policy(_Strict):
    """`data/policies/suppression.yaml`; `families` are measures that rest on the same dossiers."""

    minimum: Annotated[int, Field(ge=1)]
    shown: Text
    public_at_source: dict[str, PublicSource] = {}
    measures: dict[str, Exemption] = {}
    families: list[list[str]] = []
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
        if unknown := sorted({*policy.measures, *members, *carried} - set(known)):
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

    def together(self, family: Sequence[str]) -> tuple[str, ...]:
        """The measures that must be looked at to know what is withheld of a family: its own, and those tied to them."""
        carried = self.carried_measures()
        return tuple(dict.fromkeys([*family, *(carried if {*carried} & {*family} else ())]))

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


def places_of(units: pl.DataFrame, lineage: pl.DataFrame, provinces: pl.DataFrame) -> pl.DataFrame:
    """One row per commune, before and since the merger (`old`), with the province of today that holds it."""
    now = units.select(unit_code="code", old=pl.lit(False), province="province_code")
    inside = lineage.join(units.select(new_code="code", province="province_code"), on="new_code")
    old = inside.select(unit_code=pl.col("old_code").str.zfill(5), old=pl.lit(True), province="province")
    states = provinces.select(unit_code="state_code", old=pl.lit(None, pl.Boolean), province="code")
    return pl.concat([now, old.sort("unit_code", "province").unique("unit_code", keep="first"), states])


def hidden(
    measurements: pl.DataFrame, places: pl.DataFrame, measures: Mapping[str, Measure], policy: Policy
) -> pl.Series:
    """Which rows of `measurements` (`tables.Measurements`) are withheld, as booleans in their order.

    `places` as `places_of` gives them. Measures of one family must all be in `measurements`, or none.

    What the policy calls public at its source is never withheld. Of the rest, a row counts dossiers: a share its
    denominator, a count or rate its numerator. It is small where that is above 0 and below the policy's minimum m.
    Rows of a family that share unit, period, field and basis are
    withheld together. An equation is: a total row, and the rows that add up to it – a province and its communes,
    a province and its departments, the country and its provinces, a unit's `all` and its fields – of one measure,
    period, series and basis. What is guaranteed for each equation by itself, whether or not a total is published:

    1. A total that is shown: none of its k withheld parts, or k ≥ 2 with a sum of at least k + m − 1. So each of
       them could be any whole number from 1 up to at least m, and none can be had by subtraction. Parts that
       count nothing are not among them. Where all parts together are too few for that, the total is withheld too.
    2. A total that is withheld: at least one of its parts that count anything is withheld, so that it cannot be
       had by addition.

    For an exempt measure (m = 0) rule 1 asks for two withheld parts only, and parts of zero count as parts.
    With few parts and no total row at all rule 1 can fail to find a second part; there is nothing to subtract from.
    3. Over time: a longer period is a total of the shorter ones that fill it. What is open at the end of a period is
       one cell, whatever the period's length.
    4. Several equations of a family that have a total in the data, taken together, have more than one answer for
       every small cell (`sum_equations`).
    5. Dossiers carried over (`_hide_carried_over`): what was open does not follow from months that are shown.

    Not guaranteed: how far several equations, figures published elsewhere or ranks narrow a withheld figure down
    without telling it – `python -m bench attack` measures that; that a figure shown in an earlier snapshot is
    forgotten; and where all withheld parts of a share stand at 0 or 100 per cent, their share follows although their
    counts don't.
    Next to the small rows the smallest others are withheld.
    """
    found = np.zeros(measurements.height, bool)
    numbered = measurements.select(*CELL, "numerator", "denominator", "state").with_row_index("row")
    numbered = numbered.filter(policy.protected())
    known = numbered.get_column("measure").unique(maintain_order=True)
    families: dict[tuple[str, ...], _Family] = {}
    for family in dict.fromkeys(policy.family_of(measure) for measure in known):
        rows = numbered.filter(pl.col("measure").is_in(list(family)))
        families[family] = _Family(_sized(rows, measures, policy, family), places, _is_resolved(family, policy))
    if policy.carried_over and policy.family_of(policy.carried_over.open) in families:
        _hide_carried_over(families, policy, policy.carried_over)
    for one in families.values():
        found[one.rows.get_column("row").to_numpy()] = one.hidden_rows()
    return pl.Series("hidden", found)


def suppressed(measurements: pl.DataFrame, hidden: pl.Series) -> pl.DataFrame:
    """The measurements with the state `suppressed` and no figure where `hidden` says so."""
    return _blanked(measurements, hidden, [name for name in FIGURES if name in measurements.columns])


def withheld_rows(
    measurements: pl.LazyFrame,
    standings: pl.LazyFrame,
    family: Sequence[str],
    places: pl.DataFrame,
    measures: Mapping[str, Measure],
    policy: Policy,
) -> tuple[pl.Series, pl.Series]:
    """The places (`row` of both frames) of a family's withheld measurements, and of the standings that rest on them."""
    own = pl.col("measure").is_in(list(family))
    needed = pl.col("measure").is_in(list(policy.together(family)))
    rows = measurements.filter(needed).select("row", *CELL, "numerator", "denominator", "state").collect()
    out = rows.filter(hidden(rows, places, measures, policy)).filter(own)
    whole = out.filter(pl.col("field") == "all").lazy()
    key = [name for name in CELL if name != "field"]
    ranked = standings.filter(own).select("row", *key).join(whole, on=key, how="semi").collect()
    return out.get_column("row"), ranked.get_column("row")


def stamp(policy: Policy, measures: Mapping[str, Measure]) -> str:
    """Names what decides over every row: the policy, what each measure counts, and the edition of these rules."""
    kinds = {name: measure.kind for name, measure in sorted(measures.items())}
    spoken = json.dumps([EDITION, policy.model_dump(mode="json", exclude={"shown"}), kinds])
    return hashlib.sha256(spoken.encode()).hexdigest()[:12]


def withheld_ranks(standings: pl.DataFrame) -> pl.DataFrame:
    """The ranks that withheld rows of `tables.Standings` had: what `suppressed_standings` needs of them."""
    return standings.filter(pl.col("rank").is_not_null()).select(*GROUP, "rank").sort("rank")


def suppressed_standings(standings: pl.DataFrame, hidden: pl.Series, withheld: pl.DataFrame) -> pl.DataFrame:
    """The standings without the figures of `hidden` rows, and the others ranked among those that are shown.

    `withheld`: `withheld_ranks` of all hidden rows of the snapshot. A gap in the ranks would say where a withheld
    unit stands, so `rank` and `of` leave it out; the range of ranks is widened by the number of units left out
    (rank_low − left out … rank_high, at most `of`), which holds wherever they stand. Movements compare with ranks
    that are not shown, so they are empty where this period or the one before left anybody out. Where this period did,
    likely places are too: those of all units add up to a known sum.
    """
    left_out = withheld.group_by(GROUP).agg(left_out=pl.len().cast(pl.Int64))
    before = _following(left_out, standings).rename({"left_out": "left_out_before"})
    counted = withheld.with_columns(ahead=pl.col("rank").cum_count().over(GROUP).cast(pl.Int64))
    rows = (
        standings.with_row_index("place")
        .with_columns(hidden)
        .join(left_out, on=GROUP, how="left")
        .join(before, on=GROUP, how="left")
        .sort("rank")
        .join_asof(counted, on="rank", by=list(GROUP), allow_exact_matches=False, check_sortedness=False)
        .sort("place")
    )
    left = pl.col("left_out").fill_null(0)
    of = pl.col("of") - left
    complete = pl.col("left_out").is_null() & pl.col("left_out_before").is_null()
    shown = rows.with_columns(
        rank=pl.col("rank") - pl.col("ahead").fill_null(0),
        rank_low=pl.max_horizontal(pl.col("rank_low") - left, pl.when(pl.col("rank_low").is_not_null()).then(1)),
        rank_high=pl.min_horizontal(pl.col("rank_high"), pl.when(pl.col("rank_high").is_not_null()).then(of)),
        of=of,
        **{name: pl.when(complete).then(name) for name in ("previous_rank", *MOVEMENTS)},
        **{name: pl.when(pl.col("left_out").is_null()).then(name) for name in _OF_ALL},
    )
    shown = shown.select(pl.col(name).cast(dtype) for name, dtype in standings.schema.items())
    return _unranked_if_alike(_blanked(shown, hidden, [*STANDING_FIGURES, *_OF_ALL, "previous_rank", *MOVEMENTS]))


def _unranked_if_alike(shown: pl.DataFrame) -> pl.DataFrame:
    """Where only units with the same value are left to see, nobody has a rank, as in `standings.standings`."""
    alike = ((pl.col("rank").max() == 1) & (pl.col("rank").count() > 1)).over(GROUP)
    figures = ("rank", "rank_low", "rank_high", "band", *_OF_ALL, "previous_rank", *MOVEMENTS)
    return shown.with_columns(pl.when(~alike.fill_null(False)).then(name).alias(name) for name in figures)


def _blanked(rows: pl.DataFrame, hidden: pl.Series, figures: Sequence[str]) -> pl.DataFrame:
    shown = pl.lit(~hidden)
    return rows.with_columns(
        pl.when(shown).then("state").otherwise(pl.lit(SUPPRESSED)).alias("state"),
        *(pl.when(shown).then(name).alias(name) for name in figures),
    )


def _following(left_out: pl.DataFrame, standings: pl.DataFrame) -> pl.DataFrame:
    """How many were left out, dated as the period that comes after."""
    keys = list(PERIOD_COLUMNS)
    pairs = [
        (before.start, before.end, *row)
        for row in standings.select(keys).unique().iter_rows()
        if (before := previous(Period(*row)))
    ]
    schema = {f"before_{key}": pl.Date for key in keys[:2]} | {key: standings.schema[key] for key in keys}
    following = pl.DataFrame(pairs, schema=schema, orient="row").with_columns(before_period_kind="period_kind")
    dated = left_out.rename({key: f"before_{key}" for key in keys})
    return dated.join(following, on=[f"before_{key}" for key in keys]).select(left_out.columns)


def _is_open(family: Sequence[str], policy: Policy) -> bool:
    return policy.carried_over is not None and policy.carried_over.open in family


def _is_resolved(family: Sequence[str], policy: Policy) -> bool:
    return policy.carried_over is not None and policy.carried_over.resolved in family


def _sized(rows: pl.DataFrame, measures: Mapping[str, Measure], policy: Policy, family: Sequence[str]) -> pl.DataFrame:
    """The rows with what they count (`size`, null where nothing), their `minimum`, and which cell each is of.

    What is open at the end of a month and at the end of its quarter is the same cell.
    """
    apart = ("period_start", "period_kind") if _is_open(family, policy) else ()
    names = rows.get_column("measure").unique().to_list()
    counted = [pl.when(pl.col("measure") == name).then(_counted(measures.get(name))) for name in names]
    minimum = pl.col("measure").replace_strict(
        {name: policy.minimum_of(name) for name in names}, return_dtype=pl.Float64
    )
    return rows.with_columns(
        size=pl.coalesce(*counted),
        minimum=minimum,
        cell=pl.struct(name for name in CELL if name not in ("measure", "series", *apart)).hash(),
        stock=pl.lit(bool(apart)),
    )


def _counted(measure: Measure | None) -> pl.Expr:
    """What a row of a measure counts; of a measure that is no longer defined, whatever it may count."""
    if measure is None:
        return pl.coalesce("denominator", "numerator")
    figure = {"share": "denominator", "count": "numerator", "rate": "numerator"}.get(measure.kind)
    return pl.col(figure) if figure else pl.lit(None, pl.Float64)


class _Family:
    """The rows of measures that rest on the same dossiers, their cells, and which cells are withheld (`flags`)."""

    def __init__(self, rows: pl.DataFrame, places: pl.DataFrame, is_resolved: bool) -> None:
        self.rows = rows
        _, self.cell = np.unique(rows.get_column("cell").to_numpy(), return_inverse=True)
        size, minimum = (rows.get_column(name).fill_null(np.nan).to_numpy() for name in ("size", "minimum"))
        self.flags: Flags = np.zeros(self.cell.max(initial=-1) + 1, bool)
        self._equations: Equations | None = None
        self._made_of = (places, size, minimum, is_resolved)
        self.withhold(self.cell[(size > 0) & (size < minimum)])

    def withhold(self, cells: Integers) -> bool:
        """Withhold these cells and what they need beside them; whether that changed anything."""
        if self.flags[cells].all():
            return False
        self.flags[cells] = True
        small = np.unique(self.cell[(self._made_of[1] > 0) & (self._made_of[1] < self._made_of[2])])
        if self._equations is None:
            places, size, minimum, is_resolved = self._made_of
            self._equations = Equations(self.rows, places, self.cell, size, minimum, is_resolved)
        self._equations.hide_more(self.flags)
        self._equations.hide_until_open(self.flags, small)
        return True

    def hidden_rows(self) -> Flags:
        counted: Flags = self.rows.get_column("state").is_in(COUNTED).to_numpy()
        return self.flags[self.cell] & counted

    def by_month(self) -> pl.DataFrame:
        """`cell`, `chain` (unit, field and basis) and `month` of each row; `monthly` where it is about one month."""
        start, end = pl.col("period_start").dt, pl.col("period_end").dt
        old = (pl.col("level") == "commune") & (pl.col("period_end") < MERGER)
        return self.rows.select(
            chain=pl.struct("unit_code", "level", "field", "basis", old.alias("old")).hash(),
            month=12 * end.year() + end.month().cast(pl.Int32) - 1,
            monthly=(start.year() == end.year()) & (start.month() == end.month()),
            cell=pl.Series(self.cell),
        )

    def withheld_of(self, months: pl.DataFrame) -> pl.DataFrame:
        return months.filter(pl.Series(self.flags[months.get_column("cell").to_numpy()]))


def _hide_carried_over(families: Mapping[tuple[str, ...], _Family], policy: Policy, carried: CarriedOver) -> None:
    """Withhold further cells until no month gives a withheld one away through the months beside it.

    Within a stretch what is open is shown for all months or for none, and where a stretch is withheld, what was
    resolved is withheld in its first month and in the first one after it. So all that is known of a withheld stretch
    are its ups and downs; what was open at its beginning isn't. What was received or resolved is itself withheld
    only in months at whose end, or at the end of the month before, what is open is withheld.
    """
    stock = families[policy.family_of(carried.open)]
    flows = [families.get(policy.family_of(name)) for name in (carried.received, carried.resolved)]
    piece = (pl.col("month") // carried.stretch_months).alias("piece")
    open_months = stock.by_month()
    flow_months = [(flow, flow.by_month().filter("monthly")) for flow in flows if flow is not None]
    resolved = families.get(policy.family_of(carried.resolved))
    changed = True
    while changed:
        for flow, months in flow_months:
            gone = flow.withheld_of(months).select("chain", "month")
            out = stock.withheld_of(open_months).select("chain", "month")
            beside = pl.concat([out, out.with_columns(pl.col("month") + 1)])
            bare = gone.join(beside, on=["chain", "month"], how="anti")
            stock.withhold(_cells(open_months, bare, ["chain", "month"]))
        changed = True
        while changed:
            pieces = stock.withheld_of(open_months).select("chain", piece)
            changed = stock.withhold(_cells(open_months.with_columns(piece), pieces, ["chain", "piece"]))
        if resolved is None:
            return
        first = pieces.select("chain", month=pl.col("piece") * carried.stretch_months)
        edges = pl.concat([first, first.with_columns(pl.col("month") + carried.stretch_months)])
        own = resolved.by_month().filter("monthly")
        changed = resolved.withhold(_cells(own, edges, ["chain", "month"]))


def _cells(months: pl.DataFrame, chosen: pl.DataFrame, on: list[str]) -> Integers:
    return months.join(chosen, on=on, how="semi").get_column("cell").to_numpy()
