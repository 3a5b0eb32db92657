"""Blocks of figures, units over months, and the sums of what they report."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

BASES = ("portal", "form")
_OF_FORM = {"in_period", "online", "open", "open_overdue", "resolved", "on_time_form"}


@dataclass(frozen=True)
class Block:
    """Units over months; a figure is an array units × months, in `by_field` fields × units × months.

    `months`: positions in `Months`. `silent`: by basis, where nothing was reported. `by_field` and
    `scores` may reach over the last months only.
    """

    codes: np.ndarray
    levels: np.ndarray
    months: np.ndarray
    figures: dict[str, np.ndarray]
    silent: dict[str, np.ndarray]
    by_field: dict[str, np.ndarray] = field(default_factory=dict)
    scores: dict[str, np.ndarray] = field(default_factory=dict)


def summed(codes: np.ndarray, level: str, parts: list[tuple[Block, np.ndarray]]) -> Block:
    """One block of the sums of what reported; silent where nothing reported.

    `parts`: blocks that follow each other in time, each with the row in `codes` that its units add
    to. The last one has the fields.
    """
    count = len(codes)
    figures = {
        name: np.concatenate([_sums(_heard(block, name), rows, count) for block, rows in parts], axis=1)
        for name in parts[0][0].figures
    }
    silent = {
        basis: np.concatenate([_sums(~block.silent[basis], rows, count) == 0 for block, rows in parts], axis=1)
        for basis in BASES
    }
    months = np.concatenate([block.months for block, _ in parts])
    return Block(codes, np.repeat(level, count), months, figures, silent, _summed_fields(*parts[-1], count))


def _heard(block: Block, figure: str) -> np.ndarray:
    return block.figures[figure] * ~_silent(block, figure)


def _silent(block: Block, figure: str) -> np.ndarray:
    return block.silent["form" if figure in _OF_FORM else "portal"]


def _sums(values: np.ndarray, group: np.ndarray, count: int) -> np.ndarray:
    sums = np.zeros((count, values.shape[1]), float if values.dtype == float else int)
    np.add.at(sums, group, values)
    return sums


def _summed_fields(block: Block, rows: np.ndarray, count: int) -> dict[str, np.ndarray]:
    fields = {}
    for name, cube in block.by_field.items():
        heard = ~_silent(block, name)[:, -cube.shape[-1] :]
        fields[name] = np.stack([_sums(values * heard, rows, count) for values in cube])
    return fields
