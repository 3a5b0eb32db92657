"""Where the project and its data lie."""

from __future__ import annotations

import os
from pathlib import Path

HOME = Path(__file__).resolve().parents[1]


def published_folder() -> Path:
    """`published/` of the data folder; the environment variable GANDAN_DATA moves the data folder."""
    return Path(os.environ.get("GANDAN_DATA") or HOME / "data") / "published"


DATA = HOME / "data"


REFERENCE = DATA / "reference"


MEASURES = DATA / "measures"
