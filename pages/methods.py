from functools import partial

import streamlit as st

from ui import (
    about,
    about_changes,
    about_coverage,
    about_data,
    about_freshness,
    about_measures,
    about_methods,
    html,
    links,
    problems_form,
)
from ui.shell import view

v = view()
today = about.today()
html.heading(v.say("about.title"), about.sentence(v))
html.cards(about.figures(v, today))
html.show(about.contents(v))

about.section_title(v, "measures")
query = links.words(v.say("about.measures.search"), "q", placeholder=v.say("about.measures.example"))
about_measures.section(v, query, today)

about.section_title(v, "groups")
about_measures.groups(v)

about.section_title(v, "methods")
about_methods.panel(v)

about.section_title(v, "data")
parts = {
    "fresh": (":material/schedule:", partial(about_freshness.panel, v, today)),
    "cover": (":material/calendar_month:", partial(about_coverage.panel, v)),
    "changes": (":material/difference:", partial(about_changes.panel, v)),
    "quarantine": (":material/block:", partial(about_data.quarantine, v)),
    "problems": (":material/flag:", partial(problems_form.everywhere, v)),
    "quality": (":material/rule:", partial(about_data.quality, v)),
    "warnings": (":material/warning:", partial(about_data.warnings, v)),
    "inflation": (":material/ssid_chart:", partial(about_data.inflation, v)),
    "datasets": (":material/database:", partial(about_measures.by_dataset, v)),
}
for part, (icon, draw) in parts.items():
    with st.expander(
        v.say(f"about.part.{part}"), icon=icon, key=f"about_{part}",
        expanded=st.query_params.get("part") == part, on_change="rerun",
    ) as box:  # fmt: skip
        if box.open:
            draw()
