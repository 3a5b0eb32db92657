"""The frame around every page: navigation, language, dataset, and what is wrong where nothing can be shown."""

from __future__ import annotations

from html import escape
from pathlib import Path

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from display.drawing import css, svg_images
from display.drawing.palette import palette
from display.words import addresses
from display.words.numbers import local_date
from display.words.releases import contents
from display.words.text import LANGUAGES, Speaker
from display.words.view import View
from files.places import HOME
from store import releases, waiting
from store.access import people
from store.access.rules import Reader
from store.policy import policy
from store.snapshot import Snapshot, SnapshotTrouble, datasets, open_snapshot
from ui.frame import bar, browser, links, open_pages, search, sign_in, unmet
from ui.frame.html import show
from web import vitals
from web.turns import TURNS

_HOME, _PUBLIC_HOME = next(iter(addresses.PATHS)), "transparency"
_UI = Path(__file__).parents[1]
_SHEETS = [_UI / "frame" / "style.css", _UI / "frame" / "bar.css", *sorted(_UI.glob("[!f]*/*.css"))]
"""The frame's sheet first, then those that stand beside the pages' own modules."""
_LOGO = svg_images.address((HOME / "static" / "logo.svg").read_text(encoding="utf-8").strip())
_STYLE = "\n".join(
    [*(sheet.read_text(encoding="utf-8") for sheet in _SHEETS), f':root {{ --gd-logo: url("{_LOGO}"); }}']
)


def run() -> None:
    """One run of the app, for a reader without a role when the turn has come."""
    reader = sign_in.current()
    if reader.grants:
        with TURNS.at_work():
            _run(reader)
    else:
        with TURNS.of(open_pages.client()):
            _run(reader)


def _run(reader: Reader) -> None:
    """The frame, then the page that the address names."""
    links.arrive()
    language = links.choice("lang", LANGUAGES, "vi")
    say = Speaker(language)
    st.set_page_config(page_title="Gần Dân", page_icon=str(HOME / "static" / "logo.svg"), layout="wide")
    pages = _pages(reader, say)
    page = st.navigation(list(pages.values()), position="hidden")
    show(f"<style>{style(dark=st.context.theme.type == 'dark')}</style>")
    name = next(name for name, one in pages.items() if one is page)
    open_pages.drawn(reader, name)
    refused = name != _HOME and not reader.may(f"page.{name}")
    narrow = _meet(reader, refused, language, {addresses.PATHS[name]: page for name, page in pages.items()})
    if name == _HOME and not reader.may(f"page.{name}"):
        st.switch_page(pages["unit" if reader.communes else _PUBLIC_HOME], query_params=dict(st.query_params))
    try:
        snapshot, box, tabs = _top(reader, say, name)
        st.session_state["view"] = View(language, say, snapshot, palette(st.context.theme.type), narrow, reader)
        with box:
            search.box(view())
        before = _views(tabs, name)
        notes = st.container()
        if name != "administration":
            _damage(reader, view())
        _unreleased(reader, view(), name)
        with vitals.rerun(name):
            if reader.may(f"page.{name}"):
                page.run()
            else:
                sign_in.refusal(reader, say, name)
            _footer(reader, say, snapshot)
        _views(tabs, name, before)  # by now the page has decided what the reader left open
        with notes:
            unmet.show(say, links.unmet(), links.notes())
        browser.complete(links.settle(), [path for other, path in addresses.PATHS.items() if other != name])
    except SnapshotTrouble as trouble:
        _trouble(trouble, say, reader)


def _pages(reader: Reader, say: Speaker) -> dict[str, st.Page]:
    """All pages by their files' names. Those that the reader may not open are not in the navigation, but known:
    whoever opens their address is told for whom they are."""
    return {
        name: st.Page(
            HOME / "pages" / f"{name}.py",
            title=say(f"page.{name}"),
            url_path=path,
            default=name == _HOME,
            visibility="visible" if reader.may(f"page.{name}") else "hidden",
        )
        for name, path in addresses.PATHS.items()
    }


def _meet(reader: Reader, refused: bool, language: str, pages: dict[str, st.Page]) -> bool:
    """Whether the window is narrow; the browser follows links to our own pages."""
    base = "/" + "".join(f"{part}/" for part in st.get_option("server.baseUrlPath").split("/") if part)
    by_path = {base + ("" if page is next(iter(pages.values())) else path): page for path, page in pages.items()}
    signed_in = reader.kind == "signed_in" and not reader.trouble
    return browser.meet(language, by_path, refused=refused and reader.kind == "public", signed_in=signed_in)


def view() -> View:
    """The view of this run, for the page's script."""
    return st.session_state["view"]


def style(*, dark: bool) -> str:
    """The style sheet of all pages, with the colours of a ground; on paper those of a light one."""
    if not dark:
        return f"{_STYLE}\n{css.of_pages(dark=False)}"
    light = next(line for line in _STYLE.splitlines() if line.startswith(":root"))
    drawn = (
        ".gd-range img, img.gd-spark, img.gd-chart, img.gd-strip, img.gd-public-chart, .gd-grid img, .js-plotly-plot"
    )
    small = f"{drawn} {{ filter: invert(1) hue-rotate(180deg); }}"
    paper = f"@media print {{ {light} {css.inks(dark=False)} {small} }}"
    return "\n".join([_STYLE.replace(".gd-dark", ":root"), css.of_pages(dark=True), paper])


