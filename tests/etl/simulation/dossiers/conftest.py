"""What dossiers are drawn from, once for all tests here."""

from __future__ import annotations

import pytest

from etl.simulation.dossiers.command import ground as shipped
from etl.simulation.dossiers.draws import Days
from store.swapped_days import swapped_days


@pytest.fixture(scope="session")
def ground():
    return shipped()


@pytest.fixture(scope="session")
def days():
    return Days(swapped_days())


@pytest.fixture(scope="session")
def home(ground):
    """Lai Châu, the province with the fewest dossiers."""
    return ground.provinces.index("12")
