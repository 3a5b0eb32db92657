"""What follows from sums with gaps, on systems that a person can solve."""

from __future__ import annotations

import numpy as np
import pytest

from ranking.elimination import Terms
from ranking.further_cells import USED
from ranking.unknowns import Unknown


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
    assert system.figures[system.fixed()].tolist() == fixed


def test_a_long_ring_has_one_answer_however_many_steps_it_takes():
    """Of 6,001 sums of two neighbours every term follows: where that is not found, nothing counts as free."""
    n = 6001
    row = np.repeat(np.arange(n), 2)
    column = np.column_stack([np.arange(n), (np.arange(n) + 1) % n]).ravel()
    assert Unknown(row, column, np.ones(2 * n)).fixed().all()


def test_the_equations_that_tell_a_cell_are_named_with_their_weights():
    system = unknown({0: 1, 1: 1}, {0: 1, 1: 1, 2: 1}, {3: 1, 4: 1})
    assert system.combinations(np.array([2]))[:, 0] == pytest.approx([-1, 1, 0], abs=USED)


def test_equations_that_cancel_are_found_and_no_others():
    """Twice the same sum cancels; a further figure of one of the two would follow."""
    twice = unknown({0: 1, 1: 1}, {0: 1, 1: 1}, {2: 1, 3: 1}).cancelling()
    assert twice[0] == pytest.approx(-twice[1]) != 0
    assert twice[2] == pytest.approx(0, abs=USED)


def terms(*equations: dict[int, int], size: list[float]) -> Terms:
    rows = [(n, cell, factor) for n, equation in enumerate(equations) for cell, factor in equation.items()]
    row, cell, factor = (np.array(part) for part in zip(*rows, strict=True))
    return Terms([(row, cell, factor.astype(float), np.zeros(len(row), bool))], np.array(size))


def test_the_smallest_shown_cell_that_two_sums_rest_on_is_named():
    """a + b + c = 9 and a + b + d = 8 with a and b withheld tell nothing; with c withheld too, c = d + 1."""
    flags, nobody = np.array([True, True, True, False, False, False]), np.zeros(6, bool)
    for asked, shown, named in (
        (flags & (np.arange(6) < 2), nobody, []),
        (flags, nobody, [3]),
        (flags, np.arange(6) == 3, []),
    ):
        every = terms({0: 1, 1: 1, 2: 1}, {0: 1, 1: 1, 3: 1}, {4: 1, 5: 1}, size=[3, 3, 3, 5, 5, 5])
        assert every.that_free(asked, flags, shown).tolist() == named


def test_what_counts_next_to_nothing_is_named_last():
    every = terms({0: 1, 1: 1, 2: 1}, size=[4, 1, 7])
    assert every.that_free(np.arange(3) == 0, np.arange(3) == 0, np.zeros(3, bool)).tolist() == [2]


def test_a_cell_that_brings_an_equation_of_its_own_is_named_with_another_of_that_equation():
    """a + b = 9 tells a. Withholding b alone would free nothing, for b + c + d = 20 tells b; b and c free both."""
    every = terms({0: 1, 1: 1}, {1: 1, 2: 1, 3: 1}, size=[4, 5, 7, 8])
    small = np.arange(4) == 0
    assert every.that_free(small, small, np.zeros(4, bool)).tolist() == [1, 2]


def test_a_cell_that_another_equation_would_tell_at_once_is_not_named():
    """a follows from b or c; b follows at once from a sum that is known otherwise, so c is withheld."""
    every = terms({0: 1, 1: 1, 2: 1}, {1: 1, 4: 1}, {4: 1, 5: 1}, {4: 1, 5: 1, 1: 1}, size=[4, 5, 7, 9, 3, 3])
    flags = np.isin(np.arange(6), [0, 4, 5])
    assert every.that_free(flags, np.arange(6) == 0, np.zeros(6, bool)).tolist() == [2]


def test_a_second_round_looks_at_what_is_new_alone():
    every = terms({0: 1, 1: 1}, {2: 1, 3: 1}, size=[4, 5, 4, 5])
    nobody, small = np.zeros(4, bool), np.array([True, False, True, False])
    assert every.that_free(np.arange(4) == 0, small, nobody).tolist() == [1]
    assert every.that_free(np.isin(np.arange(4), [0, 2]), small, nobody).tolist() == [3]


def test_an_equation_that_joins_two_parts_is_looked_at_when_each_by_itself_tells_nothing():
    """a + b and c + d tell nothing; with a + b + c + e, where e is known otherwise, d follows."""
    rows = [(0, 0), (0, 1), (1, 2), (1, 3), (2, 0), (2, 1), (2, 2), (2, 4)]
    row, cell = (np.array(part) for part in zip(*rows, strict=True))
    every = Terms([(row, cell, np.ones(8), row == 2)], np.array([4.0, 4, 4, 4, 9]))
    flags = np.arange(5) < 4
    assert every.that_free(flags, flags, np.zeros(5, bool)).tolist() == [4]


def test_what_nothing_can_free_keeps_no_other_figure_from_being_freed():
    """a + b tells a, and b was shown before; c + d tells nothing until c + e + f, of two provinces, tells both."""
    rows = [(0, 0), (0, 1), (1, 2), (1, 3), (2, 2), (2, 4), (2, 5)]
    row, cell = (np.array(part) for part in zip(*rows, strict=True))
    every = Terms([(row, cell, np.ones(7), row == 2)], np.array([4.0, 40, 4, 4, 9, 8]))
    flags, shown = np.isin(np.arange(6), [0, 2, 3]), np.arange(6) == 1
    assert every.that_free(flags, flags, shown).tolist() == [5]
