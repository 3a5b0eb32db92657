"""The national portal's evaluation data of 2026 and later: from archived replies to measurements.

No network and no files here: `parse_run` takes archived replies and gives a `Harvest`, so a reply
can be parsed again at any time (`python -m etl replay`). What the seven endpoints are asked stands
in `etl/portal/endpoints.py`; asking them is `etl/portal/pull.py`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

import polars as pl

from etl.portal.archive import Item
from etl.portal.checks import check_fields, check_sums, check_totals
from etl.portal.endpoints import ENDPOINTS, PROGRESS, RESULTS, asked_period
from etl.portal.figures import (
    GROUPS,
    INDEX,
    INDEX_MAX,
    Figure,
    Notes,
    Score,
    Share,
    Spot,
    Unusable,
    number,
    sum_of_groups,
)
from etl.portal.units import Province, Roll, call_roll, provinces_by
from etl.publishing.harvest import Harvest, department_rows, measurement_rows, quarantine_rows
from ranking.names import fold
from ranking.periods import Period, as_of, local_day
from ranking.vocabulary import COUNTRY

SERIES = "766-2026"
SUM_OF_GROUPS = "sum_of_groups"
_DOSSIERS = (
    (PROGRESS, "totalReceived"),
    ("handling-satisfaction", "totalDossiers"),
    ("dossier-digitized", "SO_HOA_GIAY_TO_GIAI_QUYET.denominator"),
)


@dataclass
class Group:
    """All pages of one endpoint's answer for one province and period; rows by departmentId."""

    endpoint: str
    captured_at: datetime
    parent: dict[str, object] | None = None
    online: dict[str, object] | None = None
    rows: dict[str, dict[str, object]] = field(default_factory=dict)
    places: dict[str, int] = field(default_factory=dict)
    total: int | None = None

    @property
    def source(self) -> str:
        return f"portal:{self.endpoint}"

    @property
    def whole(self) -> bool:
        return self.total is None or len(self.rows) == self.total


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
        return Spot(unit_code, level, self.period, self.provisional, SERIES, source, moment)


def parse_run(
    items: Iterable[Item],
    units: pl.DataFrame,
    provinces: pl.DataFrame,
    *,
    day: date | None = None,
    partial: bool = False,
    warnings: Iterable[str] = (),
) -> Harvest:
    """The measurements in archived replies of the seven endpoints.

    `units` and `provinces` have the columns of `tables.Units` and `tables.Provinces`. `day` is the
    day for which the run speaks; without it each reply speaks for the day on which it was fetched.
    An endpoint whose pages do not hold all of its units is left out, unless `partial` (for recorded
    samples): then its units are taken, and of the absent ones nothing is said.
    """
    items = list(items)
    notes = Notes(warnings=list(warnings))
    rows: dict[tuple[object, ...], dict[str, object]] = {}
    for scene, groups in _scenes(items, provinces, day, partial, notes):
        if scene.province:
            found = _province_rows(scene, groups, units, notes)
        else:
            found = _national_rows(scene, groups, provinces, notes)
        for row in found:
            _take(rows, (row["unit_code"], row["level"], scene.period, row["measure"]), row)
    check_sums(rows.values(), notes)
    return Harvest(
        measurements=measurement_rows(rows.values()),
        captured_at=max(item.reply.fetched_at for item in items),
        sources=sorted({f"portal:{item.request.endpoint}" for item in items}),
        quarantine=quarantine_rows(notes.quarantine),
        warnings=notes.warnings,
        departments=department_rows(notes.departments),
    )


def _take(rows: dict[tuple[object, ...], dict[str, object]], cell: tuple[object, ...], row: dict[str, object]) -> None:
    """Put a row into its cell unless a better one is there: a silence or a sum of our own gives way."""
    held = rows.get(cell)
    better = row["state"] != "not_reported"
    if held is None or (better and (held["state"] == "not_reported" or held.get("quality") == SUM_OF_GROUPS)):
        rows[cell] = row


