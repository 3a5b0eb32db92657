"""Who may see and do what: one table of rules, and a reader who is asked about by it.

Rules are applied where data are read: `store.sight.scan` shows a reader the figures of `Reader.seen` provinces
whole and all others as the public may see them; pages, routes, visits, questions and imports ask `Reader.may`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from ranking.vocabulary import COUNTRY

ROLES = ("unit", "leader", "inspector", "editor", "admin")
"""`unit` is held for communes, all others for provinces."""
EVERYWHERE = COUNTRY
"""Stands for all places among those of a role."""

_HELD_BY = {
    "unit": ("unit", "admin"),
    "leader": ("leader", "inspector", "editor", "admin"),
    "inspector": ("inspector", "admin"),
    "editor": ("editor", "admin"),
    "admin": ("admin",),
}


class Rule(NamedTuple):
    """Who may: the role that is needed, None for anybody; `own`: for places of that role only.

    `also`: a further role that suffices, each for its own places.
    """

    role: str | None
    own: bool = False
    also: str | None = None


ANYBODY = Rule(None)
RULES: dict[str, Rule] = {
    # pages, by the names of their files
    "page.overview": Rule("leader"),
    "page.rankings": Rule("leader"),
    "page.map": Rule("leader"),
    "page.online_filing": Rule("leader"),
    "page.unit": Rule("leader", also="unit"),  # to whom `unit` alone is given: of the own commune (`sees_commune`)
    "page.inspection": Rule("inspector"),
    "page.imports": Rule("editor"),
    "page.administration": Rule("admin"),
    "page.transparency": ANYBODY,
    "page.methods": ANYBODY,
    # data, by province
    "figures": Rule("leader", own=True),
    "quarantine": Rule("leader", own=True),
    "questions": Rule("inspector", own=True),
    "plans": Rule("inspector", own=True),
    "visits": Rule("inspector", own=True),
    "promises": Rule("leader", own=True, also="unit"),  # to read; who may write visits down may write these down too
    "practices": Rule("leader", also="unit"),  # to read, of all provinces: they are noted for others to learn from
    "practice_notes": Rule("editor", own=True, also="unit"),  # to write them down
    "replies": Rule("unit", own=True),  # to answer and to object, of a commune
    "objections": Rule("editor", own=True),  # to decide them and to read their files
    "imports": Rule("editor", own=True),
    "unreleased": Rule("leader"),  # the latest snapshot before it is released, as far as `figures` goes
    "release": Rule("admin"),  # not editors: who brings figures in does not also let them out
    "problems": Rule("editor", own=True),
    "messages": Rule("leader", own=True),  # to be sent what is new, and a calendar; of what, goes by the other rules
    # addresses, as web/who_may.py names them
    "route.document": ANYBODY,  # the page around the app, without figures
    "route.page": ANYBODY,  # what a page shows goes by the rules of pages and of data
    "route.parts": ANYBODY,  # scripts, styles and fonts
    "route.sign_in": ANYBODY,
    "route.file": ANYBODY,  # who has the page open that made it (web/handed_out.py)
    "route.upload": Rule("editor", also="unit"),
    "route.search": ANYBODY,
    "route.members_layer": ANYBODY,
    "route.borders_layer": ANYBODY,
    "route.units_layer": ANYBODY,  # as the public may see it; whole figures by the rule `figures`
    "route.places_drawing": ANYBODY,  # the same
    "route.open": ANYBODY,
    "route.embed": ANYBODY,
    "route.feed": ANYBODY,  # public figures only
    "route.calendar": ANYBODY,  # who has the secret address; what its owner may see (web/calendars.py)
    "route.messages": ANYBODY,  # who holds a message ends it
    "route.health": ANYBODY,
    "route.metrics": Rule("admin"),  # or a collector that shows the token
}


@dataclass(frozen=True)
class Reader:
    """Somebody who reads: `grants` are pairs of a role and a province (or `EVERYWHERE`).

    `kind`: public, signed_in, or local (the one user of a machine without sign-in). `trouble`: why somebody who
    has signed in is treated as the public: expired, ended, unverified, audience, unknown, or empty.
    """

    name: str = ""
    grants: frozenset[tuple[str, str]] = frozenset()
    kind: str = "public"
    trouble: str = ""

    def may(self, resource: str, place: str | None = None) -> bool:
        """Whether a rule allows it, for a province or commune where one is given; KeyError without such a rule."""
        rule = RULES[resource]
        if rule.role is None:
            return True
        places = self._places(rule)
        if not rule.own or place is None:
            return bool(places)
        return EVERYWHERE in places or place in places

    def places(self, role: str) -> frozenset[str]:
        """Where the reader holds a role or one that includes it: provinces, of `unit` communes."""
        return frozenset(place for held, place in self.grants if held in _HELD_BY[role])

    def _places(self, rule: Rule) -> frozenset[str]:
        roles = [role for role in (rule.role, rule.also) if role is not None]
        return frozenset().union(*map(self.places, roles))

    def within(self, resource: str) -> frozenset[str] | None:
        """The places that a rule allows it for; None where that is all of them."""
        rule = RULES[resource]
        places = frozenset((EVERYWHERE,)) if rule.role is None else self._places(rule)
        return None if EVERYWHERE in places else places

    @property
    def communes(self) -> frozenset[str]:
        """The communes that the reader answers for."""
        return frozenset(place for held, place in self.grants if held == "unit")

    def sees_commune(self, code: str) -> bool:
        """Whether the page of a commune is open to the reader: of all to leaders, of their own to its people."""
        return bool(self.places("leader")) or code in self.communes

    @property
    def seen(self) -> frozenset[str] | None:
        """The provinces whose figures the reader sees whole; None for all."""
        return self.within("figures")

    @property
    def roles(self) -> tuple[str, ...]:
        return tuple(role for role in ROLES if any(held == role for held, _ in self.grants))


PUBLIC = Reader()
LOCAL = Reader("local", frozenset({("admin", EVERYWHERE)}), "local")


def code_of(seen: frozenset[str] | None) -> str:
    """The provinces seen whole as one word of an address: empty for none, `all`, or `25-38`."""
    return "all" if seen is None else "-".join(sorted(seen))


def covers(reader: Reader, code: str) -> bool:
    """Whether a reader sees whole what an address of this `code_of` shows."""
    if not code or reader.seen is None:
        return True
    return code != "all" and set(code.split("-")) <= reader.seen


def provinces_of(code: str) -> frozenset[str] | None:
    """What `code_of` made a word of."""
    return None if code == "all" else frozenset(code.split("-") if code else ())
