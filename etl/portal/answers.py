"""The replies of one run put together, by province, period and endpoint."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime

import polars as pl

from etl.portal.archive import Item
from etl.portal.endpoints import ENDPOINTS, asked_period
from etl.portal.fields import Row
from etl.portal.figures import Notes, Spot
from etl.portal.renamed import in_known_names
from etl.portal.units import Province, provinces_by
from ranking.formulas import SERIES
from ranking.periods import Period, as_of, local_day


@dataclass
class Group:
    """All pages of one endpoint's answer for one province and period; rows by departmentId.

    `parent`: the row of the whole, that is of the province or the country. `beside`: what the answer says
    outside of any row.
    """

    endpoint: str
    captured_at: datetime
    parent: dict[str, object] | None = None
    beside: dict[str, object] | None = None
    rows: dict[str, dict[str, object]] = field(default_factory=dict)
    places: dict[str, int] = field(default_factory=dict)
    total: int | None = None

    @property
    def source(self) -> str:
        return f"portal:{self.endpoint}"

    @property
    def is_whole(self) -> bool:
        return self.total is None or len(self.rows) == self.total

    @property
    def head(self) -> Row:
        """The row of the whole, with what stands beside all rows."""
        return {**(self.beside or {}), **(self.parent or {})}


@dataclass(frozen=True)
class Scene:
    """One province (or the country) in one period, as one run saw it."""

    province: Province | None
    period: Period
    provisional: bool

    @property
    def name(self) -> str:
        return f"{self.province.name if self.province else 'national list'}, {self.period.id}"

    def spot(self, unit_code: str, level: str, source: str, moment: datetime) -> Spot:
        return Spot(unit_code, level, self.period, self.provisional, SERIES["portal"], source, moment)


def scenes(
    items: list[Item], provinces: pl.DataFrame, day: date | None, partial: bool, notes: Notes
) -> Iterator[tuple[Scene, dict[str, Group]]]:
    """Provinces first: where a province speaks for itself, the national list only fills gaps."""
    known = provinces_by(provinces, "portal_id")
    found: dict[Scene, dict[str, Group]] = defaultdict(dict)
    for item in items:
        root = str(item.request.body.get("rootDepartmentId") or "")
        asked, today = asked_period(item.request), day or local_day(item.reply.fetched_at)
        what = f"{item.request.endpoint} of {item.request.scope}"
        if asked.start > today:
            notes.warnings.append(f"{what}: {asked.id} had not begun on {today}; left out")
        elif root and root not in known:
            notes.warnings.append(f"{what}: {root} is no province; left out")
        else:
            scene = Scene(known[root] if root else None, *as_of(asked, today))
            _add_page(scene, found[scene], item, notes)
    for scene in sorted(found, key=lambda scene: scene.province is None):
        groups = found[scene]
        yield scene, {name: group for name, group in groups.items() if _usable(scene, group, partial, notes)}


def _add_page(scene: Scene, groups: dict[str, Group], item: Item, notes: Notes) -> None:
    name, moment = item.request.endpoint, item.reply.fetched_at
    endpoint, data = ENDPOINTS[name], in_known_names(item.content["data"])
    rows, parent = data.get(endpoint.rows), data.get(endpoint.parent)
    group = groups.setdefault(name, Group(name, moment))
    place = f"{name}, {scene.name}"
    if not isinstance(rows, list):
        reason = f"must be a list of units, found {type(rows).__name__}; the portal may have changed its replies"
        notes.refuse(group.source, place, reason, moment, column=endpoint.rows)
        return
    group.captured_at = max(group.captured_at, moment)
    group.parent = group.parent or (parent if isinstance(parent, dict) else None)
    group.beside = group.beside or {key: data[key] for key in data if key not in (endpoint.rows, endpoint.parent)}
    if isinstance(data.get("pagination"), dict):
        group.total = data["pagination"].get("total")
    for row in rows:
        key = row.get("departmentId") if isinstance(row, dict) else None
        if not key or key in group.rows:
            reason = "a unit stands twice in the reply" if key else "a row without departmentId"
            notes.refuse(group.source, place, reason, moment, row=len(group.rows) + 1, column="departmentId", value=key)
            continue
        group.places[key] = len(group.rows) + 1
        group.rows[key] = row


def _usable(scene: Scene, group: Group, partial: bool, notes: Notes) -> bool:
    """Whether a group may be taken: an empty or a partial answer is neither zero nor the whole."""
    root = (group.parent or {}).get("departmentId")
    if scene.province and root and root != scene.province.portal_id:
        notes.warnings.append(f"{group.endpoint} of {scene.name}: the reply is about {root}, another unit; left out")
        return False
    if not group.rows:
        notes.warnings.append(f"{group.endpoint} of {scene.name}: the reply names no unit; nothing was taken from it")
        return False
    if not group.is_whole:
        kept = "only these are taken" if partial else "left out"
        notes.warnings.append(f"{group.endpoint} of {scene.name}: {len(group.rows)} of {group.total} units; {kept}")
        return partial
    return True
