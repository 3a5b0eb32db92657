"""Changes of the roles: what the file of roles gives and takes is noted in the audit log, once for all replicas."""

from __future__ import annotations

import json
import logging
from pathlib import Path

from files import whole
from files.faults import Fault
from files.lock import sole_writer
from journal import audit
from store.access import people
from store.access.people import People

NOTED = "access.noted.json"
"""In the data folder: the roles as they were when the audit log last told of them."""
_LOCK, _SECONDS = ".access-noted.lock", 5.0
_LOG = logging.getLogger(__name__)
_LAST: dict[Path, People] = {}


def note_changes(data: Path) -> int:
    """Note what the file of roles gives and takes since it was last noted; how many lines that made.

    A line for each person, rule of a mail domain, claim or provider: what was given before and what is now, empty for
    nothing. Cheap where nothing has changed. The first time, everything that is given is noted.
    """
    now = people.current()
    if _LAST.get(data) == now:
        return 0
    try:
        with sole_writer(audit.folder(data), _LOCK, "noting the roles", _SECONDS):
            lines = _note(data, now)
    except (OSError, Fault) as error:
        _LOG.error("audit log: the roles could not be noted: %s", type(error).__name__)
        return 0
    _LAST[data] = now
    return lines


def _note(data: Path, now: People) -> int:
    known, given = _known(data / NOTED), in_words(now)
    changed = sorted(name for name in known.keys() | given.keys() if known.get(name, "") != given.get(name, ""))
    for name in changed:
        before, after = known.get(name, ""), given.get(name, "")
        if not audit.note(data, people.path().name, "roles", of=name, before=before, after=after):
            raise OSError("the audit log cannot be written")
    if changed:
        whole.write(data / NOTED, json.dumps(given, ensure_ascii=False, indent=1, sort_keys=True).encode())
        (data / NOTED).chmod(0o600)
    return len(changed)


def in_words(known: People) -> dict[str, str]:
    """What is given, by to whom: `leader, editor: 25, 38`; claims and vouching providers beside the people."""
    found: dict[str, list[str]] = {}
    for person in known.people:
        places = ", ".join(sorted([*person.provinces, *person.units]))
        found.setdefault(person.who, []).append(f"{', '.join(sorted(person.roles))}: {places}")
    words = {who: "; ".join(sorted(given)) for who, given in found.items()}
    if known.claims:
        named = (known.claims.roles, known.claims.provinces, known.claims.units)
        words["(claims)"] = ", ".join(name for name in named if name)
    if known.vouching:
        words["(vouching)"] = ", ".join(sorted(known.vouching))
    return words


def _known(path: Path) -> dict[str, str]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):  # half a file is noted again as a whole
        return {}
    return {str(who): str(given) for who, given in found.items()} if isinstance(found, dict) else {}
