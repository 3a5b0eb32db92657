"""Small numbers that the public does not see, and the further ones that keep them from being worked out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl

from ranking.carried_over import Chains
from ranking.elimination import Terms
from ranking.families import SEEN, Family
from ranking.measures import Measure
from ranking.states import SUPPRESSED
from ranking.sum_equations import Equations
from ranking.suppression_policy import Policy
from ranking.unknowns import Flags, Integers
from ranking.vocabulary import CELL

FIGURES = ("numerator", "denominator", "score", "max_score")


def places_of(units: pl.DataFrame, lineage: pl.DataFrame, provinces: pl.DataFrame) -> pl.DataFrame:
    """One row per commune, before and since the merger (`old`), with the province of today that holds it."""
    now = units.select(unit_code="code", old=pl.lit(False), province="province_code")
    inside = lineage.join(units.select(new_code="code", province="province_code"), on="new_code")
    old = inside.select(unit_code=pl.col("old_code").str.zfill(5), old=pl.lit(True), province="province")
    states = provinces.select(unit_code="state_code", old=pl.lit(None, pl.Boolean), province="code")
    return pl.concat([now, old.sort("unit_code", "province").unique("unit_code", keep="first"), states])


def hidden(
    measurements: pl.DataFrame,
    places: pl.DataFrame,
    measures: Mapping[str, Measure],
    policy: Policy,
    before: pl.DataFrame | None = None,
) -> pl.Series:
    """Which rows of `measurements` (`tables.Measurements`) are withheld, as booleans in their order.

    `places` as `places_of` gives them. Of measures that the policy ties together (`Policy.group_of`) all must be in
    `measurements`, or none. `before`: rows of the same measures as an earlier snapshot showed them to the public.

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
    4. Dossiers carried over: of what was open at the end and at the beginning of a period, received and resolved in it
       (`carried_over.Chains`), none or at least two are withheld.
    5. All equations that have a total in the data and those of dossiers carried over, of all families that are tied to
       each other, taken together, have more than one answer for every small cell (`elimination.Terms`).
    6. From snapshot to snapshot: what `before` withheld stays withheld, whatever its figure now; what it showed with
       the same figures protects nothing, and stays shown. So two snapshots together tell no more than one.
    7. A measure that counts some of the dossiers of another is withheld where that one is; and where all parts of a
       total come so near to what they are parts of that a small one follows, one more part is, or the total.

    The second part that rule 1 needs, and the like, are those that bring the fewest further ones with them, and the
    smallest of these. Not guaranteed: how far several equations or figures published elsewhere narrow a withheld figure
    down without telling it – `python -m bench attack` measures that; figures that became small after one that would
    protect them was shown; and where all withheld parts of a share stand at 0 or 100 per cent, their share follows
    although their counts don't.
    """
    found = np.zeros(measurements.height, bool)
    rows = measurements.select(*CELL, "numerator", "denominator", "state").with_row_index("row")
    del measurements  # of a whole country each copy is large; so are those that follow
    rows = _with_seen(rows.filter(policy.protected()), before)
    groups = policy.groups_of(rows.get_column("measure").unique(maintain_order=True))
    parts = [rows.filter(pl.col("measure").is_in(group)) for group in groups]
    del rows
    for group in groups:
        for family, flags in _decided(parts.pop(0), group, places, measures, policy):
            found[family.row] = flags[family.cell] & family.counted
    return pl.Series("hidden", found)


def _with_seen(rows: pl.DataFrame, before: pl.DataFrame | None) -> pl.DataFrame:
    if before is None:
        return rows.with_columns(
            *(pl.lit(None, pl.Float64).alias(name) for name in SEEN[:2]), pl.lit(None, pl.String).alias(SEEN[2])
        )
    seen = before.select(*CELL, *(pl.col(name.removeprefix("seen_")).alias(name) for name in SEEN))
    return rows.join(seen, on=list(CELL), how="left", maintain_order="left")


def _decided(
    rows: pl.DataFrame,
    group: Sequence[str],
    places: pl.DataFrame,
    measures: Mapping[str, Measure],
    policy: Policy,
) -> list[tuple[Family, Flags]]:
    """The families of a group, each with its withheld cells: those that others rest on first."""
    names = dict.fromkeys(policy.family_of(name) for name in group)
    families = {
        name: Family(of, measures, policy, name)
        for name in names
        if (of := rows.filter(pl.col("measure").is_in(list(name)))).height
    }
    del rows
    resting = {name: policy.families_under(name) for name in families}
    base = [family for name, family in families.items() if not resting[name]]
    flags = dict(zip((one.measures for one in base), _Tied(base, places, policy).withheld(), strict=True))
    for name, under in resting.items():
        if under:
            own = families[name]
            known = [(families[other], flags[other]) for other in under if other in flags]
            tied = _Tied([own], places, policy)
            if known:
                tied.room = np.min([own.room_under(*one) for one in known], axis=0)
            taken = [own.resting_on(*one) for one in known]
            flags[name] = tied.withheld(np.any(taken, axis=0) if taken else None)[0]
    return [(family, flags[name]) for name, family in families.items()]


class _Tied:
    """Families whose withheld cells are looked for together; their cells are numbered one family after another."""

    def __init__(self, families: Sequence[Family], places: pl.DataFrame, policy: Policy) -> None:
        self.families, self.places = families, places
        self.starts = np.cumsum([0, *(family.width for family in families)])
        self.small, self.shown, self.gone = (
            np.concatenate([getattr(family, name) for family in families] or [np.zeros(0, bool)])
            for name in ("small", "shown", "withheld")
        )
        self.carried = self._carried_over(policy)
        self.room = np.full(len(self.small), np.inf)

    def withheld(self, further: Flags | None = None) -> list[Flags]:
        """Which cells of each family are withheld: the small ones, those withheld before, `further` ones, and what
        they need beside them."""
        flags = self.small | self.gone
        if further is not None:
            flags |= further
        if flags.any():
            self._withhold_beside(flags)
        return [flags[start:end] for start, end in self._spans()]

    def _withhold_beside(self, flags: Flags) -> None:
        lots = [family.equations(self.places) for family in self.families]
        for lot, (start, end) in zip(lots, self._spans(), strict=True):
            lot.room = self.room[start:end][lot.cell]
        terms = self._terms(lots)
        small = np.concatenate([family.small_figures for family in self.families])
        self._keep_rules(flags, lots)
        while len(more := terms.that_free(flags, small, self.shown)):
            flags[more] = True
            self._keep_rules(flags, lots)

    def _terms(self, lots: Sequence[Equations]) -> Terms:
        starts = np.cumsum([0, *(family.kinds * family.width for family in self.families)])
        parts = []
        for lot, family, start in zip(lots, self.families, starts, strict=False):
            equation, figure, factor, wide = lot.terms(family.width)
            parts.append((equation, figure + start, factor, wide))
        size = np.concatenate([family.figures() for family in self.families])
        if self.carried:
            parts.append(self.carried.terms([self._figures_of(name, starts) for name in self.named], size))
        cells = [
            np.tile(np.arange(start, end), family.kinds)
            for family, (start, end) in zip(self.families, self._spans(), strict=True)
        ]
        return Terms(parts, size, np.concatenate(cells))

    def _figures_of(self, measure: str, starts: Integers) -> Integers:
        """The number of each cell's figure of what a measure counts, or another of its family where it has no rows."""
        n = next(n for n, family in enumerate(self.families) if measure in family.measures)
        family = self.families[n]
        quantity = next(family.quantity[name] for name in (measure, *family.measures) if name in family.quantity)
        first = int(starts[n]) + quantity * family.width
        found = np.zeros(len(self.small), np.int64)
        found[self.starts[n] : self.starts[n + 1]] = first + np.arange(family.width)
        return found

    def _keep_rules(self, flags: Flags, lots: Sequence[Equations]) -> None:
        """Set `flags` until every equation by itself keeps what `hidden` promises."""
        before = -1
        while before != flags.sum():
            before = flags.sum()
            if self.carried:
                self.carried.keep(flags, self.shown)
            for lot, (start, end) in zip(lots, self._spans(), strict=True):
                dear = self.carried.new_edges(flags) if self.carried else np.zeros(len(flags), np.int64)
                lot.hide_more(flags[start:end], self.shown[start:end], dear[start:end])

    def _spans(self) -> list[tuple[int, int]]:
        return list(zip(self.starts[:-1].tolist(), self.starts[1:].tolist(), strict=True))

    def _carried_over(self, policy: Policy) -> Chains | None:
        if policy.carried_over is None:
            return None
        at = {family.measures: n for n, family in enumerate(self.families)}
        self.named = (policy.carried_over.open, policy.carried_over.received, policy.carried_over.resolved)
        places = [at.get(policy.family_of(name)) for name in self.named]
        if None in places or len(set(places)) < len(places):
            return None
        still, came, went = (int(place) for place in places if place is not None)
        families, starts = self.families, [int(self.starts[n]) for n in (still, came, went)]
        return Chains((families[still], families[came], families[went]), starts, policy.carried_over.bridge_months)


