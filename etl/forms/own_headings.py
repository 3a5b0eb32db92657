"""How a province's own system writes the headings of form II.06: `local/forms/headings.yaml` of its data folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import yaml

from etl.forms.grid import Cells, Grid
from etl.forms.layout import FIGURES
from files.faults import BadInput
from ranking import yaml_text
from ranking.names import fold

FILE = Path("local") / "forms" / "headings.yaml"
KNOWN = (*dict.fromkeys(part for path in FIGURES.values() for part in path.split(" / ")), "Đơn vị", "Lĩnh vực", "Mã số")
"""The headings that a province may write in words of its own."""

OwnHeadings = Mapping[str, str]
"""Folded heading of the province → heading of the form."""


def own_headings(data: Path) -> OwnHeadings:
    """What a data folder's file says; empty without one. BadInput where it cannot be read.

    It is written as `Trong hạn: [Chưa tới ngày hẹn, Còn hạn]`: a heading of the form, and how else it is written.
    """
    path = data / FILE
    try:
        said = yaml_text.load(path.read_text(encoding="utf-8")) or {}
    except FileNotFoundError:
        return {}
    except (yaml.YAMLError, UnicodeDecodeError):
        raise BadInput(path.name, "is no sound YAML file") from None
    if not isinstance(said, dict):
        raise BadInput(path.name, "must hold headings of the form with lists behind them")
    known = {fold(heading): heading for heading in KNOWN}
    own: dict[str, str] = {}
    for heading, others in said.items():
        if fold(str(heading)) not in known:
            raise BadInput(path.name, f"the form has no such heading; it has {', '.join(KNOWN)}", field=str(heading))
        if not isinstance(others, list):
            raise BadInput(path.name, "a list of headings in square brackets is expected", field=str(heading))
        for other in map(str, others):
            if own.setdefault(fold(other), known[fold(str(heading))]) != known[fold(str(heading))]:
                raise BadInput(path.name, f"{other!r} is given to two headings of the form", field=str(heading))
    return own


def in_the_forms_words(grid: Grid, own: OwnHeadings) -> Grid:
    """A sheet where cells that hold nothing but a heading of the province hold that of the form."""
    if not own:
        return grid
    rows: list[Cells] = [[_said(cell, own) for cell in row] for row in grid.cells]
    return replace(grid, cells=rows)


def _said(cell: str | float | None, own: OwnHeadings) -> str | float | None:
    return own.get(fold(cell), cell) if isinstance(cell, str) else cell
