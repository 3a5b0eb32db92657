"""What a page shows: units of one level in one scope, one measure on one basis, one period."""

from __future__ import annotations

from dataclasses import dataclass

from ranking.measures import Measure
from ranking.periods import Period
from ranking.vocabulary import COUNTRY


@dataclass(frozen=True)
class Selection:
    """What a page shows: units of one level in one scope, one measure on one basis, one period."""

    level: str
    scope: str
    measure: Measure
    basis: str
    series: str
    period: Period

    @property
    def is_country(self) -> bool:
        return self.scope == COUNTRY
