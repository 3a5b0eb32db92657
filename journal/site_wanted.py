"""A word to whoever builds the static site that something it shows has changed: a file in the data folder.

A replica neither writes the site nor has the memory for it: `deploy/site.sh`, which systemd starts when the file
appears, builds it, and the nightly round does so anyway.
"""

from __future__ import annotations

import logging
from pathlib import Path

WANTED = ".site-wanted"
_LOG = logging.getLogger(__name__)


def want(data: Path) -> bool:
    """Ask for the static site to be built again; False, and an error in the log, where that cannot be written."""
    try:
        (data / WANTED).touch()
    except OSError as error:
        _LOG.error("static site: it could not be asked for: %s", error.strerror)
        return False
    return True
