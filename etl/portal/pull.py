"""`python -m etl pull`: figures of 2026 and later from the national portal, into a dataset."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

from tqdm import tqdm

from etl.portal import pages, procedures, settled
from etl.portal.archive import Item, Request, Run, opened_run
from etl.portal.client import PORTAL, Blocked, PortalClient, Unanswered
from etl.portal.endpoints import ENDPOINTS, PATH, body_for
from etl.portal.options import chosen_period, chosen_provinces, manners
from etl.portal.rows import parse_run
from etl.portal.units import Province
from etl.publishing.harvest import Harvest
from files.faults import Fault
from journal import pulls
from ranking.formulas import NATIONAL
from ranking.periods import Period, local_day
from ranking.vocabulary import COUNTRY, NATURES
from store.reference import reference_table


@dataclass(frozen=True)
class Task:
    """One endpoint for one province; no province means the national list."""

    endpoint: str
    province: Province | None
    procedure: str = ""

    @property
    def scope(self) -> str:
        return self.province.state_code if self.province else COUNTRY

    @property
    def name(self) -> str:
        of = f"{self.endpoint} of {self.province.name if self.province else 'the country'}"
        return f"{of}, procedure {self.procedure}" if self.procedure else of


@dataclass
class Fetched:
    """What a run has, and what failed for good."""

    items: list[Item] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)


def run(args: argparse.Namespace) -> int:
    """Pull, parse, publish. 0 if all is complete, 1 if something failed and the rest was published."""
    period = chosen_period(args.year, args.month, args.quarter)
    provinces = chosen_provinces(reference_table("provinces"), args.province)
    procedures_asked = sorted(set(args.procedure or ()))
    if procedures_asked:
        # With all dossiers beside them, of the same day: what one procedure leaves of them is a figure too.
        tasks = [Task(procedures.ENDPOINT, place, code) for place in provinces for code in ("", *procedures_asked)]
    else:
        tasks = [Task(endpoint, province) for province in provinces for endpoint in ENDPOINTS]
    if args.national or not args.province:
        tasks.append(Task(NATIONAL, None))
    request_set = {
        "source": "portal",
        "base_url": args.base_url.rstrip("/"),
        "period": period.id,
        "scopes": sorted(task.scope for task in tasks if task.endpoint == NATIONAL),
    }
    if procedures_asked:
        request_set["procedures"] = procedures_asked
    return carried_out(args, request_set, *_steps(args, period, tasks))


def one_period(
    args: argparse.Namespace, period: Period, tasks: list[Task], enough: Callable[[], bool]
) -> tuple[int, date | None]:
    """Pull and publish some questions of a period: (the code of `run`, the day for which the replies speak).

    Broken off, it goes on with what it has within 24 hours, whichever questions it is then given; but once something
    was published, the next time starts afresh. `enough` is asked before each further province; what is left then counts
    as not asked.
    """
    request_set = {
        "source": "portal history",
        "base_url": args.base_url.rstrip("/"),
        "dataset": args.dataset,
        "period": period.id,
    }
    days: list[date | None] = []
    fetch, parse = _steps(args, period, tasks, enough)

    def parsed(run: Run, got: Fetched) -> Harvest:
        days.append(run.day)
        return parse(run, got)

    resumed = argparse.Namespace(**{**vars(args), "fresh": False})
    code = _carried_out(resumed, request_set, fetch, parsed, end_anyway=True)
    return code, days[0] if days else None


def _steps(
    args: argparse.Namespace, period: Period, tasks: list[Task], enough: Callable[[], bool] = lambda: False
) -> tuple[Callable[[Run, PortalClient], Fetched], Callable[[Run, Fetched], Harvest]]:
    def fetch(run: Run, client: PortalClient) -> Fetched:
        return fetched(run, tasks, lambda task: _ask_pages(task, period, run, client, args.base_url), enough)

    def parse(run: Run, got: Fetched) -> Harvest:
        units, provinces = reference_table("units"), reference_table("provinces")
        return parse_run(got.items, units, provinces, day=run.day, warnings=got.failures)

    return fetch, parse


def carried_out(
    args: argparse.Namespace,
    request_set: dict[str, object],
    fetch: Callable[[Run, PortalClient], Fetched],
    parse: Callable[[Run, Fetched], Harvest],
) -> int:
    """One pull from the first request to the snapshot; its replies are kept whatever happens, and its end is noted."""
    try:
        code = _carried_out(args, request_set, fetch, parse)
    except Fault as fault:
        pulls.note(args.data, args.dataset, False, str(fault))
        raise
    pulls.note(args.data, args.dataset, code == 0, "" if code == 0 else "not everything was pulled")
    return code


def _carried_out(
    args: argparse.Namespace,
    request_set: dict[str, object],
    fetch: Callable[[Run, PortalClient], Fetched],
    parse: Callable[[Run, Fetched], Harvest],
    *,
    end_anyway: bool = False,
) -> int:
    client = PortalClient(manners(args))
    with opened_run(args.data / "raw" / "portal", request_set, now=datetime.now(UTC), fresh=args.fresh) as run:
        got = fetch(run, client)
        if not got.items:
            return _nothing(run, got)
        harvest = parse(run, got)
        if args.base_url.rstrip("/") != PORTAL:
            harvest.warnings.append(f"the figures come from {args.base_url}, not from the national portal")
        if harvest.measurements.is_empty():
            return _nothing(run, got, harvest.warnings)
        publish_harvest(args.data, args.dataset, harvest, args.nature)
        if run.day is not None:
            whole, _ = procedures.apart(got.items)
            asked = [item for item in whole if item.request.endpoint in ENDPOINTS]
            settled.note(args.data, args.dataset, args.base_url, run.day, asked)
        if end_anyway or not got.failures:
            run.complete(datetime.now(UTC))
    for failure in got.failures:
        print(f"not pulled: {failure}", file=sys.stderr)
    return 1 if got.failures else 0


def fetched(
    run: Run, tasks: Iterable[Task], ask: Callable[[Task], list[Item]], enough: Callable[[], bool] = lambda: False
) -> Fetched:
    """The replies to all tasks, in order, with a progress bar; Blocked ends the whole run.

    `enough` is asked before each further scope, and ends the run there where it says so.
    """
    got, tasks = Fetched(), list(tasks)
    for number, task in enumerate(tqdm(tasks, unit="part", file=sys.stderr, disable=None, dynamic_ncols=True)):
        if number and task.scope != tasks[number - 1].scope and enough():
            break
        try:
            got.items += ask(task)
        except Unanswered as failure:
            got.failures.append(f"{task.name}: {failure}")
        except Blocked as refusal:
            kept = number - len(got.failures)
            raise Blocked(
                f"{refusal}. Nothing was published. {kept} of {len(tasks)} parts are kept in {run.folder}; "
                "run the same command again, later, to go on from there"
            ) from refusal
    return got


def publish_harvest(data: Path, dataset: str, harvest: Harvest, nature: str | None) -> None:
    """Publish and say what was published."""
    from etl.publishing.publish import publish

    nature = nature or (dataset if dataset in NATURES else "live")
    manifest = publish(data, dataset, harvest, nature=nature)
    print(f"published {dataset} {manifest.id}: {harvest.measurements.height} figures taken")
    for warning in harvest.warnings:
        print(f"warning: {warning}", file=sys.stderr)
    if harvest.quarantine.height:
        print(f"warning: {harvest.quarantine.height} rows went to quarantine", file=sys.stderr)


def _ask_pages(task: Task, period: Period, run: Run, client: PortalClient, base_url: str) -> list[Item]:
    """All pages of one endpoint; asked again once where kept and new pages do not fit together."""

    def request(page: int) -> Request:
        root = task.province.portal_id if task.province else None
        body = body_for(task.endpoint, period, run.day or local_day(datetime.now(UTC)), root, page)
        if task.procedure:
            body |= {procedures.FILTER: task.procedure}
        return Request(base_url, PATH + task.endpoint, task.endpoint, task.scope, body, period=period.id)

    for last_try in (False, True):
        items = pages.all_pages(task.endpoint, request, run, client)
        _refuse_future(run, period)
        if (gap := pages.gap(task.endpoint, items)) is None:
            return items
        for item in items:
            run.forget(item.request)
        if last_try:
            raise Unanswered(f"the pages do not add up: {gap}")
    raise AssertionError("unreachable")


def _refuse_future(run: Run, period: Period) -> None:
    day: date | None = run.day
    if day is not None and period.start > day:
        run.complete(datetime.now(UTC))
        raise Fault(f"{period.id} has not begun: by the portal's clock it is {day:%d/%m/%Y}. Nothing was published")


def _nothing(run: Run, got: Fetched, because: Iterable[str] = ()) -> int:
    """Say why there is nothing to publish; replies that were complete but empty are asked again next time."""
    if not got.failures:
        run.complete(datetime.now(UTC))
    for reason in because:
        print(f"warning: {reason}", file=sys.stderr)
    for failure in got.failures:
        print(f"not pulled: {failure}", file=sys.stderr)
    print(f"nothing was published; what was received is kept in {run.folder}", file=sys.stderr)
    return 1
