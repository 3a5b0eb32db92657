"""What part of a period's dossiers can't be late yet, where only how many were received is known."""

from __future__ import annotations

from datetime import date

import polars as pl

from ranking.periods import Period
from ranking.working_days import Swaps, working_days

LIMITS = (1, 5, 15, 25)
"""Working days that procedures may take, from the commonest to those of land."""


def parts(period: Period, captured: date, swaps: Swaps, limits: tuple[int, ...] = LIMITS) -> dict[int, float]:
    """For each limit in working days: the part, from 0 to 1, of the dossiers received in `period` that is not yet due.

    `captured`: the day on whose evening the figures were taken. Dossiers are taken to come in evenly, so many each
    working day; a dossier received on day d is due on the limit-th working day after it, and can be late from then on.
    With a true share s on time the portal's way then shows s + (1 − s) · part: of 85 % in a month of 22 working days
    85.7, 88.4, 95.2 and 100 % for procedures of 1, 5, 15 and 25 days.
    """
    end = min(period.end, captured)
    if end < period.start:
        return dict.fromkeys(limits, 0.0)
    received = _between(period.start, end, swaps)
    since = _between(period.start, captured, swaps) - received
    return {limit: min(max(limit - since, 0), received) / received if received else 0.0 for limit in limits}


def _between(first: date, last: date, swaps: Swaps) -> int:
    return int(working_days(pl.Series([first]), pl.Series([last]), swaps)[0])
