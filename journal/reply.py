"""A commune's answer to one of its figures, or its objection: what it holds, apart from the database that keeps it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, get_args

LONGEST = 2000
ANSWER, OBJECTION = "answer", "objection"
State = Literal["said", "open", "accepted", "declined", "withdrawn"]
STATES = get_args(State)
"""`said` of an answer; of an objection the others."""
SHOWN = ("open", "accepted", "declined")
"""The states of an objection that the public sees."""


@dataclass(frozen=True)
class Reply:
    """What a commune says of one of its figures, of all fields together.

    `old_…`: the figure as it was published then, None where there was none; `new_…`: what the commune says it is, None
    where it says no other. `decide_by`: until when editors decide. `decision`: their reason. `file_kind`: of its file
    (`attachments.TYPES`), empty without one. Times in UTC.
    """

    kind: str
    dataset: str
    province_code: str
    unit_code: str
    measure: str
    basis: str
    series: str
    period: str
    words: str
    old_numerator: float | None = None
    old_denominator: float | None = None
    new_numerator: float | None = None
    new_denominator: float | None = None
    author: str = ""
    id: int = 0
    created_at: datetime = datetime.min
    decide_by: date | None = None
    state: str = "said"
    closed_at: datetime | None = None
    closed_by: str | None = None
    decision: str | None = None
    file_kind: str = ""

    @property
    def has_file(self) -> bool:
        return bool(self.file_kind)

    @property
    def figure(self) -> tuple[str, str, str]:
        """Which figure of the commune it is about: measure, basis and period."""
        return self.measure, self.basis, self.period
