"""The bulletin on A4 as PDF/UA: to print, with the map by thirds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from display.words.text import Speaker
from press.brief.content import PRINT
from press.brief.pdf import typeset
from press.bulletin.content import Bulletin
from press.bulletin.parts import named

_TEMPLATE = "bulletin.typ"


def pdf(said: Bulletin, drawn: Mapping[str, Any], made_at: datetime) -> bytes:
    """The PDF; `drawn`: the map as `press.ranking_sheet.tier_map` gives it, `made_at`: for the same bytes each time."""
    say = Speaker(said.language)
    data = {
        **asdict(said),
        "further": [{**asdict(part), "lines": named(part, said.language)} for part in said.further],
        "map": dict(drawn),
        "across": say("brief.across") if said.simulated else "",
        "page": say("brief.page", page="{page}"),
        "colours": {"ink": PRINT.ink, "quiet": PRINT.quiet, "line": PRINT.line, "accent": PRINT.accent},
    }
    return typeset(data, made_at, _TEMPLATE)
