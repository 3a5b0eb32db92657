"""`python -m etl pull --since 2026-01`: all whole months and quarters since then, and the years to date.

Each period is a pull of its own (`etl.portal.pull`) with a day of its own, and is published as soon as it is whole:
what stops the command later, such as the portal's firewall, loses none of the periods before, and of the one under way
what was received is kept, and found again by the same command within 24 hours.

What is asked, and in which order: the open periods; then what was never captured, the newest period first; then what
was, but is not settled (`etl.portal.settled`), what was asked longest ago first. What was captured less than twelve
hours ago is not asked again, so the command can be stopped and started at will. With a budget the open periods take at
most half of it while others wait, so nothing starves, and a province that has begun is finished.
"""

from __future__ import annotations

import argparse
import math
import re
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import groupby

from etl.portal import options, pull, settled
from etl.portal.client import Blocked
from etl.portal.endpoints import ENDPOINTS
from etl.portal.pull import Task
from etl.portal.settled import Capture, Question
from files.faults import Fault
from journal import pulls
from ranking.formulas import NATIONAL
from ranking.periods import VIETNAM, Period, calendar_period, local_day
from store.reference import reference_table

ASKED_LATELY = timedelta(hours=12)
_LEAST_BUDGET = len(ENDPOINTS)
_SECONDS_TO_ANSWER = 0.5


@dataclass
class _Course:
    """How far the command has come."""

    args: argparse.Namespace
    tasks: list[Task]
    first_day: date
    clock: Callable[[], datetime]
    today: date
    begun: datetime
    tried: set[Question] = field(default_factory=set)
    spent: int = 0
    spent_on_open: int = 0
    failed: bool = False
    seconds: float = 0.0

    def __post_init__(self) -> None:
        self.until = _moment(self.args.until, self.begun) if self.args.until else None

    @property
    def budget(self) -> float:
        """How many more questions may be asked."""
        return math.inf if self.args.budget is None else self.args.budget - self.spent

    def too_late(self) -> bool:
        return self.until is not None and self.clock() >= self.until


