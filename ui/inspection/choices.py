"""What the reader of the shortlist chose: its filters, each of which stands in the link."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

import polars as pl
import streamlit as st

from display.portraits import questions, shortlist
from display.words import numbers
from display.words.view import View
from ranking.periods import MERGER, local_day
from ranking.vocabulary import COUNTRY
from store import catalog, reference, snapshot
from ui.frame import links
from ui.parts import filters, unit_choice

KINDS = {"xa": "xã", "phuong": "phường", "dac-khu": "đặc khu"}
_NEAR = ("all", "10", "20", "30", "50", "100")
_SINCE = "unvisited"
_BOTH = "both"


@dataclass(frozen=True)
class Chosen:
    """What the reader wants to see. `start`: the code of the unit that a trip begins at, or empty."""

    scope: str
    kind: str
    start: str
    near_km: float | None
    unvisited_since: date | None
    question: str
    both: bool = False


def row(view: View) -> Chosen:
    """Draw the filters in a row; all of them stand in the link."""
    button, boxes = filters.folding()
    with boxes:
        known = catalog.catalog(view.snapshot).filter(pl.col("level") == "commune", pl.col("of") > 0)
        if known.is_empty():
            raise snapshot.SnapshotTrouble(view.snapshot.manifest.dataset, "empty")
        scope = filters.scope(view, _own(view, known))
        kind = _of_kind(view)
        start = _start(view, scope)
        near = _near(view, start)
        since = _day(view, _SINCE)
        question = _question(view, scope)
    filters.unfold(view, button, _in_a_line(view, scope, kind))
    return Chosen(scope, kind, start, near, since, question)


def _own(view: View, known: pl.DataFrame) -> pl.DataFrame:
    """The scopes that the reader may ask questions in; SnapshotTrouble where the dataset holds none of them."""
    provinces = view.reader.within("questions")
    if provinces is None:
        return known
    own = known.filter(pl.col("scope").is_in(sorted(provinces)))
    if own.is_empty():
        raise snapshot.SnapshotTrouble(view.snapshot.manifest.dataset, "not_own")
    return own


def _of_kind(view: View) -> str:
    return links.select(
        view.say("more.kind"),
        "kind",
        ["all", *KINDS],
        "all",
        lambda code: view.say("more.all") if code == "all" else KINDS[code],
        width=130,
    )


def _start(view: View, scope: str) -> str:
    """Where the trip begins: a commune of the province, or one that the link names."""
    names = {} if scope == COUNTRY else unit_choice.communes(scope)
    asked = links.recalled("start")
    every = dict(reference.reference_table("units").select("code", "full_name").iter_rows())
    if asked in every and asked not in names:
        names = {asked: every[asked], **names}
    chosen = links.select(
        view.say("inspection.start"),
        "start",
        ["none", *names],
        "none",
        lambda code: names.get(code, view.say("inspection.start.none")),
        width=210,
    )
    return "" if chosen == "none" else chosen


def _near(view: View, start: str) -> float | None:
    """How far from the start; only where there is one."""
    near = links.select(
        view.say("inspection.near"),
        "near",
        _NEAR,
        "all",
        lambda code: view.say("more.all") if code == "all" else view.say("inspection.near.km", n=code),
        width=165,
        disabled=not start,
    )
    return float(near) if start and near != "all" else None


def _day(view: View, key: str) -> date | None:
    """A day bound to the link, as 2026-03-31; a text that is no day since the merger means none."""
    today = local_day(datetime.now(UTC))
    chosen = _day_in(links.recalled(key), today)
    st.session_state[f"chosen_{key}"] = chosen
    st.date_input(
        view.say("inspection.unvisited"),
        key=f"chosen_{key}",
        format="DD/MM/YYYY",
        on_change=_take_day,
        args=(key,),
        min_value=MERGER,
        max_value=today,
        width=190,
    )
    links.remember(key, chosen.isoformat() if chosen else "", "")
    return chosen


def _day_in(text: str, today: date) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if MERGER <= day <= today else None


def _take_day(key: str) -> None:
    day = st.session_state[f"chosen_{key}"]
    links.put(**{key: day.isoformat() if day else ""})


def _question(view: View, scope: str) -> str:
    known = questions.questions()
    raised = {part["name"] for parts in shortlist.scored(view.snapshot, scope)["parts"] for part in parts}
    options = [name for name in known if name in raised]
    chosen = links.select(
        view.say("inspection.question"),
        "question",
        ["all", *options],
        "all",
        lambda code: view.say("more.all") if code == "all" else known[code].short.in_language(view.language),
        width=250,
    )
    return "" if chosen == "all" else chosen


def _in_a_line(view: View, scope: str, kind: str) -> str:
    place = reference.scope_name(scope) or view.say("scope.country")
    return place if kind == "all" else f"{place} · {KINDS[kind]}"


def both_toggle(view: View, chosen: Chosen, rows: pl.DataFrame) -> Chosen:
    """The one click that leaves the units which are worse and getting worse, with how many there are."""
    known = shortlist.trends_known(view.snapshot, chosen.scope)
    on = known and links.choice(_BOTH, ("no", "yes"), "no") == "yes"
    st.session_state[f"chosen_{_BOTH}"] = on
    n = numbers.number(rows.filter(pl.col("both").list.len() > 0).height, view.language)
    label = view.say("inspection.both", n=n) if known else view.say("inspection.both.unknown")
    st.toggle(label, key=f"chosen_{_BOTH}", on_change=_take_both, disabled=not known)
    links.remember(_BOTH, "yes" if on else "no", "no")
    return replace(chosen, both=on)


def _take_both() -> None:
    links.put(**{_BOTH: "yes" if st.session_state[f"chosen_{_BOTH}"] else ""})
