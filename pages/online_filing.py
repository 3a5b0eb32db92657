import streamlit as st

from ui import (
    charts,
    filters,
    history,
    html,
    links,
    over_time,
    store,
    tables,
    time_changes,
    time_channels,
    time_fields,
    time_grid,
    time_limits,
    time_months,
    time_targets,
)
from ui.shell import view

v = view()
head = st.container()
button, row = filters.folding()
with row:
    places = over_time.scopes(v)
    scope = links.select(
        v.say("filters.scope"), "province", places, over_time.first_scope(v, "online_filing_share"),
        lambda code: store.scope_name(code) or v.say("scope.country"), width=220,
    )  # fmt: skip
    names = over_time.measures(v)
    if not names:
        raise store.SnapshotTrouble(v.snapshot.manifest.dataset, "no_measure")
    chosen = links.select(
        v.say("filters.measure"), "over", names, "online_filing_share" if "online_filing_share" in names else names[0],
        lambda name: store.measures()[name].short.in_language(v.language), width=280,
    )  # fmt: skip
    communes = over_time.communes(v, chosen, scope)
    units = links.several(
        v.say("time.units"), "units", list(communes), communes.get, over_time.MOST_UNITS,
        placeholder=v.say("time.units_example"), disabled=not communes, select_all=False,
    )  # fmt: skip

filters.unfold(v, button, over_time.values_in_a_line(v, scope, chosen))

measure = store.measures()[chosen]
curves = over_time.lines(v, measure, scope, units)
past = history.before_merger(v, measure, units)
fan = over_time.fan(v, measure, scope)
with head:
    html.heading(over_time.title(v, measure), over_time.sentence(v, measure, scope))

if over_time.is_drawable(curves, fan):
    marks = over_time.marks(v, scope, over_time.days_of([*past, *curves], fan))
    figure = charts.over_time(v, measure, [*past, *curves], fan, marks, over_time.targets(v, measure))
    charts.show(figure, over_time.alt(v, measure, curves))
    if v.narrow:
        html.legend([(line.colour, line.name) for line in curves if line.name])
        html.caption(over_time.marks_in_words(marks))
    html.caption(over_time.reading(v, measure, curves, fan))
else:
    st.info(v.say("time.too_few"), icon=":material/info:")
for unit in units:
    if text := history.words(v, measure, unit):
        html.caption(text)
html.caption(over_time.source_line(v))

if not communes and chosen == "online_filing_share":
    st.subheader(v.say("time.no_communes.title"), anchor=False)
    html.show(over_time.no_communes(v))
    if "clgq" in names:
        st.page_link(
            "pages/rankings.py", label=v.say("time.no_communes.link"), icon=":material/format_list_numbered:",
            query_params={**dict(st.query_params), "measure": "clgq"},
        )  # fmt: skip

table = over_time.known_values(v, measure, scope)
if table:
    with st.expander(v.say("table.show"), icon=":material/table:", expanded=not over_time.is_drawable(curves, fan)):
        tables.plain_table(over_time.headers(v), table, over_time.title(v, measure), figures=(2, 3))

time_limits.panel(v, measure, units)

st.subheader(v.say("months.title"), anchor=False)
pair = time_months.choose(v, measure, scope)
place = over_time.place(v, scope, units)
with over_time.part(v.say("changes.title"), "changes", ":material/swap_vert:") as box:
    if box.open:
        time_changes.panel(v, measure, scope, pair)
with over_time.part(v.say("fields.part", place=place.name), "fields", ":material/category:") as box:
    if box.open:
        time_fields.panel(v, measure, place, pair)

st.subheader(v.say("all_months.title"), anchor=False)
if chosen in time_channels.MEASURES:
    with over_time.part(v.say("channels.part", place=place.name), "channels", ":material/alt_route:") as box:
        if box.open:
            time_channels.panel(v, place)
with over_time.part(v.say("reached.title"), "reached", ":material/flag:") as box:
    if box.open:
        time_targets.panel(v, measure, scope)
with over_time.part(over_time.grid_title(v, scope), "grid", ":material/grid_view:") as box:
    if box.open:
        time_grid.panel(v, measure, scope)
