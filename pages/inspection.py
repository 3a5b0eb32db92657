import streamlit as st

from ui.frame import html
from ui.frame.shell import view
from ui.inspection import candidates, choices, downloads, plan, visits
from ui.inspection import head as inspection_head
from ui.parts import brief_buttons, pinned

v = view()
head = st.container()
st.subheader(v.say("inspection.step.choose"), anchor=False)
with st.spinner(v.say("inspection.reading")):
    chosen = choices.row(v)
v = pinned.on_period(v, chosen.scope)
with head:
    html.heading(inspection_head.headline(v, chosen), inspection_head.sentence(v, chosen))
    html.show(inspection_head.reported(v, chosen))
last_days = visits.known_last_days(v)
planned = plan.codes(v.say)

rows = candidates.rows_of(v, chosen, last_days or {})
chosen = choices.both_toggle(v, chosen, rows)
rows = candidates.leave_both(chosen, rows)
if rows.is_empty():
    html.caption(v.say("inspection.nobody"))
else:
    candidates.table(v, chosen, rows, planned)
    html.caption(f"{inspection_head.count_line(v, chosen, rows)} {inspection_head.known_line(v, chosen)}")
    downloads.downloads(v, chosen, rows)
with st.expander(v.say("inspection.score.title"), icon=":material/calculate:"):
    candidates.about_score(v)

st.subheader(v.say("inspection.step.plan"), anchor=False)
planned = plan.choice(v, chosen.scope, rows.get_column("unit_code").to_list(), planned)
trip = plan.stops(planned, chosen.start)
if trip:
    plan.show(v, trip, chosen.start, chosen.scope)
    brief_buttons.of_plan(v, trip, chosen.start)
else:
    html.caption(v.say("plan.empty"))

st.subheader(v.say("inspection.step.prepare"), anchor=False)
with st.container(horizontal=True, vertical_alignment="bottom", key="prepare_row"):
    code = inspection_head.stop(v, [stop.place.code for stop in trip])
    if code:
        inspection_head.file_button(v, code)
        brief_buttons.brief_button(v, code)
if code:
    inspection_head.prepare(v, code)
else:
    html.caption(v.say("inspection.prepare.empty"))
visits.all_visits(v)
