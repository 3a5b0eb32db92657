"""Which communes to visit first: a score whose every part can be seen, out of questions, levels and trends.

A high score says that there is much to ask, not that anything is wrong.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

import polars as pl
import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ranking import yaml_text
from ranking.bands import BELOW
from ranking.frame_types import Columns

PARTS = ("question", "below", "worsening")
PART = {"kind": pl.String, "name": pl.String, "points": pl.Float64}
"""One part of a score. `kind`: one of `PARTS`; `name`: the question's or the measure's id."""
MARKS = {"unit_code": pl.String, "measure": pl.String, "band": pl.String, "variation": pl.String}
SHORTLIST: Columns = {
    "unit_code": pl.String,
    "score": pl.Float64,
    **dict.fromkeys(PARTS, pl.Float64),
    "parts": pl.List(pl.Struct(PART)),
    "both": pl.List(pl.String),
}

_Points = Annotated[float, Field(gt=0, le=10)]


class WeightsError(ValueError):
    """The weights are not usable; the message names the file, the key and the value found."""


class Weights(BaseModel):
    """Points by measure, for standing below the common level and for getting worse."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    below: dict[str, _Points]
    worsening: dict[str, _Points]

    @property
    def measures(self) -> tuple[str, ...]:
        """The measures that count, in the order of the file."""
        return tuple(dict.fromkeys([*self.below, *self.worsening]))


def read_weights(name: str, text: str, known: Mapping[str, object]) -> Weights:
    """The weights of a file; WeightsError where it is not valid or names a measure that is not `known`."""
    try:
        weights = Weights.model_validate(yaml_text.load(text))
    except yaml.YAMLError as error:
        raise WeightsError(f"{name}: not YAML: {error}") from error
    except ValidationError as error:
        wrong = [f"{'.'.join(map(str, e['loc']))}: {e['msg']}, found {e['input']!r}" for e in error.errors()]
        raise WeightsError(f"{name}, {'; '.join(wrong)}") from None
    if unknown := [measure for measure in weights.measures if measure not in known]:
        raise WeightsError(f"{name}: there is no measure {', '.join(unknown)}")
    return weights


def shortlist(asked: pl.DataFrame, marks: pl.DataFrame, weights: Weights) -> pl.DataFrame:
    """The communes about which there is anything to ask, the highest score first.

    `asked`: one row per unit and question with `unit_code`, `question`, `strength` (½ to 1) and `weight`, as
    `ranking.questions.ask` gives them. `marks` (`MARKS`): one row per unit and measure, with the `band` of its
    standing and the `variation` of its months; null where not known, which adds nothing.
    Returns `SHORTLIST`: `score` = `question` + `below` + `worsening`, the sums of their `parts`, which stand the
    heaviest first; `both`: the measures in which a unit stands below and is getting worse. Equal scores stand
    in the order of their codes.
    """
    parts = pl.concat([_questions(asked), *(_measures(marks, kind, weights) for kind in ("below", "worsening"))])
    parts = parts.sort("points", "kind", "name", descending=[True, False, False])
    sums = [pl.col("points").filter(pl.col("kind") == kind).sum().alias(kind) for kind in PARTS]
    scored = parts.group_by("unit_code", maintain_order=True).agg(
        pl.col("points").sum().alias("score"), *sums, pl.struct(*PART).alias("parts")
    )
    listed = scored.join(_both(marks, weights), on="unit_code", how="left").with_columns(pl.col("both").fill_null([]))
    # Sums of floats differ in their last digits with the order of their parts; ties must not hang on that.
    rounded = listed.with_columns(pl.col("score", *PARTS).round(9))
    return rounded.sort("score", "unit_code", descending=[True, False]).select(
        pl.col(name).cast(dtype) for name, dtype in SHORTLIST.items()
    )


def _questions(asked: pl.DataFrame) -> pl.DataFrame:
    points = pl.col("weight") * pl.col("strength")
    return asked.select("unit_code", kind=pl.lit("question"), name="question", points=points)


def _measures(marks: pl.DataFrame, kind: str, weights: Weights) -> pl.DataFrame:
    """A row for each unit and measure where the mark `kind` is there."""
    points = getattr(weights, kind)
    hit = pl.col("band") == BELOW if kind == "below" else pl.col("variation") == "concern"
    rows = marks.filter(hit, pl.col("measure").is_in(list(points)))
    worth = pl.col("measure").replace_strict(points, default=None, return_dtype=pl.Float64)
    return rows.select("unit_code", kind=pl.lit(kind), name="measure", points=worth)


def _both(marks: pl.DataFrame, weights: Weights) -> pl.DataFrame:
    hit = (pl.col("band") == BELOW) & (pl.col("variation") == "concern")
    order = pl.col("measure").replace_strict(
        {name: place for place, name in enumerate(weights.measures)}, default=None, return_dtype=pl.Int64
    )
    rows = marks.with_columns(order=order).drop_nulls("order").filter(hit).sort("unit_code", "order")
    return rows.group_by("unit_code", maintain_order=True).agg(both="measure")
