"""Which of the framework's scripts every page needs: the browser fetches them at once, not when it meets the first part
that they draw."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

ON_EVERY_PAGE = ("BidiComponent", "Html", "Selectbox", "ButtonGroup")
"""By how their files' names begin: search and links, our own markup, the dataset, the language."""
_IMPORT = re.compile(r"""(?:from|import)\s*["']\./([\w.~-]+\.js)["']""")


def needed(folder: Path, names: Iterable[str] = ON_EVERY_PAGE) -> list[str]:
    """The files of those scripts and of all that they import, without what the page itself names; sorted."""
    scripts = folder / "static" / "js"
    found: set[str] = set()
    waiting = [path.name for name in names for path in scripts.glob(f"{name}.*.js")]
    while waiting:
        name = waiting.pop()
        if name not in found and (scripts / name).is_file():
            found.add(name)
            waiting += _IMPORT.findall((scripts / name).read_text(encoding="utf-8"))
    page = (folder / "index.html").read_text(encoding="utf-8")
    return sorted(name for name in found if name not in page)


def links(names: Iterable[str]) -> str:
    """The lines of a page's head that fetch them."""
    return "".join(f'<link rel="modulepreload" crossorigin href="./static/js/{name}">' for name in names)
