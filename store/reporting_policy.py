"""What `data/policies/reporting.yaml` says: by when a month's figures are expected, and when promises are told of."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

from pydantic import ConfigDict, PositiveInt

from files.places import HOME
from ranking.periods import Period
from store import yaml_rows
from store.yaml_rows import Entry

_FILE = HOME / "data" / "policies" / "reporting.yaml"


class ReportingPolicy(Entry):
    """`late_after_days`: by basis, from the last day of a month; `due_within_days`: before the day of a promise."""

    model_config = ConfigDict(strict=True)

    late_after_days: dict[str, PositiveInt]
    due_within_days: PositiveInt

    def expected_on(self, basis: str, month: Period) -> date:
        """The last day on which a month's figures are not late."""
        return month.end + timedelta(days=self.late_after_days[basis])


@lru_cache(maxsize=1)
def reporting_policy() -> ReportingPolicy:
    """The policy; Fault with the key that is wrong where it cannot be used."""
    return yaml_rows.whole(_FILE, "data/policies/reporting.yaml", ReportingPolicy)