def add_arguments(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("all periods since a month")
    group.add_argument("--since", metavar="YYYY-MM", help="whole months and quarters since then, and the year to date")
    group.add_argument("--provinces-only", action="store_true", help="only the list of provinces, month by month")
    group.add_argument("--budget", type=int, metavar="N", help="ask at most so many questions")
    group.add_argument("--until", metavar="HH:MM", help="begin no further province after this time in Vietnam")


def run(args: argparse.Namespace, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> int:
    """Pull and publish period after period. 0 if all that was asked was answered and published, else 1."""
    try:
        code = _run(args, clock)
    except Fault as fault:
        pulls.note(args.data, args.dataset, False, str(fault))
        raise
    pulls.note(args.data, args.dataset, code == 0, "" if code == 0 else "not everything was pulled")
    return code


def periods(first_day: date, today: date, *, months_only: bool = False) -> list[Period]:
    """The months and quarters from `first_day` on that are over on `today`, and the years to date; newest first.

    A period whose last day is `today` is not over. Of periods that end together the shorter comes first.
    """
    years = range(first_day.year, today.year + 1)
    kinds = {"month": 12} if months_only else {"month": 12, "quarter": 4}
    parts = [
        calendar_period(kind, year, n) for kind, most in kinds.items() for year in years for n in range(1, most + 1)
    ]
    chosen = [period for period in parts if first_day <= period.start and period.end < today]
    if not months_only:
        chosen += [calendar_period("year", year) for year in years]
    return sorted(chosen, key=lambda period: (min(period.end, today), period.start), reverse=True)


def _run(args: argparse.Namespace, clock: Callable[[], datetime]) -> int:
    course = _opened(args, clock)
    published = 0
    while (step := _next_step(course)) is not None:
        period, tasks, waiting = step
        print(_left(course, period, len(tasks), waiting), file=sys.stderr, flush=True)
        started = time.monotonic()
        try:
            code, day = pull.one_period(args, period, tasks, enough=course.too_late)
        except Blocked as refusal:
            raise Blocked(f"{refusal}. {published} periods before it were published") from refusal
        course.seconds += time.monotonic() - started
        course.failed |= code != 0
        published += code == 0
        course.spent += len(tasks)
        course.spent_on_open += len(tasks) if _is_open(period, course.today) else 0
        course.tried |= {_question(task, period) for task in tasks}
        course.today = day or course.today
    left = sum(len(tasks) for _, tasks in _due(course))
    print(f"history: {course.spent} questions asked, {left} left for next time", file=sys.stderr)
    return 1 if course.failed else 0


def _opened(args: argparse.Namespace, clock: Callable[[], datetime]) -> _Course:
    if args.budget is not None and args.budget < _LEAST_BUDGET:
        raise Fault(f"--budget {args.budget}: must be at least {_LEAST_BUDGET}, the questions of one province")
    first_day = _first_day(args.since)
    now = clock()
    lately = [capture.day for capture in _captures(args).values() if now - capture.asked_at < ASKED_LATELY]
    today = max(lately, default=local_day(now))
    if first_day > today:
        raise Fault(f"--since {args.since}: has not begun; it is {today:%d/%m/%Y}")
    return _Course(args, _tasks(args), first_day, clock, today, now)


def _tasks(args: argparse.Namespace) -> list[Task]:
    """The questions of one period: the list of provinces, then province by province."""
    national = Task(NATIONAL, None)
    if args.provinces_only:
        return [national]
    provinces = options.chosen_provinces(reference_table("provinces"), args.province)
    return [national, *(Task(endpoint, province) for province in provinces for endpoint in ENDPOINTS)]


def _next_step(course: _Course) -> tuple[Period, list[Task], int] | None:
    """The period to ask for now, its questions as far as the budget allows, and how many wait in all."""
    due = list(_due(course))
    if not due or course.too_late():
        return None
    waiting = sum(len(tasks) for _, tasks in due)
    others = any(not _is_open(period, course.today) for period, _ in due)
    for period, tasks in due:
        most = course.budget
        if _is_open(period, course.today) and others and course.args.budget is not None:
            most = min(most, course.args.budget // 2 - course.spent_on_open)
        if chosen := _whole_scopes(tasks, most):
            return period, chosen, waiting
    return None


def _due(course: _Course) -> Iterator[tuple[Period, list[Task]]]:
    """The periods with questions to ask, in order, and these."""
    known, found = _captures(course.args), []
    for number, period in enumerate(periods(course.first_day, course.today, months_only=course.args.provinces_only)):
        tasks = [task for task in course.tasks if _is_due(course, known.get(_question(task, period)), task, period)]
        if tasks:
            asked = {task: _asked(known, task, period) for task in tasks}
            tasks.sort(key=lambda task: _scope_asked(task, asked))
            never = min(asked.values()) == _NEVER
            order = (not _is_open(period, course.today), not never, 0.0 if never else min(asked.values()), number)
            found.append((order, period, tasks))
    for _, period, tasks in sorted(found, key=lambda one: one[0]):
        yield period, tasks


_NEVER = 0.0


def _asked(known: dict[Question, Capture], task: Task, period: Period) -> float:
    capture = known.get(_question(task, period))
    return _NEVER if capture is None else capture.asked_at.timestamp()


def _scope_asked(task: Task, asked: dict[Task, float]) -> tuple[float, bool, str]:
    """The list of provinces first, then the province that was asked longest ago; a province's questions together."""
    first = min(moment for other, moment in asked.items() if other.scope == task.scope)
    return (first, task.province is not None, task.scope)


def _is_due(course: _Course, capture: Capture | None, task: Task, period: Period) -> bool:
    if _question(task, period) in course.tried:
        return False
    if capture is None:
        return True
    if course.args.fresh:
        return capture.asked_at < course.begun
    return not capture.settled and course.begun - capture.asked_at >= ASKED_LATELY


def _whole_scopes(tasks: list[Task], most: float) -> list[Task]:
    """As many of the first questions as `most` allows, no province in part."""
    chosen: list[Task] = []
    for _, group in groupby(tasks, key=lambda task: task.scope):
        together = list(group)
        if len(chosen) + len(together) > most:
            break
        chosen += together
    return chosen


def _is_open(period: Period, today: date) -> bool:
    return period.end >= today


def _question(task: Task, period: Period) -> Question:
    return task.endpoint, task.scope, period.id


def _captures(args: argparse.Namespace) -> dict[Question, Capture]:
    return settled.captures(args.data, args.dataset, args.base_url)


def _left(course: _Course, period: Period, now: int, waiting: int) -> str:
    """What comes now, what is left of it in all, and how long that takes at the pace so far."""
    left = min(waiting, course.budget)
    each = course.seconds / course.spent if course.spent else sum(course.args.delay) / 2 + _SECONDS_TO_ANSWER
    minutes = math.ceil(left * each / 60)
    return f"history: {period.id}, {now} questions; {left:.0f} left in all, about {minutes} min"


def _first_day(text: str) -> date:
    found = re.fullmatch(r"(\d{4})-(\d{2})", text)
    try:
        first = date(int(found[1]), int(found[2]), 1) if found else None
    except ValueError:
        first = None
    if first is None:
        raise Fault(f"--since {text}: must be a month such as 2026-01")
    if first.year < options.FIRST_YEAR:
        raise Fault(f"--since {text}: the portal scores {options.FIRST_YEAR} and later; for 2025 use pull-2025")
    return first


def _moment(text: str, now: datetime) -> datetime:
    """The next time that a clock in Vietnam shows `text`."""
    try:
        at = datetime.strptime(text, "%H:%M").time()
    except ValueError:
        raise Fault(f"--until {text}: must be a time such as 05:30") from None
    local = now.astimezone(VIETNAM)
    moment = datetime.combine(local.date(), at, VIETNAM)
    return moment if moment > local else moment + timedelta(days=1)
