"""What the framework says in English, in the page's language."""

from __future__ import annotations

import re

import pytest

from display.words.text import texts
from ui.frame import framework_words
from web.packed import framework

OWN = {key: text for key, text in texts().items() if key.startswith("framework.")}

PIECES = re.compile(r"\{[xy]\}|Ctrl\+(?=Enter)|(?<=Enter to )|s?(?= available)")
"""Where the framework puts what it says together."""


@pytest.fixture(scope="module")
def scripts() -> str:
    found = "\n".join(path.read_text(encoding="utf-8") for path in (framework() / "static" / "js").glob("*.js"))
    return found.replace("**", "")


def test_the_framework_still_says_what_we_translate(scripts):
    parts = {part.strip(", :•") for text in OWN.values() for part in PIECES.split(text["en"])}
    assert [part for part in parts if len(part) > 2 and part not in scripts] == []


def test_a_page_has_its_words_and_gives_them_back():
    assert framework_words.words("vi")["Clear all"] == "Xóa hết"
    assert framework_words.words("vi")["Page {x}"] == "Trang {x}"
    assert framework_words.words("en")["Xóa hết"] == "Clear all"
    assert set(framework_words.words("vi")) == {text["en"] for text in OWN.values()}


@pytest.mark.parametrize("language", ["vi", "en"])
def test_what_was_translated_is_not_translated_once_more(language):
    known = framework_words.words(language)
    assert set(known) & set(known.values()) == set()
