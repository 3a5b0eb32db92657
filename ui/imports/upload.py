"""The editor's page: workbooks of form II.06 come in, what was understood is shown, and then it is published or not."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from pathlib import Path

import streamlit as st

from display.words import numbers, refusals
from display.words.view import View
from files.faults import BadInput, Fault
from files.places import published_folder
from journal import audit, incoming, names
from journal.incoming import FILES_MAX, MEGABYTES_MAX, IncomingError, Overtaken
from store.reference import province_name, province_names
from ui.frame import html, links, sign_in
from ui.imports.understood import file, in_words, plain
from ui.parts import told, upload_words

_BATCH, _TOLD, _OUTCOME, _ROUND = "import_batch", "import_told", "import_outcome", "import_round"
RESULT = "on_time_share_form"
"""The measure whose ranking is shown after a form was published: what most readers ask of it first."""


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
    upload_words.show(view, view.say("imports.drop.limits", megabytes=MEGABYTES_MAX))
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


def understood(view: View) -> None:
    """What was understood of the files that came in, and the two ways on."""
    batch = st.session_state.get(_BATCH)
    if not batch:
        html.caption(view.say("imports.nothing"))
        return
    st.subheader(view.say("imports.understood"), anchor=False)
    for report in batch["files"]:
        file(view, report, own(view), partial(_switch, view), partial(_accept, view))
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


# --- the two ways on


def _publish(view: View) -> None:
    batch = st.session_state[_BATCH]
    try:
        _check_right(view, batch["province"])
        understood = incoming.publish(Path(batch["folder"]), batch["province"], view.reader.name or view.reader.kind)
    except IncomingError as error:
        if isinstance(error, Overtaken):
            st.session_state[_OUTCOME] = ("overtaken", error.by)
            _look_again(view, batch["province"])
        else:
            _failed(error)
        return
    good = [report for report in understood if not report["refused"]]
    periods = sorted({period for report in good for period in report["periods"]})
    st.session_state[_OUTCOME] = ("published", {"n": len(good), "province": batch["province"], "periods": periods})
    _drop()
    _next_round()


def _look_again(view: View, province: str) -> None:
    """The same workbooks, over the figures and names as they are now."""
    batch = st.session_state[_BATCH]
    try:
        batch["files"] = incoming.looked_at(Path(batch["folder"]), province)
    except IncomingError as error:
        _failed(error)


def _switch(view: View, province: str) -> None:
    """Take the workbooks for another province's; they are looked at again in the run that follows."""
    if province in own(view):
        _drop()
        st.session_state["import_province"] = province


def _accept(view: View, province: str, name: str, code: str) -> None:
    """Keep a name that was not found as another one of a unit, and look at the workbooks again."""
    try:
        _check_right(view, province)
        names.accept(published_folder().parent, province, name, code)
    except IncomingError as error:
        _failed(error)
        return
    except (Fault, OSError) as trouble:
        _failed(IncomingError(*_name_trouble(view, trouble)))
        return
    audit.note_act(view.reader, "name_accepted", province=province, unit=code)
    _look_again(view, province)


def _name_trouble(view: View, trouble: Fault | OSError) -> tuple[str, str]:
    """(kind, detail) of what stands in the way of a name: the name itself, the list of names, another editor, the disk.

    Where the list lies on the server is told to nobody.
    """
    if isinstance(trouble, OSError):
        return "full", trouble.strerror or ""
    if not isinstance(trouble, BadInput):
        return "busy", ""
    why = refusals.in_language(trouble.what, view.language)
    if trouble.field in ("name", "code"):
        return "name", why
    row = f", {view.say('imports.at_row', row=trouble.row).lower()}" if trouble.row else ""
    return "names", f"{names.FILE.name}{row}: {why}"


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
    told.show(view, _TOLD)
    kind, detail = st.session_state.pop(_OUTCOME, (None, ()))
    if kind == "published":
        _published(view, **detail)
    elif kind == "overtaken":
        for one in detail:
            _overtaken(view, **one)


def _failed(error: IncomingError) -> None:
    told.failed(_TOLD, f"imports.error.{error.kind}", **_filled(error))


def _published(view: View, n: int, province: str, periods: list[str]) -> None:
    """That it is done, and a link to the ranking of each period that was published."""
    st.success(view.say("imports.published", n=n), icon=":material/check:")
    for period in periods:
        st.page_link(
            "pages/rankings.py",
            label=view.say("imports.see", period=in_words(view, period), province=province_name(province)),
            icon=":material/format_list_numbered:",
            query_params={
                "dataset": incoming.DATASET,
                "lang": view.language,
                "province": province,
                "measure": RESULT,
                "period": period,
            },
        )


def _overtaken(view: View, province: str, period: str, who: str | None, at: str | None, differ: int) -> None:
    when = numbers.local_moment(datetime.fromisoformat(at), view.language) if at else view.say("imports.overtaken.when")
    st.warning(
        view.say(
            "imports.overtaken",
            who=plain(who or view.say("imports.overtaken.who")),
            when=plain(when),
            period=in_words(view, period),
            province=province_name(province),
            n=numbers.number(differ, view.language),
        ),
        icon=":material/group:",
    )


def _words(view: View, error: IncomingError) -> str:
    return view.say(f"imports.error.{error.kind}", **_filled(error))


def _filled(error: IncomingError) -> dict[str, object]:
    return {"detail": plain(error.detail), "files": FILES_MAX, "megabytes": MEGABYTES_MAX}
