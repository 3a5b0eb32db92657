import streamlit as st

from display.portraits import promises as promised
from display.portraits import summary, summary_words
from store import units
from ui.frame import html
from ui.frame.shell import view
from ui.inspection import visits
from ui.parts import brief_buttons, panel, pinned, practices, problems_form, promises, unit_choice
from ui.unit import (
    asked,
    calendar,
    exceptions,
    fields,
    first_third,
    flows,
    forecast,
    groups,
    members,
    mix,
    places,
    replies,
    tables,
    trends,
    waits,
    workload,
)
from ui.unit import head as unit_head

v = view()
head = st.container()
code = unit_choice.of_unit_page(v, pinned.box)

if code is None:
    with head:
        html.heading(v.say("page.unit"), "")
        unit_choice.how_to_choose(v)
else:
    v = pinned.on_period(v, units.known(code)["province_code"])
    known = summary.rows(v.snapshot, code)
    with head:
        unit_head.head(v, code)
        asked.show(v, code)
        problems_form.notice(v, code)
        brief_buttons.of_unit(v, code)
    if known:
        title = v.say("unit.summary.title")
        if exceptions.section(v, code):
            with st.expander(title, icon=":material/table:"):
                tables.summary(v, code)
        else:
            st.subheader(title, anchor=False)
            tables.summary(v, code)
        with panel.part(v.say("unit.places.title"), "places", ":material/format_list_numbered:") as box:
            if box.open:
                with st.spinner(v.say("unit.places.wait")):
                    places.section(v, code)
        st.subheader(v.say("third.title"), anchor=False)
        first_third.section(v, code)
        forecast.section(v, code)
    with panel.part(v.say("unit.visit.title"), "visit", ":material/checklist:") as box:
        if box.open:
            visits.section(v, code)
    promises.section(v, promised.of_unit(v, code))
    practices.section(v, code)
    replies.section(v, code)
    if known:
        st.subheader(v.say("unit.trends.title"), anchor=False)
        trends.small_multiples(v, code)
        st.subheader(v.say("unit.fields.title"), anchor=False)
        fields.section(v, code)
        mix.section(v, code)
        mix.not_due(v, code)
        waits.section(v, code)
        st.subheader(v.say("unit.workload.title"), anchor=False)
        workload.section(v, code)
        flows.section(v, code)
        st.subheader(v.say("unit.groups.title"), anchor=False)
        groups.section(v, code)
        st.subheader(v.say("unit.calendar.title"), anchor=False)
        calendar.section(v, code)
    st.subheader(v.say("unit.members.title"), anchor=False)
    members.section(v, code)
    if known:
        html.caption(summary_words.source_line(v, code))
    brief_buttons.make_ready(v, code)
