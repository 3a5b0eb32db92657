"""What only the browser knows or can do: how wide its window is, its document's language, a click on a link."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import parse_qsl, urlsplit

import streamlit as st

from ui.frame import folded_typing

_KEY = "browser"
_SCRIPT = """
export default function ({ data, setStateValue, setTriggerValue }) {
  document.documentElement.lang = data.language;
  const follow = (click) => {
    const link = click.composedPath().find((node) => node.matches && node.matches("a[href]"));
    if (click.defaultPrevented) {  // Streamlit follows its own navigation, but leaves it open over a phone's page
      const drawer = phone.matches && link && link.closest("[data-testid=stSidebar]");
      if (drawer) drawer.querySelector("[data-testid=stSidebarCollapseButton] button")?.click();
      return;
    }
    if (!link || link.download || link.target === "_blank" || link.origin !== location.origin) return;
    if (click.button || click.metaKey || click.ctrlKey || click.shiftKey || click.altKey) return;
    if (link.hash && link.pathname + link.search === location.pathname + location.search) return;
    if (!data.pages.includes(link.pathname)) return;
    click.preventDefault();
    setTriggerValue("link", link.pathname + link.search);
  };
  document.addEventListener("click", follow);
  const here = location.pathname + location.search;
  if (data.refused) sessionStorage.setItem("gan-dan-wanted", here);
  else {
    const wanted = sessionStorage.getItem("gan-dan-wanted");
    sessionStorage.removeItem("gan-dan-wanted");
    if (data.signed_in && wanted && wanted !== here && data.pages.includes(wanted.split("?")[0])) {
      setTriggerValue("link", wanted);
    }
  }
  const phone = window.matchMedia("(max-width: 640px)");
  const tell = () => { if (phone.matches !== data.narrow) setStateValue("narrow", phone.matches); };
  tell();
  phone.addEventListener("change", tell);
  return () => {
    phone.removeEventListener("change", tell);
    document.removeEventListener("click", follow);
  };
}
"""


def meet(
    language: str, pages: Iterable[str], *, refused: bool = False, signed_in: bool = False
) -> tuple[bool, tuple[str, dict[str, str]] | None]:
    """Give the document its language; whether the window is narrow as a phone's, and the link just clicked.

    The first run of a session doesn't know the width yet: a narrow window asks for one more run. A link to
    one of `pages` (paths) is reported as its path and its query: following it in this session spares the
    reader the start of a new one. Where the page was `refused`, the tab keeps its address, and reports it like a
    click once the reader has signed in: signing in itself leads to the app's own address.
    """
    narrow = bool(getattr(st.session_state.get(_KEY), "narrow", False))
    component = st.components.v2.component("gan_dan_browser", js=folded_typing.SCRIPT + _SCRIPT)
    data = {"language": language, "narrow": narrow, "pages": list(pages), "refused": refused, "signed_in": signed_in}
    told = component(key=_KEY, data=data, on_narrow_change=_nothing, on_link_change=_nothing, height=0)
    address = urlsplit(told.link or "")
    return narrow, (address.path, dict(parse_qsl(address.query))) if told.link else None


def _nothing() -> None:
    """What the browser tells needs no more than the run that it causes."""
