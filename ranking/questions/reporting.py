"""Rules about the reporting itself: repeats, broken sums, two sources that disagree, revisions, loose bases."""

from __future__ import annotations

from datetime import date
from typing import Annotated, ClassVar

import polars as pl
from pydantic import Field

from ranking.names import unit_key
from ranking.questions.facts import STRETCH, Facts, beside
from ranking.questions.findings import figure, strength
from ranking.questions.rule import AT, Measures, Positive, Rule
from ranking.states import REPORTED

Part = Annotated[float, Field(gt=0, le=1)]
Name = tuple[str | None, str]
"""(kind or None, bare name), as `unit_key` gives it."""
_PLACED = {"unit_code": pl.String, "period_start": pl.Date, "period_end": pl.Date}


class IdenticalMonths(Rule):
    """All the figures of a month are those of the month before."""

    figures: ClassVar = ("same", "received", "earlier")

    least_figures: Annotated[int, Field(ge=1)]
    strong_figures: Annotated[int, Field(ge=1)]
    least_received: Positive

    def tested(self, facts: Facts, measures: Measures) -> pl.DataFrame:
        pairs = [self._pairs(facts, name) for name in measures.values()]
        both = (
            pl.concat(pairs)
            .group_by("unit_code", "period_start", "period_end")
            .agg(
                pl.col("start_before", "end_before").first(),
                same=(pl.col("now") == pl.col("then")).sum().cast(pl.Int64),
                compared=pl.len().cast(pl.Int64),
                received=pl.col("now").filter(pl.col("measure") == next(iter(measures.values()))).first(),
            )
        )
        enough = (pl.col("compared") >= self.least_figures) & (pl.col("received") >= self.least_received)
        return both.filter(enough).with_columns(fires=pl.col("same") == pl.col("compared"))

    def strength(self) -> pl.Expr:
        return strength("same", self.least_figures, self.strong_figures)

    def shown(self, measures: Measures) -> list[pl.Expr]:
        received = next(iter(measures.values()))
        return [
            figure("same", "same", kind="count"),
            figure("received", "received", measure=received),
            figure("earlier", "received", measure=received, start="start_before", end="end_before"),
        ]

    def _pairs(self, facts: Facts, measure: str) -> pl.DataFrame:
        """Each month's count beside that of the month before; two zeros say nothing and are left out."""
        rows = facts.months(measure).filter(pl.col("state") == REPORTED)
        rows = rows.select("unit_code", "period_start", "period_end", now=pl.coalesce("numerator", "score"))
        pairs = beside(rows, ["now", "period_end"], -1, "_before").drop_nulls(["now", "now_before"])
        return pairs.filter((pl.col("now") != 0) | (pl.col("now_before") != 0)).select(
            "unit_code",
            "period_start",
            "period_end",
            "now",
            then="now_before",
            start_before=pl.col("period_start").dt.offset_by("-1mo"),
            end_before="period_end_before",
            measure=pl.lit(measure),
        )


class SourcesDisagree(Rule):
    """Two sources of the same share are further apart than their intervals, and than the two usually are."""

    roles: ClassVar = ("portal", "form")
    figures: ClassVar = ("portal", "form", "gap", "usual_gap")

    least_points: Positive
    strong_points: Positive
    least_z: Positive
    least_dossiers: Positive
    least_units: Annotated[int, Field(ge=1)]

    def tested(self, facts: Facts, measures: Measures) -> pl.DataFrame:
        both = self._side(facts, measures["portal"], "portal").join(
            self._side(facts, measures["form"], "form").drop("province_code"), on=AT
        )
        apart = pl.col("portal") - pl.col("form")
        both = both.with_columns(gap=apart).with_columns(usual_gap=self._usual())
        error = (pl.col("portal_error") ** 2 + pl.col("form_error") ** 2).sqrt()
        both = both.with_columns(beyond=(pl.col("gap") - pl.col("usual_gap")).abs(), error=error)
        far = (pl.col("beyond") >= self.least_points) & (pl.col("beyond") >= self.least_z * pl.col("error"))
        return both.with_columns(fires=far)

    def strength(self) -> pl.Expr:
        return strength("beyond", self.least_points, self.strong_points)

    def shown(self, measures: Measures) -> list[pl.Expr]:
        return [
            figure("portal", "portal", measure=measures["portal"], n="portal_n"),
            figure("form", "form", measure=measures["form"], n="form_n"),
            figure("gap", pl.col("gap").abs(), kind="points"),
            figure("usual_gap", pl.col("usual_gap").abs(), kind="points"),
        ]

    def _side(self, facts: Facts, measure: str, name: str) -> pl.DataFrame:
        rows = facts.stretches(measure).filter(pl.col("denominator") >= self.least_dossiers)
        figures = {name: "value", f"{name}_error": "error", f"{name}_n": "denominator"}
        return facts.with_error(rows, measure).select(*AT, "province_code", **figures)

    def _usual(self) -> pl.Expr:
        """How far apart the two sources lie by their definitions: the median of the province, else of the country."""
        here = [*STRETCH, "province_code"]
        of_province = pl.when(pl.len().over(here) >= self.least_units).then(pl.col("gap").median().over(here))
        return pl.coalesce(of_province, pl.col("gap").median().over(STRETCH))


