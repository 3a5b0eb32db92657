"""Eight tasks of somebody who has never seen the pages: clicks, keys and seconds from the start page to the answer.

A robot goes the way that the words on the screen show, in a fresh browser each time: the machine's part of the seconds.
The person's part is counted by the keystroke-level model (Card, Moran, Newell, 1980): 1.35 s to decide and 1.1 s to
point for each click, 0.28 s for each key; nobody has been watched. `BUDGETS`: both together stay under 30 s.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from time import monotonic

from playwright.sync_api import Locator, Page, sync_playwright

from bench.browser.visit import fresh
from display.words.text import Speaker
from tests.pages.test_in_browser import FLAGS
from tests.served import served

Figure = tuple[str, float, str]
DECIDE_AND_POINT, KEY = 1.35 + 1.1, 0.28
"""Seconds."""
_WIDE, _PHONE = (1440, 900), (390, 844)
_WAIT = 90_000


@dataclass
class Person:
    """Somebody at a page, with what the way has cost so far."""

    page: Page
    say: Speaker
    clicks: int = 0
    keys: int = 0

    def click(self, what: Locator) -> None:
        what.first.click(timeout=_WAIT)
        self.clicks += 1

    def link(self, words: str) -> None:
        self.click(self.page.get_by_role("link", name=words, exact=True))

    def button(self, words: str) -> None:
        self.click(self.page.get_by_role("button", name=words))

    def file(self, words: str) -> None:
        """A click that brings a file."""
        with self.page.expect_download(timeout=_WAIT):
            self.button(words)

    def type(self, words: str) -> None:
        """Words into the search box of the bar: one click to get there."""
        box = self.page.get_by_role("combobox", name=self.say("search.label"))
        self.click(box)
        box.press_sequentially(words)
        self.keys += len(words)

    def enter(self) -> None:
        self.page.keyboard.press("Enter")
        self.keys += 1

    def sees(self, words: str) -> None:
        self.page.get_by_text(words).first.wait_for(timeout=_WAIT)

    def title(self, words: str) -> None:
        self.page.locator("h1", has_text=words).wait_for(timeout=_WAIT)


def _commune(person: Person) -> None:
    """Where a commune stands, and how sure that is."""
    person.type("tan hoa")
    person.sees("Phường Tân Hòa")
    person.enter()
    person.title("Tân Hòa")
    person.click(person.page.get_by_text(person.say("unit.places.title")))
    person.page.locator(".st-key-places p, .st-key-places table").first.wait_for(timeout=_WAIT)


def _old_commune(person: Person) -> None:
    """Where a commune of before the merger went."""
    person.type("yen mong")
    person.page.get_by_role("option").filter(has_text="Tân Hòa").first.wait_for(timeout=_WAIT)


def _send(person: Person) -> None:
    """Something to send of the ranking: the embed code and the citation with its address."""
    person.link(person.say("bar.compare"))
    person.title("")
    person.button(person.say("share.button"))
    person.sees(person.say("share.cite"))


def _table(person: Person) -> None:
    """The ranking as a workbook."""
    person.link(person.say("bar.compare"))
    person.file(person.say("download.xlsx"))


def _course(person: Person) -> None:
    """How a commune did over time, and what the merger has to do with it."""
    person.type("tan hoa")
    person.sees("Phường Tân Hòa")
    person.enter()
    person.title("Tân Hòa")
    person.click(person.page.locator("a.gd-multiple"))
    person.page.locator("p", has_text="1/7/2025").first.wait_for(timeout=_WAIT)


def _brief(person: Person) -> None:
    """The brief of a commune on one sheet."""
    person.type("tan hoa")
    person.sees("Phường Tân Hòa")
    person.enter()
    person.title("Tân Hòa")
    person.file(person.say("brief.download.pdf"))


def _silent(person: Person) -> None:
    """Who has not reported."""
    person.click(person.page.locator("details summary:visible"))
    person.page.locator("details[open] li, details[open] a").first.wait_for(timeout=_WAIT)


def _phone(person: Person) -> None:
    """The first task again, on a phone in English."""
    person.click(person.page.get_by_text("EN", exact=True))
    person.page.locator("html[lang=en]").wait_for(timeout=_WAIT, state="attached")
    person.say = Speaker("en")
    _commune(person)


TASKS: dict[str, tuple[Callable[[Person], None], tuple[int, int]]] = {
    "rank and certainty of a commune": (_commune, _WIDE),
    "where an old commune went": (_old_commune, _WIDE),
    "send the view": (_send, _WIDE),
    "get the table": (_table, _WIDE),
    "a commune's course and the merger": (_course, _WIDE),
    "print a brief": (_brief, _WIDE),
    "who has not reported": (_silent, _WIDE),
    "the first again, on a phone in English": (_phone, _PHONE),
}
BUDGETS = {f"{name}: with a person's hand": 30.0 for name in TASKS}
TINY = {"dataset": "recorded", "names": ["where an old commune went"]}


def run(dataset: str = "simulated", names: Sequence[str] = tuple(TASKS)) -> Iterator[Figure]:
    """(name, value, unit): clicks, keys and the robot's seconds of each task, and the seconds with a person's hand."""
    with sync_playwright() as playwright, ExitStack() as stack:
        address = stack.enter_context(served())
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        stack.callback(browser.close)
        start = f"{address}/?dataset={dataset}&province=25"
        with fresh(browser) as context:  # the first reader of a server is another figure
            _opened(context.new_page(), start)
        for name in names:
            task, (wide, high) = TASKS[name]
            with fresh(browser) as context:
                page = context.new_page()
                page.set_viewport_size({"width": wide, "height": high})
                begun = monotonic()
                _opened(page, start)
                person = Person(page, Speaker("vi"))
                task(person)
                seconds = monotonic() - begun
            yield f"{name}: clicks", person.clicks, ""
            yield f"{name}: keys", person.keys, ""
            yield f"{name}: robot", seconds, "s"
            yield f"{name}: with a person's hand", seconds + DECIDE_AND_POINT * person.clicks + KEY * person.keys, "s"


def _opened(page: Page, address: str) -> None:
    page.goto(address, timeout=_WAIT)
    page.locator("h1").wait_for(timeout=_WAIT)
