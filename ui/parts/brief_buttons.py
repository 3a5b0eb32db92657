"""Where a reader takes the brief along: beside a commune, and for a whole plan with its progress."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import streamlit as st

from display.portraits import checklist, summary
from display.words.view import View
from journal import audit
from press.brief import pdf, table
from ranking.route import Stop
from ui.frame import sign_in

_PDF, _CSV, _ZIP = "application/pdf", "text/csv", "application/zip"
_EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_MADE = "brief_of_plan"
_READING = 0.8  # the rest of the time goes into setting the type


def of_unit(view: View, code: str) -> None:
    """The brief and the summary of a commune; a file is made when its button is pressed."""
    with st.container(horizontal=True, gap="small"):
        brief_button(view, code)
        files = (("xlsx", _EXCEL, table.excel), ("csv", _CSV, table.csv))
        for ending, kind, make in files if summary.rows(view.snapshot, code) else ():
            st.download_button(
                view.say(f"brief.download.{ending}"),
                sign_in.noted(view, table.file_name(view, code, ending), partial(make, view, code)),
                table.file_name(view, code, ending),
                kind,
                icon=":material/download:",
                on_click="ignore",
                key=f"summary_{ending}",
            )


def brief_button(view: View, code: str) -> None:
    """The one-page brief of a commune."""
    st.download_button(
        view.say("brief.download.pdf"),
        sign_in.noted(view, pdf.file_name(view, code), partial(pdf.pdf, view, code)),
        pdf.file_name(view, code),
        _PDF,
        icon=":material/print:",
        on_click="ignore",
        key=f"brief_{code}",
    )


def make_ready(view: View, code: str) -> None:
    """Ask the questions that the brief prints, at the end of a page: the first time of a snapshot takes seconds."""
    checklist.asked(view, code)


def of_plan(view: View, trip: Sequence[Stop], start: str) -> None:
    """The briefs of a plan in one file and its checklists in another, made on demand behind a progress bar."""
    asked = (view.language, view.snapshot.manifest.id, start, tuple(stop.place.code for stop in trip))
    if st.button(view.say("brief.plan.make"), icon=":material/print:", key="make_briefs"):
        st.session_state[_MADE] = (asked, *_made(view, trip, start))
    made = st.session_state.get(_MADE)
    if made is None or made[0] != asked:
        return
    with st.container(horizontal=True, gap="small"):
        n = len(trip)
        st.download_button(
            view.say("brief.plan.pdf", n=n),
            made[1],
            f"{pdf.plan_name(view, 'to-tom-tat')}.pdf",
            _PDF,
            icon=":material/download:",
            on_click="ignore",
            key="plan_pdf",
        )
        st.download_button(
            view.say("brief.plan.zip", n=n),
            made[2],
            f"{pdf.plan_name(view, 'phieu-kiem-tra')}.zip",
            _ZIP,
            icon=":material/download:",
            on_click="ignore",
            key="plan_zip",
        )


def _made(view: View, trip: Sequence[Stop], start: str) -> tuple[bytes, bytes]:
    audit.note_act(view.reader, "export", file=pdf.plan_name(view, "to-tom-tat"), units=len(trip))
    bar = st.progress(0.0)
    briefs = pdf.plan_pdf(view, trip, start, _ticking(bar.progress, view, len(trip)))
    checklists = pdf.plan_zip(view, trip)
    bar.empty()
    return briefs, checklists


def _ticking(show: Callable[[float, str], object], view: View, n: int) -> Callable[[], None]:
    """A function that moves the bar on by one commune each time it is called."""
    done = 0

    def tick() -> None:
        nonlocal done
        done += 1
        show(_READING * done / n, view.say("brief.plan.making", done=done, all=n))

    return tick
