import streamlit as st

from display.words import rankings
from ranking.levels import common
from store import names
from ui.frame import html, links
from ui.frame.shell import view
from ui.parts import downloads, filters, methods
from ui.parts.figures import four_figures
from ui.rankings import charts, comparison, table, weights

v = view()
head, figures = st.container(), st.container()
selection, (search_place, more_place) = filters.row(v, extra=(200, 150))
with search_place:
    query = links.words(v.say("filters.search"), "q", placeholder=v.say("filters.search_example"))

measure = selection.measure
rows = rankings.with_petitions(v, selection, rankings.with_peers(v, selection, rankings.rows_of(v, selection)))
level = common(rows, measure)
with more_place:
    shown, named = filters.more(v, selection, names.found(rows, query))

with head:
    html.heading(rankings.title(v, selection), rankings.sentence(v, selection, rows))
with figures:
    html.cards(four_figures(v, selection, rows))

main, side = st.columns([13, 7], gap="medium")
months = rankings.months_of(v, selection)
with main:
    if told := rankings.petitions_line(v, selection, rows):
        html.caption(told)
    if named:
        html.caption(" ".join([rankings.count_line(v, shown), v.say("more.note")]))
    if shown.is_empty():
        html.caption(v.say("table.none_found", query=query) if query else v.say("table.all_filtered"))
    else:
        visible = rankings.with_place(selection, shown.slice(*table.pages(v, shown)))
        uneven = rankings.uneven_months(v, selection)
        trends = table.sparklines(v, months, visible.get_column("unit_code").to_list(), measure, uneven)
        table.ranking_table(v, selection, visible, table.Beside(level, trends))
    downloads.buttons(v, selection, shown, [(v.say("filters.search"), query), *named])
with side:
    kinds = charts.kinds(rows, months, measure)
    if kinds:
        kind = links.segments(
            v.say("chart.kind"),
            "chart",
            kinds,
            kinds[0],
            lambda code: v.say(f"chart.kind.{code}"),
            label_visibility="collapsed",
        )
        charts.draw(v, kind, rows, months, measure, level, rankings.level_name(v))
        html.caption(charts.reading(v, kind, rows))
        html.caption(rankings.spread(v, selection, rows))
    html.caption(rankings.certainty_line(v, selection, rows, months))
    html.caption(rankings.source_line(v, selection, rows))
    with st.expander(v.say("measure.about"), icon=":material/info:"):
        html.about(v.language, v.measure_words(), measure)
    methods.button(v)

if weights.available(v, selection):
    with st.expander(
        v.say("weights.title"),
        icon=":material/tune:",
        key="weights_box",
        expanded=weights.PARAM in links.asked(),
        on_change="rerun",
    ) as box:
        if box.open:
            weights.panel(v, selection)
with st.expander(
    v.say("compare.title"),
    icon=":material/compare_arrows:",
    key="comparison_box",
    expanded="units" in links.asked(),
    on_change="rerun",
) as box:
    if box.open:
        comparison.panel(v, selection, rows)
