"""From the rows of a measure to its standings with all that is said of them: how sure, what moved, where likely."""

from __future__ import annotations

import polars as pl

from ranking.ages import age
from ranking.certainty import with_certainty, with_errors
from ranking.measures import Measure
from ranking.movement import with_movement
from ranking.standings import standings
from ranking.tiers import latest, with_tiers

COUNTRY_PERIODS = 3
PROVINCE_WINDOWS, COUNTRY_WINDOWS = 3, 1


def ranked(
    rows: pl.DataFrame, measure: Measure, scopes: pl.DataFrame, given: pl.DataFrame | None = None
) -> tuple[pl.DataFrame, pl.DataFrame | None]:
    """(the `tables.Standings` of all `rows` of a measure but for `placed`, what `placed` needs; None without a rank).

    `scopes` as of `standings.standings`, `given` as of `certainty.with_errors`.
    """
    standing = standings(rows, measure, scopes)
    if standing.get_column("rank").null_count() == standing.height:
        # Without a rank there is nothing to be sure of, and nothing that moved.
        return standing, None
    errors = with_errors(standing, rows, measure, rows, beside=[age()], given=given)
    standing = with_certainty(standing, rows, measure, rows, country_periods=COUNTRY_PERIODS, errors=errors)
    return with_movement(standing, measure.direction, rows), errors


def placed(standing: pl.DataFrame, errors: pl.DataFrame | None, measure: Measure) -> pl.DataFrame:
    """The standings with where units likely stand in the latest months."""
    if errors is None:
        return standing
    return with_tiers(standing, errors, measure, latest(errors, PROVINCE_WINDOWS, COUNTRY_WINDOWS))
