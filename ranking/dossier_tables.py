"""From partial sums of dossiers to measures: whose they are, of which period, and what they come to.

`sums` are the tables of `ranking.dossiers.partial_sums`, added up over all files; `units` has one row per
unit of the store's list: `id`, `code`, `level`, `province`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import polars as pl

from ranking.dossiers import COUNTS, KEYS, NOT_ENDED, PAUSED, SUMS, TIMED, UNKNOWN
from ranking.periods import MERGER, Period, as_of, calendar_period

# Working days past the last day, both ends included; the last stretch has no end.
AGES = {"1_5": (1, 5), "6_15": (6, 15), "16_30": (16, 30), "over_30": (31, PAUSED)}
_STOCK = ("open_known", "open_in_time", "open_overdue", *(f"aged_{age}" for age in AGES))
_SPAN = ["period_start", "period_end", "period_kind", "provisional"]
_WHOSE = ["unit_code", "level"]
_KEY = [*_WHOSE, *_SPAN, "field"]

_c = pl.col
# measure → (numerator, denominator or None, how many dossiers say what it needs or None)
RECEIVED_MEASURES: dict[str, tuple[pl.Expr, pl.Expr | None, pl.Expr | None]] = {
    "received": (_c("n"), None, None),
    "on_time_share": (_c("on_time") + _c("open_in_time"), _c("timed") + _c("open_known"), None),
    "online_filing_share": (_c("online"), _c("channel_known"), _c("channel_known")),
    "online_full_share": (_c("full"), _c("kind_known"), _c("all_kinds")),
    "online_partial_share": (_c("partial"), _c("kind_known"), _c("all_kinds")),
    "in_person_share": (_c("in_person"), _c("channel_known"), _c("channel_known")),
    "post_share": (_c("post"), _c("channel_known"), _c("channel_known")),
    "online_payment_share": (_c("paid_online"), _c("fee_owed"), _c("fee_known")),
    "e_result_share": (_c("e_result_yes"), _c("e_result_known"), _c("e_result_known")),
    "digitised_share": (_c("digitised_yes"), _c("digitised_known"), _c("digitised_known")),
    "data_reuse_share": (_c("reused_yes"), _c("reused_known"), _c("reused_known")),
    "decided_elsewhere_share": (_c("away"), _c("n"), None),
}
ENDED_MEASURES = {
    "on_time_share_form": (_c("on_time"), _c("timed"), None),
    "last_day_share": (_c("last_day"), _c("timed"), None),
    "returned_later_share": (_c("handed_out_later"), _c("handed_out"), None),
    "no_due_date_share": (_c("n") - _c("timed"), _c("n"), None),
}
DECIDED_MEASURES = {
    "decided": (_c("n"), None, None),
    "decided_on_time_share": (_c("on_time"), _c("timed"), None),
}
OPEN_MEASURES = {
    "open_overdue": (_c("open_overdue"), None, None),
    "open_overdue_share": (_c("open_overdue"), _c("open_known"), None),
} | {f"overdue_{age}_share": (_c(f"aged_{age}"), _c("open_overdue"), None) for age in AGES}
QUANTILES = {
    "median_processing_days": ("working_days", 0.5),
    "p90_processing_days": ("working_days", 0.9),
    "median_calendar_days": ("calendar_days", 0.5),
    "p90_calendar_days": ("calendar_days", 0.9),
}
SCHEMA = {
    **dict.fromkeys(_WHOSE, pl.String), "period_start": pl.Date, "period_end": pl.Date, "period_kind": pl.String,
    "provisional": pl.Boolean, "field": pl.String, "measure": pl.String, "numerator": pl.Float64,
    "denominator": pl.Float64, "state": pl.String,
}  # fmt: skip


def added(tables: Iterable[pl.LazyFrame], table: str) -> pl.LazyFrame:
    """Sums of several files added up: whole numbers, so in any order and for any split the same."""
    return pl.concat(tables).group_by(KEYS[table]).agg(pl.col(SUMS[table]).sum())


def periods_of(months: Iterable[int], day: date) -> pl.DataFrame:
    """One row per month and period that holds it (month, quarter, year), as far as known on `day`.

    Periods before the merger are left out: their dossiers were those of the old communes.
    """
    found: set[Period] = set()
    for month in months:
        year, number = month // 12, month % 12
        found |= {
            calendar_period("month", year, number + 1),
            calendar_period("quarter", year, number // 3 + 1),
            calendar_period("year", year),
        }
    rows = [
        {"month": month, **dict(zip(_SPAN, (cut.start, cut.end, cut.kind, is_open), strict=True))}
        for period in sorted(found)
        if MERGER <= period.start <= day
        for cut, is_open in [as_of(period, day)]
        for month in range(_month(period.start), _month(period.end) + 1)
    ]
    schema = {"month": pl.Int32, **{name: SCHEMA[name] for name in _SPAN}}
    return pl.DataFrame(rows, schema=schema).unique(maintain_order=True)


def _month(day: date) -> int:
    return 12 * day.year + day.month - 1


def stock(open_: pl.DataFrame, today: int) -> pl.DataFrame:
    """The open dossiers with what they count for on a day whose next working day has the number `today`.

    Not yet due up to and with the last day; the clock stands while the applicant is asked for papers. Asked
    twice is not in time, whatever the date. Those without any last day are counted nowhere but in `n`.
    """
    late = today - pl.col("last")
    known = pl.col("last") != UNKNOWN
    facts = {
        "open_known": known,
        "open_in_time": known & (late <= 0) & (pl.col("asked_twice") == 0),
        "open_overdue": known & (late > 0),
    } | {f"aged_{age}": known & late.is_between(*ends) for age, ends in AGES.items()}
    return open_.with_columns(pl.when(fact).then("n").otherwise(0).alias(name) for name, fact in facts.items())


def measured(
    events: pl.DataFrame, days: pl.DataFrame, held: pl.DataFrame, units: pl.DataFrame, spans: pl.DataFrame,
    fields: pl.DataFrame, day: date, field_months: int = 3,
) -> pl.DataFrame:  # fmt: skip
    """Rows of measurements (`SCHEMA`) of the periods in `spans`.

    `events`, `days`: sums as in `ranking.dossiers`; `held`: open dossiers as `stock` gives them; `fields`: `id`,
    `name`. By intake, except `DECIDED_MEASURES`, which are by decision. By field only for the years and the latest
    `field_months` months.
    """
    named = fields.select(field=pl.col("id").cast(pl.Int32), field_name="name")
    own = events.with_columns(
        away=pl.when(pl.col("intake") != pl.col("decision")).then("n").otherwise(0),
        **dict.fromkeys(_STOCK, pl.lit(0, pl.Int64)),
    )
    cohort = pl.concat([own, held.select(pl.lit(0, pl.Int64).alias("n"), pl.exclude("n"))], how="diagonal")
    cohort = cohort.with_columns(pl.col(*COUNTS, "away", *_STOCK).fill_null(0))
    ended = own.filter(pl.col("end_month") != NOT_ENDED)
    today = spans.filter(pl.col("period_end") == day).select(_SPAN).unique()
    recent = _by_field(spans, field_months)
    parts = []
    for rows, unit, month, kinds in (
        (cohort, "intake", "received_month", RECEIVED_MEASURES),
        (ended, "intake", "end_month", ENDED_MEASURES),
        (ended, "decision", "end_month", DECIDED_MEASURES),
    ):
        placed = _placed(rows, unit, units)
        parts += [_rows(_in_periods(placed, month, spans, units), kinds)]
        by_field = placed.join(named, on="field").with_columns(field="field_name")
        if unit == "intake":
            parts += [_rows(_summed(by_field.join(recent, left_on=month, right_on="month")), kinds)]
    placed = _placed(held, "intake", units).with_columns(field=pl.lit("all")).join(today, how="cross")
    parts += [_rows(_with_silent(_summed(placed), today, units), OPEN_MEASURES)]
    return pl.concat([*parts, *_quantile_rows(days, units, spans)])


def _by_field(spans: pl.DataFrame, field_months: int) -> pl.DataFrame:
    """The periods that are told field by field: more would be millions of rows that nobody reads."""
    is_month = pl.col("period_kind") == "month"
    latest = spans.filter(is_month).get_column("period_start").unique().sort().tail(field_months)
    recent = is_month & pl.col("period_start").is_in(latest.implode())
    return spans.filter((pl.col("period_kind") == "year") | pl.col("provisional") | recent)


def _placed(rows: pl.DataFrame, unit: str, units: pl.DataFrame) -> pl.DataFrame:
    """Each row once for its unit and once for the unit's province."""
    known = units.select(pl.col("id").cast(pl.Int32).alias(unit), "code", "level", "province")
    own = rows.join(known, on=unit)
    whole = own.with_columns(unit_code="province", level=pl.lit("province"))
    return pl.concat([own.filter(pl.col("level") != "office").with_columns(unit_code="code"), whole], how="diagonal")


