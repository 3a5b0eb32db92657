"""Rules about what comes in: how it is filed and paid for, and how much of it there is."""

from __future__ import annotations

from typing import Annotated, ClassVar

import polars as pl
from pydantic import Field

from ranking.lineage import weights
from ranking.questions.facts import STRETCH, Facts, beside, explained
from ranking.questions.findings import figure, strength
from ranking.questions.rule import AT, Measures, Percent, Positive, Rule
from ranking.states import NO_DOSSIERS
from ranking.vocabulary import COUNTRY


class OnlineJump(Rule):
    """A share that leaps from one month to the next, with no policy event of its province to explain it."""

    roles: ClassVar = ("online",)
    figures: ClassVar = ("before", "after", "gap")

    least_points: Positive
    strong_points: Positive
    least_z: Positive
    least_dossiers: Positive
    event_kinds: list[str]
    event_months: Annotated[int, Field(ge=0)]

    def tested(self, facts: Facts, measures: Measures) -> pl.DataFrame:
        online = measures["online"]
        rows = facts.with_error(facts.months(online).filter(pl.col("denominator") >= self.least_dossiers), online)
        rows = beside(rows, ["value", "error", "denominator", "period_end"], -1, "_before").drop_nulls("value_before")
        both = (pl.col("error") ** 2 + pl.col("error_before") ** 2).sqrt()
        leap = (pl.col("gap") >= self.least_points) & (pl.col("gap") >= self.least_z * both)
        return (
            self._without_events(rows, facts)
            .with_columns(
                gap=pl.col("value") - pl.col("value_before"), start_before=pl.col("period_start").dt.offset_by("-1mo")
            )
            .with_columns(fires=leap)
        )

    def strength(self) -> pl.Expr:
        return strength("gap", self.least_points, self.strong_points)

    def shown(self, measures: Measures) -> list[pl.Expr]:
        online, start, end = measures["online"], "start_before", "period_end_before"
        return [
            figure("before", "value_before", measure=online, n="denominator_before", start=start, end=end),
            figure("after", "value", measure=online, n="denominator"),
            figure("gap", "gap", kind="points"),
        ]

    def _without_events(self, rows: pl.DataFrame, facts: Facts) -> pl.DataFrame:
        events = explained(facts.tables.events, self.event_kinds, self.event_months)
        everywhere = events.filter(pl.col("province_code") == COUNTRY)
        here = ["province_code", "period_start"]
        return rows.join(events, on=here, how="anti").join(everywhere, on="period_start", how="anti")


class OnlineUnpaid(Rule):
    """Nearly everything is filed online, yet almost no fee is paid online."""

    roles: ClassVar = ("online", "paid")
    figures: ClassVar = ("online", "paid", "usual_paid")

    least_online: Percent
    most_paid: Percent
    strong_paid: Percent
    least_dossiers: Positive
    least_owing: Positive

    def tested(self, facts: Facts, measures: Measures) -> pl.DataFrame:
        online = facts.stretches(measures["online"]).filter(pl.col("denominator") >= self.least_dossiers)
        paid = facts.stretches(measures["paid"]).filter(pl.col("denominator") >= self.least_owing)
        paid = paid.select(*AT, paid="value", owing="denominator", usual_paid=pl.col("value").median().over(STRETCH))
        odd = (pl.col("value") >= self.least_online) & (pl.col("paid") <= self.most_paid)
        return online.join(paid, on=AT).with_columns(fires=odd)

    def strength(self) -> pl.Expr:
        return strength("paid", self.most_paid, self.strong_paid)

    def shown(self, measures: Measures) -> list[pl.Expr]:
        return [
            figure("online", "value", measure=measures["online"], n="denominator"),
            figure("paid", "paid", measure=measures["paid"], n="owing"),
            figure("usual_paid", "usual_paid", measure=measures["paid"]),
        ]


