"""The templates that an office fills in, each made when its button is pressed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

import streamlit as st

from display.words.view import View
from press import dossier_template, form_template
from store.reference import province_name
from ui.frame import html, sign_in

_EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def section(view: View, province: str) -> None:
    """Two buttons: form II.06 with the province's communes, and the headings of an export of dossiers."""
    html.caption(view.say("imports.templates"))
    period = form_template.last_month(datetime.now(UTC))
    files: dict[str, tuple[str, str, Callable[[], bytes]]] = {
        "form": (f"II06_{province}_{period.id}.xlsx", _EXCEL, partial(form_template.content, province, period)),
        "dossiers": ("ho-so.csv", "text/csv", dossier_template.content),
    }
    with st.container(horizontal=True, gap="small"):
        for name, (file, kind, make) in files.items():
            st.download_button(
                view.say(f"imports.templates.{name}"),
                sign_in.noted(view, file, make),
                file,
                kind,
                icon=":material/download:",
                on_click="ignore",
                key=f"template_{name}",
                help=view.say(f"imports.templates.{name}.help", province=province_name(province)),
            )
