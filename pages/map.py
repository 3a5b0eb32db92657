import streamlit as st

from ranking.levels import together
from ui import filters, html, map_card, maps, rankings, tables
from ui.shell import view

v = view()
head = st.container()
selection, (look_place,) = filters.row(v, levels=("commune",), extra=(1100,))
with look_place, st.container(horizontal=True, vertical_alignment="bottom"):
    look = maps.look(v, selection)

rows = maps.rows_of(v, selection, look)
unit = maps.unit(v, selection)
with head:
    html.heading(maps.title(v, selection), rankings.sentence(v, selection, rows))

main, side = st.columns([3, 1], gap="medium")
with main:
    maps.draw(v, selection, look, rows, unit)
with side:
    if v.narrow or look.beside:
        maps.show_legend(v, selection, rows, look)
    maps.unit_box(v, selection)
    html.show(map_card.card(v, selection, rows, unit))
    map_card.show_trend(v, selection, unit)
    html.caption(maps.reading(v, selection.measure, look))
    if look.inside == "old":
        html.caption(maps.members_line(v, selection))
    html.caption(maps.borders_line(v, look))
    html.caption(rankings.source_line(v, selection, rows))
with st.expander(v.say("table.show"), icon=":material/table:"):
    shown = rankings.with_place(selection, rows)
    tables.ranking_table(
        v, selection, shown.slice(*tables.pages(v, shown)), tables.Beside(together(rows, selection.measure))
    )
