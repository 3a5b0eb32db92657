"""How properties are tried: drawn alike each time in `make test`, freely and more often in `make fuzz`."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

_USUAL = 100
# How long an example takes, and how long it takes to draw one, depends on what else the machine does: no fault of ours.
_CLOCKS = [HealthCheck.too_slow]


def register_profiles() -> None:
    """`test` and `fuzz`; HYPOTHESIS_PROFILE names one, and so does `--hypothesis-profile`."""
    alike = {"deadline": None, "suppress_health_check": _CLOCKS}
    settings.register_profile("test", max_examples=_USUAL, derandomize=True, **alike)
    # Said outright: where CI is set, hypothesis takes derandomize=True for every profile that is silent about it.
    settings.register_profile("fuzz", max_examples=20 * _USUAL, derandomize=False, print_blob=True, **alike)
    settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "test"))


def examples(count: int, *healthy: HealthCheck) -> settings:
    """So many examples in `make test` and 20 times as many in `make fuzz`; `healthy`: checks that would be wrong."""
    chosen = settings.default.max_examples
    return settings(max_examples=max(1, count * chosen // _USUAL), suppress_health_check=[*_CLOCKS, *healthy])
