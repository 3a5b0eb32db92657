"""The national portal's evaluation data of 2026 and later: from archived replies to measurements.

No network here: `parse_run` takes archived replies and gives a `Harvest`, so a reply can be parsed
again at any time (`python -m etl replay`). What the seven endpoints are asked stands in
`etl/portal/endpoints.py`, which fields make which measure in `data/measures`; asking is
`etl/portal/pull.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

import polars as pl

from etl.portal import procedures
from etl.portal.answers import Group, Scene, scenes
from etl.portal.archive import Item
from etl.portal.charts import chart_rows
from etl.portal.checks import captured_apart, check_fields, check_identities, check_sums
from etl.portal.fields import Row, Unusable
from etl.portal.figures import NO_PETITIONS, PETITIONS, Figure, Figures, Measured, Notes, Spot
from etl.portal.units import Province, Roll, call_roll, provinces_by
from etl.publishing.harvest import Harvest, department_rows, measurement_rows, quarantine_rows
from ranking.formulas import NATIONAL
from ranking.monthly_charts import MONTHLY_CHART
from ranking.names import fold
from ranking.periods import Period
from ranking.vocabulary import COUNTRY
from store.reference import measures

SUM_OF_GROUPS = "sum_of_groups"
Rows = dict[str, Measured]
"""The rows of one unit by measure."""
_Cell = tuple[str, str, Period, str]
"""Unit, level, period and measure of a row."""


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
    items, figures = list(items), Figures(measures())
    notes = Notes(warnings=list(warnings))
    whole, by_procedure = procedures.apart(items)

    def taken(replies: list[Item]) -> dict[_Cell, Measured]:
        rows: dict[_Cell, Measured] = {}
        for scene, groups in scenes(replies, provinces, day, partial, notes):
            if scene.province:
                found = _province_rows(scene, scene.province, groups, figures, units, notes)
            else:
                found = _national_rows(scene, groups, figures, provinces, notes)
            for row in found:
                _take(rows, _cell(row), row)
        return rows

    rows = taken(whole)
    check_sums(rows.values(), figures.totals, notes)
    told = {code: taken(replies) for code, replies in by_procedure.items()}
    fields = procedures.fields(rows, told, notes) if told else ()
    return Harvest(
        measurements=measurement_rows([*rows.values(), *fields]),
        captured_at=max(item.reply.fetched_at for item in items),
        sources=sorted({f"portal:{item.request.endpoint}" for item in items}),
        quarantine=quarantine_rows(notes.quarantine),
        warnings=notes.warnings,
        departments=department_rows(notes.departments),
    )


def _cell(row: Measured) -> _Cell:
    period = Period(row["period_start"], row["period_end"], row["period_kind"])
    return row["unit_code"], row["level"], period, row["measure"]


def _take(rows: dict[_Cell, Measured], cell: _Cell, row: Measured) -> None:
    """Put a row into its cell unless a better one is there: a silence, a sum of our own or a chart's figure gives way.

    Of two charts the one counts that was captured later.
    """
    held = rows.get(cell)
    if held is None or _is_better(row, held):
        rows[cell] = row


def _is_better(row: Measured, held: Measured) -> bool:
    if row["state"] == "not_reported" or held["state"] == "not_reported":
        return row["state"] != "not_reported"
    if _is_chart(row):
        return _is_chart(held) and row["captured_at"] > held["captured_at"]
    return _is_chart(held) or SUM_OF_GROUPS in (held.get("quality") or "")


def _is_chart(row: Measured) -> bool:
    return row.get("quality") == MONTHLY_CHART


def _province_rows(
    scene: Scene, province: Province, groups: dict[str, Group], figures: Figures, units: pl.DataFrame, notes: Notes
) -> Iterator[Measured]:
    if not groups:
        return
    own = units.filter(pl.col("province_code") == province.code)
    roll = call_roll(province, scene.name, groups.values(), own, notes)
    for group in groups.values():
        check_identities(scene.name, group, figures, notes)
        check_fields(scene.name, group, "units", figures, notes)
        if _is_of_province(province, group):
            check_fields(scene.name, group, "province", figures, notes)
    apart = captured_apart(scene.name, groups, figures, notes)
    told = {name: group for name, group in groups.items() if _is_of_province(province, group)}
    yield from chart_rows(scene, told, figures, province.code, "province", notes)
    parent = _parent_rows(scene, province, groups, figures, notes)
    yield from _with_totals(parent, scene, figures, province.code, "province", apart)
    for unit_id, (code, level) in roll.found.items():
        found = _unit_rows(scene, groups, figures, unit_id, code, level, notes)
        yield from _with_totals(found, scene, figures, code, level, apart)
    yield from _absent_rows(scene, groups, figures, roll, own, notes)


def _parent_rows(scene: Scene, province: Province, groups: dict[str, Group], figures: Figures, notes: Notes) -> Rows:
    rows = {}
    own = {name: group for name, group in groups.items() if group.parent is not None}
    received = figures.received({name: group.head for name, group in own.items()})
    for name, group in own.items():
        if _is_of_province(province, group):
            spot = scene.spot(province.code, "province", group.source, group.captured_at)
            for figure in figures.at(name, "province"):
                rows[figure.measure.id] = _row(figure, spot, group.head, received, scene, None, notes)
    return rows


def _is_of_province(province: Province, group: Group) -> bool:
    """Whether there is a row of the whole, and it is the province's own.

    In `service-results` the shape of the overview inside a province is inferred, not recorded.
    """
    if group.parent is None or group.endpoint != NATIONAL:
        return group.parent is not None
    return group.parent.get("departmentCode") == province.state_code or fold(province.name) in fold(
        str(group.parent.get("departmentName") or "")
    )


def _unit_rows(
    scene: Scene, groups: dict[str, Group], figures: Figures, unit_id: str, code: str, level: str, notes: Notes
) -> Rows:
    rows = {}
    replies = {name: group.rows[unit_id] for name, group in groups.items() if unit_id in group.rows}
    received = figures.received(replies)
    for name, group in groups.items():
        spot, reply = scene.spot(code, level, group.source, group.captured_at), replies.get(name)
        if reply is None and not group.is_whole:
            continue
        for figure in figures.at(name, "units"):
            if reply is None:
                rows[figure.measure.id] = _silence(figure, spot, received)
            else:
                place = group.places[unit_id]
                rows[figure.measure.id] = _row(figure, spot, reply, received, scene, place, notes)
    return rows


def _silence(figure: Figure, spot: Spot, received: float | None) -> Measured:
    if received == 0 and figure.formula.needs_dossiers:
        return spot.row(figure.measure.id, "no_dossiers", **figure.without_dossiers())
    return spot.row(figure.measure.id, "not_reported")


def _row(
    figure: Figure, spot: Spot, reply: Row, received: float | None, scene: Scene, place: int | None, notes: Notes
) -> Measured:
    """One measurement; a unit without dossiers answers 0 points, and that is not a score."""
    try:
        state, found = figure.read(reply)
    except Unusable as error:
        where = f"{spot.source.removeprefix('portal:')}, {scene.name}, {reply.get('departmentName')}"
        notes.refuse(
            spot.source, where, error.reason, spot.captured_at, row=place, column=error.column, value=error.value
        )
        return spot.row(figure.measure.id, "not_reported")
    if received == 0 and figure.formula.needs_dossiers:
        return spot.row(figure.measure.id, "no_dossiers", **figure.without_dossiers())
    quality = figure.remarks(reply, spot.level) if state == "reported" else None
    return spot.row(figure.measure.id, state, quality=quality, **found)


def _with_totals(
    rows: Rows, scene: Scene, figures: Figures, code: str, level: str, apart: str | None
) -> Iterator[Measured]:
    """The rows of one unit, with its index: the portal's total, else the sum of its groups, else silence.

    `apart`: a remark where the groups were not captured together; petitions are told of the whole as of the group.
    """
    for total in figures.totals:
        said, added = rows.get(total.measure), total.added(rows)
        silent = sorted(name for name in total.parts if name in rows and rows[name]["state"] == "not_reported")
        if said and said["state"] == "reported" and silent:
            rows[total.measure] = {**said, "quality": f"groups_not_reported: {', '.join(silent)}"}
        told = _petitions(rows, total.parts)
        if (said is None or said["state"] == "not_reported") and added is not None:
            moment = max(rows[name]["captured_at"] for name in total.parts)
            spot = scene.spot(code, level, f"portal:{total.endpoint}", moment)
            quality = "; ".join([SUM_OF_GROUPS, *([apart] if apart else []), *told])
            rows[total.measure] = spot.row(total.measure, score=added, max_score=total.max_score, quality=quality)
        elif told and said and said["state"] == "reported":
            known = [mark] if (mark := rows[total.measure].get("quality")) else []
            rows[total.measure] = {**rows[total.measure], "quality": "; ".join([*known, *told])}
    yield from rows.values()


def _petitions(rows: Rows, parts: tuple[str, ...]) -> list[str]:
    """What the parts say of the petitions that they rest on."""
    marks = [mark for name in parts if name in rows for mark in (rows[name].get("quality") or "").split("; ")]
    return [mark for mark in marks if mark.partition(":")[0] in (PETITIONS, NO_PETITIONS)]


def _absent_rows(
    scene: Scene, groups: dict[str, Group], figures: Figures, roll: Roll, own: pl.DataFrame, notes: Notes
) -> Iterator[Measured]:
    """Communes that no reply names: they exist, and the portal says nothing of them."""
    whole = {name: group for name, group in groups.items() if group.is_whole}
    if not whole:
        return
    taken = {code for code, _ in roll.found.values()}
    absent = own.filter(~pl.col("code").is_in(list(taken))).select("code", "full_name").rows()
    if absent:
        listed = ", ".join(f"{code} {name}" for code, name in absent[:5]) + (" …" if len(absent) > 5 else "")
        notes.warnings.append(f"{scene.name}: {len(absent)} communes stand in no reply or did not match: {listed}")
    for code, _ in absent:
        for name, group in whole.items():
            spot = scene.spot(code, "commune", group.source, group.captured_at)
            yield from (spot.row(figure.measure.id, "not_reported") for figure in figures.at(name, "units"))


def _national_rows(
    scene: Scene, groups: Mapping[str, Group], figures: Figures, provinces: pl.DataFrame, notes: Notes
) -> Iterator[Measured]:
    """What the national list says of the country and of each province."""
    group = groups.get(NATIONAL)
    if group is None:
        return
    for whose in ("country", "provinces"):
        check_fields(scene.name, group, whose, figures, notes)
    known = provinces_by(provinces, "portal_id")
    country = scene.spot(COUNTRY, "country", group.source, group.captured_at)
    for figure in figures.at(NATIONAL, "country"):
        yield _row(figure, country, group.head, None, scene, None, notes)
    yield from chart_rows(scene, {NATIONAL: group}, figures, COUNTRY, "country", notes)
    for unit_id, row in group.rows.items():
        if unit_id not in known:
            reason = "no province has this departmentId"
            notes.refuse(
                group.source,
                f"{NATIONAL}, {scene.name}, {row.get('departmentName')}",
                reason,
                group.captured_at,
                row=group.places[unit_id],
                column="departmentId",
                value=unit_id,
            )
            continue
        spot = scene.spot(known[unit_id].code, "province", group.source, group.captured_at)
        for figure in figures.at(NATIONAL, "provinces"):
            yield _row(figure, spot, row, None, scene, group.places[unit_id], notes)