class RevisedPast(Rule):
    """A figure of a month that was over changed afterwards, and not for the whole province at once."""

    figures: ClassVar = ("old", "new", "changed")

    least_change: Part
    strong_change: Part
    most_of_province: Part

    def tested(self, facts: Facts, measures: Measures) -> pl.DataFrame:
        changes = self._changes(facts, [*measures.values()])
        stretch = ["unit_code", "period_start", "period_end"]
        most = (
            changes.sort("change", "measure")
            .group_by(stretch, maintain_order=True)
            .agg(pl.col("measure", "old", "new", "change").last(), changed=pl.len().cast(pl.Int64))
        )
        return most.with_columns(fires=pl.col("change") >= self.least_change)

    def strength(self) -> pl.Expr:
        return strength("change", self.least_change, self.strong_change)

    def shown(self, measures: Measures) -> list[pl.Expr]:
        return [
            figure("old", "old", measure=pl.col("measure")),
            figure("new", "new", measure=pl.col("measure")),
            figure("changed", "changed", kind="count"),
        ]

    def _changes(self, facts: Facts, measures: list[str]) -> pl.DataFrame:
        """One row per figure of a commune that was revised, without those of provinces that were revised as a whole."""
        units = facts.tables.units.select(unit_code="code", province_code="province_code")
        rows = facts.tables.revisions.filter(
            pl.col("level") == "commune", pl.col("field") == "all", pl.col("measure").is_in(measures)
        ).join(units, on="unit_code")
        sizes = units.group_by("province_code").agg(size=pl.len())
        cell = ["province_code", "period_start", "period_end", "measure"]
        share = pl.col("unit_code").n_unique().over(cell) / pl.col("size")
        parts = ("numerator", "denominator", "score")
        change = pl.max_horizontal(_relative_change(name) for name in parts)
        rows = rows.join(sizes, on="province_code").filter(share <= self.most_of_province)
        values = [_values(part, facts) for _, part in rows.group_by("measure", maintain_order=True)]
        return pl.concat([_values(rows.clear(), facts), *values]).with_columns(change=change.fill_null(0))


class LooseBases(Rule):
    """The portal itself marks a figure as resting on a provisional denominator, here but not province-wide."""

    roles: ClassVar = ("score",)
    figures: ClassVar = ("score", "flag")

    flags: Annotated[list[str], Field(min_length=1)]
    most_of_province: Part

    def tested(self, facts: Facts, measures: Measures) -> pl.DataFrame:
        rows = facts.stretches(measures["score"]).drop_nulls("value")
        found = pl.col("quality").fill_null("").str.extract(f"({'|'.join(self.flags)})")
        share = found.is_not_null().mean().over(*STRETCH, "province_code")
        return rows.with_columns(flag=found, fires=found.is_not_null() & (share <= self.most_of_province))

    def strength(self) -> pl.Expr:
        return pl.lit(0.5)

    def shown(self, measures: Measures) -> list[pl.Expr]:
        return [figure("score", "value", measure=measures["score"]), figure("flag", kind="text", text="flag")]