def _top(reader: Reader, say: Speaker, page: str) -> tuple[Snapshot, DeltaGenerator, DeltaGenerator]:
    """The snapshot that is shown, as the reader may see it, and the places for the search box and for the views."""
    inside = reader.may("unreleased")
    published = datasets(unreleased=inside)
    with st.container(horizontal=True, key="top_row", vertical_alignment="center", gap="small"):
        logo, sections = st.container(key="logo"), st.container(key="sections")
        box = st.container(key="search_box")
        bar.keep_scope(st.container(key="scope_box"))
        links.segments(
            say("shell.language"), "lang", LANGUAGES, "vi", lambda code: code.upper(), label_visibility="collapsed"
        )
        sign_in.control(reader, say)
    dataset = ""
    with st.container(horizontal=True, key="second_row", vertical_alignment="center", gap="small"):
        with st.container(key="views"):
            tabs = st.empty()
        nature = st.container(width="content", key="nature")
        if published:
            dataset = links.select(
                say("shell.dataset"),
                "dataset",
                published,
                published[0],
                lambda name: say(f"dataset.{name}"),
                label_visibility="collapsed",
                width=215,
            )
    with logo:
        show(bar.home(reader, say, dataset))
    with sections:
        show(bar.sections(reader, say, page, dataset))
    if not dataset:
        raise SnapshotTrouble("recorded", "missing")
    with nature:
        snapshot = open_snapshot(dataset, unreleased=inside).seen_in(reader.seen)
        _nature(say, snapshot)
    return snapshot, box, tabs


def _views(place: DeltaGenerator, page: str, drawn: str = "") -> str:
    """The views of a page's section, unless they are `drawn` already."""
    markup = bar.views(view(), page)
    if markup and markup != drawn:
        with place:
            show(markup)
    return markup


def _nature(say: Speaker, snapshot: Snapshot) -> None:
    captured = local_date(snapshot.manifest.captured_at, say.language)
    nature = snapshot.manifest.nature
    style = "gd-nature gd-simulated" if nature == "simulated" else "gd-nature"
    show(f'<div class="{style}" role="note"><span>{escape(say(f"nature.{nature}", captured=captured))}</span></div>')


def _damage(reader: Reader, seen: View) -> None:
    """One line for an administrator while an older state of the roles counts, because the file is damaged."""
    if reader.may("page.administration") and (fault := people.damage()):
        words = escape(seen.say("admin.damaged", file=fault.name))
        link = addresses.anchor(seen, seen.say("admin.damaged.more"), "administration")
        show(f'<p class="gd-damaged" role="alert">{words} {link}</p>')


def _unreleased(reader: Reader, seen: View, page: str) -> None:
    """One line for whoever reads what the public does not see yet: what it is."""
    dataset = seen.snapshot.manifest.dataset
    if not (reader.may("unreleased") and releases.is_ahead(dataset)):
        return
    what = contents(seen.say, waiting.waiting(dataset))
    what = what or seen.say("release.snapshot", snapshot=seen.snapshot.manifest.id)
    words = escape(seen.say("shell.unreleased", what=what))
    if reader.may("release") and page != "administration":
        words += " " + addresses.anchor(seen, seen.say("shell.unreleased.link"), "administration")
    show(f'<p class="gd-unreleased" role="note">{words}</p>')


def _footer(reader: Reader, say: Speaker, snapshot: Snapshot) -> None:
    manifest = snapshot.manifest
    nature = say(f"nature.{manifest.nature}", captured=local_date(manifest.captured_at, say.language))
    words = say("shell.footer", nature=nature, snapshot=manifest.id)
    if reader.seen is not None:
        shown = policy().shown_instead(say.language)
        words = f"{words} {say('access.withheld' if reader.seen else 'access.withheld.public', shown=shown)}"
    remarks = "".join(f"<li>{escape(text)}</li>" for text in manifest.warnings)
    if remarks:
        title = escape(say("shell.remarks", n=len(manifest.warnings)))
        remarks = f'<details class="gd-caption"><summary>{title}</summary><ul lang="en">{remarks}</ul></details>'
    show(
        f'<div class="gd-footer"><p class="gd-caption">{escape(words)}</p>'
        f'<p class="gd-caption gd-address"></p>{remarks}</div>'
    )


def _trouble(trouble: SnapshotTrouble, say: Speaker, reader: Reader) -> None:
    """What is wrong; the command that mends it is shown to those who bring figures in, and to nobody else."""
    command = trouble.command if reader.may("page.imports") else ""
    what = say(f"trouble.{trouble.kind}", dataset=say(f"dataset.{trouble.dataset}"))
    show(
        f'<div class="gd-trouble" role="alert"><h1 class="gd-title">{escape(say("trouble.title"))}</h1>'
        f'<p class="gd-sentence">{escape(what)}</p>'
        + (f'<p class="gd-caption">{escape(trouble.detail)}</p>' if trouble.detail else "")
        + (f'<p class="gd-sentence">{escape(say("trouble.mend"))}</p>' if command else "")
        + "</div>"
    )
    if command:
        st.code(command, language="bash")
