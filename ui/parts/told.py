"""What became of a reader's last press of a button: put down where it is pressed, told once in the run that follows."""

from __future__ import annotations

import streamlit as st

from display.words.view import View


def done(place: str, text: str, **words: object) -> None:
    """Keep for `place`, a key of the session, that it went well: the key of a text, and what fills its blanks."""
    st.session_state[place] = (True, text, words)


def failed(place: str, text: str, **words: object) -> None:
    """The same for what did not go well."""
    st.session_state[place] = (False, text, words)


def show(view: View, place: str) -> None:
    """Tell what was kept for `place`, in the language that the page has now, and forget it."""
    if place not in st.session_state:
        return
    well, text, words = st.session_state.pop(place)
    if well:
        st.success(view.say(text, **words), icon=":material/check:")
    else:
        st.error(view.say(text, **words), icon=":material/error:")
