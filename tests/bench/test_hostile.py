"""The hostile client stays on this machine."""

from __future__ import annotations

import asyncio

import pytest

from bench import hostile


@pytest.mark.parametrize("address", ["https://dichvucong.gov.vn", "https://10.0.0.1", "https://127.0.0.1.example.vn"])
def test_nothing_but_this_machine_is_attacked(address):
    with pytest.raises(ValueError):
        asyncio.run(hostile.attack(address, 1, 1, 1, 1))
