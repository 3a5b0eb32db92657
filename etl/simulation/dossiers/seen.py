"""Dossiers as an export of a certain day tells them: what is not over by then is open, and some of it is mistaken."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl

from etl.simulation.dossiers.draws import Days
from etl.simulation.dossiers.ground import Ground
from etl.simulation.draws import stream
from ranking.dossiers.rows import DONE, DOSSIER, IN_PERSON, OPEN, RETURNED, STOPPED, WAITING, WITHDRAWN

_EPOCH = date(1970, 1, 1).toordinal()


def seen(drawn: pl.DataFrame, days: Days, day: date) -> pl.DataFrame:
    """The dossiers of `drawn` that were received by `day`, as they stood then: the columns of `DOSSIER`.

    What happened later is not known yet. Who has been asked for papers and has not brought them waits; the days waited
    are those up to then.
    """
    known = drawn.filter(pl.col("received") <= day)
    by_then = {name: pl.when(pl.col(name) <= day).then(name) for name in ("done", "returned", "stopped")}
    today = int(days.counted(np.array([day.toordinal() - _EPOCH]))[0])
    rows = known.with_columns(**by_then)
    ended = pl.col("done").is_not_null() | pl.col("stopped").is_not_null()
    so_far = (today - pl.col("asked")).clip(0, None)
    waited = pl.when(ended).then("waited").otherwise(pl.min_horizontal(pl.col("waited"), so_far))
    # Asked again is what follows the first papers, so it is not known before they came.
    supplements = (
        pl.when(ended | (so_far >= pl.col("waited")))
        .then("supplements")
        .otherwise(pl.min_horizontal("supplements", (pl.col("asked") <= today).cast(pl.Int8)))
    )
    is_waiting = ~ended & (pl.col("asked") <= today) & (so_far < pl.col("waited"))
    return rows.with_columns(
        waited=waited, supplements=supplements,
        state=pl.when(pl.col("stopped").is_not_null()).then(pl.when("withdrawn").then(WITHDRAWN).otherwise(STOPPED))
        .when(pl.col("returned").is_not_null()).then(RETURNED)
        .when(pl.col("done").is_not_null()).then(DONE)
        .when(is_waiting).then(WAITING).otherwise(OPEN),
        # Without a result there is none in electronic form.
        e_result=pl.when(pl.col("done").is_not_null()).then("e_result").otherwise(False),
        exported=pl.lit(day),
    ).select([*DOSSIER]).cast(pl.Schema(DOSSIER))  # fmt: skip


def mistaken(rows: pl.DataFrame, ground: Ground, home: int, month: int) -> pl.DataFrame:
    """`rows` as an early export has them: some late ends written as on the last allowed day, some wrong channels."""
    settings = ground.settings["exports"]
    rng = stream(ground.calibration, "mistakes", ground.provinces[home], str(month))
    wrong_end = pl.Series(rng.random(rows.height) < settings["mistaken_ends"])
    wrong_channel = pl.Series(rng.random(rows.height) < settings["mistaken_channels"])
    is_late = pl.col("done") > pl.col("due")
    return rows.with_columns(
        done=pl.when(is_late & wrong_end).then("due").otherwise("done"),
        channel=pl.when(wrong_channel).then(pl.lit(IN_PERSON, pl.Int8)).otherwise("channel"),
    )


def changed(before: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    """The rows of `after` that are new or other than in `before`; both in the same order, `before` the first of it."""
    told = [name for name in DOSSIER if name not in ("code", "exported")]
    earlier = before.select("code", *(pl.col(name).alias(f"{name}_before") for name in told))
    both = after.join(earlier, on="code", how="left", maintain_order="left")
    is_new = pl.col("received_before").is_null()
    differs = pl.any_horizontal(pl.col(name).ne_missing(pl.col(f"{name}_before")) for name in told)
    return both.filter(is_new | differs).select(after.columns)
