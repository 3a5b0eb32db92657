"""How the last run of each nightly work ended: small files that commands write and the service's metrics read."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from files import whole

_LOG = logging.getLogger(__name__)
_LONGEST = 500


@dataclass(frozen=True)
class LastRun:
    """When a run ended, whether all went well, and what it said."""

    ended_at: datetime
    ok: bool
    said: str


def note(file: Path, name: str, ok: bool, said: str = "") -> None:
    """Note in `file` how the run called `name` ended just now; where that cannot be written, the log tells, and what
    the run did stands."""
    known = {name: _plain(run) for name, run in last(file).items()}
    known[name] = _plain(LastRun(datetime.now(UTC), ok, said[:_LONGEST]))
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        whole.write(file, (json.dumps(known, ensure_ascii=False, indent=1) + "\n").encode())
    except OSError as error:
        _LOG.error("%s could not be written: %s", file.name, error)


def last(file: Path) -> dict[str, LastRun]:
    """The last runs by name; none where nothing sound is noted."""
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        return {
            name: LastRun(datetime.fromisoformat(run["ended_at"]), bool(run["ok"]), str(run["said"]))
            for name, run in content.items()
        }
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        _LOG.warning("%s is not usable: %s", file.name, error)
        return {}


def _plain(run: LastRun) -> dict[str, object]:
    return {"ended_at": run.ended_at.isoformat(timespec="seconds"), "ok": run.ok, "said": run.said}