def suppressed(measurements: pl.DataFrame, hidden: pl.Series) -> pl.DataFrame:
    """The measurements with the state `suppressed` and no figure where `hidden` says so."""
    return blanked(measurements, hidden, [name for name in FIGURES if name in measurements.columns])


def withheld_measurements(
    measurements: pl.LazyFrame,
    group: Sequence[str],
    places: pl.DataFrame,
    measures: Mapping[str, Measure],
    policy: Policy,
    before: pl.LazyFrame | None = None,
) -> pl.Series:
    """The places (`row` of the frame) of a group's withheld measurements.

    `group`: as `Policy.group_of` gives it; `before` as of `hidden`.
    """
    own = pl.col("measure").is_in(list(group))
    rows = measurements.filter(own, policy.protected())
    seen = None if before is None else before.filter(own, policy.protected()).collect()
    figures = rows.select(*CELL, "numerator", "denominator", "state")
    flags = hidden(figures.collect(), places, measures, policy, seen)
    return rows.select("row").collect().get_column("row").filter(flags)


def withheld_rows(
    measurements: pl.LazyFrame,
    standings: pl.LazyFrame,
    group: Sequence[str],
    places: pl.DataFrame,
    measures: Mapping[str, Measure],
    policy: Policy,
) -> tuple[pl.Series, pl.Series]:
    """The places (`row` of both frames) of a group's withheld measurements, and of the standings that rest on them."""
    out = withheld_measurements(measurements, group, places, measures, policy)
    key = [name for name in CELL if name != "field"]
    whole = measurements.filter(pl.col("row").is_in(out.implode()), pl.col("field") == "all").select(key)
    own = pl.col("measure").is_in(list(group))
    ranked = standings.filter(own).select("row", *key).join(whole, on=key, how="semi").collect()
    return out, ranked.get_column("row")


def blanked(rows: pl.DataFrame, hidden: pl.Series, figures: Sequence[str]) -> pl.DataFrame:
    shown = pl.lit(~hidden)
    return rows.with_columns(
        pl.when(shown).then("state").otherwise(pl.lit(SUPPRESSED)).alias("state"),
        *(pl.when(shown).then(name).alias(name) for name in figures),
    )
