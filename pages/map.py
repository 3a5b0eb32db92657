import streamlit as st

from ranking.levels import together
from ui import filters, html, maps, rankings, tables
from ui.shell import view

v = view()
head = st.container()
selection, (look_place,) = filters.row(v, levels=("commune",), extra=(650,))
with look_place, st.container(horizontal=True, vertical_alignment="bottom"):
    look = maps.look(v, selection)

rows = maps.rows_of(v, selection, look)
with head:
    html.heading(maps.title(v, selection), rankings.sentence(v, selection, rows))

main, side = st.columns([3, 1], gap="medium")
with main:
    picked = st.pydeck_chart(
        maps.deck(v, selection, look),
        height=maps.HEIGHT,
        on_select="rerun",
        key=maps.key(v, selection, look),
        alt=maps.alt(v, selection, rows),
    )
with side:
    html.show(maps.card(v, selection, rows, maps.chosen_unit(v, rows, picked)))
    st.subheader(selection.measure.short.in_language(v.language), anchor=False)
    html.legend(maps.legend(v, selection, rows, look), stacked=True)
    html.caption(maps.reading(v, selection.measure, look))
    html.caption(maps.borders_line(v, look))
    html.caption(rankings.source_line(v, selection, rows))
with st.expander(v.say("table.show"), icon=":material/table:"):
    shown = rankings.with_place(selection, rows)
    tables.ranking_table(
        v, selection, shown.slice(*tables.pages(v, shown)), tables.Beside(together(rows, selection.measure))
    )
