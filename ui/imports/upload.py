"""The editor's page: workbooks of form II.06 come in, what was understood is shown, and then it is published or not."""

from __future__ import annotations

from html import escape
from pathlib import Path

import streamlit as st

from display.words import numbers, refusals
from display.words.view import View
from journal import audit, incoming
from journal.incoming import FILES_MAX, MEGABYTES_MAX, IncomingError
from store.reference import measures, province_name, province_names
from ui.frame import html, links, sign_in
from ui.parts import tables

_BATCH, _TOLD, _ROUND = "import_batch", "import_told", "import_round"
_SHOWN = 50
_PARTS = ("numerator", "denominator")
_TROUBLES = {
    "holds macros": "macros",
    "unfolds to": "harm",
    "XML entities": "harm",
    "with a password": "password",
    "damaged": "damaged",
    "no Excel workbook": "no_workbook",
    "only forms of": "province",
    "no period": "period",
    "several periods": "periods",
    "year so far": "periods",
    "never calculated": "formulas",
    " spans ": "range",
    "delete the empty": "range",
    "future": "period",
    "before 1 July 2025": "period",
    "no row could be taken": "rows",
    "is empty": "empty",
}
"""What the import says of a file, by a few of its words."""


def own(view: View) -> list[str]:
    """The provinces that the reader may import for, by code."""
    within = view.reader.within("imports")
    return [code for code in province_names() if within is None or code in within]


def choice(view: View) -> str:
    """The province whose forms come in: of one's own only, at first the one that the link names."""
    codes = own(view)
    first = codes.index(links.choice("province", codes, codes[0])) if codes else 0
    return st.selectbox(
        view.say("imports.province"),
        codes,
        first,
        format_func=province_name,
        key="import_province",
        width=320,
        on_change=_drop,
    )


def drop(view: View, province: str) -> None:
    """The place where files are dropped; as soon as they are there they are looked at."""
    _tell(view)
    html.show(f"<style>{_own_words(view)}</style>")
    files = st.file_uploader(
        view.say("imports.drop"),
        type=["xlsx", "xls"],
        accept_multiple_files=True,
        max_upload_size=MEGABYTES_MAX,
        key=f"import_files_{st.session_state.get(_ROUND, 0)}",
        help=view.say("imports.drop.help", files=FILES_MAX, megabytes=MEGABYTES_MAX),
    )
    stamp = (province, tuple(file.file_id for file in files or ()))
    batch = st.session_state.get(_BATCH)
    if batch and batch["stamp"] != stamp:
        _drop()
        batch = None
    if files and not batch:
        with st.spinner(view.say("imports.looking")):
            _look(view, province, [(file.name, file.getvalue()) for file in files], stamp)


def _look(view: View, province: str, files: list[tuple[str, bytes]], stamp: tuple) -> None:
    try:
        _check_right(view, province)
        folder = incoming.take(files)
        understood = incoming.looked_at(folder, province)
    except IncomingError as error:
        st.error(_words(view, error), icon=":material/error:")
        return
    st.session_state[_BATCH] = {"stamp": stamp, "province": province, "folder": str(folder), "files": understood}


def _own_words(view: View) -> str:
    """A style sheet that puts words of the page's language where Streamlit's own box says them in English."""
    button, limits = view.say("imports.drop.choose"), view.say("imports.drop.limits", megabytes=MEGABYTES_MAX)
    label = "[data-testid=stFileUploaderDropzone] button [data-testid=stMarkdownContainer]"
    note = "[data-testid=stFileUploaderDropzoneInstructions] > div"
    return (
        # Without any text of its own a button has no name for some programs that read pages aloud.
        f"{label} > p {{ position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }}"
        f"{note} > span {{ display: none; }}"
        f'{label}::after {{ content: "{button}"; }} {note}::after {{ content: "{limits}"; font-size: 14px; }}'
    )


def understood(view: View) -> None:
    """What was understood of the files that came in, and the two ways on."""
    batch = st.session_state.get(_BATCH)
    if not batch:
        html.caption(view.say("imports.nothing"))
        return
    st.subheader(view.say("imports.understood"), anchor=False)
    for report in batch["files"]:
        _file(view, report)
    good = [report for report in batch["files"] if not report["refused"]]
    with st.container(horizontal=True, key="import_buttons"):
        st.button(
            view.say("imports.publish", n=len(good)),
            icon=":material/publish:",
            type="primary",
            key="import_publish",
            disabled=not good,
            on_click=_publish,
            args=(view,),
        )
        st.button(view.say("imports.discard"), icon=":material/delete:", key="import_discard", on_click=_discard)
    html.caption(view.say("imports.publish.note"))