def _in_periods(placed: pl.DataFrame, month: str, spans: pl.DataFrame, units: pl.DataFrame) -> pl.DataFrame:
    counted = placed.with_columns(field=pl.lit("all")).join(spans, left_on=month, right_on="month")
    return _with_silent(_summed(counted), spans.select(_SPAN).unique(), units)


def _summed(rows: pl.DataFrame) -> pl.DataFrame:
    names = [name for name in (*COUNTS, "away", *_STOCK) if name in rows.columns]
    return rows.group_by(_KEY).agg(pl.col(names).sum())


def _with_silent(counted: pl.DataFrame, spans: pl.DataFrame, units: pl.DataFrame) -> pl.DataFrame:
    """A unit of the store without any dossier in a period in which its province has some has none: that is said."""
    homes = units.filter(pl.col("level") != "office").select("level", "province", unit_code="code")
    provinces = homes.select("province").unique().select("province", unit_code="province", level=pl.lit("province"))
    everyone = pl.concat([homes, provinces], how="diagonal").unique().join(spans, how="cross")
    spoken = counted.filter(pl.col("level") == "province").select(*_SPAN, province="unit_code").unique()
    grid = everyone.join(spoken, on=["province", *_SPAN], how="semi").with_columns(field=pl.lit("all"))
    return grid.select(_KEY).join(counted, on=_KEY, how="left").with_columns(pl.exclude(_KEY).fill_null(0))


