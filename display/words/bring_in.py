"""What a reader is told where figures are missing: which source has them, and who brings it in.

Commands are for those who keep the data: they stand in `docs/operations.md` and on the page Import forms.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from display.words import addresses
from display.words.view import View

SOURCES = ("portal", "form", "dossiers")


def line(view: View, reason: str, sources: Sequence[str]) -> str:
    """Why something is not shown, and which of `SOURCES` has it, as a paragraph. Markup; `reason` is plain."""
    return f'<p class="gd-sentence">{escape(reason)} {sentence(view, sources)}</p>'


def sentence(view: View, sources: Sequence[str]) -> str:
    """`Số này có trong biểu II.06, đưa vào ở trang Nhập biểu.` Markup."""
    named = view.say("bring_in.or").join(escape(view.say(f"bring_in.{source}")) for source in sources)
    text = escape(view.say("bring_in.stands_in", sources="\0")).replace("\0", named)
    if view.reader.may("page.imports"):
        page = addresses.anchor(view, view.say("page.imports"), "imports")
        return f"{text} {escape(view.say('bring_in.editor', page=chr(0))).replace(chr(0), page)}"
    return f"{text} {escape(view.say('bring_in.reader'))}"
