"""Words of the page's language in Streamlit's own box for files, which says them in English."""

from __future__ import annotations

from display.words.view import View
from ui.frame import html


def show(view: View, limits: str) -> None:
    """A style sheet for the page's box of files; `limits`: what may come, plain words without quotes."""
    button = view.say("imports.drop.choose")
    label = "[data-testid=stFileUploaderDropzone] button [data-testid=stMarkdownContainer]"
    note = "[data-testid=stFileUploaderDropzoneInstructions] > div"
    html.show(
        "<style>"
        # Without any text of its own a button has no name for some programs that read pages aloud.
        f"{label} > p {{ position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }}"
        f"{note} > span {{ display: none; }}"
        f'{label}::after {{ content: "{button}"; }} {note}::after {{ content: "{limits}"; font-size: 14px; }}'
        "</style>"
    )