def _file(view: View, report: dict) -> None:
    with st.container(border=True):
        html.show(f'<h3 class="gd-list-title">{escape(report["file"])}</h3>')
        if report["refused"]:
            st.error(_refusal(view, report["refused"]), icon=":material/block:")
            if "counts" not in report:
                return
        counts = {name: numbers.number(n, view.language) for name, n in report["counts"].items()}
        html.caption(
            view.say("imports.file", period=", ".join(report["periods"]) or "–", units=report["units"], **counts)
        )
        if report["absent"]:
            html.caption(view.say("imports.absent", n=numbers.number(report["absent"], view.language)))
        _sums(view, report)
        _cells(view, report)
        for name in ("warnings", "not_reported", "skipped"):
            _list(view, name, report)


def _refusal(view: View, said: str) -> str:
    """Why a file is not taken: in the language of the page where the kind of trouble is known, and as it was said."""
    kind = next((kind for sign, kind in _TROUBLES.items() if sign in said), "other")
    return view.say("imports.refused", why=view.say(f"imports.why.{kind}")) + f"  \n:small[{_plain(said)}]"


def _sums(view: View, report: dict) -> None:
    known = measures()
    rows = [
        [
            known[row["measure"]].name.in_language(view.language),
            numbers.number(row["units"], view.language),
            *("–" if row[part] is None else numbers.number(row[part], view.language) for part in _PARTS),
        ]
        for row in report["sums"]
        if row["measure"] in known
    ]
    if rows:
        headers = [view.say(f"imports.column.{name}") for name in ("measure", "units", *_PARTS)]
        tables.plain_table(headers, rows, view.say("imports.sums"), figures=(1, 2, 3))


def _cells(view: View, report: dict) -> None:
    """Every cell that was set apart: sheet, row, column, what stood there, and why."""
    if not report["quarantine"]:
        return
    rows = [
        [
            cell["place"] or "–",
            str(cell["row"] or "–"),
            cell["column"] or "–",
            _shown(cell["value"]),
            refusals.in_language(cell["reason"], view.language),
        ]
        for cell in report["quarantine"][:_SHOWN]
    ]
    headers = [view.say(f"imports.column.{name}") for name in ("place", "row", "field", "value", "reason")]
    tables.plain_table(headers, rows, view.say("imports.quarantine"), figures=(1,))


def _list(view: View, name: str, report: dict) -> None:
    facts = report[name]
    if facts:
        label = view.say(f"imports.{name}", n=numbers.number(report["counts"][name], view.language))
        with st.expander(label, key=f"import_{name}_{report['file']}"):
            said = (refusals.in_language(fact, view.language) for fact in facts[:_SHOWN])
            html.show("<ul>" + "".join(f"<li>{escape(fact)}</li>" for fact in said) + "</ul>")


# --- the two ways on


def _publish(view: View) -> None:
    batch = st.session_state[_BATCH]
    try:
        _check_right(view, batch["province"])
        understood = incoming.publish(Path(batch["folder"]), batch["province"], view.reader.name or view.reader.kind)
    except IncomingError as error:
        st.session_state[_TOLD] = (error.kind, error.detail)
        return
    good = [report["file"] for report in understood if not report["refused"]]
    audit.note_act(view.reader, "import", province=batch["province"], files="; ".join(good))
    st.session_state[_TOLD] = ("published", str(len(good)))
    _drop()
    _next_round()


def _discard() -> None:
    _drop()
    _next_round()


def _drop() -> None:
    batch = st.session_state.pop(_BATCH, None)
    if batch:
        incoming.discard(Path(batch["folder"]))


def _next_round() -> None:
    """An empty place to drop files: a new key, since a file uploader cannot be emptied."""
    st.session_state[_ROUND] = st.session_state.get(_ROUND, 0) + 1


def _check_right(view: View, province: str) -> None:
    """Asked again in every act: a sign-in ends while a page stays open."""
    if not sign_in.current().may("imports", province):
        raise IncomingError("not_allowed")


def _tell(view: View) -> None:
    kind, detail = st.session_state.pop(_TOLD, (None, ""))
    if kind == "published":
        st.success(view.say("imports.published", n=detail), icon=":material/check:")
    elif kind:
        st.error(_words(view, IncomingError(kind, detail)), icon=":material/error:")


def _words(view: View, error: IncomingError) -> str:
    detail = _plain(error.detail)
    return view.say(f"imports.error.{error.kind}", detail=detail, files=FILES_MAX, megabytes=MEGABYTES_MAX)


def _plain(text: str) -> str:
    """A text for a place that reads Markdown: every sign that means something there is escaped."""
    return "".join(f"\\{sign}" if sign in "\\`*_{}[]()#+-.!|~<>$:&" else sign for sign in text)


def _shown(value: str | None) -> str:
    return (value or "–")[:80]
