"""On-time shares with the mix of work allowed for: indirect standardisation by field (lĩnh vực)."""

from __future__ import annotations

from typing import Literal, get_args

import polars as pl

from ranking.frame_types import Columns
from ranking.intervals import two_sided_z
from ranking.poisson_limits import limits
from ranking.tiers import tiers

Untold = Literal["no_fields", "hidden", "other_mix", "few"]
"""Why nothing is told: no figures by field, too few shown (or too many), too different a mix, too few late expected."""
NO_FIELDS, HIDDEN, OTHER_MIX, FEW = get_args(Untold)

LEAST_SHOWN = 0.9
"""At least this part of a unit's dossiers must stand in fields whose figures are shown."""
MOST_SHOWN = 1.01
"""Where the fields hold more than all dossiers by more than this, they are not of the same dossiers as the whole."""
MOST_ALONE = 0.1
"""At most this part may stand in fields that the other units hardly have."""
ENOUGH_OTHERS = 30
"""A field is hardly there where the others have fewer dossiers than these, or fewer than the unit itself."""
LEAST_EXPECTED = 5
"""With fewer late dossiers expected, a ratio of observed and expected ones is mostly chance."""
MOVED = 0.1
"""A place that moves by less than this part of the list does not hang on the way of counting."""
FIGURES = (
    *("n", "late", "expected", "ratio", "ratio_low", "ratio_high"),
    *("adjusted", "adjusted_low", "adjusted_high", "reference", "gap", "mix", "own"),
)
SCHEMA: Columns = {
    "unit_code": pl.String,
    "shown": pl.Float64,
    "alone": pl.Float64,
    "untold": pl.String,
    **dict.fromkeys(FIGURES, pl.Float64),
}
_KEY = ["unit_code", "field"]


def standardised(fields: pl.DataFrame, totals: pl.DataFrame, rho: float = 0.0) -> pl.DataFrame:
    """What the on-time share of each unit would be if it had the mix of work of all units together.

    `fields`: one row per unit and field with `unit_code`, `field`, and the counts `numerator` (on time) of
    `denominator`; rows without counts, or with a denominator of 0, don't count. All units of `fields` together are the
    reference. `totals`: one row per unit that is asked for, with `unit_code` and `denominator` of all its fields;
    `rho`: how alike the dossiers of a unit are (`overdispersion.Overdispersion`).

    Returns one row (`SCHEMA`) per row of `totals`, in their order:

    - `shown`: the part of the unit's dossiers that stands in `fields`; `alone`: the part of these in fields that the
      others hardly have (`ENOUGH_OTHERS`); both from 0 to 1
    - `untold`: why the figures are null (`Untold`), else null
    - `n` dossiers, `late` ones among them, `expected` late ones: Σ nᵢ·rᵢ, rᵢ the late share of field i in the reference
    - `ratio` = late / expected, with 95 % limits by chance alone (`ratio_low`, `ratio_high`: Byar's, exact below 10)
    - `adjusted`: 100 · (1 − ratio · late share of the reference), in per cent on time; its 95 % limits allow for
      dossiers that are alike, φ = 1 + (n − 1)ρ
    - `reference`: the on-time share of all together in per cent; `gap`: the unit's share less that, in points;
      `mix` + `own` = `gap`: the part that its fields explain (n-weighted reference shares less `reference`), and the
      part by which it differs from the reference within the fields. These are of the dossiers in `fields`.

    The late ones are counted, for they are the rare ones: a share of the on-time ones could go beyond 100 %.
    The reference is taken as known. ValueError, naming unit and field, where a count is impossible or comes twice, and
    unless 0 ≤ `rho` < 1.
    Source: Breslow and Day (1987), Statistical Methods in Cancer Research II, p. 65; Eayres (2008), APHO Technical
    Briefing 3; Kitagawa (1955), JASA 50, 1168–1194, for the two parts of a difference.
    """
    if not 0 <= rho < 1:
        raise ValueError(f"rho: must be at least 0 and below 1, found {rho}")
    known = _checked(fields)
    sums = _sums(known)
    found = totals.select("unit_code", all=pl.col("denominator").cast(pl.Float64)).join(
        sums, on="unit_code", how="left", maintain_order="left"
    )
    told = _with_figures(found, rho).with_columns(untold=_untold())
    told = told.with_columns(pl.when(pl.col("untold").is_null()).then(name).alias(name) for name in FIGURES)
    return told.select(*SCHEMA).cast(SCHEMA)  # type: ignore[arg-type]


def with_adjusted_ranks(rows: pl.DataFrame) -> pl.DataFrame:
    """`rows` with `rank_adjusted` of `of_adjusted`, the tiers by value and adjusted (`tier_by_value`, `tier_adjusted`),
    and `depends`: whether the place hangs on the way of counting.

    `rows`: one row per unit of one ranking, with `rank` (null where it is not ranked) and the figures of `standardised`
    (null where it is not told). Ranked by `adjusted` are the ranked units that have one; the highest is the first, ties
    share the best rank. Both tiers are of this period alone, among these units, and with errors that allow for dossiers
    that are alike: `tiers.tiers`. `depends` is true where they differ and the two places are at least a tenth of the
    list (`MOVED`) apart; null for all others.
    """
    take_part = pl.col("rank").is_not_null() & pl.col("adjusted").is_not_null()
    raw = pl.when(take_part).then(pl.col("rank").cast(pl.Int64))
    adjusted = pl.when(take_part).then(pl.col("adjusted").round(9))
    ranked = rows.with_columns(
        rank_adjusted=adjusted.rank("min", descending=True).cast(pl.UInt32),
        of_adjusted=take_part.sum().cast(pl.UInt32),
        _by_value=raw.rank("min").cast(pl.UInt32),
        _takes_part=take_part,
    )
    placed = ranked.with_row_index("_row").join(_tiers(ranked), on="_row", how="left", maintain_order="left")
    own, other = (pl.col(name).cast(pl.Float64) for name in ("_by_value", "rank_adjusted"))
    far = (own - other).abs() >= MOVED * pl.col("of_adjusted")
    depends = (pl.col("tier_by_value") != pl.col("tier_adjusted")) & far
    return placed.with_columns(depends=depends).drop("_row", "_by_value", "_takes_part")


