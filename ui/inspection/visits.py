"""Visits on the page: writing one down, changing it, and what was found before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial
from html import escape

import streamlit as st

from display.portraits import checklist, visits
from display.portraits.visits import is_practice, last_days, may
from display.words import addresses, numbers
from display.words.view import View
from journal import audit
from journal import visits as journal_visits
from journal.database import VisitError
from journal.typed import seen
from journal.visits import Note, Visit, Wording
from ranking.periods import local_day
from store import units
from ui.frame import html, sign_in
from ui.inspection.checklist import own
from ui.parts import told

_FIELDS = ("visited_on", "team", "findings", "follow_up_on", "author")
_FILE = "gan-dan_kiem-tra_ghi-chep.csv"
_EDITED, _TOLD = "visit_edited", "visit_told"


def known_last_days(view: View) -> dict[str, date] | None:
    """`last_days`; None, and a warning on the page, without a database."""
    try:
        return last_days(view)
    except VisitError as error:
        st.warning(view.say(f"visits.error.{error.kind}", detail=error.detail), icon=":material/cloud_off:")
        return None


# --- writing


def form(view: View, code: str) -> None:
    """The form for a new visit, or for the one that is being changed."""
    told.show(view, _TOLD)
    editing = _editing(code)
    st.session_state.setdefault(_key("visited_on", code), _today())
    with st.form(f"visit_form_{code}", border=True):
        title = "visits.change.title" if editing else "visits.new.title"
        html.show(f'<h3 class="gd-list-title">{escape(view.say(title, unit=units.known(code)["full_name"]))}</h3>')
        _fields(view, code)
        with st.container(horizontal=True):
            st.form_submit_button(
                view.say("visits.save"),
                icon=":material/save:",
                type="primary",
                on_click=_save,
                args=(view, code),
            )
            if editing:
                st.form_submit_button(view.say("visits.cancel"), on_click=_forget, args=(code,))


def _editing(code: str) -> bool:
    """Whether the form holds a note that is being changed; its texts are gone once another unit was looked at."""
    edited = st.session_state.get(_EDITED)
    if edited and (edited[0] != code or _key("findings", code) not in st.session_state):
        del st.session_state[_EDITED]
    return _EDITED in st.session_state


def _fields(view: View, code: str) -> None:
    say, longest = view.say, journal_visits.LONGEST
    when, then = st.columns(2)
    with when:
        st.date_input(say("visits.visited_on"), key=_key("visited_on", code), format="DD/MM/YYYY")
    with then:
        st.date_input(say("visits.follow_up_on"), value=None, key=_key("follow_up_on", code), format="DD/MM/YYYY")
    st.text_input(say("visits.team"), key=_key("team", code), max_chars=longest["team"])
    st.text_area(
        say("visits.findings"),
        key=_key("findings", code),
        max_chars=longest["findings"],
        height=140,
        placeholder=say("visits.findings_example"),
    )
    st.text_input(say("visits.author"), key=_key("author", code), max_chars=longest["author"], width=320)


def _save(view: View, code: str) -> None:
    """Keep what stands in the form; where it cannot be kept, all_visits stays in the form and the reason is told."""
    edited = st.session_state.get(_EDITED)
    try:
        # The button belongs to a page that was drawn earlier: the reader is asked for again.
        view = replace(view, reader=sign_in.current())
        if not may(view, code):
            raise VisitError("not_allowed")
        note, who = _note(view, code), view.reader.name or view.reader.kind
        if edited and edited[0] == code:
            kept, act = journal_visits.change(edited[1], edited[2], note, _today(), who), "visit_change"
        else:
            kept, act = journal_visits.record(note, _today(), who), "visit_note"
        audit.note_act(view.reader, act, unit=code, visit=kept.id, version=kept.version)
    except VisitError as error:
        told.failed(_TOLD, f"visits.error.{error.kind}", detail=error.detail)
        if error.kind == "stale" and edited:
            _take_newest(edited)
        return
    _forget(code)
    told.done(_TOLD, "visits.saved")


def _note(view: View, code: str) -> Note:
    values = {name: st.session_state.get(_key(name, code)) for name in _FIELDS}
    if values["visited_on"] is None:
        raise VisitError("no_day")
    texts = {name: values[name] or "" for name in journal_visits.LONGEST}
    return Note(unit_code=code, practice=is_practice(view), **values | texts)


def _take_newest(edited: tuple[str, int, int]) -> None:
    """After a refusal the next try counts from what the page shows now, which its reader has seen by then."""
    newest = journal_visits.one(edited[1])
    if newest:
        st.session_state[_EDITED] = (edited[0], newest.id, newest.version)


def _edit(visit: Visit) -> None:
    st.session_state[_EDITED] = (visit.unit_code, visit.id, visit.version)
    for name in _FIELDS:
        st.session_state[_key(name, visit.unit_code)] = getattr(visit, name)


def _forget(code: str) -> None:
    """Empty the form but for the writer's name. A key that was merely deleted would leave its text on the screen."""
    st.session_state.pop(_EDITED, None)
    empty = {"visited_on": _today(), "team": "", "findings": "", "follow_up_on": None}
    st.session_state.update({_key(name, code): value for name, value in empty.items()})


