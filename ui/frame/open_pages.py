"""Pages that stay open while their reader's rights end or change: they are drawn again within seconds, and the audit
log tells what changed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping

import streamlit as st
from streamlit.runtime import get_instance
from streamlit.runtime.scriptrunner import get_script_run_ctx

from files.places import published_folder
from journal import roles
from store.access.rules import Reader
from ui.frame import sign_in
from web import handed_out

LOOK_SECONDS = 2.0
"""With `journal.endings.FRESH_SECONDS` and a look to read them, an end is applied within 10 s."""
_LOG = logging.getLogger(__name__)
_DRAWN: dict[str, tuple[Reader, Mapping[str, object]]] = {}
"""For whom each session's page was drawn last, with the claims of the sign-in; only where somebody has signed in."""


def drawn(reader: Reader, page: str) -> None:
    """Note at the start of a run for whom the app's page `page` is drawn."""
    handed_out.PAGES.entered(_open_page(), page)
    context = get_script_run_ctx()
    if context is None:
        return
    if reader.kind == "signed_in":
        _DRAWN[context.session_id] = (reader, sign_in.claims())
    else:
        _DRAWN.pop(context.session_id, None)


def client() -> str:
    """From where this run's page is read, as limits count it."""
    return handed_out.PAGES.client(_open_page())


def _open_page() -> str:
    return st.context.headers.get(handed_out.SOCKET_HEADER, "")


async def watch() -> None:
    """Look every few seconds, for as long as the service runs."""
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        try:
            draw_again(await asyncio.to_thread(changed))
            await asyncio.to_thread(roles.note_changes, published_folder().parent)
        except Exception as error:  # the next look may fare better, and no later end may be missed
            _LOG.error("open pages could not be looked at: %s", type(error).__name__)


def changed() -> dict[str, Reader]:
    """The sessions whose reader is no longer who the page was drawn for, with whom that was.

    It reads the file of roles and asks for ended sign-ins, so it belongs beside the event loop.
    """
    return {
        session_id: reader
        for session_id, (reader, claims) in list(_DRAWN.items())
        if sign_in.of_claims(claims) != reader
    }


def draw_again(of: Mapping[str, Reader]) -> int:
    """Run the pages of these sessions again, but for those drawn for another reader since; how many."""
    sessions = get_instance()._session_mgr
    for session_id in [known for known in list(_DRAWN) if sessions.get_session_info(known) is None]:
        _DRAWN.pop(session_id, None)
    again = 0
    for info in sessions.list_active_sessions():
        reader, _ = _DRAWN.get(info.session.id, (None, {}))
        if reader and of.get(info.session.id) == reader:
            del _DRAWN[info.session.id]
            # As Streamlit does where a script has changed: with what stands in the page's controls.
            info.session.request_rerun(info.session._client_state)
            again += 1
    return again
