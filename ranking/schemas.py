"""dataframely without SQLAlchemy, which it loads for the types of databases that no table of ours asks it for.

That takes longer than all else that a command loads; dataframely works without it where it is not installed.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from types import ModuleType

__all__ = ["dy"]
_LEFT_OUT = "sqlalchemy"


class _LeftOut(MetaPathFinder):
    """Says to this thread alone that the package is not there; others may load it meanwhile."""

    def __init__(self) -> None:
        self._thread = threading.get_ident()

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> None:
        if name == _LEFT_OUT and threading.get_ident() == self._thread:
            raise ModuleNotFoundError(f"{name} is not needed here", name=name)


_finder = _LeftOut()
sys.meta_path.insert(0, _finder)
try:
    import dataframely as dy
finally:
    sys.meta_path.remove(_finder)
