"""The tables that Gần Dân keeps in Parquet: one class per table, one row per what its docstring says.

Which words a `state` can be is no rule of these classes: `store.states.check` asks `data/states.yaml`.
"""

from __future__ import annotations

from functools import cache

import polars as pl

from ranking.bands import BANDS
from ranking.overdispersion import KNOWN
from ranking.schemas import dy
from ranking.states import COUNTED, REPORTED
from ranking.vocabulary import BASES, LEVELS, PERIOD_KINDS, TIERS

UTC = pl.Datetime("us", "UTC")


def _one_of(values: tuple[str, ...]) -> dy.String:
    return dy.String(check=lambda column: column.is_in(list(values)))


def _key_one_of(values: tuple[str, ...]) -> dy.String:
    return dy.String(primary_key=True, check=lambda column: column.is_in(list(values)))


class Measurements(dy.Schema):
    """One row per unit, period, measure and field.

    A `unit_code` before 2025-07-01 names an old commune, from that day on a new one:
    the same five digits can mean two places, so never join across that day without `lineage`.
    """

    unit_code = dy.String(primary_key=True, regex=r"^(\d{5}|\d{2}|VN|[A-Z]\d{2}(\.\d+)*)$")
    level = _key_one_of(LEVELS)
    period_start = dy.Date(primary_key=True)
    period_end = dy.Date(primary_key=True)
    period_kind = _key_one_of(PERIOD_KINDS)
    series = dy.String(primary_key=True, min_length=1)
    measure = dy.String(primary_key=True, regex=r"^[a-z][a-z0-9_]*$")
    field = dy.String(primary_key=True, min_length=1)
    numerator = dy.Float64(nullable=True)
    denominator = dy.Float64(nullable=True)
    score = dy.Float64(nullable=True)
    max_score = dy.Float64(nullable=True)
    state = dy.String(min_length=1)
    provisional = dy.Bool()
    basis = _key_one_of(BASES)
    quality = dy.String(nullable=True)
    source = dy.String(min_length=1)
    captured_at = dy.Datetime(time_unit="us", time_zone="UTC")

    @dy.rule()
    def period_in_order(cls) -> pl.Expr:
        return pl.col("period_start") <= pl.col("period_end")

    @dy.rule()
    def reported_has_a_figure(cls) -> pl.Expr:
        figure = pl.col("numerator").is_not_null() | pl.col("score").is_not_null()
        return (pl.col("state") != REPORTED) | figure

    @dy.rule()
    def silent_has_no_figure(cls) -> pl.Expr:
        """A state where nothing was counted carries no figure at all: a silence is never a zero."""
        counted = pl.col("state").is_in(COUNTED)
        return counted | (pl.col("numerator").is_null() & pl.col("score").is_null())

    @dy.rule()
    def not_negative(cls) -> pl.Expr:
        figures = ["numerator", "denominator", "score", "max_score"]
        return pl.all_horizontal(pl.col(name).fill_null(0) >= 0 for name in figures)

    @dy.rule()
    def finite(cls) -> pl.Expr:
        figures = ["numerator", "denominator", "score", "max_score"]
        return pl.all_horizontal(pl.col(name).fill_null(0).is_finite() for name in figures)


class Standings(dy.Schema):
    """One row per unit, period, measure and scope; `rank` is null where the unit is not ranked.

    `rho` and `known`: how alike the dossiers of a unit are, and where that comes from (`ranking.certainty`); `bond`:
    how alike the luck of months is that follow each other, for windows of several (`ranking.month_bonds`). `tier` to
    `window_start`: where the unit likely stands, from the months that begin with `window_start` (`ranking.tiers`);
    null where nothing was asked for, as in periods long past.
    """

    unit_code = dy.String(primary_key=True)
    level = _key_one_of(LEVELS)
    period_start = dy.Date(primary_key=True)
    period_end = dy.Date(primary_key=True)
    period_kind = _key_one_of(PERIOD_KINDS)
    series = dy.String(primary_key=True)
    measure = dy.String(primary_key=True)
    basis = _key_one_of(BASES)
    scope = dy.String(primary_key=True, regex=r"^(VN|\d{2})$")
    state = dy.String(min_length=1)
    value = dy.Float64(nullable=True)
    value_low = dy.Float64(nullable=True)
    value_high = dy.Float64(nullable=True)
    rank = dy.UInt32(nullable=True)
    of = dy.UInt32()
    rank_low = dy.UInt32(nullable=True)
    rank_high = dy.UInt32(nullable=True)
    band = dy.String(nullable=True, check=lambda column: column.is_in(list(BANDS)))
    rho = dy.Float64(nullable=True)
    known = dy.String(nullable=True, check=lambda column: column.is_in(list(KNOWN)))
    bond = dy.Float64(nullable=True)
    tier = dy.String(nullable=True, check=lambda column: column.is_in(list(TIERS)))
    expected_rank = dy.Float64(nullable=True)
    likely_low = dy.UInt32(nullable=True)
    likely_high = dy.UInt32(nullable=True)
    p_first = dy.Float64(nullable=True)
    p_last = dy.Float64(nullable=True)
    window_start = dy.Date(nullable=True)
    previous_rank = dy.UInt32(nullable=True)
    movement_own = dy.Int32(nullable=True)
    movement_others = dy.Int32(nullable=True)
    movement_membership = dy.Int32(nullable=True)


