"""What follows from sums with gaps, on systems that a person can solve."""

from __future__ import annotations

import numpy as np
import pytest

from ranking.elimination import STILL, Terms, Unknown


def unknown(*equations: dict[int, int]) -> Unknown:
    """Each equation has factors by cell."""
    terms = [(n, cell, factor) for n, equation in enumerate(equations) for cell, factor in equation.items()]
    row, cell, factor = (np.array(part) for part in zip(*terms, strict=True))
    return Unknown(row, cell, factor.astype(float))


@pytest.mark.parametrize(
    ("equations", "fixed"),
    [
        ([{0: 1}], [0]),
        ([{0: 1, 1: 1}], []),
        ([{0: 1, 1: 1}, {0: 1, 1: 1, 2: 1}], [2]),
        ([{0: 1, 1: 1}, {2: 1, 3: 1}, {0: 1, 2: 1}, {1: 1, 3: 1}], []),
        ([{0: 1, 1: 1}, {1: 1, 2: 1}, {0: 1, 2: 1}], [0, 1, 2]),
        ([{0: 1, 1: -1}, {1: 1, 2: -1}], []),
    ],
    ids=["one gap", "two gaps", "two sums less one another", "a table of two by two", "a ring of three", "a chain"],
)
def test_cells_with_one_answer_are_found(equations, fixed):
    system = unknown(*equations)
    assert system.cells[system.fixed()].tolist() == fixed


def test_a_long_ring_has_one_answer_however_many_steps_it_takes():
    """Of 6,001 sums of two neighbours every term follows: where that is not found, nothing counts as free."""
    n = 6001
    row = np.repeat(np.arange(n), 2)
    column = np.column_stack([np.arange(n), (np.arange(n) + 1) % n]).ravel()
    assert Unknown(row, column, np.ones(2 * n)).fixed().all()


def test_the_equations_that_tell_a_cell_are_named_with_their_weights():
    system = unknown({0: 1, 1: 1}, {0: 1, 1: 1, 2: 1}, {3: 1, 4: 1})
    weights = system.combination(np.array([0.0, 0, 1, 0, 0]))
    assert weights == pytest.approx([-1, 1, 0], abs=STILL)
    assert system.groups(weights).tolist() == [0, 0, 2]


def test_the_smallest_shown_cell_that_two_sums_rest_on_is_named():
    """a + b + c = 9 and a + b + d = 8 with a and b withheld tell nothing; with c withheld too, c = d + 1."""
    terms = [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 3), (2, 4), (2, 5)]
    row, cell = (np.array(part) for part in zip(*terms, strict=True))
    every = Terms([(row, cell, np.ones(len(terms)))], np.array([3.0, 3, 3, 2, 5, 5]))
    flags, nobody = np.array([True, True, True, False, False, False]), np.zeros(6, bool)
    assert every.that_free(flags & (np.arange(6) < 2), flags, nobody).tolist() == []
    assert every.that_free(flags, flags, nobody).tolist() == [3]
    assert every.that_free(flags, flags, np.arange(6) == 3).tolist() == []
