"""What only the browser knows or can do: how wide its window is, its document's language, a click on a link."""

from __future__ import annotations

import re
from collections.abc import Iterable

import streamlit as st

from ui.frame import folded_typing, framework_words, links, paper

_KEY = "browser"
USUAL = (1440, 810)
NARROW = "gan_dan_narrow"
"""The cookie that says whether a window is narrow as a phone's."""
WINDOW = "gan_dan_window"
"""The cookie that says how wide and high the window was, in pixels, when the page was opened: `1440x900`."""
_SCRIPT = """
export default function ({ data, setStateValue }) {
  document.documentElement.lang = data.language;
  inWords(data.words);
  // As the browser's own Back does it: Streamlit reads page and choices from the address, in one step of the history.
  const go = (address) => {
    history.pushState({}, "", address);
    dispatchEvent(new PopStateEvent("popstate"));
  };
  const follow = (click) => {
    const link = click.composedPath().find((node) => node.matches && node.matches("a[href]"));
    if (click.defaultPrevented || !link || link.download) return;
    if (link.target === "_blank" || link.origin !== location.origin) return;
    if (click.button || click.metaKey || click.ctrlKey || click.shiftKey || click.altKey) return;
    if (link.hash && link.pathname + link.search === location.pathname + location.search) return;
    if (!data.pages.includes(link.pathname)) return;
    click.preventDefault();
    click.stopPropagation();
    go(link.pathname + link.search);
  };
  const ahead = (click) => {  // Streamlit's own links to pages would take a step for the page and one for its choices
    if (click.composedPath().some((node) => node.dataset?.testid === "stPageLink")) follow(click);
  };
  document.addEventListener("click", ahead, true);
  document.addEventListener("click", follow);
  const here = location.pathname + location.search;
  if (data.refused) sessionStorage.setItem("gan-dan-wanted", here);
  else {
    const wanted = sessionStorage.getItem("gan-dan-wanted");
    sessionStorage.removeItem("gan-dan-wanted");
    if (data.signed_in && wanted && wanted !== here && data.pages.includes(wanted.split("?")[0])) {
      go(wanted);
    }
  }
  const phone = window.matchMedia("(max-width: 640px)");
  const tell = () => { if (phone.matches !== data.narrow) setStateValue("narrow", phone.matches); };
  tell();
  phone.addEventListener("change", tell);
  return () => {
    phone.removeEventListener("change", tell);
    document.removeEventListener("click", ahead, true);
    document.removeEventListener("click", follow);
  };
}
"""


def meet(language: str, pages: Iterable[str], *, refused: bool = False, signed_in: bool = False) -> bool:
    """Give the document its language, and follow its links; whether the window is narrow as a phone's.

    The page around the app tells by a cookie how wide the window was when it was opened (`web/first_look.html`); one
    that has changed asks for one more run. A link to one of
    `pages` (paths) is followed in this session, which spares the reader the start of a new one. Where the page was
    `refused`, the tab keeps its address, and goes there once the reader has signed in: signing in itself leads to
    the app's own address.
    """
    known = getattr(st.session_state.get(_KEY), "narrow", None)
    narrow = st.context.cookies.get(NARROW) == "1" if known is None else bool(known)
    component = st.components.v2.component(
        "gan_dan_browser", js=folded_typing.SCRIPT + framework_words.SCRIPT + paper.SCRIPT + _SCRIPT
    )
    data = {"language": language, "words": framework_words.words(language), "narrow": narrow, "pages": list(pages)}
    data |= {"refused": refused, "signed_in": signed_in}
    component(key=_KEY, data=data, on_narrow_change=_nothing, height=0)
    return narrow


def window() -> tuple[int, int]:
    """Width and height of the window when the page was opened, in pixels; a usual one's where the browser told none."""
    told = re.fullmatch(r"(\d{2,5})x(\d{2,5})", str(st.context.cookies.get(WINDOW)))
    return (int(told[1]), int(told[2])) if told else USUAL


_COMPLETING = """
export default function ({ data }) {
  const now = new URLSearchParams(location.search);
  const page = location.pathname.replace(/\\/+$/, "").split("/").pop();
  if (data.elsewhere.includes(page)) return;
  if (Object.entries(data.asked).some(([key, value]) => now.get(key) !== value && !(key in data.instead))) return;
  const before = now.toString();
  for (const [key, value] of Object.entries(data.missing)) if (!now.has(key)) now.set(key, value);
  for (const [key, value] of Object.entries(data.instead)) value ? now.set(key, value) : now.delete(key);
  if (now.toString() === before) return;
  history.replaceState(history.state, "", `${location.pathname}?${now}${location.hash}`);
}
"""
_ADDRESS = "address_runs"


def complete(found: links.Completion, elsewhere: Iterable[str]) -> None:
    """Put what a page has decided by itself into the browser's address, without a step of its history.

    `elsewhere`: the paths of the other pages; a browser that has gone on to one of them is left alone.
    """
    st.session_state[_ADDRESS] = st.session_state.get(_ADDRESS, 0) + 1  # the same data twice would not run twice
    data = vars(found) | {"elsewhere": list(elsewhere), "run": st.session_state[_ADDRESS]}
    st.components.v2.component("gan_dan_address", js=_COMPLETING)(key="address", data=data, height=0)


def _nothing() -> None:
    """What the browser tells needs no more than the run that it causes."""
