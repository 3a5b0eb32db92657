"""Rules about keeping dates: worse than peers, perfect but slow, the last day, cleared backlogs, old members."""

from __future__ import annotations

from typing import Annotated, ClassVar

import polars as pl
from pydantic import Field

from ranking.ages import age, equally_old
from ranking.intervals import wilson
from ranking.lineage import weights
from ranking.periods import MERGER
from ranking.process_limits import IMPROVEMENT, marks
from ranking.questions.facts import STRETCH, Facts, beside
from ranking.questions.findings import figure, strength
from ranking.questions.rule import AT, Measures, Percent, Positive, Rule


class WorseAndWorsening(Rule):
    """A share significantly worse than the peers', while its own p′ chart marks the month as a concern."""

    roles: ClassVar = ("share",)
    figures: ClassVar = ("own", "peers", "gap")

    least_z: Positive
    least_points: Positive
    strong_points: Positive
    least_dossiers: Positive
    least_peers: Annotated[int, Field(ge=1)]

    def tested(self, facts: Facts, measures: Measures) -> pl.DataFrame:
        share, sign = measures["share"], facts.direction(measures["share"])
        rows = facts.with_error(facts.months(share).filter(pl.col("denominator") >= self.least_dossiers), share)
        gap = sign * (pl.col("peers") - pl.col("value"))
        worse = (gap >= self.least_points) & (gap >= self.least_z * pl.col("error"))
        judged = rows.join(_peer_levels(rows, facts, self.least_peers), on=AT)
        judged = judged.join(_monthly_marks(facts, share), on=["unit_code", "period_start"])
        return judged.with_columns(gap=gap, fires=worse & (pl.col("variation") == "concern"))

    def strength(self) -> pl.Expr:
        return strength("gap", self.least_points, self.strong_points)

    def shown(self, measures: Measures) -> list[pl.Expr]:
        share = measures["share"]
        return [
            figure("own", "value", measure=share, n="denominator"),
            figure("peers", "peers", measure=share, n="peers_n"),
            figure("gap", "gap", kind="points"),
        ]


class PerfectWhileSlow(Rule):
    """Every one of many dossiers on time, though the days they take are many."""

    roles: ClassVar = ("on_time", "days")
    figures: ClassVar = ("on_time", "days", "usual_days")

    least_share: Percent
    least_dossiers: Positive
    least_days: Positive
    times_median: Positive
    strong_days: Positive

    def tested(self, facts: Facts, measures: Measures) -> pl.DataFrame:
        shares = facts.stretches(measures["on_time"]).filter(pl.col("denominator") >= self.least_dossiers)
        days = facts.stretches(measures["days"]).select(*AT, days="value").drop_nulls("days")
        days = days.with_columns(usual_days=pl.col("days").median().over(STRETCH))
        slow = (pl.col("days") >= self.least_days) & (pl.col("days") >= self.times_median * pl.col("usual_days"))
        return shares.join(days, on=AT).with_columns(fires=slow & (pl.col("value") >= self.least_share))

    def strength(self) -> pl.Expr:
        return strength("days", self.least_days, self.strong_days)

    def shown(self, measures: Measures) -> list[pl.Expr]:
        return [
            figure("on_time", "value", measure=measures["on_time"], n="denominator"),
            figure("days", "days", measure=measures["days"]),
            figure("usual_days", "usual_days", measure=measures["days"]),
        ]


class LastDayShare(Rule):
    """A large part of the dossiers was closed on the very day they were due."""

    roles: ClassVar = ("share",)
    figures: ClassVar = ("share",)

    least_share: Percent
    strong_share: Percent
    least_dossiers: Positive

    def tested(self, facts: Facts, measures: Measures) -> pl.DataFrame:
        rows = facts.stretches(measures["share"]).filter(
            pl.col("denominator") >= self.least_dossiers, pl.col("numerator") <= pl.col("denominator")
        )
        low, _ = wilson(rows.get_column("numerator").to_numpy(), rows.get_column("denominator").to_numpy())
        return rows.with_columns(fires=pl.Series(100 * low, dtype=pl.Float64) >= self.least_share)

    def strength(self) -> pl.Expr:
        return strength("value", self.least_share, self.strong_share)

    def shown(self, measures: Measures) -> list[pl.Expr]:
        return [figure("share", "value", measure=measures["share"], n="denominator")]


class BacklogCleared(Rule):
    """Overdue dossiers that vanish in the last month of a quarter and are back in the next month."""

    roles: ClassVar = ("overdue",)
    figures: ClassVar = ("before", "left", "after")

    months_in_period: Annotated[int, Field(ge=2, le=12)]
    least_overdue: Positive
    strong_overdue: Positive
    most_left: Annotated[float, Field(ge=0)]

    def tested(self, facts: Facts, measures: Measures) -> pl.DataFrame:
        rows = facts.months(measures["overdue"]).filter(pl.col("value").is_not_null())
        columns = ["value", "period_end"]
        around = beside(beside(rows, columns, -1, "_before"), columns, 1, "_after")
        last = pl.col("period_start").dt.month() % self.months_in_period == 0
        around = around.filter(last).drop_nulls(["value_before", "value_after"])
        around = around.with_columns(
            lesser=pl.min_horizontal("value_before", "value_after"),
            start_before=pl.col("period_start").dt.offset_by("-1mo"),
            start_after=pl.col("period_start").dt.offset_by("1mo"),
        )
        swept = (pl.col("lesser") >= self.least_overdue) & (pl.col("value") <= self.most_left)
        return around.with_columns(fires=swept)

    def strength(self) -> pl.Expr:
        return strength("lesser", self.least_overdue, self.strong_overdue)

    def shown(self, measures: Measures) -> list[pl.Expr]:
        overdue = measures["overdue"]
        return [
            figure("before", "value_before", measure=overdue, start="start_before", end="period_end_before"),
            figure("left", "value", measure=overdue),
            figure("after", "value_after", measure=overdue, start="start_after", end="period_end_after"),
        ]


