"""Where a reader takes a province's bulletin along: a button per format, made when it is pressed."""

from __future__ import annotations

from functools import partial

import streamlit as st

from display.words.selection import Selection
from display.words.view import View
from press.bulletin.content import stem
from ui.frame import sign_in

_OFFICE = "application/vnd.openxmlformats-officedocument"
_KINDS = {
    "pdf": ("application/pdf", ":material/print:"),
    "docx": (f"{_OFFICE}.wordprocessingml.document", ":material/download:"),
    "pptx": (f"{_OFFICE}.presentationml.presentation", ":material/download:"),
    "png": ("image/png", ":material/download:"),
}


def buttons(view: View, chosen: Selection) -> None:
    """A button per format of the bulletin of a province's communes; nothing for the country or other levels."""
    if chosen.is_country or chosen.level != "commune":
        return
    with st.container(horizontal=True, gap="small"):
        for ending, (kind, icon) in _KINDS.items():
            name = f"{stem(view, chosen.scope, chosen.period)}.{ending}"
            st.download_button(
                view.say(f"bulletin.button.{ending}"),
                sign_in.noted(view, name, partial(made, view, chosen, ending)),
                name,
                kind,
                icon=icon,
                on_click="ignore",
                key=f"bulletin_{ending}",
            )


def made(view: View, chosen: Selection, ending: str) -> bytes:
    """The file; what writes it is loaded only now, since no page needs it before."""
    from press.bulletin import files

    return files.one(view, chosen, ending)
