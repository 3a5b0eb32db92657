"""On paper a page has ink on white, from whatever theme, and its table nothing that a screen would scroll to."""

from __future__ import annotations

import re

import pytest

from store.bands import bands
from ui.frame.shell import style


def _on_paper(sheet: str, name: str) -> str:
    """The last value of a property among the rules for paper and those for every medium."""
    return re.findall(rf"--gd-{name}: ([^;]+);", sheet)[-1]


@pytest.mark.parametrize("dark", [False, True])
def test_colours_on_paper_are_those_of_a_light_ground(dark):
    sheet = style(dark=dark)
    for name, band in bands().items():
        assert _on_paper(sheet, name) == band.ink.on(dark=False)
    assert (
        _on_paper(sheet[sheet.index("@media print") :] if dark else sheet.split(".gd-dark")[0], "accent") == "#0b6e75"
    )


def test_a_long_table_is_printed_whole():
    paper = style(dark=False).split("@media print {")[1]
    assert ".gd-tall, .gd-scroll { max-height: none; overflow: visible; }" in paper


@pytest.mark.parametrize("dark", [False, True])
def test_the_logo_stands_beside_the_title_and_the_address_on_paper_alone(dark):
    screen, _, paper = style(dark=dark).partition(".gd-address { display: none; }")
    assert re.search(r'--gd-logo: url\("data:image/svg\+xml,', screen + paper)
    assert re.search(r"@media print \{\s+\.gd-address \{ display: block", paper)
    assert re.search(r"\.gd-title \{[^}]*var\(--gd-logo\)", paper)
