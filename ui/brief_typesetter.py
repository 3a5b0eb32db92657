"""From the data of a brief to its PDF, with the typeface inside and nothing fetched from anywhere."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache

import typst

from ui.store import HOME

_TEMPLATE = HOME / "data" / "brief" / "brief.typ"
_FONTS = HOME / "static" / "fonts" / "ttf"


def pdf(data: Mapping[str, object], made_at: datetime) -> bytes:
    """The PDF that `data/brief/brief.typ` makes of `data`; the same bytes for the same data and `made_at`.

    Texts travel as JSON, never as source of the template, so whatever a name holds is printed as it stands.
    """
    compiler = typst.Compiler(
        _TEMPLATE,
        root=_TEMPLATE.parent,
        font_paths=_fonts(),
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
    )
    return compiler.compile(format="pdf", timestamp=made_at)


@lru_cache(maxsize=1)
def _fonts() -> typst.Fonts:
    """Our typeface; the typesetter's own ones only for a letter that ours lacks."""
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[_FONTS])