def _scenes(
    items: list[Item], provinces: pl.DataFrame, day: date | None, partial: bool, notes: Notes
) -> Iterator[tuple[Scene, dict[str, Group]]]:
    """Provinces first: where a province speaks for itself, the national list only fills gaps."""
    known = provinces_by(provinces, "portal_id")
    scenes: dict[Scene, dict[str, Group]] = defaultdict(dict)
    for item in items:
        root = item.request.body.get("rootDepartmentId")
        asked, today = asked_period(item.request), day or local_day(item.reply.fetched_at)
        what = f"{item.request.endpoint} of {item.request.scope}"
        if asked.start > today:
            notes.warnings.append(f"{what}: {asked.id} had not begun on {today}; left out")
        elif root and root not in known:
            notes.warnings.append(f"{what}: {root} is no province; left out")
        else:
            scene = Scene(known[root] if root else None, *as_of(asked, today))
            _add_page(scene, scenes[scene], item, notes)
    for scene in sorted(scenes, key=lambda scene: scene.province is None):
        groups = scenes[scene]
        yield scene, {name: group for name, group in groups.items() if _usable(scene, group, partial, notes)}


def _add_page(scene: Scene, groups: dict[str, Group], item: Item, notes: Notes) -> None:
    name, moment = item.request.endpoint, item.reply.fetched_at
    endpoint, data = ENDPOINTS[name], item.content["data"]
    rows, parent = data.get(endpoint.rows), data.get(endpoint.parent)
    group = groups.setdefault(name, Group(name, moment))
    place = f"{name}, {scene.name}"
    if not isinstance(rows, list):
        reason = f"must be a list of units, found {type(rows).__name__}; the portal may have changed its replies"
        notes.refuse(group.source, place, reason, moment, column=endpoint.rows)
        return
    group.captured_at = max(group.captured_at, moment)
    group.parent = group.parent or (_flat(parent) if isinstance(parent, dict) else None)
    group.online = group.online or _online(data.get("donuts"))
    if isinstance(data.get("pagination"), dict):
        group.total = data["pagination"].get("total")
    for row in rows:
        key = row.get("departmentId") if isinstance(row, dict) else None
        if not key or key in group.rows:
            reason = "a unit stands twice in the reply" if key else "a row without departmentId"
            notes.refuse(group.source, place, reason, moment, row=len(group.rows) + 1, column="departmentId", value=key)
            continue
        group.places[key] = len(group.rows) + 1
        group.rows[key] = _flat(row)


def _flat(row: Mapping[str, object]) -> dict[str, object]:
    """A row with its metrics as `<CODE>.numerator`, `<CODE>.denominator`, `<CODE>.dataQualityStatus`."""
    flat = dict(row)
    metrics = row.get("metrics")
    for metric in metrics if isinstance(metrics, list) else []:
        if not isinstance(metric, dict):
            continue
        for name in ("numerator", "denominator", "dataQualityStatus"):
            if name in metric:
                flat[f"{metric.get('code')}.{name}"] = metric[name]
    return flat


def _online(donuts: object) -> dict[str, object] | None:
    """How many of all dossiers were filed online; None where the reply does not say."""
    parts = donuts.get("onlineDossier") if isinstance(donuts, dict) else None
    parts = [part for part in parts if isinstance(part, dict)] if isinstance(parts, list) else []
    values = {part.get("code"): part.get("value") for part in parts}
    if set(values) != {"ONLINE", "OTHER"} or not all(isinstance(value, int | float) for value in values.values()):
        return None
    return {"online": values["ONLINE"], "all": values["ONLINE"] + values["OTHER"]}


def _usable(scene: Scene, group: Group, partial: bool, notes: Notes) -> bool:
    """Whether a group may be taken: an empty or a partial answer is neither zero nor the whole."""
    root = (group.parent or {}).get("departmentId")
    if scene.province and root and root != scene.province.portal_id:
        notes.warnings.append(f"{group.endpoint} of {scene.name}: the reply is about {root}, another unit; left out")
        return False
    if not group.rows:
        notes.warnings.append(f"{group.endpoint} of {scene.name}: the reply names no unit; nothing was taken from it")
        return False
    if not group.whole:
        kept = "only these are taken" if partial else "left out"
        notes.warnings.append(f"{group.endpoint} of {scene.name}: {len(group.rows)} of {group.total} units; {kept}")
        return partial
    return True


