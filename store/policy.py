"""The suppression policy: which small numbers the public does not see."""

from __future__ import annotations

from functools import lru_cache

from files.faults import Fault
from files.places import HOME
from ranking.suppression_policy import Policy, PolicyError, stamp
from store.reference import measures


@lru_cache(maxsize=1)
def policy() -> Policy:
    """The policy of `data/policies/suppression.yaml`; Fault where it cannot be used."""
    path = HOME / "data" / "policies" / "suppression.yaml"
    try:
        return Policy.from_yaml(path.read_text(encoding="utf-8"), list(measures()))
    except (PolicyError, OSError) as error:
        raise Fault(f"data/policies/{error}") from error


@lru_cache(maxsize=1)
def policy_in_force() -> str:
    """By which policy public tables would be made now."""
    return stamp(policy(), measures())
