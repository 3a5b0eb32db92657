"""A page as a script, without a browser: as a link opens it, by its own address."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from display.words import addresses
from files.places import HOME

FIRST = next(iter(addresses.PATHS))


def linked(name: str = FIRST, /, **query: str) -> AppTest:
    """The app at the address of a page, not run yet.

    AppTest itself comes to a page only by a run of the first one, which would take half the time of these tests: the
    page is named to it as a browser's request names it.
    """
    app = AppTest.from_file(str(HOME / "shell.py"), default_timeout=60)
    app.query_params.update(query)
    if name != FIRST:
        app._page_hash = calc_hash(addresses.PATHS[name])
    return app


def open_page(name: str, /, **query: str) -> AppTest:
    """One run of a page, as a link with this query string opens it."""
    app = linked(name, **query).run()
    assert not app.exception, app.exception
    return app


def completed(app: AppTest) -> dict[str, str]:
    """The address as a browser has it once the page has completed it (`ui.frame.links.settle`)."""
    _, found = app.session_state["links_completed"]
    return {key: value for key, value in (found.missing | found.asked | found.instead).items() if value}


def page_of(app: AppTest) -> str:
    """The file's name of the page on which the last run ended."""
    return app._registered_pages[app._finished_page_script_hash]["script_path"].rpartition("/")[2].removesuffix(".py")
