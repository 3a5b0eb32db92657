"""Who holds which role where, as the file of roles says, and what is wrong with it where it is damaged."""

from __future__ import annotations

from html import escape

import streamlit as st

from display.words import numbers
from display.words.view import View
from store import units
from store.access import people
from store.access.people import Person
from store.access.rules import EVERYWHERE
from store.reference import scope_name
from ui.frame import html
from ui.parts import tables


def section(view: View) -> None:
    """The people of the file, after its damage if there is one."""
    say, known = view.say, people.current()
    st.subheader(say("admin.roles"), anchor=False)
    if fault := people.damage():
        where = [say("admin.damaged.line", line=fault.line)] if fault.line else []
        where += [fault.key] if fault.key else []
        words = " · ".join([fault.name, *where])
        html.show(
            f'<div class="gd-notice" role="alert"><p><b>{escape(words)}</b>: '
            f"{escape(say(f'admin.damage.{fault.kind}'))}</p><p>{escape(say('admin.damaged.holds'))}</p></div>"
        )
    if not known.people:
        html.caption(say("admin.roles.none", file=people.path().name))
    else:
        html.caption(
            say("admin.roles.count", n=numbers.number(len(known.people), view.language), file=people.path().name)
        )
        headers = [say(f"admin.roles.{name}") for name in ("who", "what", "places")]
        tables.plain_table(headers, [_row(view, person) for person in known.people], say("admin.roles"), figures=())
    if known.claims:
        html.caption(say("admin.roles.claims", roles=known.claims.roles, provinces=known.claims.provinces))
    if known.vouching:
        html.caption(say("admin.roles.vouching", issuers=", ".join(known.vouching)))


def _row(view: View, person: Person) -> list[str]:
    roles = ", ".join(view.say(f"access.role.{role}") for role in person.roles)
    everywhere = "admin" in person.roles or {"all", EVERYWHERE} & {*person.provinces}
    places = [view.say("scope.country")] if everywhere else [scope_name(code) or code for code in person.provinces]
    places += [units.known(code)["full_name"] for code in person.units]
    return [person.who, roles, ", ".join(places)]