class WeakOldMember(Rule):
    """One old commune kept its dates far worse than the other members of the unit in the months before the merger."""

    roles: ClassVar = ("share",)
    old_roles: ClassVar = ("share",)
    figures: ClassVar = ("member", "others", "gap", "name", "months")

    window_months: Annotated[int, Field(ge=1)]
    least_dossiers: Positive
    least_z: Positive
    least_points: Positive
    strong_points: Positive

    def tested(self, facts: Facts, measures: Measures) -> pl.DataFrame:
        share, sign = measures["share"], facts.direction(measures["share"])
        members = facts.with_error(self._members(facts, share), share)
        gap = sign * (pl.col("others") - pl.col("value"))
        members = members.with_columns(gap=gap).drop_nulls(["gap", "error"])
        worst = members.sort("unit_code", "gap", "old_code").group_by("unit_code", maintain_order=True).last()
        far = (pl.col("gap") >= self.least_points) & (pl.col("gap") >= self.least_z * pl.col("error"))
        return worst.with_columns(fires=far)

    def strength(self) -> pl.Expr:
        return strength("gap", self.least_points, self.strong_points)

    def shown(self, measures: Measures) -> list[pl.Expr]:
        share = measures["share"]
        return [
            figure("member", "value", measure=share, n="denominator"),
            figure("others", "others", measure=share, n="others_n"),
            figure("gap", "gap", kind="points"),
            figure("name", kind="text", text="old_name"),
            figure("months", pl.lit(self.window_months), kind="count"),
        ]

    def _members(self, facts: Facts, share: str) -> pl.DataFrame:
        """One row per commune of today and old commune that it got any of for sure, all months together."""
        first = pl.lit(MERGER).dt.offset_by(f"-{self.window_months}mo")
        months = facts.old_months(share).filter(pl.col("period_start") >= first, pl.col("denominator") > 0)
        totals = months.group_by(old_code="unit_code").agg(
            pl.col("numerator", "denominator").sum(), pl.col("period_start").min(), pl.col("period_end").max()
        )
        lineage = facts.tables.lineage
        sure = weights(lineage).filter(pl.col("least") > 0).select(unit_code="new_code", old_code="old_code")
        names = lineage.select("old_code", "old_name").unique("old_code")
        members = sure.join(totals, on="old_code").join(names, on="old_code")
        x, n = (pl.col(name).sum().over("unit_code") - pl.col(name) for name in ("numerator", "denominator"))
        enough = pl.min_horizontal("denominator", "others_n") >= self.least_dossiers
        value = 100 * pl.col("numerator") / pl.col("denominator")
        return members.with_columns(others_n=n, others=100 * x / n, value=value).filter(enough)


def _peer_levels(rows: pl.DataFrame, facts: Facts, least_peers: int) -> pl.DataFrame:
    """For each unit and stretch the peers' share, all their dossiers together, and how many these were."""
    peers = facts.tables.peers.select("unit_code", "peer_code")
    figures = rows.select("numerator", "denominator", *STRETCH, peer_code="unit_code")
    sums = peers.join(figures, on="peer_code").group_by(AT).agg(pl.col("numerator", "denominator").sum(), n=pl.len())
    level = 100 * pl.col("numerator") / pl.col("denominator")
    return sums.filter(pl.col("n") >= least_peers).select(*AT, peers=level, peers_n="denominator")


def _monthly_marks(facts: Facts, share: str) -> pl.DataFrame:
    """The mark of the p′ chart that each unit had in each month, from the months of the same series up to then.

    None for a month that is not as old as the one before it.
    """
    way = IMPROVEMENT[facts.tables.measures[share].direction]
    found = []
    for (_,), rows in facts.months(share).partition_by("series", as_dict=True).items():
        for last in rows.get_column("period_start").unique().sort():
            mark = marks(rows.filter(pl.col("period_start") <= last), way, shares=True)
            found.append(mark.select("unit_code", "variation", period_start=pl.lit(last)))
    empty = pl.DataFrame(schema={"unit_code": pl.String, "variation": pl.String, "period_start": pl.Date})
    known = pl.concat([empty, *found]).filter(pl.col("variation") != "none")
    return known.join(_uneven(facts, share), on=["unit_code", "period_start"], how="anti")


def _uneven(facts: Facts, share: str) -> pl.DataFrame:
    """The months of units that were captured at another age than those before (`ranking.ages`)."""
    months = facts.months(share).with_columns(age())
    pairs = beside(months, ["age"], -1, "_before").drop_nulls("age_before")
    return pairs.filter(~equally_old("age_before", "age")).select("unit_code", "period_start")


RULES: dict[str, type[Rule]] = {
    "worse_and_worsening": WorseAndWorsening,
    "perfect_while_slow": PerfectWhileSlow,
    "last_day_share": LastDayShare,
    "backlog_cleared": BacklogCleared,
    "weak_old_member": WeakOldMember,
}
