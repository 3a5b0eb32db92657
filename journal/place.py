"""Where visits, marks and corrections are kept; without what is needed to open them."""

from __future__ import annotations

import os
from pathlib import Path

from files.places import published_folder

URL = "GANDAN_VISITS_URL"
FILE = "visits.db"


def url() -> str:
    """What GANDAN_VISITS_URL says, else `visits.db` in the data folder."""
    return os.environ.get(URL) or f"sqlite:///{published_folder().parent.resolve() / FILE}"


def of_folder(data: Path) -> str | None:
    """The address of a data folder's own database; None where none was ever made, or the disk had no room for it."""
    if address := os.environ.get(URL):
        return address
    file = data / FILE
    return f"sqlite:///{file.resolve()}" if file.exists() and file.stat().st_size else None