class IntakeAbovePeers(Rule):
    """Far more dossiers for each resident than at the peers."""

    roles: ClassVar = ("rate",)
    figures: ClassVar = ("own", "peers", "times", "received")

    least_times: Positive
    strong_times: Positive
    least_received: Positive
    least_peers: Annotated[int, Field(ge=1)]

    def tested(self, facts: Facts, measures: Measures) -> pl.DataFrame:
        rows = facts.stretches(measures["rate"]).drop_nulls("value")
        figures = rows.select(*STRETCH, "value", peer_code="unit_code")
        pairs = facts.tables.peers.select("unit_code", "peer_code").join(figures, on="peer_code")
        usual = pairs.group_by(AT).agg(peers=pl.col("value").median(), n=pl.len())
        judged = rows.join(usual.filter(pl.col("n") >= self.least_peers, pl.col("peers") > 0), on=AT)
        judged = judged.with_columns(times=pl.col("value") / pl.col("peers"))
        many = pl.col("numerator") >= self.least_received
        return judged.with_columns(fires=many & (pl.col("times") >= self.least_times))

    def strength(self) -> pl.Expr:
        return strength("times", self.least_times, self.strong_times)

    def shown(self, measures: Measures) -> list[pl.Expr]:
        rate = measures["rate"]
        return [
            figure("own", "value", measure=rate),
            figure("peers", "peers", measure=rate),
            figure("times", "times", kind="times"),
            figure("received", "numerator", kind="count"),
        ]


class ZeroBetweenBusy(Rule):
    """Not one dossier in a month, between two months with many; silence is no zero. Old communes count too."""

    roles: ClassVar = ("received",)
    old_roles: ClassVar = ("received",)
    figures: ClassVar = ("name", "before", "zero", "after")

    least_beside: Positive
    strong_beside: Positive

    def tested(self, facts: Facts, measures: Measures) -> pl.DataFrame:
        received = measures["received"]
        today = facts.months(received).with_columns(name=pl.col("unit"))
        columns = ["unit_code", "name", "period_start", "period_end", "state", "numerator"]
        rows = pl.concat([_counted(today.select(columns)), self._old(facts, received, columns)])
        zero = (pl.col("value") == 0) & (pl.col("lesser") >= self.least_beside)
        judged = rows.with_columns(fires=zero).sort("unit_code", "period_start", "fires", "lesser")
        return judged.unique(["unit_code", "period_start"], keep="last", maintain_order=True)

    def strength(self) -> pl.Expr:
        return strength("lesser", self.least_beside, self.strong_beside)

    def shown(self, measures: Measures) -> list[pl.Expr]:
        received = measures["received"]
        return [
            figure("name", kind="text", text="name"),
            figure("before", "value_before", measure=received, start="start_before", end="period_end_before"),
            figure("zero", "value", measure=received),
            figure("after", "value_after", measure=received, start="start_after", end="period_end_after"),
        ]

    def _old(self, facts: Facts, received: str, columns: list[str]) -> pl.DataFrame:
        """The old communes' months, under the code of the commune of today that got any of them for sure."""
        sure = weights(facts.tables.lineage).filter(pl.col("least") > 0).select("new_code", "old_code")
        names = facts.tables.lineage.select("old_code", name="old_name").unique("old_code")
        old = facts.old_months(received).join(names, left_on="unit_code", right_on="old_code")
        counted = _counted(old.select(columns))
        pairs = counted.join(sure, left_on="unit_code", right_on="old_code")
        return pairs.with_columns(unit_code="new_code").select(counted.columns)


def _counted(rows: pl.DataFrame) -> pl.DataFrame:
    """Months of which the count is known, beside those before and after where they are known too."""
    said = pl.when(pl.col("state") == NO_DOSSIERS).then(pl.col("numerator").fill_null(0)).otherwise("numerator")
    known = rows.select("unit_code", "name", "period_start", "period_end", value=said).drop_nulls("value")
    around = beside(beside(known, ["value", "period_end"], -1, "_before"), ["value", "period_end"], 1, "_after")
    return around.drop_nulls(["value_before", "value_after"]).with_columns(
        lesser=pl.min_horizontal("value_before", "value_after"),
        start_before=pl.col("period_start").dt.offset_by("-1mo"),
        start_after=pl.col("period_start").dt.offset_by("1mo"),
    )


RULES: dict[str, type[Rule]] = {
    "online_jump": OnlineJump,
    "online_without_payment": OnlineUnpaid,
    "intake_above_peers": IntakeAbovePeers,
    "zero_between_busy": ZeroBetweenBusy,
}