class Revisions(dy.Schema):
    """One row per past value that changed between two snapshots."""

    unit_code = dy.String()
    level = _one_of(LEVELS)
    period_start = dy.Date()
    period_end = dy.Date()
    period_kind = _one_of(PERIOD_KINDS)
    series = dy.String()
    measure = dy.String()
    field = dy.String()
    basis = _one_of(BASES)
    old_numerator = dy.Float64(nullable=True)
    old_denominator = dy.Float64(nullable=True)
    old_score = dy.Float64(nullable=True)
    old_state = dy.String(min_length=1)
    new_numerator = dy.Float64(nullable=True)
    new_denominator = dy.Float64(nullable=True)
    new_score = dy.Float64(nullable=True)
    new_state = dy.String(min_length=1)
    old_captured_at = dy.Datetime(time_unit="us", time_zone="UTC")
    new_captured_at = dy.Datetime(time_unit="us", time_zone="UTC")


class Quarantine(dy.Schema):
    """One row per thing that a source said and that could not be taken, with its reason."""

    source = dy.String(min_length=1)
    place = dy.String(min_length=1)
    row = dy.Int64(nullable=True)
    column = dy.String(nullable=True)
    value = dy.String(nullable=True)
    reason = dy.String(min_length=1)
    captured_at = dy.Datetime(time_unit="us", time_zone="UTC")


class Departments(dy.Schema):
    """One row per department (sở, ban, ngành) that a source named."""

    state_code = dy.String(primary_key=True, regex=r"^[A-Z]\d{2}(\.\d+)*$")
    name = dy.String(min_length=1)


class Units(dy.Schema):
    """One row per commune of today (3,321)."""

    code = dy.String(primary_key=True, regex=r"^\d{5}$")
    name = dy.String(min_length=1)
    full_name = dy.String(min_length=1)
    kind = _one_of(("xã", "phường", "đặc khu"))
    kind_2025_07_01 = _one_of(("xã", "phường", "đặc khu"))
    province_code = dy.String(regex=r"^\d{2}$")
    area_km2 = dy.Float64(nullable=True)
    population = dy.Int64(nullable=True)
    quality = dy.String(nullable=True)
    seat = dy.String(nullable=True)
    seat_lat = dy.Float64()
    seat_lon = dy.Float64()
    point_lat = dy.Float64()
    point_lon = dy.Float64()
    land_border = dy.Bool()
    special_zone = dy.Bool()
    state_code = dy.String(nullable=True)


class Lineage(dy.Schema):
    """One row per pair of an old commune and a new one that holds all or part of it."""

    new_code = dy.String(primary_key=True, regex=r"^\d{5}$")
    old_code = dy.String(primary_key=True, regex=r"^\d{3,5}$")
    old_name = dy.String(min_length=1)
    old_kind = dy.String(min_length=1)
    old_district_code = dy.String()
    old_district = dy.String()
    old_province_code = dy.String(regex=r"^\d{2}$")
    old_province = dy.String()
    old_lat = dy.Float64(nullable=True)
    old_lon = dy.Float64(nullable=True)
    part = _one_of(("whole", "part"))
    weight = dy.Float64(nullable=True)


class Provinces(dy.Schema):
    """One row per province of today (34)."""

    code = dy.String(primary_key=True, regex=r"^\d{2}$")
    name = dy.String(min_length=1)
    full_name = dy.String(min_length=1)
    kind = _one_of(("tỉnh", "thành phố"))
    state_code = dy.String(regex=r"^H\d{2}$")
    portal_id = dy.String(min_length=36)
    gateway_id = dy.String(min_length=1)


@cache
def types_of(table: type[dy.Schema]) -> pl.Schema:
    """The columns of a table with their types."""
    return table.create_empty().schema


SNAPSHOT_TABLES: dict[str, type[dy.Schema]] = {
    "measurements": Measurements,
    "standings": Standings,
    "revisions": Revisions,
    "quarantine": Quarantine,
    "departments": Departments,
}
