"""What people typed, as it may stand before others; apart from the database, which not everybody who shows it needs."""

from __future__ import annotations

import re

_UNSEEN = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def seen(text: str) -> str:
    """A text with each unseen character that turns the direction of letters shown by its number."""
    return _UNSEEN.sub(lambda found: f"[U+{ord(found.group()):04X}]", text)
