"""What only the browser knows or can do: how wide its window is, and the language of its document."""

from __future__ import annotations

import streamlit as st

_KEY = "browser"
_SCRIPT = """
export default function ({ data, setStateValue }) {
  document.documentElement.lang = data.language;
  const phone = window.matchMedia("(max-width: 640px)");
  const tell = () => { if (phone.matches !== data.narrow) setStateValue("narrow", phone.matches); };
  tell();
  phone.addEventListener("change", tell);
  return () => phone.removeEventListener("change", tell);
}
"""


def meet(language: str) -> bool:
    """Give the document its language; True where the window is as narrow as a phone's.

    The first run of a session doesn't know the width yet: a narrow window asks for one more run.
    """
    narrow = bool(getattr(st.session_state.get(_KEY), "narrow", False))
    component = st.components.v2.component("gan_dan_browser", js=_SCRIPT)
    component(key=_KEY, data={"language": language, "narrow": narrow}, on_narrow_change=_nothing, height=0)
    return narrow


def _nothing() -> None:
    """A change of width needs no more than the run that it causes."""
