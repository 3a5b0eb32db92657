"""One row of form II.06 and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from etl.forms.figures import Counts
from ranking.periods import Period

DEPARTMENT = "department: no state code in the form"
NAMELESS = "the row has figures but no name"
ROWS_DIFFER = "but the rows add up to"
NOT_BALANCED = "column 3 is not 7 + 11"


class Refusal(NamedTuple):
    """Why a row, or one cell of it, is not taken; `cell` is its address, such as D12, where it is one cell."""

    reason: str
    column: str | None = None
    value: str | None = None
    cell: str | None = None


@dataclass(frozen=True)
class Reading:
    """One row and what became of it; `unit` is (level, code), `number` None for a sum made here.

    `near`: the unit was told by a name that is not spelt like its own. `unknown_in`: the province on whose list the
    row's unit is not.
    """

    place: str
    period: Period
    number: int | None
    name: str
    unit: tuple[str, str] | None = None
    field: str = "all"
    counts: Counts | None = None
    refusals: tuple[Refusal, ...] = ()
    skipped: str | None = None
    near: bool = False
    unknown_in: str | None = None

    @property
    def taken(self) -> bool:
        return self.unit is not None and not self.refusals and self.skipped is None

    @property
    def is_lost_total(self) -> bool:
        """A row of the whole province that cannot be taken."""
        whole = self.unit is not None and self.unit[0] == "province" and self.field == "all"
        return whole and bool(self.refusals) and self.skipped is None

    @property
    def silent(self) -> bool:
        """Taken, but without a single figure."""
        return self.taken and all(value is None for value in (self.counts or {}).values())

    @property
    def row(self) -> str:
        return f"row {self.number}" if self.number else "the sum"
