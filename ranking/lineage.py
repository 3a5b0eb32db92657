"""Counts of the communes before 1 July 2025, re-aggregated to the communes of today and never guessed."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from ranking.measures import Measure, values
from ranking.periods import MERGER
from ranking.states import COUNTED, NO_DOSSIERS, NOT_REPORTED, REPORTED
from ranking.vocabulary import PERIOD_COLUMNS

RANGE, AT_LEAST, NOT_COMPARABLE = ADDED_UP = ("range", "at_least", "not_comparable")
"""States of a sum over old communes, beside those of `ranking.states` that their rows can have."""
# The working days of a month are the same days in every commune: such a denominator is not added up.
DENOMINATOR_OF_THE_PERIOD = frozenset({"received_per_day"})

_CELL = [*PERIOD_COLUMNS, "series", "measure", "field", "basis"]
_KEY = ["unit_code", *_CELL]
_FIGURES = ["numerator", "denominator"]
_RULES = ["ratio", "rate", "addable", "factor", "good", "enough"]
_BASES = {"numerator_low": "n", "denominator_low": "d"}
_TOLERANCE = 1e-6


def regrouped(rows: pl.DataFrame, lineage: pl.DataFrame, *measures: Measure) -> pl.DataFrame:
    """One row per commune of today and cell (period, series, measure, field, basis), from rows of old communes.

    `rows`: `tables.Measurements` of periods before 2025-07-01, `unit_code` = old code; other measures and
    levels are left out. `lineage`: all of `tables.Lineage`, not only the pairs of the units asked for.
    `measures`: one, or several at once, which is faster than one by one.
    Units of which no old member has the measure in `rows` get no row of it.

    Columns beside the cell: `unit_code` (new) · `state` · `value`, `value_low`, `value_high` in the measure's
    unit · `numerator`, `denominator` and their `_low`, `_high` in dossiers (a rate's denominator in its own
    unit; null for a count) · `members` (old communes), `reported` (those that answered), `coverage` =
    reported / members, `split` (those of which an unknown part came) · `member_low`, `member_high` (lowest and
    highest value of the old members) and `worst_member` (its old code, among members that reach the measure's
    minimum denominator; null where the measure has no good end).

    All figures are those of the members that answered; a silent member lowers the coverage and is no zero.
    `state`, the first that holds:
    no member answered: the silence of them all, where they differ not_reported. no_dossiers: those that
    answered had none.
    not_comparable: scores and quantities, which cannot be added up; and units that got nothing but unknown
    parts of split communes (the counts' extremes stay, so that totals can be checked).
    at_least: a total of which a member is silent: `value_low` only.
    range: `value` is null; the extremes have each split member fully in or fully out, its dossiers taken
    as alike in all its parts. reported: `value` = `value_low` = `value_high`.

    ValueError: a period that ends after the merger, a code without a successor, weights that contradict
    themselves (see `weights`). polars.exceptions.ComputeError: two rows for one cell of a commune.
    """
    members = _members(_old_rows(rows, measures), weights(lineage))
    known = members.group_by(_KEY).agg(pl.col(_RULES).first(), *_amounts(), *_coverage(), *_spread())
    extremes = known.join(_extremes(members, known), on=_KEY, how="left", maintain_order="left")
    found = _with_values(extremes).select(*_KEY, "state", *_columns()).sort(*_CELL, "unit_code")
    return found.collect()


def _rules(measures: Sequence[Measure]) -> pl.DataFrame:
    """How each measure adds up, one row per measure.

    `ratio`: numerators and denominators are added up. `rate`: the denominator is the same for all members, or
    added up as well. `addable`: amounts can be added at all. `factor`: from a ratio to a value. `good`: 1 where high
    values are good, -1 where low ones are, null where neither is. `enough`: the least denominator with which a
    member is named.
    """
    good = {"higher": 1.0, "lower": -1.0, "neutral": None}
    rows = [
        (
            measure.id,
            measure.kind in ("share", "rate") and measure.id not in DENOMINATOR_OF_THE_PERIOD,
            measure.kind == "rate",
            measure.kind not in ("score", "quantity"),
            100.0 if measure.kind == "share" else float(measure.per),
            good[measure.direction],
            float(measure.minimum_denominator),
        )
        for measure in measures
    ]
    flags = dict.fromkeys(("ratio", "rate", "addable"), pl.Boolean)
    schema = {"measure": pl.String, **flags, **dict.fromkeys(("factor", "good", "enough"), pl.Float64)}
    return pl.DataFrame(rows, schema=schema, orient="row")


def weights(lineage: pl.DataFrame) -> pl.DataFrame:
    """`new_code`, `old_code` and the least and the most of the old commune that the new one can have got.

    Both are 1 for whole successors and the stated weight where it is known. Of several unknown parts
    each can have got nothing, or all that the known ones leave; a single unknown part got just that.
    ValueError names the first old commune whose rows contradict each other.
    """
    whole = pl.col("part") == "whole"
    stated = lineage.select("new_code", "old_code", "part", known=pl.when(whole).then(1.0).otherwise("weight"))
    left = (1 - pl.col("known").sum().over("old_code")).clip(0, 1)
    unknown = pl.col("known").is_null().sum().over("old_code")
    _refuse_contradictions(stated)
    return stated.select(
        "new_code",
        "old_code",
        least=pl.coalesce("known", pl.when(unknown == 1).then(left).otherwise(0.0)),
        most=pl.coalesce("known", left),
    )


def _refuse_contradictions(stated: pl.DataFrame) -> None:
    known, successors = pl.col("known"), pl.col("new_code").len()
    total = known.sum()
    wrong = {
        "whole, but has {n} successors": (pl.col("part") == "whole").any() & (successors > 1),
        "part, but has one successor: the lineage is not complete": (pl.col("part") == "part").any()
        & (successors == 1),
        "a weight is outside 0 to 1": ~known.is_between(0, 1).all(),
        "its weights add up to {total:g}, not 1": (total > 1 + _TOLERANCE)
        | (known.is_not_null().all() & (total < 1 - _TOLERANCE)),
    }
    facts = {"n": successors, "total": total} | wrong
    bad = stated.group_by("old_code").agg(**facts).filter(pl.any_horizontal(*wrong)).sort("old_code")
    for reason in wrong:
        for row in bad.filter(pl.col(reason)).head(1).iter_rows(named=True):
            raise ValueError(f"lineage, old commune {row['old_code']}: {reason.format(n=row['n'], total=row['total'])}")


def _old_rows(rows: pl.DataFrame, measures: Sequence[Measure]) -> pl.DataFrame:
    old = (
        rows.filter(pl.col("level") == "commune")
        .join(_rules(measures), on="measure")
        .with_columns(value=values(measures))
    )
    late = old.filter(pl.col("period_end") >= MERGER)
    if late.height:
        code, end = late.item(0, "unit_code"), late.item(0, "period_end")
        raise ValueError(f"unit {code}, period to {end}: not before {MERGER}, so the code is of a commune of today")
    return old


def _members(old: pl.DataFrame, pairs: pl.DataFrame) -> pl.LazyFrame:
    """One row per new unit, cell and old member, silent ones included: `n` and `d` are null where it is silent."""
    strangers = old.join(pairs, left_on="unit_code", right_on="old_code", how="anti")
    if strangers.height:
        raise ValueError(f"unit {strangers.item(0, 'unit_code')}: no old commune of the lineage has this code")
    rows, links = old.lazy(), pairs.lazy()
    answers = rows.select("unit_code", "measure").unique()
    concerned = links.join(answers, left_on="old_code", right_on="unit_code").select("new_code", "measure").unique()
    all_cells = links.join(concerned, on="new_code").join(rows.select(*_CELL, *_RULES).unique(), on="measure")
    figures = rows.select(*_KEY, *_FIGURES, "state", "value", answered=_answered())
    joined = all_cells.join(
        figures, left_on=["old_code", *_CELL], right_on=_KEY, how="left", validate="m:1"
    ).with_columns(pl.col("answered").fill_null(False), unit_code="new_code")
    amount = {name[0]: pl.when("answered").then(pl.col(name).fill_null(0)) for name in _FIGURES}
    some = (pl.col("n") > 0) | ((pl.col("d") > 0) & pl.col("ratio"))
    return joined.with_columns(**amount).with_columns(
        open=(pl.col("most") > pl.col("least")) & some,
        sure=pl.col("answered") & (pl.col("least") > 0),
    )


def _answered() -> pl.Expr:
    """Whether a row with its `value` says how many dossiers there were, be it none."""
    both = pl.all_horizontal(pl.col(_FIGURES).is_not_null())
    divided = pl.col("ratio") | pl.col("rate")
    figures = pl.when(divided).then(both).when("addable").then(pl.col("numerator").is_not_null())
    known = figures.otherwise(pl.col("value").is_not_null())
    return (pl.col("state") == NO_DOSSIERS) | ((pl.col("state") == REPORTED) & known)


def _amounts() -> list[pl.Expr]:
    """The least and the most of numerator and denominator; null where nothing was reported or can be added."""
    some = pl.col("answered").any() & pl.col("addable").first()
    found = []
    for name in _FIGURES:
        amount = pl.col(name[0])
        ends = {"low": (amount * pl.col("least")).sum(), "high": (amount * pl.col("most")).sum()}
        for side, end in ends.items():
            if name == "denominator":
                end = pl.when(pl.col("ratio").first()).then(end).when(pl.col("rate").first()).then(amount.max())
            found.append(pl.when(some).then(end).alias(f"{name}_{side}"))
    return found


def _coverage() -> list[pl.Expr]:
    reported = pl.col("answered").sum()
    silence = pl.when(pl.col("state").is_in(COUNTED)).then(None).otherwise("state").fill_null(NOT_REPORTED)
    silent = silence.filter(~pl.col("answered"))
    return [
        pl.len().alias("members"),
        reported.alias("reported"),
        (reported / pl.len()).alias("coverage"),
        (pl.col("most") > pl.col("least")).sum().alias("split"),
        pl.col("open").any(),
        pl.col("sure").any(),
        (pl.col("state").filter("answered") == NO_DOSSIERS).all().alias("none"),
        pl.when(silent.n_unique() == 1).then(silent.first()).otherwise(pl.lit(NOT_REPORTED)).alias("silence"),
    ]


def _spread() -> list[pl.Expr]:
    value, good = pl.col("value"), pl.col("good")
    enough = pl.col("denominator").fill_null(pl.col("enough")) >= pl.col("enough")
    ranked = value.is_not_null() & good.is_not_null() & enough
    order = [(value * good).filter(ranked), pl.col("old_code").filter(ranked)]
    worst = pl.col("old_code").filter(ranked).sort_by(order).first()
    return [value.min().alias("member_low"), value.max().alias("member_high"), worst.alias("worst_member")]


def _extremes(members: pl.LazyFrame, known: pl.LazyFrame) -> pl.LazyFrame:
    """`ratio_low`, `ratio_high` per row with split members: the extremes of numerator / denominator.

    The greatest ratio takes in the split members with the greatest ratios of their own, down to some
    one of them, and leaves out the rest; so of all choices only those need be looked at.
    """
    room = pl.col("most") - pl.col("least")
    free = members.filter("open", "ratio").select(*_KEY, n=pl.col("n") * room, d=pl.col("d") * room)
    free = free.join(known.select(*_KEY, "numerator_low", "denominator_low"), on=_KEY)
    return _best(free, "ratio_low").join(_best(free, "ratio_high"), on=_KEY)


def _best(free: pl.LazyFrame, name: str) -> pl.LazyFrame:
    most = name == "ratio_high"
    ordered = free.sort(_ratio("n", "d"), descending=most, nulls_last=True)
    taken = [(pl.col(base) + pl.col(own).cum_sum().over(_KEY)).alias(own) for base, own in _BASES.items()]
    candidates = ordered.with_columns(taken, base=_ratio(*_BASES)).with_columns(ratio=_ratio("n", "d"))
    ends = [pl.col(column).max() if most else pl.col(column).min() for column in ("ratio", "base")]
    joined = pl.max_horizontal(ends) if most else pl.min_horizontal(ends)
    return candidates.group_by(_KEY).agg(joined.alias(name))


def _ratio(numerator: str, denominator: str) -> pl.Expr:
    return pl.col(numerator) / pl.when(pl.col(denominator) > 0).then(pl.col(denominator))


def _with_values(found: pl.LazyFrame) -> pl.LazyFrame:
    factor, is_known, state = pl.col("factor"), ~pl.col("open"), pl.col("state")
    ends = []
    for side in ("low", "high"):
        ratio = pl.when("open").then(f"ratio_{side}").otherwise(_ratio(*_BASES)) * factor
        daily = _ratio(f"numerator_{side}", "denominator_low") * factor
        ends.append(pl.when("ratio").then(ratio).when("rate").then(daily).otherwise(f"numerator_{side}"))
    low, high = ends
    return found.with_columns(state=_state()).with_columns(
        value=pl.when(state == REPORTED).then(low),
        value_low=pl.when(state.is_in([REPORTED, RANGE, AT_LEAST])).then(low),
        value_high=pl.when(state.is_in([REPORTED, RANGE])).then(high),
        numerator=pl.when(is_known).then("numerator_low"),
        denominator=pl.when(is_known).then("denominator_low"),
    )


def _state() -> pl.Expr:
    none = pl.when("ratio").then(pl.col("denominator_high") == 0).otherwise("none")
    foreign = pl.col("open") & ~pl.col("sure")
    silent_part = (pl.col("coverage") < 1) & ~pl.col("ratio")
    return (
        pl.when(pl.col("reported") == 0)
        .then("silence")
        .when(none)
        .then(pl.lit(NO_DOSSIERS))
        .when(foreign | ~pl.col("addable"))
        .then(pl.lit(NOT_COMPARABLE))
        .when(silent_part)
        .then(pl.lit(AT_LEAST))
        .when("open")
        .then(pl.lit(RANGE))
        .otherwise(pl.lit(REPORTED))
    )


def _columns() -> list[str]:
    figures = [f"{name}{side}" for name in ("value", *_FIGURES) for side in ("", "_low", "_high")]
    return [*figures, "members", "reported", "coverage", "split", "member_low", "member_high", "worst_member"]
