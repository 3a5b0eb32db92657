"""The commands that bring figures in, for whoever runs the server; no other page shows a command."""

from __future__ import annotations

import streamlit as st

from display.words.view import View
from ui.frame import html

_COMMANDS = {
    "pull": "python -m etl pull --year 2026 --month 8 --province {province}",
    "form": "python -m etl import-form FILE.xlsx\npython -m etl import-form --unit CODE FILE.xlsx",
    "dossiers": "python -m etl dossiers --province {province} FILE.csv",
}


def section(view: View, province: str) -> None:
    """One command per source, with the province of the page filled in."""
    with st.expander(view.say("imports.commands"), icon=":material/terminal:"):
        for name, command in _COMMANDS.items():
            html.caption(view.say(f"imports.commands.{name}"))
            st.code(command.format(province=province), language="bash")
        html.caption(view.say("imports.commands.docs"))
