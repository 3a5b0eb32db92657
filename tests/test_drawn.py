"""The profiles of properties: alike each time and without a clock in the tests, free and more often in `make fuzz`."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.drawn import examples


def drawn() -> list[int]:
    seen = []

    @given(st.integers())
    def collect(number: int) -> None:
        seen.append(number)

    collect()
    return seen


@pytest.fixture
def profile():
    before = settings.get_current_profile_name()
    yield settings.load_profile
    settings.load_profile(before)


def test_the_tests_draw_alike_each_time(profile):
    profile("test")
    assert drawn() == drawn()


def test_fuzz_draws_other_examples_each_time_and_twenty_times_as_many(profile):
    profile("test")
    usual = examples(30).max_examples
    profile("fuzz")
    assert examples(30).max_examples == 20 * usual == 600
    assert drawn() != drawn()


@pytest.mark.parametrize("name", ["test", "fuzz"])
def test_a_slow_example_is_no_failure(profile, name):
    profile(name)

    @examples(1)
    @given(st.just(0.3))
    def slow(seconds: float) -> None:
        time.sleep(seconds)  # hypothesis allows 0.2 by itself

    slow()
