"""Do the portal's replies keep their own identities? What does not add up is a warning, not a rejection.

The fields come from the formulas of `data/measures`. A check whose field is gone says so: it must not fall silent.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta

from etl.portal.answers import Group
from etl.portal.fields import Row, Unusable, has, total
from etl.portal.figures import Figure, Figures, Measured, Notes, Total
from ranking.formulas import terms
from ranking.periods import local_day

# Each part of a sum, and the sum, is rounded to two decimals: an error of up to 0.005. A larger gap is no rounding.
_ROUNDING = 0.005
_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
CHANGED = "the portal may have changed its replies"


def check_fields(scene: str, group: Group, row: str, figures: Figures, notes: Notes) -> None:
    """A field that no row has any more means that the portal changed its replies."""
    rows = list(group.rows.values()) if row in ("units", "provinces") else [group.head]
    whose = "no row has" if row in ("units", "provinces") else f"the row of the {row} lacks"
    for figure in figures.all_at(group.endpoint, row):
        for path, lost in figure.fields().items():
            if not any(has(one, path) for one in rows):
                notes.warnings.append(f"{group.endpoint} of {scene}: {whose} {path}, so {lost}; {CHANGED}")


def check_identities(scene: str, group: Group, figures: Figures, notes: Notes) -> None:
    """Where a formula says so: the units must add up to the province, and a part and its rest to the whole."""
    if not group.is_whole:
        return
    for figure in figures.all_at(group.endpoint, "units"):
        if figure.formula.adds_up:  # two measures may rest on one field
            found = _units_against_province(scene, group, figure)
            notes.warnings += [warning for warning in found if warning not in notes.warnings]
        notes.warnings += _part_and_rest_against_whole(scene, group, figure)


def captured_apart(scene: str, groups: Mapping[str, Group], figures: Figures, notes: Notes) -> str | None:
    """What to know of points that are added up from captures a day or more apart; None where there are none such.

    The warning names the endpoints, the days, and for how many units the dossiers changed in between.
    """
    moments = [group.captured_at for group in groups.values()]
    if max(moments) - min(moments) < timedelta(days=1):
        return None
    days: dict[date, list[str]] = defaultdict(list)
    for name, group in groups.items():
        days[local_day(group.captured_at)].append(name)
    units = {unit for group in groups.values() for unit in group.rows}
    changed = sum(len(figures.counts(_replies(groups, unit))) > 1 for unit in units)
    listed = "; ".join(f"{', '.join(sorted(names))} on {day}" for day, names in sorted(days.items()))
    notes.warnings.append(
        f"{scene}: not captured on one day: {listed}; the number of dossiers differs in {changed} of {len(units)} units"
    )
    return f"captured_apart: {', '.join(map(str, sorted(days)))}"


def _replies(groups: Mapping[str, Group], unit: str) -> dict[str, Row]:
    return {name: group.rows[unit] for name, group in groups.items() if unit in group.rows}


def check_sums(rows: Iterable[Measured], totals: Iterable[Total], notes: Notes) -> None:
    """An index must be the sum of its groups, but for rounding."""
    rows = list(rows)
    for whole in totals:
        units: dict[tuple[str, date, date], dict[str, Measured]] = defaultdict(dict)
        for row in rows:
            if row["measure"] in (whole.measure, *whole.parts):
                units[row["unit_code"], row["period_start"], row["period_end"]][row["measure"]] = row
        gaps = [
            f"{code} ({start}–{end}: {found[whole.measure]['score']:g}, sum {whole.added(found):g})"
            for (code, start, end), found in units.items()
            if _differs(whole, found)
        ]
        if gaps:
            notes.warnings.append(
                f"{whole.path} is not the sum of the {_NUMBERS[len(whole.parts)]} groups in {_some(gaps)}"
            )


def _units_against_province(scene: str, group: Group, figure: Figure) -> Iterator[str]:
    texts = filter(None, (figure.formula.denominator, figure.formula.numerator))
    for path in dict.fromkeys(path for text in texts for _, path in terms(text)):
        if gone := _gone(group, [path], [group.head]):
            yield f"{group.endpoint} of {scene}: {gone}, so nothing shows that {path} of the units adds up; {CHANGED}"
            continue
        whole, parts = _numbers([group.head], path), _numbers(group.rows.values(), path)
        if whole and len(parts) == len(group.rows) and sum(parts) != whole[0]:
            yield f"{scene}: {path} of the units adds up to {sum(parts):.0f}, but the province's is {whole[0]:.0f}"


def _part_and_rest_against_whole(scene: str, group: Group, figure: Figure) -> Iterator[str]:
    part, rest, whole = figure.formula.numerator, figure.formula.rest, figure.formula.denominator
    if not (part and rest and whole):
        return
    texts, claim = (part, rest, whole), f"{part} + {rest} is {whole}"
    if gone := _gone(group, [path for text in texts for _, path in terms(text)]):
        yield f"{group.endpoint} of {scene}: {gone}, so nothing shows that {claim}; {CHANGED}"
        return
    torn = [str(row.get("departmentName")) for row in group.rows.values() if _is_torn(row, texts)]
    if torn:
        yield f"{scene}: {claim.replace(' is ', ' is not ')} in {_some(torn)}"


def _gone(group: Group, paths: list[str], heads: Iterable[Row] = ()) -> str | None:
    """Which field is nowhere in the rows of the units, or in that of the province."""
    for path in paths:
        if not any(has(row, path) for row in group.rows.values()):
            return f"no row has {path}"
        if not all(has(row, path) for row in heads):
            return f"the row of the province lacks {path}"
    return None


def _is_torn(row: Row, texts: tuple[str, str, str]) -> bool:
    found = [_numbers([row], text) for text in texts]
    return all(found) and found[2][0] != found[0][0] + found[1][0]


def _differs(whole: Total, found: Mapping[str, Measured]) -> bool:
    added, said = whole.added(found), found.get(whole.measure)
    if said is None or said["state"] != "reported" or added is None:
        return False
    return round(abs(said["score"] - added), 6) > _ROUNDING * len(whole.parts)


def _numbers(rows: Iterable[Row], text: str) -> list[float]:
    values = []
    for row in rows:
        try:
            value = total(row, text)
        except Unusable:
            continue
        values += [] if value is None else [value]
    return values


def _some(names: list[str]) -> str:
    return f"{len(names)} units: " + "; ".join(names[:5]) + (" …" if len(names) > 5 else "")
