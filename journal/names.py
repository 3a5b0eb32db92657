"""Names of units that a province has accepted once and for all: `local/names.csv` of the data folder.

Columns `province`, `name`, `code`: in files of that province the name stands for that commune. They are read over the
names of the state's list, so none of them may be another commune's own name.
"""

from __future__ import annotations

import csv
import io
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path

from files import lock, whole
from files.faults import BadInput
from ranking.names import spelling, unit_key
from store.reference import communes_of

FILE = Path("local") / "names.csv"
COLUMNS = ("province", "name", "code")
LONGEST = 120
_LOCK_SECONDS = 30
_LETTER = re.compile(r"[^\W\d_]")
_NO_NAME = re.compile(r"\d{5}|[@;\"=<>|]")
Key = tuple[str | None, str]
"""(kind or None, bare name), as `ranking.names.unit_key` reads a name."""
Accepted = Mapping[str, Mapping[Key, str]]
"""province → name → code of the commune."""


def accepted(data: Path) -> Accepted:
    """The names that the file holds; none where there is no file. BadInput names the row and what is wrong with it."""
    path = data / FILE
    found: dict[str, dict[Key, str]] = defaultdict(dict)
    for number, row in _rows(path):
        province, name, code = row
        _check(path, number, province, name, code)
        if found[province].setdefault(unit_key(name), code) != code:
            other = found[province][unit_key(name)]
            raise BadInput(path, f"the name stands for {other} in a row before", row=number, field="code")
    return dict(found)


def accept(data: Path, province: str, name: str, code: str) -> bool:
    """Add a name; False where it is there already. BadInput where it cannot stand for that commune."""
    path = data / FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    with lock.sole_writer(path.parent, ".names.lock", "change of names", _LOCK_SECONDS):
        rows = [row for _, row in _rows(path)]
        plain = spelling(name)
        _check(path, len(rows) + 2, province, plain, code)
        held = accepted(data).get(province, {}).get(unit_key(plain))
        if held == code:
            return False
        if held is not None:
            raise BadInput(path, f"the name stands for {held} already", row=len(rows) + 2, field="code")
        out = io.StringIO()
        csv.writer(out, lineterminator="\n").writerows([COLUMNS, *rows, (province, plain, code)])
        whole.write(path, out.getvalue().encode("utf-8"))
    return True


def _rows(path: Path) -> Iterable[tuple[int, tuple[str, str, str]]]:
    """(row as a spreadsheet counts, its three texts), blank lines left out."""
    if not path.exists():
        return
    try:
        lines = list(csv.reader(path.read_text(encoding="utf-8-sig").splitlines(), strict=True))
    except (UnicodeDecodeError, csv.Error):
        raise BadInput(path, "is no CSV in UTF-8") from None
    if not lines or tuple(text.strip() for text in lines[0]) != COLUMNS:
        raise BadInput(path, f"the first row must be {','.join(COLUMNS)}", row=1)
    for number, line in enumerate(lines[1:], start=2):
        if not any(text.strip() for text in line):
            continue
        if len(line) != len(COLUMNS):
            raise BadInput(path, f"has {len(line)} columns, not {len(COLUMNS)}", row=number)
        province, name, code = (text.strip() for text in line)
        yield number, (province, name, code)


def _check(path: Path, row: int, province: str, name: str, code: str) -> None:
    own = _own_names(province)
    if not own:
        raise BadInput(path, "is no province's two-digit code", row=row, field="province")
    if code not in own:
        raise BadInput(path, f"is no commune of province {province} today", row=row, field="code")
    if not _LETTER.search(name) or _NO_NAME.search(name) or len(name) > LONGEST or not unit_key(name)[1]:
        what = f"is no unit's name: letters, at most {LONGEST} signs, no long number"
        raise BadInput(path, what, row=row, field="name")
    bare = unit_key(name)[1]
    holders = [other for other, key in own.items() if key == bare]
    if holders and code not in holders:
        raise BadInput(path, f"is the own name of {', '.join(holders)}", row=row, field="name")


@lru_cache(maxsize=34)
def _own_names(province: str) -> dict[str, str]:
    """code → bare name of the communes of a province; empty where there is no such province."""
    return {code: unit_key(name)[1] for code, name in communes_of(province).items()}
