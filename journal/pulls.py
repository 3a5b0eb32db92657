"""How the last pull of each dataset ended: a small file that `etl` writes and the service's metrics read."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from files import whole

NAME = "pulls.json"
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Pull:
    ended_at: datetime
    ok: bool
    said: str


def note(data: Path, dataset: str, ok: bool, said: str = "") -> None:
    """Note how a pull ended just now; where that cannot be written, the log tells, and the pull's result stands."""
    known = {name: _plain(pull) for name, pull in last(data).items()}
    known[dataset] = _plain(Pull(datetime.now(UTC), ok, said[:500]))
    try:
        data.mkdir(parents=True, exist_ok=True)
        whole.write(data / NAME, (json.dumps(known, ensure_ascii=False, indent=1) + "\n").encode())
    except OSError as error:
        _LOG.error("%s could not be written: %s", NAME, error)


def last(data: Path) -> dict[str, Pull]:
    """The last pulls by dataset; none where nothing sound is noted."""
    try:
        content = json.loads((data / NAME).read_text(encoding="utf-8"))
        return {
            name: Pull(datetime.fromisoformat(pull["ended_at"]), bool(pull["ok"]), str(pull["said"]))
            for name, pull in content.items()
        }
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        _LOG.warning("%s is not usable: %s", NAME, error)
        return {}


def _plain(pull: Pull) -> dict[str, object]:
    return {"ended_at": pull.ended_at.isoformat(timespec="seconds"), "ok": pull.ok, "said": pull.said}