class BrokenSums(Rule):
    """Rows of a form that were set aside because their columns don't add up."""

    figures: ClassVar = ("rows", "reason")

    reason_pattern: str
    strong_rows: Annotated[int, Field(ge=2)]

    def tested(self, facts: Facts, measures: Measures) -> pl.DataFrame:
        broken = facts.tables.quarantine.filter(pl.col("reason").str.contains(self.reason_pattern))
        placed = self._placed(broken, facts, [*measures.values()])
        rows = placed.group_by(*_PLACED).agg(rows=pl.len().cast(pl.Int64), reason=pl.col("reason").first())
        return rows.with_columns(fires=pl.lit(True))

    def strength(self) -> pl.Expr:
        return strength("rows", 1, self.strong_rows)

    def shown(self, measures: Measures) -> list[pl.Expr]:
        return [figure("rows", "rows", kind="count"), figure("reason", kind="text", text="reason")]

    def _placed(self, broken: pl.DataFrame, facts: Facts, measures: list[str]) -> pl.DataFrame:
        """The broken rows with unit and period; those whose file or name is not clear without a doubt are left out.

        Quarantine keeps the row's name (`value`) and the file (`source`). The file's other rows, which were
        taken, say which province and which period it is about.
        """
        files = _files(facts, measures, broken.get_column("source").unique().to_list())
        names = _names(facts.tables.units) if files else {}
        found = [
            (names[province, key], start, end, reason)
            for source, name, reason in broken.select("source", "value", "reason").iter_rows()
            if name and source in files
            for province, start, end in [files[source]]
            if (province, key := unit_key(name)) in names
        ]
        return pl.DataFrame(found, schema=_PLACED | {"reason": pl.String}, orient="row")


def _files(facts: Facts, measures: list[str], sources: list[str]) -> dict[str, tuple[str, date, date]]:
    """Province, first and last day of each file whose taken rows agree on them."""
    if not sources:
        return {}
    rows = facts.tables.measurements.filter(pl.col("source").is_in(sources), pl.col("measure").is_in(measures))
    own = rows.filter(pl.col("level") == "commune").select("source", "unit_code", "period_start", "period_end")
    homes = facts.tables.units.select(unit_code="code", province_code="province_code")
    said = own.collect().join(homes, on="unit_code").drop("unit_code").unique()
    sure = said.filter(~pl.col("source").is_duplicated())
    columns = sure.select("source", "province_code", *list(_PLACED)[1:])
    return {source: (province, start, end) for source, province, start, end in columns.iter_rows()}


def _names(units: pl.DataFrame) -> dict[tuple[str, Name], str]:
    """Unit codes by province and name, with the kind and, where only one is called so, without it."""
    full: dict[tuple[str, Name], str] = {}
    bare: dict[tuple[str, Name], list[str]] = {}
    for code, name, province in units.select("code", "full_name", "province_code").iter_rows():
        kind, own = unit_key(name)
        full[province, (kind, own)] = code
        bare.setdefault((province, (None, own)), []).append(code)
    return full | {key: codes[0] for key, codes in bare.items() if len(codes) == 1}


def _relative_change(name: str) -> pl.Expr:
    old, new = pl.col(f"old_{name}"), pl.col(f"new_{name}")
    larger = pl.max_horizontal(old, new)
    return pl.when(larger > 0).then((new - old).abs() / larger)


def _values(rows: pl.DataFrame, facts: Facts) -> pl.DataFrame:
    """Revisions of one measure with the `old` and the `new` value, in the measure's unit."""
    names = ("numerator", "denominator", "score", "state")
    for side in ("old", "new"):
        measure = facts.tables.measures.get(rows.item(0, "measure")) if rows.height else None
        if measure is None:
            rows = rows.with_columns(pl.lit(None, pl.Float64).alias(side))
            continue
        given = rows.select(pl.col(f"{side}_{name}").alias(name) for name in names)
        rows = rows.with_columns(given.select(measure.value().cast(pl.Float64)).to_series().alias(side))
    return rows


RULES: dict[str, type[Rule]] = {
    "identical_months": IdenticalMonths,
    "broken_sums": BrokenSums,
    "portal_and_form_disagree": SourcesDisagree,
    "revised_past": RevisedPast,
    "temporary_denominators": LooseBases,
}
