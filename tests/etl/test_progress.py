"""How far a command has come: lines where nobody sits before a terminal, a bar where somebody does."""

from __future__ import annotations

import io
import sys

from etl.progress import Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def two_steps() -> None:
    with Progress("simulate", 2) as step:
        step("drawing the country")
        step("ranking received")


def test_elsewhere_than_on_a_terminal_each_step_is_a_line(capsys):
    two_steps()
    assert capsys.readouterr().err == "simulate: drawing the country (1 of 2)\nsimulate: ranking received (2 of 2)\n"


def test_on_a_terminal_a_bar_says_the_step_and_how_many_are_done(monkeypatch):
    monkeypatch.setattr(sys, "stderr", screen := Terminal())
    two_steps()

    drawn = screen.getvalue().split("\r")
    assert any("0/2" in bar and "drawing the country" in bar for bar in drawn)
    assert any("1/2" in bar and "ranking received" in bar for bar in drawn)
    assert "\n" not in screen.getvalue()
