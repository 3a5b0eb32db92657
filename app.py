"""The ASGI application: the Streamlit shell with the routes and the page language that a browser needs."""

import asyncio
import gc
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import streamlit as st
from starlette.middleware import Middleware
from streamlit.runtime.pages_manager import PagesManager

from display.words import addresses
from display.words.view import View
from files import environment
from journal import endings
from journal.database import VisitError
from store.access import people
from ui.frame import first_paint, media, open_pages, provider, sign_in
from web import back_channel, calendars, chunks, drawings, feeds, handed_out, map_layers, messages, search, vitals
from web.crowd import Crowd
from web.document import Document
from web.door import Door
from web.no_page import NoPage
from web.open import embed, embed_drawn
from web.open import routes as open_data
from web.packed import Packed, framework
from web.settings import Settings
from web.sign_out import SignOut

# Streamlit takes a folder `pages/` for its older kind of navigation until `st.navigation` has run once,
# so the very first reader of a fresh server would be told that a page's own address does not exist.
PagesManager.uses_pages_directory = False


@asynccontextmanager
async def prepared(app: st.App) -> AsyncIterator[None]:
    """Reads the names while the first reader is still on the way: it takes most of a second.

    What has been loaded by then stays for good, so it is taken out of what the garbage collector looks through.
    """
    vitals.set_up_log(settings)
    for sentence in environment.unknown():
        logging.getLogger("gandan").warning(sentence)
    reading = asyncio.create_task(asyncio.to_thread(search.index))
    reading.add_done_callback(lambda _: gc.freeze())
    if sign_in.is_configured():  # the first read waits for the database, which the event loop must not
        await asyncio.to_thread(endings.ended)
    watching = asyncio.create_task(open_pages.watch())
    yield
    watching.cancel()
    await reading


def _time_to_embed(view: View, query: Mapping[str, str]) -> embed_drawn.Drawn | None:
    from ui.time import course  # what draws is loaded when somebody asks for a drawing: a start waits for none of it

    return course.embedded(view, query)


def _map_to_embed(view: View, query: Mapping[str, str]) -> embed_drawn.Drawn | None:
    from press.share import map as shared_map

    return shared_map.embedded(view, query)


async def _signed_out_at_provider(token: str) -> str | None:
    try:
        return await provider.signed_out(token) if sign_in.is_configured() else None
    except provider.Unreachable as error:
        raise back_channel.NotNow from error


def _end_by_provider(key: str) -> None:
    try:
        sign_in.end_by_provider(key)
    except VisitError as error:
        raise back_channel.NotNow from error


provider.install()
handed_out.PAGES.addresses = media.addresses
base_path = st.get_option("server.baseUrlPath").strip("/")
settings = Settings.from_environment()
people.Settings.from_environment()  # a variable that makes no sense stops the start, not a later sign-in
routes = [
    *vitals.ROUTES,
    *map_layers.routes(sign_in.of_request),
    *drawings.routes(sign_in.of_request),
    *search.ROUTES,
    *open_data.ROUTES,
    *embed.ROUTES,
    *feeds.ROUTES,
    *calendars.ROUTES,
    *messages.ROUTES,
    *back_channel.routes(_signed_out_at_provider, _end_by_provider),
    *embed_drawn.routes(time=_time_to_embed, map=_map_to_embed),
]
door = {
    "settings": settings,
    "base_path": base_path,
    "reader_of": sign_in.of_request,
    "keeps_places": sign_in.is_configured(),
}
app = st.App(
    "shell.py",
    lifespan=prepared,
    routes=routes,
    middleware=[
        Middleware(Door, **door),
        Middleware(SignOut, base_path=base_path, end=sign_in.end_own, origin=sign_in.origin),
        Middleware(NoPage, paths=addresses.PATHS.values(), base_path=base_path),
        Middleware(
            Crowd,
            paths=addresses.PATHS.values(),
            site=settings.site,
            most=settings.public_at_once,
            base_path=base_path,
            reader_of=sign_in.of_request,
        ),
        Middleware(Packed, folder=framework(), base_path=base_path),
        Middleware(
            Document,
            base_path=base_path,
            known=first_paint.known(),
            head=chunks.links(chunks.needed(framework())),
            token=first_paint.token,
        ),
    ],
    on_script_error=vitals.script_failed,
)
