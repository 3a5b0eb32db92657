"""What a table of form II.06 is about: its period, its province and, where its rows are fields, its unit."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from etl.dossiers.units import UNKNOWN_UNIT, Units
from etl.forms import tellable
from etl.forms.periods import Title, title_period
from etl.forms.reading import Reading
from etl.forms.report import OtherProvince
from etl.forms.rows import field_readings, readings_of_both, unit_readings
from etl.forms.tables import Table
from etl.forms.title import provinces_named, reporting_unit
from files.faults import BadInput, Fault
from ranking.names import fold
from ranking.periods import MERGER, Period, local_day

_SO_FAR = "luy ke"
_PROVINCE_OFFICE = re.compile(r"(ubnd |uy ban nhan dan )?(tinh|thanh pho|tp)\b[^,-]*$")


@dataclass(frozen=True)
class Form:
    """What is known apart from the file: reference tables, options, time."""

    units: pl.DataFrame
    provinces: pl.DataFrame
    finder: Units
    province: str | None
    period: Period | None
    unit: str | None
    captured_at: datetime
    strict: bool = False

    def of_one_province(self, tables: list[Table]) -> tuple[list[Table], list[str]]:
        """(the tables that are read, remarks): of several provinces the one asked for alone."""
        named = [self._named_in(table.title) for table in tables]
        if self.province is None or not any(self.province in codes for codes in named):
            return tables, []
        foreign = [bool(codes) and self.province not in codes for codes in named]
        told = [
            f"{table.place}: names province {_codes(codes)}, not {self.province}"
            for table, codes, other in zip(tables, named, foreign, strict=True)
            if other
        ]
        return [table for table, other in zip(tables, foreign, strict=True) if not other], told

    def read(self, table: Table) -> tuple[list[Reading], list[str]]:
        """(the readings of one table, warnings)."""
        period, doubts = self._period(table)
        province, more = self._province(table)
        if table.by_field:
            unit, about_unit = self._unit(table, province)
            readings, warnings = field_readings(table, period, unit)
            return readings, [*doubts, *more, *about_unit, *warnings]
        if self.unit:
            more.append(f"{table.place}: --unit {self.unit} was not used, because the rows are units, not fields")
        read = readings_of_both if table.by_both else unit_readings
        readings, warnings = read(table, period, province, self.finder)
        return readings, [*doubts, *more, *warnings]

    def _period(self, table: Table) -> tuple[Period, list[str]]:
        said = self._said_period(table)
        period = self.period or said
        if period is None:
            raise BadInput(table.place, "the title block names no period; give one, such as --period 2026-08")
        if period.start < MERGER:
            what = f"the period {period.id} begins before 1 July 2025, when today's communes did not exist; "
            raise BadInput(table.place, what + "give --period for a period that begins on that day or later")
        if period.start > local_day(self.captured_at):
            raise BadInput(table.place, f"the period {period.id} lies in the future; correct it or give --period")
        if said and said != period:
            return period, [f"{table.place}: the title block says {said.id}, --period {period.id} was taken"]
        return period, []

    def _said_period(self, table: Table) -> Period | None:
        """The period in the title block, else on a sheet before; an option settles what they leave open."""
        try:
            said = title_period(table.place, table.title) or title_period(table.place, table.cover)
        except BadInput:
            if self.period is None:
                raise
            return None
        if (
            said
            and self.period is None
            and said.kind == "month"
            and said.start.month > 1
            and _SO_FAR in fold(table.sheet)
        ):
            so_far = Period(said.start.replace(month=1), said.end, "to_date").id
            what = f"the title block says {said.id}, but the sheet is named after the year so far; "
            raise BadInput(table.place, f"{what}say which period it is with --period {said.id} or --period {so_far}")
        return said

    def _province(self, table: Table) -> tuple[str, list[str]]:
        said = self._named_in(table.title) or self._named_in(table.cover)
        chosen = self.province or self._province_of_unit()
        if chosen and said and chosen not in said:
            if self.strict:
                what = f"the title block names province {_codes(said)}, but only forms of {chosen} are taken"
                raise OtherProvince(table.place, what, said)
            return chosen, [f"{table.place}: the title block names province {_codes(said)}, {chosen} was taken"]
        if chosen:
            return chosen, []
        if len(said) != 1:
            found = f"several provinces ({_codes(said)})" if said else "no province"
            raise BadInput(table.place, f"the title block names {found}; give one, such as --province 25")
        return next(iter(said)), []

    def _named_in(self, title: Title) -> set[str]:
        return provinces_named((text for row in title for text in row), self.provinces)

    def _province_of_unit(self) -> str | None:
        if self.unit is None:
            return None
        if self.unit in self.provinces["code"]:
            return self.unit
        own = self.units.filter(pl.col("code") == self.unit)
        if own.is_empty():
            raise Fault(f"--unit {self.unit}: no commune or province of today has this code")
        return own["province_code"][0]

    def _unit(self, table: Table, province: str) -> tuple[tuple[str, str], list[str]]:
        """((level, code) of the unit that a table by field is about, warnings)."""
        name = reporting_unit(table.title)
        said = self._named(name, province) if name else None
        if name is None:
            said = self._named(table.sheet, province) or self._on_cover(table, province)
        if self.unit:
            if self._province_of_unit() != province:
                raise Fault(f"--unit {self.unit} does not lie in province {province}")
            chosen = ("province" if len(self.unit) == 2 else "commune", self.unit)
            if said and said != chosen:
                told = tellable.name(name) or "a unit"
                return chosen, [f"{table.place}: the title block says {told!r} ({said[1]}), {self.unit} was taken"]
            return chosen, []
        if said is None:
            told = repr(tellable.name(name)) if tellable.name(name) else "a unit"
            found = f"names {told}: {self._why(name, province)}" if name else "names no reporting unit"
            raise BadInput(table.place, f"the title block {found}; give the commune's code with --unit")
        return said, []

    def _on_cover(self, table: Table, province: str) -> tuple[str, str] | None:
        name = reporting_unit(table.cover)
        return self._named(name, province) if name else None

    def _why(self, name: str, province: str) -> str:
        return self.finder.find(name, province, elsewhere=False)[1].removeprefix(f"{UNKNOWN_UNIT}: ")

    def _named(self, name: str, province: str) -> tuple[str, str] | None:
        code, _ = self.finder.find(name, province, elsewhere=False)
        if code and len(code) == 5 and code.isdigit():
            return "commune", code
        own = provinces_named([name], self.provinces) == {province}
        return ("province", province) if own and _PROVINCE_OFFICE.match(fold(name)) else None


def _codes(codes: Iterable[str]) -> str:
    return ", ".join(sorted(codes))
