import streamlit as st

from display.words import findings, rankings
from ranking.levels import common
from store import moves, names
from ui.frame import html, links
from ui.frame.shell import view
from ui.parts import downloads, filters, methods, narrowing, places
from ui.parts.figures import four_figures
from ui.rankings import charts, comparison, mix, sharing, sorting, table, weights

v = view()
head, above = st.container(), st.container()
selection, (search_place, more_place) = filters.row(v, extra=(200, 150))
with search_place:
    query = links.words(v.say("filters.search"), "q", placeholder=v.say("filters.search_example"))

measure = selection.measure
rows = rankings.with_petitions(v, selection, rankings.with_peers(v, selection, rankings.rows_of(v, selection)))
rows = mix.with_mix(v, selection, moves.with_moves(v.snapshot, rows))
found = rankings.places_of(v, selection, rows)
level = common(rows, measure)
months = rankings.months_of(v, selection)
kinds = charts.kinds(rows, months, measure)
with more_place:
    shown, named = narrowing.more(v, selection, names.found(rows, query))

with head:
    html.heading(findings.headline(v, selection, rows), rankings.named_sentence(v, selection, rows))
with above:
    picture, beside = st.columns([13, 7], gap="medium") if kinds else (st.container(), st.container())
    with beside:
        with st.container(key="figures_beside" if kinds else "figures"):
            html.cards(four_figures(v, selection, rows))
        html.caption(rankings.certainty_line(v, selection, rows))
    with picture, st.container(key="picture_beside"):
        if kinds:
            drawing = st.container()
            with st.container(horizontal=True, vertical_alignment="top"):
                words = st.container()
                kind = charts.choice(v, kinds)
                beside_it = st.container(width="content")
            pictured = charts.is_picture(kind, found)
            with drawing:
                if pictured:
                    places.picture(v, selection, found, sharing.mine(), "beside", explained=False)
                else:
                    charts.draw(v, kind, rows, months, measure, level)
            with words:
                html.caption(places.reading(v, found, "beside") if pictured else charts.reading(v, kind, rows))
            with beside_it:
                if pictured:
                    sharing.of_picture(v, selection, rows, found)
                else:
                    sharing.of_chart(v, selection, rows, months, kind)

over_the_list = st.container()
with_mix = mix.switch(v, rows)
if not with_mix:
    shown = mix.without(shown)
if said := rankings.list_head(v, selection, rows, found, {mix.PARAM: "on"} if with_mix else {}):
    with over_the_list:
        html.show(f'<p class="gd-caption">{said}</p>')
if told := rankings.petitions_line(v, selection, rows):
    html.caption(told)
if named:
    html.caption(" ".join([rankings.count_line(v, shown), v.say("more.note")]))
if shown.is_empty():
    html.caption(v.say("table.none_found", query=query) if query else v.say("table.all_filtered"))
else:
    order = sorting.chosen()
    listed = sorting.ordered(shown, selection, order)
    visible = rankings.with_place(selection, listed.slice(*table.pages(v, listed)))
    uneven = rankings.uneven_months(v, selection)
    trends = table.sparklines(v, months, visible.get_column("unit_code").to_list(), measure, uneven)
    table.ranking_table(v, selection, visible, table.Beside(level, trends), order)
filters_in_words = [(v.say("filters.search"), query), *named]
with st.container(horizontal=True):
    downloads.buttons(v, selection, shown, filters_in_words)
    if not shown.is_empty():
        sharing.of_list(v, selection, shown, filters_in_words)
if kinds:
    html.caption(rankings.spread(v, selection, rows))
if told := rankings.not_due_line(v, selection, rows):
    html.caption(told)
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
