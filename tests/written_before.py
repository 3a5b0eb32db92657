"""What earlier versions of the program have written: see `tests/fixtures/written_by_5bb19d9/README.md`."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from files.places import HOME

FOLDER = HOME / "tests" / "fixtures" / "written_by_5bb19d9"


def data(into: Path) -> Path:
    """A copy of the data folder, for opening may change it."""
    return Path(shutil.copytree(FOLDER / "data", into / "data"))


def expected(name: str) -> object:
    return json.loads((FOLDER / "expected" / name).read_text(encoding="utf-8"))


def plain(found: object) -> object:
    """As JSON keeps it, days and times as text."""
    return json.loads(json.dumps(found, default=str))
