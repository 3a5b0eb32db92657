"""The address of a picture tells all that shapes it, and nothing that no page asks for is drawn."""

from __future__ import annotations

import re
from dataclasses import replace
from types import SimpleNamespace
from urllib.parse import parse_qsl, urlsplit

import pytest

from display.drawing import addressed
from display.drawing.likely_frame import LEAST_LETTER, LETTER
from display.drawing.palette import DARK
from display.words.selection import Selection
from display.words.text import Speaker
from files.places import HOME
from ranking.periods import parse
from store.reference import measures


@pytest.fixture(autouse=True)
def recorded(monkeypatch):
    monkeypatch.setenv("GANDAN_DATA", str(HOME / "data"))


def snapshot_id() -> str:
    return (HOME / "data" / "published" / "recorded" / "current").read_text(encoding="utf-8").strip()


def view(seen: frozenset[str] | None = frozenset(), *, narrow: bool = False) -> SimpleNamespace:
    manifest = SimpleNamespace(dataset="recorded", id=snapshot_id(), nature="recorded")
    snapshot = SimpleNamespace(manifest=manifest, seen=seen)
    return SimpleNamespace(language="vi", say=Speaker("vi"), snapshot=snapshot, palette=DARK, narrow=narrow)


def selection() -> Selection:
    return Selection("commune", "25", measures()["on_time_share"], "portal", "", parse("2026-08"))


def asked(**changes: object) -> addressed.Drawing:
    return replace(addressed.drawing_of(view(), selection(), ["04792"], "beside"), **changes)


def test_an_address_gives_back_what_it_was_made_of():
    drawing = asked()
    found = urlsplit(drawing.address())
    assert found.path == addressed.PATH
    assert addressed.Drawing(**dict(parse_qsl(found.query, keep_blank_values=True))) == drawing


def test_a_phone_has_a_picture_of_its_own_size():
    assert addressed.drawing_of(view(narrow=True), selection(), [], "beside").size == "phone"
    assert addressed.drawing_of(view(), selection(), [], "beside").size == "beside"


def test_what_is_no_code_is_not_marked_and_the_order_of_units_makes_no_other_address():
    one, other = (addressed.drawing_of(view(), selection(), mine) for mine in (["2", "x/..", "1", ""], ["1", "2", "2"]))
    assert one.mine == other.mine == "1-2"


def test_who_sees_more_has_another_address():
    whole, own = (addressed.drawing_of(view(seen), selection(), []) for seen in (None, frozenset({"25"})))
    assert (whole.seen, own.seen, asked().seen) == ("all", "25", "")


def test_the_picture_is_that_of_the_ranking():
    svg = addressed.drawn(asked())
    assert 'class="gd-places"' in svg
    assert 'width="880"' in svg
    assert svg.count("<g data-unit=") + svg.count("|") >= 100


@pytest.mark.parametrize(
    "changes",
    [
        {"language": "fr"},
        {"theme": "blue"},
        {"size": "huge"},
        {"scope": "999"},
        {"level": "village"},
        {"edition": "another"},
        {"snapshot": "../recorded"},
        {"snapshot": ".x"},
        {"mine": "<b>"},
        {"mine": "-".join(map(str, range(20)))},
        {"seen": "25-25"},
        {"measure": "none"},
        {"period": "never"},
        {"period": "2020-01"},
    ],
)
def test_an_address_that_no_page_has_names_no_picture(changes):
    with pytest.raises((KeyError, ValueError)):
        addressed.drawn(asked(**changes))


def test_the_style_sheet_keeps_the_room_that_the_script_asks_a_picture_for():
    """Both go by the width of the same element, so nothing jumps when the picture comes."""
    sheet = (HOME / "ui" / "parts" / "places.css").read_text(encoding="utf-8")
    rule = r"min-width: (\d+)px\) \{ \.gd-places-hold \{ aspect-ratio: (\d+) / (\d+)"
    kept = [tuple(map(int, found)) for found in re.findall(rule, sheet)]
    rooms = [(addressed.ROOMS[name], look.width, look.height) for name, look in addressed.SIZES.items()]
    assert kept == rooms[1:]
    assert all(room / width * LETTER >= LEAST_LETTER for room, width, _ in kept)
