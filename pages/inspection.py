import streamlit as st

from ui import brief_buttons, html, inspection, inspection_list, inspection_visits, plan
from ui.shell import view

v = view()
head = st.container()
with st.spinner(v.say("inspection.reading")):
    chosen = inspection_list.row(v)
with head:
    html.heading(inspection.title(v, chosen), inspection.sentence(v, chosen))
last_days = inspection_visits.last_days(v)
planned = plan.codes()

rows = inspection_list.rows_of(v, chosen, last_days or {})
chosen = inspection_list.both_toggle(v, chosen, rows)
rows = inspection_list.leave_both(chosen, rows)
if rows.is_empty():
    html.caption(v.say("inspection.nobody"))
else:
    inspection_list.table(v, chosen, rows, planned)
    html.caption(inspection.count_line(v, chosen, rows))
    inspection_list.downloads(v, chosen, rows)
with st.expander(v.say("inspection.score.title"), icon=":material/calculate:"):
    inspection_list.about_score(v)

st.subheader(v.say("plan.title"), anchor=False)
planned = plan.choice(v, chosen.scope, rows.get_column("unit_code").to_list(), planned)
trip = plan.stops(planned, chosen.start)
if trip:
    plan.show(v, trip, chosen.start, chosen.scope)
    brief_buttons.of_plan(v, trip, chosen.start)
else:
    html.caption(v.say("plan.empty"))

st.subheader(v.say("inspection.prepare"), anchor=False)
with st.container(horizontal=True, vertical_alignment="bottom", key="prepare_row"):
    code = inspection.stop(v, [stop.place.code for stop in trip])
    if code:
        inspection.file_button(v, code)
        brief_buttons.brief_button(v, code)
if code:
    inspection.prepare(v, code)
else:
    html.caption(v.say("inspection.prepare.empty"))
inspection_visits.everything(v)
