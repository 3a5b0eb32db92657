import streamlit as st

from ranking.levels import together
from ui import charts, filters, html, links, rankings, store, tables
from ui.shell import view

v = view()
head, figures = st.container(), st.container()
selection, (search_place,) = filters.row(v, extra=1)
with search_place:
    query = links.words(v.say("filters.search"), "q", placeholder=v.say("filters.search_example"))

rows = rankings.rows_of(v, selection)
level = together(rows, selection.measure)
shown = store.found(rows, query)

with head:
    html.heading(rankings.title(v, selection), rankings.sentence(v, selection, rows))
with figures:
    html.cards(rankings.four_figures(v, selection, rows))

main, side = st.columns([3, 2], gap="medium")
with main:
    if shown.is_empty():
        html.caption(v.say("table.none_found", query=query))
    else:
        page = tables.pages(v, shown)
        visible = rankings.with_place(selection, shown.slice(*page))
        months = store.by_month(v.snapshot, selection.measure.id, selection.basis, selection.level, selection.scope)
        trends = tables.sparklines(months, visible.get_column("unit_code"), v.palette.accent, v.say("table.trend"))
        tables.ranking_table(v, selection, visible, level, trends)
    st.download_button(
        v.say("table.download"),
        rankings.as_csv(v, selection, shown),
        rankings.file_name(selection, "csv"),
        "text/csv",
        icon=":material/download:",
        on_click="ignore",
    )
with side:
    if rankings.can_be_charted(rows):
        st.subheader(v.say("chart.in_order.title"), anchor=False)
        figure = charts.in_order(v, rows, selection.measure, level, rankings.level_name(v, selection))
        charts.show(figure, rankings.chart_words(v, selection, rows))
        html.caption(rankings.spread(v, selection, rows))
    html.caption(rankings.source_line(v, selection, rows))
    with st.expander(v.say("measure.about"), icon=":material/info:"):
        html.about(v.language, v.measure_words(), selection.measure)
