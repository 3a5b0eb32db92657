"""A commune's own voice on its page: what it has said, taking an objection back, and the form for something new."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from html import escape

import polars as pl
import streamlit as st

from display.portraits import promises, summary, summary_words
from display.portraits import replies as portraits
from display.portraits.summary import Row
from display.words import numbers
from display.words.view import View
from files.places import published_folder
from journal import audit, site_wanted
from journal import replies as journal_replies
from journal.database import VisitError
from journal.reply import ANSWER, LONGEST, OBJECTION, Reply
from ranking.in_period import in_period
from ranking.states import REPORTED
from store import units
from store.reply_policy import reply_policy
from ui.frame import html, sign_in
from ui.parts import panel, replies, upload_words

_ROUND = "reply_round"


def section(view: View, code: str) -> None:
    """The title, what was said, and the form: folded for who may write for any commune."""
    found, may_say = portraits.of_unit(view, code), portraits.may_say(view, code)
    is_own = code in view.reader.communes
    if found or is_own:
        st.subheader(view.say("replies.title"), anchor=False)
    replies.tell(view)
    _listed(view, code, found, may_say)
    if is_own:
        if not found:
            html.caption(view.say("replies.none"))
        html.caption(view.say("replies.about"))
        _form(view, code)
    elif may_say:
        with panel.part(view.say("replies.for_unit"), "reply", ":material/edit_note:") as box:
            if box.open:
                html.caption(view.say("replies.about"))
                _form(view, code)


def _listed(view: View, code: str, found: Sequence[Reply], may_say: bool) -> None:
    whole = portraits.may_read(view, code)
    for reply in found[:20]:
        html.show(replies.entry(view, reply, whole=whole))
        if may_say and reply.state == "open":
            st.button(
                view.say("replies.withdraw"),
                key=f"reply_withdraw_{reply.id}",
                icon=":material/undo:",
                type="tertiary",
                on_click=_withdraw,
                args=(view, reply),
            )


def _form(view: View, code: str) -> None:
    say, policy = view.say, reply_policy()
    rows = {f"{row.measure.id}.{row.basis}": row for row in summary.rows(view.snapshot, code) if row.state == REPORTED}
    with st.form(f"reply_form_{code}", border=True):
        html.show(f'<h3 class="gd-list-title">{escape(say("replies.new.title"))}</h3>')
        st.radio(
            say("replies.kind"),
            (ANSWER, OBJECTION),
            key=_key("kind", code),
            format_func=lambda kind: say(f"replies.kind.{kind}"),
            horizontal=True,
        )
        st.selectbox(
            say("replies.which"),
            list(rows),
            None,
            key=_key("figure", code),
            format_func=lambda key: _named(view, rows[key]),
            placeholder=say("replies.choose"),
        )
        st.text_area(say("replies.words"), key=_key("words", code), max_chars=LONGEST, height=100)
        part, whole = st.columns(2)
        with part:
            st.text_input(say("replies.numerator"), key=_key("numerator", code), max_chars=20)
        with whole:
            st.text_input(say("replies.denominator"), key=_key("denominator", code), max_chars=20)
        upload_words.show(view, say("replies.attach.limits", megabytes=policy.most_megabytes))
        st.file_uploader(
            say("replies.attach"),
            type=["pdf", "png", "jpg", "jpeg"],
            max_upload_size=policy.most_megabytes,
            key=_file_key(code),
            help=say("replies.attach.help"),
        )
        st.form_submit_button(
            say("replies.save"), icon=":material/save:", type="primary", on_click=_save, args=(view, code)
        )


def _named(view: View, row: Row) -> str:
    words = summary_words.row_words(view, row)
    return view.say(
        "replies.figure.value",
        measure=words.measure,
        basis=words.basis,
        period=numbers.period_in_sentence(row.period, view.language),
        value=words.value,
    )


def _save(view: View, code: str) -> None:
    """Keep what stands in the form; where it cannot be kept, all stays in the form and the reason is told."""
    state = st.session_state
    try:
        view = _allowed(view, code)
        file = state.get(_file_key(code))
        kept = journal_replies.say(_reply(view, code), promises.today(), file.getvalue() if file else None)
    except VisitError as error:
        state[replies.TOLD] = error.kind
        return
    about = {"unit": code, "measure": kept.measure, "period": kept.period, "reply": kept.id}
    if kept.kind == OBJECTION:
        audit.note_act(view.reader, "objection", file=kept.file_kind, **about)
        site_wanted.want(published_folder().parent)
    else:
        audit.note_act(view.reader, "reply", **about)
    state.update({_key(name, code): "" for name in ("words", "numerator", "denominator")})
    state[_ROUND] = state.get(_ROUND, 0) + 1
    state[replies.TOLD] = "saved" if kept.kind != OBJECTION else "saved_with" if kept.has_file else "saved_without"


def _reply(view: View, code: str) -> Reply:
    state = st.session_state
    measure, _, basis = (state.get(_key("figure", code)) or "").partition(".")
    rows = [row for row in summary.rows(view.snapshot, code) if (row.measure.id, row.basis) == (measure, basis)]
    if not rows:
        raise VisitError("no_figure")
    row = rows[0]
    kind = OBJECTION if state.get(_key("kind", code)) == OBJECTION else ANSWER
    old = _published(view, code, row)
    new = [
        _entered(state.get(_key(name, code))) if kind == OBJECTION else None for name in ("numerator", "denominator")
    ]
    if row.measure.kind == "share" and new[0] is not None and (new[1] is None or new[0] > new[1]):
        raise VisitError("no_number")
    return Reply(
        kind=kind,
        dataset=view.snapshot.manifest.dataset,
        province_code=units.known(code)["province_code"],
        unit_code=code,
        measure=measure,
        basis=basis,
        series=row.series,
        period=row.period.id,
        words=state.get(_key("words", code)) or "",
        old_numerator=old[0],
        old_denominator=old[1],
        new_numerator=new[0],
        new_denominator=new[1],
        author=view.reader.name or view.reader.kind,
    )


def _published(view: View, code: str, row: Row) -> tuple[float | None, float | None]:
    """The counts of the figure as the reader sees it; None where it has none, or they are withheld."""
    own = units.figures(view.snapshot, code).filter(
        pl.col("measure") == row.measure.id,
        pl.col("basis") == row.basis,
        pl.col("series") == row.series,
        pl.col("field") == "all",
        in_period(row.period),
    )
    return own.select("numerator", "denominator").row(0) if own.height else (None, None)


def _entered(text: str | None) -> float | None:
    if not (text or "").strip():
        return None
    try:
        return numbers.entered(text or "")
    except ValueError:
        raise VisitError("no_number") from None


def _withdraw(view: View, reply: Reply) -> None:
    try:
        view = _allowed(view, reply.unit_code)
        done = journal_replies.withdraw(reply.id, reply.unit_code, view.reader.name or view.reader.kind)
    except VisitError as error:
        st.session_state[replies.TOLD] = error.kind
        return
    if done:
        audit.note_act(view.reader, "objection_withdrawn", unit=reply.unit_code, reply=reply.id)
        site_wanted.want(published_folder().parent)
    st.session_state[replies.TOLD] = "withdrawn" if done else "gone"


def _allowed(view: View, code: str) -> View:
    """The view of who presses now, since the page was drawn earlier; VisitError where they may not."""
    now = replace(view, reader=sign_in.current())
    if not portraits.may_say(now, code):
        raise VisitError("not_allowed")
    return now


def _key(name: str, code: str) -> str:
    return f"reply_{name}_{code}"


def _file_key(code: str) -> str:
    """Another one after each reply: a box for files cannot be emptied."""
    return f"reply_file_{code}_{st.session_state.get(_ROUND, 0)}"