def _tiers(ranked: pl.DataFrame) -> pl.DataFrame:
    """`_row` and both tiers of the units that take part. A share by value has the error of the adjusted one, less what
    the ratio of the reference's late share and the expected one stretches it by."""
    width = (pl.col("adjusted_high") - pl.col("adjusted_low")) / (2 * two_sided_z(0.95))
    stretched = (1 - pl.col("reference") / 100) * pl.col("n") / pl.col("expected")
    part = ranked.with_row_index("_row").filter("_takes_part").select(
        "_row", "adjusted", value=pl.col("reference") + pl.col("gap"), error=width, own=width / stretched
    )  # fmt: skip
    values = {name: part.get_column(name).to_numpy() for name in ("adjusted", "value", "error", "own")}
    return part.select(
        "_row",
        tier_by_value=pl.Series(tiers(values["value"], values["own"]), dtype=pl.String),
        tier_adjusted=pl.Series(tiers(values["adjusted"], values["error"]), dtype=pl.String),
    )


def _checked(fields: pl.DataFrame) -> pl.DataFrame:
    known = fields.select(*_KEY, pl.col("numerator", "denominator").cast(pl.Float64)).drop_nulls()
    x, n = pl.col("numerator"), pl.col("denominator")
    for row in known.filter((x < 0) | (x > n)).iter_rows(named=True):
        where = f"unit {row['unit_code']}, field {row['field']!r}"
        raise ValueError(f"{where}: {row['numerator']:g} on time of {row['denominator']:g}, must be from 0 to all")
    for row in known.filter(known.select(_KEY).is_duplicated()).iter_rows(named=True):
        raise ValueError(f"unit {row['unit_code']}, field {row['field']!r}: stands twice")
    return known.filter(n > 0)


def _sums(known: pl.DataFrame) -> pl.DataFrame:
    """One row per unit with its sums over fields and what the reference makes of them."""
    late, n = pl.col("denominator") - pl.col("numerator"), pl.col("denominator")
    rows = known.select(*_KEY, late=late, n=n).with_columns(
        rate=(pl.col("late").sum() / pl.col("n").sum()).over("field"),
        others=pl.col("n").sum().over("field") - pl.col("n"),
    )
    whole = rows.select(pl.col("late").sum() / pl.col("n").sum()).item() if rows.height else None
    alone = pl.col("n").filter((pl.col("others") < ENOUGH_OTHERS) | (pl.col("others") < pl.col("n")))
    return rows.group_by("unit_code").agg(
        pl.col("n").sum(),
        pl.col("late").sum(),
        expected=(pl.col("n") * pl.col("rate")).sum(),
        own_alone=alone.sum(),
        whole=pl.lit(whole, pl.Float64),
    )


def _with_figures(sums: pl.DataFrame, rho: float) -> pl.DataFrame:
    late, n, expected, whole = (pl.col(name) for name in ("late", "n", "expected", "whole"))
    counts = sums.get_column("late").cast(pl.Float64).fill_null(float("nan")).to_numpy()
    inflation = (1 + (pl.col("n").fill_null(1.0) - 1) * rho).alias("inflation")
    by_chance = limits(counts)
    alike = limits(counts, sums.select(inflation).to_series().to_numpy())
    names = ("by_chance_low", "by_chance_high", "alike_low", "alike_high")
    rows = sums.with_columns(
        pl.Series(name, of).fill_nan(None) for name, of in zip(names, (*by_chance, *alike), strict=True)
    )

    def share(count: pl.Expr) -> pl.Expr:
        return 100 * (1 - count / expected * whole)

    return rows.with_columns(
        shown=pl.when(pl.col("all") > 0).then(n.fill_null(0.0) / pl.col("all")),
        alone=pl.col("own_alone") / n,
        ratio=late / expected,
        ratio_low=pl.col("by_chance_low") / expected,
        ratio_high=pl.col("by_chance_high") / expected,
        adjusted=share(late),
        adjusted_low=share(pl.col("alike_high")).clip(lower_bound=0),
        adjusted_high=share(pl.col("alike_low")),
        reference=100 * (1 - whole),
        gap=100 * (whole - late / n),
        mix=100 * (whole - expected / n),
        own=100 * (expected - late) / n,
    )


def _untold() -> pl.Expr:
    """Why a row is not told, the first reason that holds; one that would lie below 0 % has too different a mix."""
    return (
        pl.when(pl.col("n").is_null())
        .then(pl.lit(NO_FIELDS))
        .when(~pl.col("shown").is_between(LEAST_SHOWN, MOST_SHOWN).fill_null(False))
        .then(pl.lit(HIDDEN))
        .when(pl.col("alone") > MOST_ALONE)
        .then(pl.lit(OTHER_MIX))
        .when(pl.col("expected") < LEAST_EXPECTED)
        .then(pl.lit(FEW))
        .when(pl.col("adjusted") < 0)
        .then(pl.lit(OTHER_MIX))
        .otherwise(pl.lit(None, pl.String))
    )
