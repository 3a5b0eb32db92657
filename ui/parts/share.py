"""The small control beside each chart and table: take it along as picture, data, embed code or citation.

What it offers is made only when it is asked for: the control draws its inside when it is opened, and a file when its
button is pressed, by then for whoever the reader still is (`sign_in.noted`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

import plotly.graph_objects as go
import streamlit as st

from display.drawing import plotted
from display.drawing.palette import LIGHT
from display.drawing.plotted import Room
from display.words import addresses, over_time
from display.words.view import View
from press.brief.content import plain_text
from press.share import files, words
from press.share.shareable import Listed, Shared
from ranking.periods import local_day
from ui.frame import html, sign_in

_ICON = ":material/publish:"


@st.fragment
def control(view: View, key: str, make: Callable[[], Shared]) -> None:
    """The control under its chart or table; `key` tells it from the others of the page. `make` is called on opening."""
    box = st.popover(view.say("share.button"), icon=_ICON, type="tertiary", key=f"share_{key}", on_change="rerun")
    if box.open:
        with box:
            _inside(view, key, make())


def part(
    view: View,
    key: str,
    page: Mapping[str, str],
    title: str,
    listed: Callable[[], Listed],
    *,
    finding: str = "",
    source: str = "",
    **more: Any,
) -> None:
    """The control of a part of a page.

    `page`: its name under `page` and the choices of its link; their codes name the files. `listed`: made on opening.
    `finding`: the part's sentence, as markup or plain. `source`: by default what the snapshot says of itself.
    `more`: further fields of `press.share.shareable.Shared`.
    """
    choices = {name: code for name, code in page.items() if name != "page" and code}

    def make() -> Shared:
        return Shared(
            name="_".join([key, *(code.replace(",", "_") for code in choices.values())]),
            title=title,
            finding=plain_text(finding),
            source=source or over_time.source_line(view),
            listed=listed(),
            page=addresses.address(view, page["page"], **choices),
            **more,
        )

    control(view, key, make)


def chart(view: View, figure_of: Callable[[View], go.Figure]) -> Callable[[Room], str]:
    """How a page's chart is drawn for a picture: the same figure again, in light colours, named at its ends.

    `figure_of`: makes the figure for a view, so that colours come from it alone.
    """

    def draw(room: Room) -> str:
        figure = figure_of(replace(view, palette=LIGHT, narrow=False))
        return plotted.drawn([trace.to_plotly_json() for trace in figure.data], figure.layout.to_plotly_json(), room)

    return draw


def _inside(view: View, key: str, shared: Shared) -> None:
    say, at = view.say, str(st.context.url or "")
    st.markdown(f"**{say('share.picture')}**")
    _buttons(view, key, shared, files.WIDE)
    html.caption(say("share.picture.phone"))
    _buttons(view, key, shared, files.PHONE)
    st.markdown(f"**{say('share.print')}**")
    _buttons(view, key, shared, files.PRINTED)
    st.markdown(f"**{say('share.data')}**")
    _buttons(view, key, shared, files.TABLES)
    st.markdown(f"**{say('share.embed')}**")
    st.code(words.embed(view, shared, at), language=None, wrap_lines=True)
    if shared.embed:
        html.caption(say("share.embed.note"))
    st.markdown(f"**{say('share.cite')}**")
    st.code(words.citation(view, shared, at, local_day(datetime.now(UTC))), language=None, wrap_lines=True)


def _buttons(view: View, key: str, shared: Shared, names: Sequence[str]) -> None:
    with st.container(horizontal=True, gap="small"):
        for name in names:
            file = files.file_name(view, shared, name)
            st.download_button(
                view.say(f"share.file.{name}"),
                sign_in.noted(view, file, partial(files.made, view, shared, name, str(st.context.url or ""))),
                file,
                files.TYPES[file.rsplit(".", 1)[1]],
                on_click="ignore",
                key=f"share_{key}_{name}",
            )
