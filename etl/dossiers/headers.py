"""Which column of an export is which, by the headings in `data/dossiers/headers.yaml`."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from etl.dossiers.lists import HEADERS, Lists, lists_of, plain
from etl.dossiers.personal import heading_told, personal_header
from files.faults import BadInput

_ZONE = re.compile(r"[\s(\[]+(?:UTC|GMT)\s*(?:([+-])\s*(\d{1,2})(?::?(\d{2}))?)?[)\]\s]*$", re.IGNORECASE)
Cells = Sequence[object]
_LIKE_ENOUGH, _SURELY_LIKE = 0.6, 0.75
FEWEST_HEADERS = 3


@dataclass(frozen=True)
class Layout:
    """The columns of one file: those read (our name → heading), those dropped as personal, those not known.

    `places`: our name → number of the column, from 0. `zones`: our name → minutes by which a heading such as
    `Ngày tiếp nhận (UTC)` says that its times are ahead of UTC. Headings that may not be named are left out.
    """

    read: dict[str, str]
    personal: list[str]
    unknown: list[str]
    places: dict[str, int] = field(default_factory=dict)
    zones: dict[str, int] = field(default_factory=dict)


class Rearranged(ValueError):
    """The headings stand again over other columns; `row`: where."""

    def __init__(self, row: int) -> None:
        super().__init__(f"row {row}")
        self.row = row


def column_of(header: str, lists: Lists) -> tuple[str | None, int | None]:
    """(our column, minutes ahead of UTC where the heading says so); None for a heading that is not known."""
    if name := lists.columns.get(plain(header)):
        return name, None
    zone = _ZONE.search(header)
    name = lists.columns.get(plain(header[: zone.start()])) if zone else None
    if zone is None or name is None:
        return None, None
    minutes = 60 * int(zone.group(2) or 0) + int(zone.group(3) or 0)
    return name, -minutes if zone.group(1) == "-" else minutes


def known_headings(cells: Sequence[object], lists: Lists) -> int:
    """How many of our columns the cells of a row name."""
    return len({name for cell in cells if cell is not None and (name := column_of(str(cell), lists)[0])})


def headings_in(rows: Sequence[Cells], lists: Lists) -> tuple[int, int, list[object]] | None:
    """(the first row where at least three cells are known headings, the rows they take, the headings), from 0.

    Exports put titles above. Headings of two rows are joined where more of them are known so than in either row.
    """
    for start, row in enumerate(rows):
        alone, below = known_headings(row, lists), rows[start + 1] if start + 1 < len(rows) else ()
        both = joined(row, below, lists)
        if known_headings(both, lists) >= max(FEWEST_HEADERS, alone + 1, known_headings(below, lists) + 1):
            return start, 2, both
        if alone >= FEWEST_HEADERS:
            return start, 1, list(row)
    return None


def joined(above: Cells, below: Cells, lists: Lists) -> list[object]:
    """The headings of two rows as one: `Ngày` below `Tiếp nhận`, which stands over two columns, is `Ngày tiếp nhận`.

    A heading that says all by itself stays as it is, unless the one above it says that the columns are about a person.
    """
    found: list[object] = []
    group: object = None
    for at in range(max(len(above), len(below))):
        top, leaf = (row[at] if at < len(row) and not _is_blank(row[at]) else None for row in (above, below))
        if top is not None or leaf is None:
            group = None if leaf is None else top
        if leaf is None or group is None:
            found.append(leaf if top is None else top)
            continue
        both = f"{leaf} {group}"
        says_all = column_of(str(leaf), lists)[0] and not personal_header(str(group))
        found.append(leaf if says_all and not column_of(both, lists)[0] else both)
    return found


def _is_blank(cell: object) -> bool:
    return cell is None or not str(cell).strip()


def layout(place: str, headers: Sequence[str | None], lists: Lists | None = None) -> Layout:
    """Which of a file's headings are read; a heading that also says "person" is never read.

    Raises BadInput where a needed column is not there, or two headings mean the same one: with the headings
    seen, the nearest guesses and how to add them.
    """
    lists = lists or lists_of()
    found = Layout({}, [], [])
    for number, header in enumerate(headers):
        if header is None or not header.strip():
            continue
        name, zone = column_of(header, lists)
        if name is None:
            if heading_told(header):
                (found.personal if personal_header(header) else found.unknown).append(header)
        elif name in found.read:
            raise BadInput(place, f"the headings {found.read[name]!r} and {header!r} both mean {name}; leave one out")
        else:
            found.read[name] = header
            found.places[name] = number
            if zone is not None:
                found.zones[name] = zone
    missing = [name for name in lists.required if name not in found.read]
    if missing:
        raise BadInput(place, _unknown_layout([header for header in headers if header], missing, lists))
    return found


def _unknown_layout(headers: Sequence[str], missing: list[str], lists: Lists) -> str:
    """A row that holds no heading may be a row of data: then none of its cells is named."""
    spoken = list(lists.columns)
    told = [header for header in headers[:40] if heading_told(header)]
    if not any(difflib.get_close_matches(plain(header), spoken, n=1, cutoff=_SURELY_LIKE) for header in told):
        return f"no row of headings was found: none names {', '.join(missing)}. The first rows must hold the headings"
    seen = ", ".join(repr(header) for header in told)
    guesses = "; ".join(_guess(name, told, lists) for name in missing)
    return (
        f"no column for {', '.join(missing)}. Headings seen: {seen or 'none'}. {guesses}. "
        f"Add the heading your system writes to the list of that column in {HEADERS} (folder data/dossiers, or "
        "local/dossiers of the data folder)"
    )


def _guess(name: str, headers: Sequence[str], lists: Lists) -> str:
    spoken = [word for word, column in lists.columns.items() if column == name]
    likeness = {header: max(_alike(plain(header), word) for word in spoken) for header in headers}
    near = sorted((h for h in headers if likeness[h] >= _LIKE_ENOUGH), key=lambda h: -likeness[h])[:3]
    return f"Nearest to {name}: {', '.join(map(repr, near)) or 'none'}"


def _alike(a: str, b: str) -> float:
    return difflib.SequenceMatcher(None, a, b).ratio()
