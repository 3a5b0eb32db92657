"""What follows from the equations: by elimination, by bounds, and by linear programs, in that order of cost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import partial

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import csr_array, eye_array
from scipy.sparse.csgraph import connected_components
from scipy.sparse.linalg import splu

from bench.attack.identities import AT_MOST, System

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
_ROUNDS, _RESTARTS = 30, 20
_EXACT_MOST = 400
"""Unknown figures of a block up to which it is solved in fractions; above, in floating point."""
_SLIGHT = 1e-6
_STILL = 1e-7
_RIDGE, _MENDED = 1e-10, 20


@dataclass
class Known:
    """What the attacker knows of each figure: `low` ≤ figure ≤ `high`, and `how` where both are the same."""

    low: Floats
    high: Floats
    how: list[str]


@dataclass
class _Rows:
    row: Integers
    column: Integers
    factor: Floats
    right: Floats
    kind: list[str]


def solved(system: System, *, programs: int, seed: int = 7) -> Known:
    """Everything found out; `programs`: at most so many figures are looked at by linear programs, drawn by `seed`."""
    figures = system.figures
    value = figures.known.ravel().copy()
    how = [""] * len(value)
    open_ = figures.withheld.ravel()
    low, high = np.where(open_, 0.0, value), np.where(open_, np.inf, value)
    known = Known(low, high, how)
    rows = _reduced(system, value, open_)
    _peel(rows, known)
    _eliminate(rows, known)
    _bound(rows, known, figures.keys)
    _programs(rows, known, figures.keys, open_, programs, seed)
    return known


def _reduced(system: System, value: Floats, open_: NDArray[np.bool_]) -> _Rows:
    """The equations of what is not known: the rest on the right side."""
    if not system.kind:
        return _Rows(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0), np.zeros(0), [])
    row, column, factor = (np.concatenate(part) for part in (system.row, system.column, system.factor))
    right = -np.bincount(row, np.where(open_[column], 0, value[column] * factor), minlength=len(system.kind))
    keep = open_[column] & (~np.isnan(right))[row]
    used, at = np.unique(row[keep], return_inverse=True)
    return _Rows(at, column[keep], factor[keep], right[used], [system.kind[n] for n in used])


def _peel(rows: _Rows, known: Known) -> None:
    """Equations with one figure that is not known, until there are none: what a reader with a spreadsheet does."""
    while len(rows.row):
        unknown = known.low[rows.column] != known.high[rows.column]
        count = np.bincount(rows.row[unknown], minlength=len(rows.right))
        told = np.where(unknown, 0, known.low[rows.column] * rows.factor)
        left = rows.right - np.bincount(rows.row, told, minlength=len(rows.right))
        single = unknown & (count[rows.row] == 1)
        if not single.any():
            return
        columns, first = np.unique(rows.column[single], return_index=True)
        at = np.flatnonzero(single)[first]
        found = left[rows.row[at]] / rows.factor[at]
        known.low[columns] = known.high[columns] = found
        for column, one in zip(columns.tolist(), rows.row[at].tolist(), strict=True):
            known.how[column] = rows.kind[one]


def _blocks(rows: _Rows, known: Known) -> list[tuple[Integers, _Rows]]:
    """The parts of the system that have nothing to do with each other, without what is known."""
    unknown = known.low[rows.column] != known.high[rows.column]
    if not unknown.any():
        return []
    told = np.where(unknown, 0, known.low[rows.column] * rows.factor)
    right = rows.right - np.bincount(rows.row, told, minlength=len(rows.right))
    columns, column = np.unique(rows.column[unknown], return_inverse=True)
    used, row = np.unique(rows.row[unknown], return_inverse=True)
    size = len(columns) + len(used)
    links = csr_array((np.ones(len(row)), (row + len(columns), column)), shape=(size, size))
    _, block = connected_components(links, directed=False)
    order = np.argsort(block[row + len(columns)], kind="stable")
    cuts = np.flatnonzero(np.diff(block[row + len(columns)][order])) + 1
    found = []
    for part in np.split(order, cuts):
        own_columns, own_column = np.unique(columns[column[part]], return_inverse=True)
        own_rows, own_row = np.unique(used[row[part]], return_inverse=True)
        factors = rows.factor[unknown][part]
        kinds = [rows.kind[n] for n in own_rows]
        found.append((own_columns, _Rows(own_row, own_column, factors, right[own_rows], kinds)))
    return found


def _eliminate(rows: _Rows, known: Known) -> None:
    """Block by block, by Gauss and Jordan in fractions where it is small, else by what no solution can move."""
    for columns, block in _blocks(rows, known):
        if len(columns) > _EXACT_MOST:
            for column, found in _fixed(block, len(columns)).items():
                known.low[columns[column]] = known.high[columns[column]] = found
                known.how[columns[column]] = f"several equations of a large block, {block.kind[0]} among them"
            continue
        for column, found in _jordan(block).items():
            at = columns[column]
            known.low[at] = known.high[at] = found
            known.how[at] = f"several equations, {block.kind[0]} among them"


def _fixed(block: _Rows, size: int) -> dict[int, float]:
    """The figures that are the same in all solutions: a random step along the null space moves all others."""
    length = np.sqrt(np.bincount(block.row, block.factor**2, minlength=len(block.right)))
    shape = (len(block.right), size)
    matrix = csr_array((block.factor / length[block.row], (block.row, block.column)), shape=shape)
    way = np.random.default_rng(3).standard_normal(size)
    solve = _least_squares(matrix)
    moved = way - solve(matrix @ way)
    still = np.flatnonzero(np.abs(moved) < _STILL)
    if not len(still):
        return {}
    solution = solve(block.right / length)
    return {int(column): float(solution[column]) for column in still}


def _least_squares(matrix: csr_array) -> Callable[[Floats], Floats]:
    """The shortest solution of equations that may follow from each other: by a factorisation, mended step by step."""
    squares = (matrix @ matrix.T).tocsc()
    factors = splu(
        squares + _RIDGE * eye_array(squares.shape[0], format="csc"),
        permc_spec="MMD_AT_PLUS_A",
        diag_pivot_thresh=0,
        options={"SymmetricMode": True},
    )

    def solution(right: Floats) -> Floats:
        weights = np.zeros(len(right))
        for _ in range(_MENDED):
            weights += factors.solve(right - squares @ weights)
        return np.asarray(matrix.T @ weights)

    return solution


def _jordan(block: _Rows) -> dict[int, float]:
    equations: list[dict[int, Fraction]] = [{} for _ in block.right]
    for row, column, factor in zip(block.row.tolist(), block.column.tolist(), block.factor.tolist(), strict=True):
        equations[row][column] = equations[row].get(column, Fraction(0)) + Fraction(factor)
    solved: dict[int, dict[int, Fraction]] = {}
    for equation, right in zip(equations, block.right.tolist(), strict=True):
        equation[-1] = Fraction(right).limit_denominator(10**6)
        for pivot in [column for column in equation if column in solved]:
            _subtract(equation, solved[pivot], equation.get(pivot, Fraction(0)))
        pivot = next((column for column, by in equation.items() if by and column >= 0), -1)
        if pivot < 0:
            continue
        by = equation[pivot]
        row = {column: value / by for column, value in equation.items() if value}
        for other in solved.values():
            if pivot in other:
                _subtract(other, row, other[pivot])
        solved[pivot] = row
    return {pivot: float(row.get(-1, 0)) for pivot, row in solved.items() if {*row} <= {pivot, -1}}


def _subtract(row: dict[int, Fraction], other: dict[int, Fraction], by: Fraction) -> None:
    for column, value in other.items():
        left = row.get(column, Fraction(0)) - by * value
        if left:
            row[column] = left
        else:
            row.pop(column, None)


def _bound(rows: _Rows, known: Known, keys: list[str]) -> None:
    """Each equation bounds each of its figures by what the others can be; and a part is at most its whole.

    Where an equation cannot hold within the bounds, some identity was none: it is left out, and all begins again.
    """
    low, high = known.low.copy(), known.high.copy()
    used = np.ones(len(rows.right), bool)
    for _ in range(_RESTARTS if len(rows.row) else 0):
        impossible = _tightened(rows, used, known, keys)
        if not impossible.any():
            break
        used &= ~impossible
        known.low[:], known.high[:] = low, high
    known.high = np.maximum(known.low, known.high)


def _tightened(rows: _Rows, used: NDArray[np.bool_], known: Known, keys: list[str]) -> NDArray[np.bool_]:
    """Bounds from the equations `used`, round by round; which of these cannot hold."""
    kept = used[rows.row]
    row, column, factor = rows.row[kept], rows.column[kept], rows.factor[kept]
    up, count_of = factor > 0, partial(np.bincount, row, minlength=len(rows.right))
    for _ in range(_ROUNDS):
        before = float(np.sum(known.high[np.isfinite(known.high)]) - np.sum(known.low)), np.isinf(known.high).sum()
        _within_wholes(known, keys)
        least = np.where(up, known.low[column], known.high[column]) * factor
        most = np.where(up, known.high[column], known.low[column]) * factor
        impossible = used & ((count_of(least) > rows.right + _SLIGHT) | (count_of(most) < rows.right - _SLIGHT))
        if impossible.any():
            return impossible
        for side in (least, most):
            endless = np.isinf(side)
            count, finite = count_of(endless)[row], np.where(endless, 0, side)
            fits = (count == 0) | ((count == 1) & endless)
            limit = (rows.right[row] - (count_of(finite)[row] - finite)) / factor
            above = up if side is least else ~up
            for chosen, act, target in ((fits & above, np.minimum, known.high), (fits & ~above, np.maximum, known.low)):
                act.at(target, column[chosen], limit[chosen])
        close = (np.abs(known.high - known.low) < _SLIGHT) & (known.low != known.high)
        known.low[close] = known.high[close]
        after = float(np.sum(known.high[np.isfinite(known.high)]) - np.sum(known.low)), np.isinf(known.high).sum()
        if after[1] == before[1] and abs(after[0] - before[0]) < _SLIGHT:
            break
    return np.zeros(len(used), bool)


def _within_wholes(known: Known, keys: list[str]) -> None:
    low, high = known.low.reshape(-1, len(keys)), known.high.reshape(-1, len(keys))
    for part, whole in _at_most(keys):
        high[:, part] = np.fmin(high[:, part], high[:, whole])
        low[:, whole] = np.fmax(low[:, whole], low[:, part])


def _at_most(keys: list[str]) -> list[tuple[int, int]]:
    return [(keys.index(part), keys.index(whole)) for part, whole in AT_MOST if part in keys and whole in keys]


def _programs(rows: _Rows, known: Known, keys: list[str], open_: NDArray[np.bool_], most: int, seed: int) -> None:
    """The least and the most that each figure can be, with all equations of its block at once."""
    blocks = _blocks(rows, known)
    if not blocks or not most:
        return
    owner = {int(column): n for n, (columns, _) in enumerate(blocks) for column in columns}
    asked = np.array([column for column in owner if open_[column]])
    asked = np.random.default_rng(seed).permutation(asked)[:most]
    for column in asked.tolist():
        columns, block = blocks[owner[column]]
        shape = (len(block.right), len(columns))
        equal = csr_array((block.factor, (block.row, block.column)), shape=shape)
        part = _parts_in(columns, keys)
        bounds = np.column_stack([known.low[columns], known.high[columns]])
        aim = np.zeros(len(columns))
        at = int(np.searchsorted(columns, column))
        for sign in (1.0, -1.0):
            aim[at] = sign
            found = linprog(
                aim,
                A_ub=part,
                b_ub=None if part is None else np.zeros(part.shape[0]),
                A_eq=equal,
                b_eq=block.right,
                bounds=bounds,
                method="highs",
            )
            if found.status != 0:
                continue
            if sign > 0:
                known.low[column] = max(known.low[column], found.fun)
            else:
                known.high[column] = min(known.high[column], -found.fun)
        if known.high[column] - known.low[column] < _SLIGHT:
            known.low[column] = known.high[column]
            known.how[column] = "linear program"


def _parts_in(columns: Integers, keys: list[str]) -> csr_array | None:
    place = {int(column): n for n, column in enumerate(columns)}
    width = len(keys)
    pairs = [
        (place[int(column)], place[int(column) - part + whole])
        for part, whole in _at_most(keys)
        for column in columns
        if int(column) % width == part and int(column) - part + whole in place
    ]
    if not pairs:
        return None
    row = np.repeat(np.arange(len(pairs)), 2)
    return csr_array((np.tile([1.0, -1.0], len(pairs)), (row, np.ravel(pairs))), shape=(len(pairs), len(columns)))
