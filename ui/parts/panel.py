"""A part of a page that is worked out only while it is open."""

from __future__ import annotations

import streamlit as st


def part(label: str, name: str, icon: str, *, opened: bool = False):
    """A part of the page that is computed only while it is open; the link remembers which ones are.

    `opened`: whether it stands open until the reader closes it.
    """
    return st.expander(label, expanded=opened, key=name, icon=icon, bind="query-params")