def _key(name: str, code: str) -> str:
    return f"visit_{name}_{code}"


def _today() -> date:
    return local_day(datetime.now(UTC))


# --- reading


def history(view: View, found: Sequence[Visit] | None, *, changeable: bool = False, with_unit: bool = False) -> None:
    """Visits with what was found, the latest first; on the page where they are written, each with its button."""
    if found is None:
        html.caption(view.say("visits.unknown"))
    elif not found:
        html.caption(view.say("visits.none"))
    before = _wordings(found or ())
    for visit in found or ():
        html.show(entry(view, visit, with_unit, before.get(visit.id, ())))
        if changeable:
            st.button(
                view.say("visits.change"),
                icon=":material/edit:",
                key=f"visit_change_{visit.id}",
                on_click=_edit,
                args=(visit,),
                type="tertiary",
            )


def _wordings(found: Sequence[Visit]) -> dict[int, list[Wording]]:
    """What notes said before; nothing where the database has gone meanwhile: the notes themselves are still shown."""
    try:
        return journal_visits.wordings([visit.id for visit in found if visit.version > 1])
    except VisitError:
        return {}


def entry(view: View, visit: Visit, with_unit: bool = False, before: Sequence[Wording] = ()) -> str:
    """One visit as markup, with what it said `before` folded below.

    Every text stands as it was written, with what would turn its direction made visible.
    """
    say, language = view.say, view.language
    head = [numbers.day(visit.visited_on, language), seen(visit.team)]
    if with_unit:
        head.insert(0, units.known(visit.unit_code)["full_name"])
    written, who = numbers.local_date(visit.created_at, language), seen(visit.author)
    foot = [say("visits.written_by", day=written, who=who) if who else say("visits.written", day=written)]
    if visit.version > 1:
        foot.append(say("visits.changed", day=numbers.local_date(visit.updated_at, language)))
    if visit.signed_in:
        foot.append(say("visits.signed_in", who=seen(visit.signed_in)))
    follow = ""
    if visit.follow_up_on:
        day = numbers.day(visit.follow_up_on, language)
        follow = f'<p class="gd-sub">{escape(say("visits.follow_up", day=day))}</p>'
    return (
        f'<div class="gd-visit"><b><bdi>{escape(" · ".join(head))}</bdi></b>'
        f'<p class="gd-note-text" dir="auto">{escape(seen(visit.findings))}</p>{follow}'
        f'<p class="gd-sub"><bdi>{escape(" · ".join(foot))}</bdi></p>{_before(view, before)}</div>'
    )


def _before(view: View, wordings: Sequence[Wording]) -> str:
    if not wordings:
        return ""
    items = []
    for one in wordings:
        day, who = numbers.local_date(one.written_at, view.language), one.signed_in or one.author
        head = [view.say("visits.written_by", day=day, who=seen(who)) if who else day]
        head += [numbers.day(one.visited_on, view.language), seen(one.team)]
        if one.follow_up_on:
            head.append(view.say("visits.follow_up", day=numbers.day(one.follow_up_on, view.language)))
        items.append(
            f'<p class="gd-sub"><bdi>{escape(" · ".join(head))}</bdi></p>'
            f'<p class="gd-note-text" dir="auto">{escape(seen(one.findings))}</p>'
        )
    title = view.say("visits.before", n=numbers.number(len(wordings), view.language))
    return f"<details><summary>{escape(title)}</summary>{''.join(items)}</details>"


def all_visits(view: View) -> None:
    """All visits, with a file to take away."""
    try:
        found = [visit for visit in journal_visits.all_visits(is_practice(view)) if may(view, visit.unit_code)]
    except VisitError:
        html.caption(view.say("visits.unknown"))
        return
    with st.expander(view.say("visits.all", n=numbers.number(len(found), view.language)), icon=":material/history:"):
        if found:
            st.download_button(
                view.say("visits.csv"),
                sign_in.noted(view, _FILE, partial(journal_visits.to_csv, found)),
                _FILE,
                "text/csv",
                icon=":material/download:",
                on_click="ignore",
                key="visits_csv",
            )
        history(view, found[:50], with_unit=True)


def section(view: View, code: str) -> None:
    """The unit's own questions, its visits, and a link that puts it into a plan."""
    own(view, code)
    if not checklist.may_ask(view, code):
        return
    history(view, visits.of_unit(view, code))
    html.caption(visits.internal(view))
    province = units.known(code)["province_code"]
    st.page_link(
        "pages/inspection.py",
        label=view.say("unit.visit.plan"),
        icon=":material/add_location:",
        query_params=addresses.query(view, province=province, plan=code, stop=code),
    )