def _province_rows(
    scene: Scene, groups: dict[str, Group], units: pl.DataFrame, notes: Notes
) -> Iterator[dict[str, object]]:
    if not groups:
        return
    own = units.filter(pl.col("province_code") == scene.province.code)
    roll = call_roll(scene.province, scene.name, groups.values(), own, notes)
    check_totals(scene.name, groups.get(PROGRESS), notes)
    check_fields(scene.name, groups.values(), notes)
    yield from _with_index(_parent_rows(scene, groups, notes), scene, scene.province.code, "province", groups)
    for unit_id, (code, level) in roll.found.items():
        yield from _with_index(_unit_rows(scene, groups, unit_id, code, level, notes), scene, code, level, groups)
    yield from _absent_rows(scene, groups, roll, own, notes)


def _parent_rows(scene: Scene, groups: dict[str, Group], notes: Notes) -> dict[str, dict[str, object]]:
    rows = {}
    received = _received(groups, None)
    for name, group in groups.items():
        if group.parent is None or not _is_about(scene.province, name, group.parent):
            continue
        spot = scene.spot(scene.province.code, "province", group.source, group.captured_at)
        figures = ENDPOINTS[name].figures + ENDPOINTS[name].parent_figures
        rows |= {f.measure: _row(f, spot, group.parent, received, scene, None, notes) for f in figures}
    return rows


def _is_about(province: Province, endpoint: str, parent: Mapping[str, object]) -> bool:
    """Whether the overview of `service-results` is the province's own: its shape there is inferred, not recorded."""
    if endpoint != RESULTS:
        return True
    return parent.get("departmentCode") == province.state_code or fold(province.name) in fold(
        str(parent.get("departmentName") or "")
    )


def _unit_rows(
    scene: Scene, groups: dict[str, Group], unit_id: str, code: str, level: str, notes: Notes
) -> dict[str, dict[str, object]]:
    rows = {}
    received = _received(groups, unit_id)
    for name, group in groups.items():
        spot = scene.spot(code, level, group.source, group.captured_at)
        reply = group.rows.get(unit_id)
        if reply is None and not group.whole:
            continue
        for figure in ENDPOINTS[name].figures:
            if reply is None:
                rows[figure.measure] = _silence(figure, spot, received)
            else:
                rows[figure.measure] = _row(figure, spot, reply, received, scene, group.places[unit_id], notes)
    return rows


def _silence(figure: Figure, spot: Spot, received: float | None) -> dict[str, object]:
    if received == 0 and figure.needs_dossiers:
        return spot.row(figure.measure, "no_dossiers", **figure.without_dossiers())
    return spot.row(figure.measure, "not_reported")


def _row(
    figure: Figure, spot: Spot, reply: Mapping[str, object], received: float | None,
    scene: Scene, place: int | None, notes: Notes,
) -> dict[str, object]:  # fmt: skip
    """One measurement; a unit without dossiers answers 0 points, and that is not a score."""
    try:
        state, figures = figure.read(reply)
    except Unusable as error:
        where = f"{spot.source.removeprefix('portal:')}, {scene.name}, {reply.get('departmentName')}"
        notes.refuse(
            spot.source, where, error.reason, spot.captured_at, row=place, column=error.column, value=error.value
        )
        return spot.row(figure.measure, "not_reported")
    if received == 0 and figure.needs_dossiers:
        return spot.row(figure.measure, "no_dossiers", **figure.without_dossiers())
    return spot.row(figure.measure, state, quality=_quality(figure, spot, reply, state), **figures)


def _quality(figure: Figure, spot: Spot, reply: Mapping[str, object], state: str) -> str | None:
    """What the portal itself says about a figure's data, and whether it is the province's own value."""
    if state != "reported":
        return None
    marks = ["copied_from_province"] if figure.measure == "ckmb" and spot.level != "province" else []
    if isinstance(figure, Share):
        columns = [figure.whole.replace(".denominator", ".dataQualityStatus")]
    else:
        columns = [name for name in reply if name.endswith(".dataQualityStatus")]
    marks += sorted({str(reply[name]) for name in columns if name.endswith("Status") and reply.get(name)})
    return "; ".join(marks) or None


