"""Links that name a commune by its code of before 1 July 2025: they lead to the commune of today, and say why."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape
from urllib.parse import urlencode

from display.words.text import Speaker
from store import units
from ui.frame import links


def meaning(say: Speaker, key: str) -> dict[str, str]:
    """The commune of today that the link's choice `key` means by an old code, for `links.choice`; the page notes it.

    Empty where the link names a commune of today, an old one that was divided (the note has a link to each heir), or
    what nobody knows.
    """
    wanted = links.asked().get(key, "")
    found = units.today(wanted)
    if found in ([], [wanted]):
        return {}
    links.note(_sentence(say, wanted, found, lambda code: links.asked() | {key: code}))
    return {wanted: found[0]} if len(found) == 1 else {}


def meanings(say: Speaker) -> Callable[[Sequence[str]], list[str]]:
    """The communes of today that a list of codes stands for, each once, all heirs of an old one; the page notes it."""

    def of(codes: Sequence[str]) -> list[str]:
        for code in codes:
            if units.today(code) not in ([], [code]):
                links.note(_sentence(say, code, units.today(code), lambda _: {}))
        return list(dict.fromkeys(heir for code in codes for heir in units.today(code)))

    return of


def _sentence(say: Speaker, code: str, found: list[str], leads: Callable[[str], dict[str, str]]) -> str:
    old = units.old(code)
    where = ", ".join(part for part in (old["old_district"], old["old_province"]) if part)
    words = {"old": escape(old["old_name"]), "where": escape(where), "code": escape(code)}
    names = ", ".join(_name(heir, leads(heir) if len(found) > 1 else {}) for heir in found)
    return say("link.split" if len(found) > 1 else "link.old", new=names, **words)


def _name(code: str, query: dict[str, str]) -> str:
    name = escape(units.known(code)["full_name"])
    return f'<a href="?{escape(urlencode(query))}" target="_self">{name}</a>' if query else name
