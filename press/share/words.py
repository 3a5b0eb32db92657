"""What is copied out of a page as text: the citation, and the markup that puts the same into another page."""

from __future__ import annotations

from datetime import date
from html import escape
from urllib.parse import urljoin

from display.words import marks, numbers
from display.words.view import View
from press.share.shareable import Shared

EMBED_HEIGHT = 560


def citation(view: View, shared: Shared, at: str, today: date) -> str:
    """The title, its source, the snapshot and the day it was captured, the address, and the day of reading.

    `at`: the address of any page of the app.
    """
    manifest = view.snapshot.manifest
    said = view.say(
        "share.citation",
        title=shared.title.rstrip("."),
        source=shared.source,
        dataset=view.say(f"dataset.{manifest.dataset}"),
        snapshot=manifest.id,
        captured=numbers.local_date(manifest.captured_at, view.language),
        address=address(shared.page, at),
        today=numbers.day(today, view.language),
    )
    return " ".join(said.split())


def embed(view: View, shared: Shared, at: str) -> str:
    """A frame that shows the same as the public sees it; without one, the picture's file with its words."""
    title = escape(shared.title, quote=True)
    if shared.embed:
        source = escape(address(shared.embed, at), quote=True)
        return (
            f'<iframe src="{source}" title="{title}" width="100%" height="{EMBED_HEIGHT}" style="border:0" '
            'loading="lazy"></iframe>'
        )
    page = escape(address(shared.page, at), quote=True)
    file = f"{file_stem(view, shared)}.svg"
    words = escape(" ".join(part for part in (shared.title, shared.finding) if part), quote=True)
    return (
        f'<figure><a href="{page}"><img src="{file}" alt="{words}" style="max-width:100%"></a>'
        f"<figcaption>{escape(citation_line(view, shared))}</figcaption></figure>"
    )


def citation_line(view: View, shared: Shared) -> str:
    """Source, snapshot and licence in one line."""
    return f"{shared.source} {view.say('open.snapshot', snapshot=view.snapshot.manifest.id)} CC BY 4.0."


def file_stem(view: View, shared: Shared) -> str:
    """The name of the files without ending; simulated ones say so in it."""
    return f"gan-dan_{shared.name}{marks.simulated_suffix(view)}"


def address(page: str, at: str) -> str:
    """A page of the app as a whole address; as it stands where it is not known where the app is."""
    return urljoin(at, page.removeprefix("./")) if at else page.removeprefix("./")
