"""A part of a page that is worked out only while it is open."""

from __future__ import annotations

import streamlit as st


def part(label: str, name: str, icon: str):
    """A part of the page that is computed only while it is open; the link remembers which ones are."""
    return st.expander(label, key=name, icon=icon, bind="query-params")
