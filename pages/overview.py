import streamlit as st

from display.portraits import news
from display.portraits.standouts import sides
from display.words import addresses, findings, rankings
from ui.frame import html, links
from ui.frame.shell import view
from ui.map import maps
from ui.map import sharing as map_shared
from ui.overview import (
    attention,
    bulletin,
    freshness,
    longer,
    messages,
    movers,
    places,
    practices,
    promises,
    small_map,
    standouts,
)
from ui.overview import head as overview_head
from ui.parts import downloads
from ui.parts import places as likely

v = view()
head = st.container()
above, beside = st.columns([13, 7], gap="medium")
with beside:
    figures = st.container(key="figures_beside")
    with st.container(horizontal=True, key="doors", vertical_alignment="bottom"):
        doors = st.container(horizontal=True)
        with st.container(width=200):
            chosen = overview_head.selection(v)
rows = rankings.rows_of(v, chosen)
ranks = rankings.places_of(v, chosen, rows)

with head:
    html.heading(findings.headline(v, chosen, rows), overview_head.sentence(v, chosen, rows))
pictured = overview_head.is_pictured(ranks)
if pictured:
    with above, st.container(key="picture_beside"):
        likely.picture(v, chosen, ranks, [links.elsewhere("unit")], "beside")
        downloads.share_picture(v, chosen, rows, ranks, [links.elsewhere("unit")])
with figures if pictured else above:
    html.cards(overview_head.figures(v, chosen, rows))
with doors:
    for words, icon, page, query in overview_head.doors(v, chosen):
        st.page_link(f"pages/{page}.py", label=words, icon=icon, query_params=query)

main, side = st.columns([11, 9], gap="large")
with main:
    found = sides(v, chosen, rows)
    if found:
        st.subheader(v.say("overview.standouts"), anchor=False)
        for place, one in zip(st.columns(2), found, strict=True):
            with place:
                html.show(standouts.listed(v, chosen, rows, one))
        if note := standouts.note(v, found):
            html.caption(note)
    st.subheader(v.say("overview.attention"), anchor=False)
    html.show(attention.attention(v, chosen, rows))
    promises.section(v, chosen.scope)
    moved = news.moved(v, chosen, rows)
    if moved:
        st.subheader(v.say("overview.moved"), anchor=False)
        for place, direction, units in zip(st.columns(2), ("up", "down"), moved, strict=True):
            with place:
                html.show(movers.movers(v, chosen, v.say(f"overview.moved.{direction}"), units))
        html.caption(movers.moved_note(v, chosen))
    if unknown := attention.unknown(v, chosen, rows, *([] if moved else [v.say("overview.moved.unknown")])):
        html.caption(unknown)
ranked_provinces = places.places(v, chosen)
if ranked_provinces:
    with side if moved else main:  # the shorter column
        places.section(v, chosen, ranked_provinces)
with side:
    if chosen.level == "commune":
        st.subheader(v.say("overview.map"), anchor=False)
        look = small_map.look(chosen)
        st.pydeck_chart(
            small_map.small_map(v, chosen),
            height=small_map.SMALL_MAP,
            key=f"small_{maps.key(v, chosen, look)}",
            alt=maps.alt(v, chosen, rows),
        )
        html.legend(maps.legend(v, chosen, rows, look))
        html.caption(maps.borders_line(v, look))
        map_shared.control(v, chosen, look, rows)
        st.page_link(
            "pages/map.py",
            label=v.say("overview.map.open"),
            icon=":material/map:",
            query_params=addresses.query(v, **addresses.choices(v, chosen), way="band"),
        )
longer.section(v, chosen)
practices.section(v, chosen)
freshness.section(v, chosen)
bulletin.buttons(v, chosen)
messages.section(v, chosen.scope)
html.caption(rankings.source_line(v, chosen, rows))
