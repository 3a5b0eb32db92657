"""What somebody needs who goes to a commune's counter: where it is, what usually takes how long, where else to go."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from display.portraits.plain_figures import Portrait
from display.portraits.plain_sections import PORTAL
from display.words import centres as words
from display.words import waits
from display.words.centres import Place
from display.words.text import Speaker
from files.places import HOME
from ranking import yaml_text
from store import centres, units


@dataclass(frozen=True)
class Counter:
    """All of it in words.

    `places`: the commune's counters, none where its province gave none; `nothing` says so then. `takes`: field, and
    within how many working days half and nine tenths of its dossiers are done; `takes_says`: of when that is,
    `takes_more` what opens the table.
    `near`: counters of other communes, the nearest first. `petitions`: the national portal's page for praise and
    complaint.
    """

    title: str
    places: tuple[Place, ...]
    nothing: str
    takes_title: str
    takes_says: str
    takes_more: str
    headers: tuple[str, ...]
    takes: tuple[tuple[str, str, str], ...]
    near_title: str
    near_says: str
    near: tuple[Place, ...]
    petitions: str
    petitions_says: str
    note: str


def counter(say: Speaker, portrait: Portrait) -> Counter:
    """The counter of a commune, of what the public may see. Fault where a list of counters is wrong by now."""
    code = portrait.code
    own, others = centres.of_unit(code), centres.near(code)
    lines = [line for line in waits.lines(say, portrait.waits, ()) if line.half]
    takes = tuple((line.field, line.half, line.most or say("wait.untold")) for line in lines)
    when = waits.period(say, portrait.waits[0]) if takes else ""
    return Counter(
        title=say("centre.title"),
        places=tuple(words.place(say, one) for one in own),
        nothing="" if own else say("centre.nothing", unit=units.known(code)["full_name"]),
        takes_title=say("centre.takes"),
        takes_says=say("centre.takes.says", period=when) if takes else "",
        takes_more=say("centre.takes.more", n=sum(line.field != say("wait.field.all") for line in lines)),
        headers=(say("wait.column.field"), say("wait.column.half"), say("wait.column.most")),
        takes=takes,
        near_title=say("centre.near"),
        near_says=say("centre.near.says"),
        near=tuple(words.near(say, one) for one in others),
        petitions=_petitions(),
        petitions_says=say("centre.petitions"),
        note=say("centre.note"),
    )


@lru_cache(maxsize=1)
def _petitions() -> str:
    """The page that `data/policies/public.yaml` names, else the portal's first one."""
    content: Any = yaml_text.load((HOME / "data" / "policies" / "public.yaml").read_text(encoding="utf-8"))
    return str(content.get("petitions") or PORTAL)
