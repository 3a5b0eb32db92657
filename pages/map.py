import streamlit as st

from display.words import findings, rankings
from ranking.levels import common
from store import moves
from ui.frame import html
from ui.frame.shell import view
from ui.map import card, extremes, flows, maps, sharing
from ui.parts import filters
from ui.rankings import table

v = view()
head = st.container()
if v.narrow:
    controls, main, side = st.container(), st.container(), st.container()
else:
    main, rail = st.columns(maps.RAIL, gap="medium")
    with rail, st.container(key="map_rail"):
        controls, side = st.container(), st.container()
with controls:
    selection, (look_place,) = filters.row(v, levels=("commune",), extra=("stretch",))
    with look_place:
        look = maps.look(v, selection)

rows = maps.rows_of(v, selection, look)
unit = maps.unit(v, selection)
with head:
    named = rankings.named_sentence(v, selection, rows, maps.title(v, selection))
    html.heading(findings.headline(v, selection, rows), named)
with main:
    maps.draw(v, selection, look, rows, unit)
    sharing.control(v, selection, look, rows, unit)
with side:
    if v.narrow or look.beside:
        maps.show_legend(v, selection, rows, look)
    maps.unit_box(v, selection)
    html.show(card.card(v, selection, rows, unit))
    card.show_trend(v, selection, unit)
    if ends := extremes.listed(v, selection, rows):
        html.show(ends)
    html.caption(maps.reading(v, selection.measure, look, rows))
    if look.inside == "old":
        html.caption(maps.members_line(v, selection))
    if look.inside == "flows":
        html.caption(flows.reading(v, selection))
    html.show(maps.reported(v, selection))
    html.caption(maps.borders_line(v, look))
    html.caption(rankings.source_line(v, selection, rows))
if look.inside == "flows":
    flows.table(v, selection)
with st.expander(v.say("table.show"), icon=":material/table:"):
    shown = rankings.with_place(selection, moves.with_moves(v.snapshot, rows))
    html.caption(rankings.certainty_line(v, selection, rows))
    table.ranking_table(
        v, selection, shown.slice(*table.pages(v, shown)), table.Beside(common(rows, selection.measure))
    )
