import streamlit as st

from ranking.levels import together
from ui import filters, html, layers, links, maps, rankings, tables
from ui.shell import view

v = view()
head = st.container()
selection, (shape_place,) = filters.row(v, levels=("commune",), extra=(220,))
with shape_place:
    shapes = ("area", "symbol") if layers.areas(selection.scope) else ("symbol",)
    shape = links.select(v.say("map.shape"), "shape", shapes, shapes[0], lambda code: v.say(f"map.shape.{code}"))

rows = rankings.rows_of(v, selection)
with head:
    html.heading(maps.title(v, selection), rankings.sentence(v, selection, rows))

main, side = st.columns([3, 1], gap="medium")
with main:
    picked = st.pydeck_chart(
        maps.deck(v, selection, shape),
        height=maps.HEIGHT,
        on_select="rerun",
        key=maps.key(v, selection, shape),
        alt=maps.alt(v, selection, rows),
    )
with side:
    html.show(maps.card(v, selection, rows, maps.picked_code(picked)))
    st.subheader(selection.measure.short.in_language(v.language), anchor=False)
    html.legend(maps.legend(v, selection, rows))
    html.caption(v.say("map.symbol_size") if shape == "symbol" else v.say("map.hint"))
    html.caption(maps.borders_line(v, shape))
    html.caption(rankings.source_line(v, selection, rows))
with st.expander(v.say("table.show"), icon=":material/table:"):
    shown = rankings.with_place(selection, rows)
    tables.ranking_table(
        v, selection, shown.slice(*tables.pages(v, shown)), tables.Beside(together(rows, selection.measure))
    )
