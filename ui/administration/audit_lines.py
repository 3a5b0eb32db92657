"""The audit log of the last days: who did what, filtered on the page and handed out as CSV."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from functools import partial

import streamlit as st

from display.words import addresses, numbers
from display.words.view import View
from files import sheets
from journal import audit
from journal.audit import Recent
from journal.promises import ENDS
from store import units
from store.access.rules import ROLES
from store.practices import kinds
from store.reference import measures, province_names
from store.releases import HOWS
from store.snapshot import DATASETS
from ui.frame import html, links, sign_in
from ui.parts import tables

DAYS = ("1", "7", "30", "90")
SHOWN = 100
_ALL = "all"


def section(view: View, log: Recent, now: datetime) -> None:
    """The filters, the latest lines, and the file with all that the filters leave."""
    say = view.say
    st.subheader(say("admin.audit"), anchor=False)
    with st.container(horizontal=True, gap="small"):
        days = links.select(
            say("admin.audit.days"), "days", DAYS, "7", lambda n: say("admin.long.days", n=n), width=150
        )
        act = links.select(
            say("admin.audit.act"),
            "act",
            (_ALL, *audit.ACTS),
            _ALL,
            lambda name: say("admin.audit.all") if name == _ALL else say(f"admin.act.{name}"),
            width=250,
        )
        words = links.words(say("admin.audit.words"), "q", placeholder=say("admin.audit.example"), width=250)
    recent = log.since(now - timedelta(days=int(days)))
    found = audit.chosen(recent, "" if act == _ALL else act, words)
    n = numbers.number(len(found), view.language)
    if not found:
        html.caption(say("admin.audit.none"))
        return
    html.caption(say("admin.audit.count" if len(found) <= SHOWN else "admin.audit.more", n=n, shown=SHOWN))
    headers = [say(f"admin.audit.column.{name}") for name in ("at", "who", "act", "about")]
    with st.container(key="admin_audit"):
        tables.plain_table(headers, [_row(view, line) for line in found[:SHOWN]], say("admin.audit"), figures=())
    name = f"gan-dan_audit_{now:%Y%m%d}.csv"
    st.download_button(
        say("admin.audit.csv"),
        sign_in.noted(view, name, partial(as_csv, found)),
        name,
        "text/csv",
        icon=":material/download:",
        on_click="ignore",
        key="download_audit",
    )


def as_csv(lines: list[dict[str, object]]) -> bytes:
    """`at`, `who`, `act` and `about`, the rest of each line as JSON."""
    rows = [
        [line.get("at"), line.get("who"), line.get("act"), json.dumps(audit.about(line), ensure_ascii=False)]
        for line in lines
    ]
    return sheets.to_csv(["at", "who", "act", "about"], rows)


def _row(view: View, line: dict[str, object]) -> list[str]:
    at, act = audit.moment(line), str(line.get("act"))
    when = numbers.local_moment(at, view.language) if at else numbers.MISSING
    named = view.say(f"admin.act.{act}") if act in audit.ACTS else act
    about = " · ".join(_about(view, name, value) for name, value in audit.about(line).items())
    return [when, str(line.get("who")), named, about]


KEYS = (
    *("roles", "trouble", "iat", "person", "page", "unit", "visit", "version", "province", "measure", "period"),
    *("correction", "problem", "file", "files", "units", "dataset", "snapshot", "rows", "of", "before", "after"),
    *("how", "note", "replies", "forms", "uploads", "snapshots", "sign_ins", "audit"),
    *("promise", "due", "end", "reply", "state", "objections", "role", "channel", "kind", "since"),
)
"""What lines of the log tell beside when, who and what; another key, as of an older program, is shown as it is."""
DECIDED = ("accepted", "declined")
TROUBLES = ("expired", "ended", "unverified", "audience", "unknown")
"""As `store.access.rules.Reader.trouble` has them."""


def _about(view: View, name: str, value: object) -> str:
    key = view.say(f"admin.about.{name}") if name in KEYS else name
    return f"{key}: {_value(view, name, str(value))}"


def _value(view: View, name: str, value: str) -> str:
    """In words where it is one that we have words for, else as it was written."""
    say = view.say
    match name:
        case "roles":
            return ", ".join(say(f"access.role.{role}") if role in ROLES else role for role in value.split(","))
        case "role" if value in ROLES:
            return say(f"access.role.{value}")
        case "page" if value in addresses.PATHS:
            return say(f"page.{value}")
        case "trouble" if value in TROUBLES:
            return say(f"admin.trouble.{value}")
        case "dataset" if value in DATASETS:
            return say(f"dataset.{value}")
        case "how" if value in HOWS:
            return say(f"admin.how.{value}")
        case "end" if value in ENDS:
            return say(f"admin.end.{value}")
        case "state" if value in DECIDED:
            return say(f"admin.state.{value}")
        case "kind" if value in kinds():
            return kinds()[value].name.in_language(view.language)
        case "iat" if value.replace(".", "", 1).isdigit():
            return numbers.local_moment(datetime.fromtimestamp(float(value), UTC), view.language)
        case "measure" if measure := measures().get(value):
            return measure.short.in_language(view.language)
        case "unit" if unit := units.unit(value):
            return f"{unit['full_name']} ({value})"
        case "province":
            return province_names().get(value, value)
    return value
