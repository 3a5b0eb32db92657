import streamlit as st

from ui import (
    brief_buttons,
    html,
    over_time,
    problems_form,
    unit_calendar,
    unit_choice,
    unit_fields,
    unit_groups,
    unit_head,
    unit_members,
    unit_summary,
    unit_tables,
    unit_trends,
    unit_visit,
    unit_workload,
)  # fmt: skip
from ui.shell import view

v = view()
head = st.container()
code = unit_choice.row(v)

if code is None:
    with head:
        html.heading(v.say("page.unit"), "")
        unit_choice.how_to_choose(v)
else:
    known = unit_summary.rows(v.snapshot, code)
    with head:
        unit_head.head(v, code)
        problems_form.notice(v, code)
        brief_buttons.of_unit(v, code)
    if known:
        st.subheader(v.say("unit.summary.title"), anchor=False)
        unit_tables.summary(v, code)
    with over_time.part(v.say("unit.visit.title"), "visit", ":material/checklist:") as box:
        if box.open:
            unit_visit.section(v, code)
    if known:
        st.subheader(v.say("unit.trends.title"), anchor=False)
        unit_trends.small_multiples(v, code)
        st.subheader(v.say("unit.fields.title"), anchor=False)
        unit_fields.section(v, code)
        st.subheader(v.say("unit.workload.title"), anchor=False)
        unit_workload.section(v, code)
        st.subheader(v.say("unit.groups.title"), anchor=False)
        unit_groups.section(v, code)
        st.subheader(v.say("unit.calendar.title"), anchor=False)
        unit_calendar.section(v, code)
    st.subheader(v.say("unit.members.title"), anchor=False)
    unit_members.section(v, code)
    if known:
        html.caption(unit_summary.source_line(v, code))
    brief_buttons.make_ready(v, code)
