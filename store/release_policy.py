"""What waits for a person before the public reads it: `data/policies/release.yaml`, and a place's own over it."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from files.places import HOME
from store import yaml_rows

FILE = HOME / "data" / "policies" / "release.yaml"
LOCAL = Path("local", "release.yaml")


class ReleasePolicy(yaml_rows.Entry):
    """How a snapshot comes to the public that differs from the one before in the portal's figures alone."""

    portal: Literal["itself", "person"]


def release_policy(data: Path) -> ReleasePolicy:
    """The policy that holds in a data folder now; Fault where the file that says it cannot be used."""
    own = data / LOCAL
    if own.exists():
        return yaml_rows.whole(own, str(LOCAL), ReleasePolicy)
    return yaml_rows.whole(FILE, "data/policies/release.yaml", ReleasePolicy)