def _rows(counts: pl.DataFrame, kinds: dict[str, tuple[pl.Expr, pl.Expr | None, pl.Expr | None]]) -> pl.DataFrame:
    """Reported where there is something to share; told apart: no dossiers, and an export that does not say."""
    if "channel_known" in counts.columns:
        same = pl.col("channel_known") == pl.col("kind_known")
        counts = counts.with_columns(all_kinds=pl.when(same).then("kind_known").otherwise(0))
    parts = []
    for measure, (part, total, said) in kinds.items():
        whole = pl.lit(None, pl.Float64) if total is None else total
        silent = (said == 0) & (pl.col("n") > 0) if said is not None else pl.lit(False)
        some = pl.lit(True) if total is None else total > 0
        state = (
            pl.when(silent).then(pl.lit("not_reported"))
            .when(some).then(pl.lit("reported"))
            .otherwise(pl.lit("no_dossiers"))
        )  # fmt: skip
        heard = state != "not_reported"
        parts.append(
            counts.select(
                *_KEY,
                measure=pl.lit(measure),
                numerator=pl.when(heard).then(part).cast(pl.Float64),
                denominator=pl.when(heard).then(whole).cast(pl.Float64),
                state=state,
            ).select([*SCHEMA])
        )
    return pl.concat(parts)


def _quantile_rows(days: pl.DataFrame, units: pl.DataFrame, spans: pl.DataFrame) -> Iterable[pl.DataFrame]:
    placed = _placed(days, "intake", units).join(spans, left_on="end_month", right_on="month")
    for measure, (count, share) in QUANTILES.items():
        found = quantile(placed.with_columns(field=pl.lit("all")), _KEY, count, share)
        yield found.select(
            *_KEY,
            measure=pl.lit(measure),
            numerator=pl.col(count).cast(pl.Float64),
            denominator=pl.lit(None, pl.Float64),
            state=pl.lit("reported"),
        ).select([*SCHEMA])


def quantile(histogram: pl.DataFrame, key: list[str], value: str, share: float) -> pl.DataFrame:
    """One row per `key`: the least `value` that at least `share` of the counted (`n`) do not exceed; exact."""
    counts = histogram.group_by([*key, value]).agg(pl.col("n").sum()).sort([*key, value])
    reached = pl.col("n").cum_sum().over(key) >= (pl.col("n").sum().over(key) * share).ceil()
    return counts.filter(reached).group_by(key).agg(pl.col(value).min())


def commonest(procedures: pl.DataFrame, names: dict[str, pl.DataFrame], keep: int = 50) -> pl.DataFrame:
    """The `keep` commonest procedures of each province and year, by dossiers ended, the commonest first.

    `procedures`: sums as in `ranking.dossiers`; `names`: the lists (`id`, `name`) of provinces, fields and procedures.
    One row per province, year, field and procedure with `ended`, `timed`, `on_time`, `last_day`, `median_days`,
    `p90_days` (working days).
    """
    key = ["province", "year", "field", "procedure"]
    rows = procedures.with_columns(year=pl.col("end_month") // 12)
    counts = rows.group_by(key).agg(pl.col("n").sum().alias("ended"), pl.col(TIMED).sum())
    place = pl.col("ended").rank("ordinal", descending=True).over("province", "year")
    counts = counts.sort(key).filter(place <= keep)
    for name, share in (("median_days", 0.5), ("p90_days", 0.9)):
        days = quantile(rows, key, "working_days", share).rename({"working_days": name})
        counts = counts.join(days, on=key, how="left")
    for column, table in (("province", "provinces"), ("field", "fields"), ("procedure", "procedures")):
        known = names[table].select(pl.col("id").cast(pl.Int32).alias(column), spoken="name")
        counts = counts.join(known, on=column).drop(column).rename({"spoken": column})
    order = ["province", "year", "ended", "field", "procedure"]
    return counts.sort(order, descending=[False, True, True, False, False]).select(
        *key, "ended", *TIMED, "median_days", "p90_days"
    )
