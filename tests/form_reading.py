"""One workbook of form II.06 from its file to what it gives, as the tests want it: without publishing."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import polars as pl

from etl.dossiers.lists import Lists
from etl.forms.own_headings import OwnHeadings
from etl.forms.report import FormReport
from etl.forms.understand import understood
from etl.publishing.harvest import Harvest
from etl.workbooks.read import read_workbook
from journal.names import Accepted
from ranking.periods import Period


def read_form(
    path: Path,
    units: pl.DataFrame,
    provinces: pl.DataFrame,
    *,
    province: str | None = None,
    period: Period | None = None,
    unit: str | None = None,
    captured_at: datetime,
    strict: bool = False,
    names: Accepted | None = None,
    own: OwnHeadings | None = None,
    lists: Lists | None = None,
) -> tuple[Harvest, FormReport]:
    """As `understood`, of a file."""
    book = read_workbook(path)
    more = {"strict": strict, "names": names, "own": own, "lists": lists}
    return understood(path.name, book, units, provinces, province, period, unit, captured_at, **more)
