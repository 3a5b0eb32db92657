"""Further filters behind a button: which rows of a ranking's table stay."""

from __future__ import annotations

import polars as pl
import streamlit as st

from display.words import bands, numbers, places
from display.words.selection import Selection
from display.words.view import View
from ranking.collation import by_name
from store import bands as store_bands
from store import peers
from store.states import states
from ui.frame import links

_KINDS = {"xa": "xã", "phuong": "phường", "dac-khu": "đặc khu"}
_LEAST = ("0", "30", "100", "300", "1000", "3000")


def more(view: View, selection: Selection, rows: pl.DataFrame) -> tuple[pl.DataFrame, list[tuple[str, str]]]:
    """Further filters behind a button: the rows that stay, and the filters in words.

    They shorten the table only: a rank stays the rank in the whole scope.
    """
    say = view.say
    words: list[tuple[str, str]] = []
    with st.popover(say("more.button"), icon=":material/filter_alt:", width="stretch"):
        if selection.level == "commune":
            rows = _by_kind(view, rows, words)
            rows = _by_border(view, rows, words)
            rows = _by_peers(view, rows, words)
        if rows.get_column("band").count():
            rows = _by_band(view, selection, rows, words)
        if rows.get_column("tier").count():
            rows = _by_tier(view, rows, words)
        if rows.get_column("state").n_unique() > 1:
            rows = _by_state(view, rows, words)
        if rows.get_column(_n_of(selection)).count():
            rows = _by_n(view, selection, rows, words)
    return rows, words


def _by_kind(view: View, rows: pl.DataFrame, words: list[tuple[str, str]]) -> pl.DataFrame:
    say = view.say
    kind = links.segments(
        say("more.kind"),
        "kind",
        ["all", *_KINDS],
        "all",
        lambda code: say("more.all") if code == "all" else _KINDS[code],
    )
    if kind == "all":
        return rows
    words.append((say("more.kind"), _KINDS[kind]))
    return rows.filter(pl.col("kind") == _KINDS[kind])


def _by_border(view: View, rows: pl.DataFrame, words: list[tuple[str, str]]) -> pl.DataFrame:
    say = view.say
    border = links.segments(
        say("more.border"),
        "border",
        ["all", "yes", "no"],
        "all",
        lambda code: say("more.all") if code == "all" else say(f"more.border.{code}"),
    )
    if border == "all":
        return rows
    words.append((say("more.border"), say(f"more.border.{border}")))
    return rows.filter(pl.col("land_border") == (border == "yes"))


def _by_peers(view: View, rows: pl.DataFrame, words: list[tuple[str, str]]) -> pl.DataFrame:
    names = dict(rows.sort(by_name()).select("unit_code", "name").iter_rows())
    unit = links.select(
        view.say("more.peers"),
        "peers",
        ["all", *names],
        "all",
        lambda code: view.say("more.all") if code == "all" else names[code],
    )
    if unit == "all":
        return rows
    words.append((view.say("more.peers"), names[unit]))
    alike = peers.peers().filter(pl.col("unit_code") == unit).get_column("peer_code")
    return rows.filter(pl.col("unit_code").is_in([unit, *alike]))


def _by_band(view: View, selection: Selection, rows: pl.DataFrame, words: list[tuple[str, str]]) -> pl.DataFrame:
    say = view.say
    band = links.segments(
        say("table.band"),
        "band",
        ["all", *store_bands.bands()],
        "all",
        lambda code: say("more.all") if code == "all" else bands.marked(say, selection.measure, code),
    )
    if band == "all":
        return rows
    words.append((say("table.band"), bands.marked(say, selection.measure, band)))
    return rows.filter(pl.col("band") == band)


def _by_tier(view: View, rows: pl.DataFrame, words: list[tuple[str, str]]) -> pl.DataFrame:
    say = view.say
    tier = links.segments(
        say("more.tier"),
        "tier",
        ["all", *places.TIERS],
        "all",
        lambda code: say("more.all") if code == "all" else places.tier_name(say, code),
    )
    if tier == "all":
        return rows
    words.append((say("more.tier"), places.tier_name(say, tier)))
    return rows.filter(pl.col("tier") == tier)


def _by_state(view: View, rows: pl.DataFrame, words: list[tuple[str, str]]) -> pl.DataFrame:
    """Only where some unit has no figure, so that the silent ones can be called up by themselves."""
    say = view.say
    present = [state for state in states() if state in rows.get_column("state")]
    state = links.select(say("more.state"), "state", ["all", *present], "all", lambda code: say(f"more.state.{code}"))
    if state == "all":
        return rows
    words.append((say("more.state"), say(f"more.state.{state}")))
    return rows.filter(pl.col("state") == state)


def _by_n(view: View, selection: Selection, rows: pl.DataFrame, words: list[tuple[str, str]]) -> pl.DataFrame:
    least = links.select(
        view.say("more.least"), "least", _LEAST, "0", lambda code: numbers.number(int(code), view.language)
    )
    if least == "0":
        return rows
    words.append((view.say("more.least"), numbers.number(int(least), view.language)))
    return rows.filter(pl.col(_n_of(selection)) >= int(least))


def _n_of(selection: Selection) -> str:
    return "denominator" if selection.measure.kind == "share" else "received"
