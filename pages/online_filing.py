import streamlit as st

from display.drawing import curves as drawing_curves
from display.drawing import spans
from display.words import over_time
from store import snapshot
from store.reference import measures
from ui.frame import html, links
from ui.frame.shell import view
from ui.parts import charts, filters, panel, tables
from ui.time import changes, channels, course, fields, grid, history, limits, months, targets

v = view()
head = st.container()
button, row = filters.folding()
with row:
    scope = filters.scope_box(v, drawing_curves.scopes(v), drawing_curves.first_scope(v, "online_filing_share"))
    names = drawing_curves.measures(v)
    if not names:
        raise snapshot.SnapshotTrouble(v.snapshot.manifest.dataset, "no_measure")
    chosen = links.select(
        v.say("filters.measure"),
        "over",
        names,
        "online_filing_share" if "online_filing_share" in names else names[0],
        lambda name: measures()[name].short.in_language(v.language),
        width=280,
    )
    communes = drawing_curves.communes(v, chosen, scope)
    units = links.several(
        v.say("time.units"),
        "units",
        list(communes),
        lambda code: communes.get(code, code),
        drawing_curves.MOST_UNITS,
        placeholder=v.say("time.units_example"),
        disabled=not communes,
        select_all=False,
    )

filters.unfold(v, button, over_time.values_in_a_line(v, scope, chosen))

measure = measures()[chosen]
drawn = course.of(v, measure, scope, units)
shown = months.shown(v, measure, scope)
finding = over_time.sentence(v, measure, scope, shown, units)
with head:
    html.heading(
        over_time.headline(v, measure, scope, shown), over_time.named_sentence(v, measure, scope, shown, units)
    )

if drawn.is_drawable:
    charts.show(
        course.figure(v, measure, drawn),
        drawing_curves.alt(v, measure, drawn.curves, spans.in_words(drawn.spans)),
    )
    if v.narrow:
        html.legend([(line.colour, line.name) for line in [*drawn.curves, *drawn.spans] if line.name])
        html.caption(drawing_curves.marks_in_words(drawn.marks))
    reading = drawing_curves.reading(v, measure, scope, drawn.curves, drawn.fan, [*drawn.past, *drawn.spans])
    html.caption(reading)
    course.control(v, measure, scope, units, finding, reading)
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
            "pages/rankings.py",
            label=v.say("time.no_communes.link"),
            icon=":material/format_list_numbered:",
            query_params={**links.asked(), "measure": "clgq"},
        )

table = over_time.known_values(v, measure, scope, units)
if table:
    with st.expander(v.say("table.show"), icon=":material/table:", expanded=not drawn.is_drawable):
        tables.plain_table(drawing_curves.headers(v, measure), table, over_time.title(v, measure), figures=(2, 3))

limits.panel(v, measure, units)

st.subheader(v.say("months.title"), anchor=False)
pair = months.choose(v, measure, scope)
place = drawing_curves.place(v, scope, units)
with panel.part(v.say("changes.title"), "changes", ":material/swap_vert:", opened=pair is not None) as box:
    if box.open:
        changes.panel(v, measure, scope, pair)
with panel.part(v.say("fields.part", place=place.name), "fields", ":material/category:") as box:
    if box.open:
        fields.panel(v, measure, place, pair)

st.subheader(v.say("all_months.title"), anchor=False)
if chosen in channels.MEASURES:
    with panel.part(v.say("channels.part", place=place.name), "channels", ":material/alt_route:") as box:
        if box.open:
            channels.panel(v, place)
with panel.part(v.say("reached.title"), "reached", ":material/flag:") as box:
    if box.open:
        targets.panel(v, measure, scope)
with panel.part(drawing_curves.grid_title(v, scope), "grid", ":material/grid_view:") as box:
    if box.open:
        grid.panel(v, measure, scope)