def _received(groups: dict[str, Group], unit_id: str | None) -> float | None:
    """Dossiers received by a unit (None: by the whole province); None where no number says so.

    Where the progress endpoint is silent the dossiers that two other groups count tell at least
    whether there were any: or a unit without dossiers would be taken for the worst.
    """
    for name, column in _DOSSIERS:
        group = groups.get(name)
        row = None if group is None else group.rows.get(unit_id) if unit_id else group.parent
        try:
            if (count := number(row or {}, column)) is not None:
                return count
        except Unusable:
            continue
    return None


def _with_index(
    rows: dict[str, dict[str, object]], scene: Scene, code: str, level: str, groups: dict[str, Group]
) -> Iterator[dict[str, object]]:
    """The rows of one unit, with its index: the portal's total, else the sum of six groups, else silence."""
    index, total = rows.get(INDEX), sum_of_groups(rows)
    silent = sorted(name for name in GROUPS if name in rows and rows[name]["state"] == "not_reported")
    if index and index["state"] == "reported" and silent:
        rows[INDEX] = {**index, "quality": f"groups_not_reported: {', '.join(silent)}"}
    if (index is None or index["state"] == "not_reported") and total is not None:
        moment = max(rows[name]["captured_at"] for name in GROUPS)
        spot = scene.spot(code, level, f"portal:{RESULTS}", moment)
        rows[INDEX] = spot.row(INDEX, score=total, max_score=INDEX_MAX, quality=SUM_OF_GROUPS)
    yield from rows.values()


def _absent_rows(
    scene: Scene, groups: dict[str, Group], roll: Roll, own: pl.DataFrame, notes: Notes
) -> Iterator[dict[str, object]]:
    """Communes that no reply names: they exist, and the portal says nothing of them."""
    if not any(group.whole for group in groups.values()):
        return
    taken = {code for code, _ in roll.found.values()}
    absent = own.filter(~pl.col("code").is_in(list(taken))).select("code", "full_name").rows()
    if absent:
        listed = ", ".join(f"{code} {name}" for code, name in absent[:5]) + (" …" if len(absent) > 5 else "")
        notes.warnings.append(f"{scene.name}: {len(absent)} communes stand in no reply or did not match: {listed}")
    for code, _ in absent:
        for name, group in groups.items():
            spot = scene.spot(code, "commune", group.source, group.captured_at)
            if group.whole:
                yield from (spot.row(figure.measure, "not_reported") for figure in ENDPOINTS[name].figures)


def _national_rows(
    scene: Scene, groups: dict[str, Group], provinces: pl.DataFrame, notes: Notes
) -> Iterator[dict[str, object]]:
    """The country's total and online share, and each province's total and six groups."""
    group = groups.get(RESULTS)
    if group is None:
        return
    known = provinces_by(provinces, "portal_id")
    index = ENDPOINTS[RESULTS].figures[0]
    country = scene.spot(COUNTRY, "country", group.source, group.captured_at)
    yield _row(index, country, group.parent or {}, None, scene, None, notes)
    if group.online:
        yield _row(Share("online_filing_share", "online", "all"), country, group.online, None, scene, None, notes)
    for unit_id, row in group.rows.items():
        if unit_id not in known:
            reason = "no province has this departmentId"
            notes.refuse(
                group.source, f"{RESULTS}, {scene.name}, {row.get('departmentName')}", reason, group.captured_at,
                row=group.places[unit_id], column="departmentId", value=unit_id,
            )  # fmt: skip
            continue
        spot = scene.spot(known[unit_id].code, "province", group.source, group.captured_at)
        yield _row(index, spot, row, None, scene, group.places[unit_id], notes)
        scores = row.get("groupScores") if isinstance(row.get("groupScores"), dict) else {}
        for name, limit in GROUPS.items():
            figure = Score(name, (name.upper(),), limit)
            yield _row(figure, spot, scores, None, scene, group.places[unit_id], notes)
