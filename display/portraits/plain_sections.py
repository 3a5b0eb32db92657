"""The chapters of the public's page that are the same for every commune."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from display.words.text import Speaker

PORTAL = "https://dichvucong.gov.vn"
_STEPS = ("one", "two", "three", "four", "five")


@dataclass(frozen=True)
class Section:
    """A chapter that is the same for every commune."""

    key: str
    icon: str
    title: str
    sentence: str
    steps: tuple[str, ...]
    is_ordered: bool
    note: str
    link: tuple[str, str] | None = None


@lru_cache(maxsize=2)
def sections(say: Speaker) -> tuple[Section, ...]:
    """What a centre must publish, how to file and to complain, and what figures cannot say."""
    portal = (PORTAL, say("public.portal"))
    return (
        Section(
            "duties",
            "list",
            say("public.duties"),
            say("public.duties.sentence"),
            tuple(say(f"public.duties.{n}") for n in _STEPS),
            False,
            say("public.duties.basis"),
        ),
        Section(
            "filing",
            "send",
            say("public.filing"),
            "",
            tuple(say(f"public.filing.{n}") for n in _STEPS),
            True,
            "",
            portal,
        ),
        Section(
            "complain",
            "speak",
            say("public.complain"),
            "",
            tuple(say(f"public.complain.{n}") for n in _STEPS[:4]),
            True,
            "",
            portal,
        ),
        Section(
            "limits", "limits", say("public.limits"), "", tuple(say(f"public.limits.{n}") for n in _STEPS), False, ""
        ),
    )
