"""All pages of one question: those that the archive has, and new ones that are then kept."""

from __future__ import annotations

from collections.abc import Callable

from etl.portal.archive import Item, Reply, Request, Run
from etl.portal.client import PortalClient
from etl.portal.endpoints import ENDPOINTS
from ranking.periods import local_day

MOST_PAGES = 50


def all_pages(endpoint: str, request: Callable[[int], Request], run: Run, client: PortalClient) -> list[Item]:
    """The replies to `request(1)`, `request(2)` … until all units that are announced are there, or no more come."""
    items = [answer_to(request(1), run, client)]
    if not ENDPOINTS[endpoint].paged:
        return items
    while len(items) < MOST_PAGES and gap(endpoint, items) is not None and _units(endpoint, items[-1]):
        items.append(answer_to(request(len(items) + 1), run, client))
    return items


def gap(endpoint: str, items: list[Item]) -> str | None:
    """What is missing between the units on the pages and the total they announce; None where nothing is."""
    if not ENDPOINTS[endpoint].paged:
        return None
    totals = {(item.content["data"].get("pagination") or {}).get("total") for item in items}
    units = [unit for item in items for unit in _units(endpoint, item)]
    if len(totals) > 1:
        return f"the total changes between pages: {sorted(totals, key=str)}"
    total = totals.pop()
    if total is None or len(set(units)) == len(units) == total:
        return None
    return f"{len(set(units))} units on {len(items)} pages, but {total} are announced"


def _units(endpoint: str, item: Item) -> list[str]:
    rows = item.content["data"].get(ENDPOINTS[endpoint].rows)
    return [str(row.get("departmentId")) for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def answer_to(request: Request, run: Run, client: PortalClient) -> Item:
    """The kept reply to a request, or a new one that is then kept."""
    if (kept := run.find(request)) is not None:
        return kept
    reply = client.ask(request)
    _open_day(run, reply)
    return run.keep(request, reply)


def _open_day(run: Run, reply: Reply) -> None:
    if run.day is None:
        run.set_day(local_day(reply.fetched_at))
