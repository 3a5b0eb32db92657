from functools import partial

import streamlit as st

from ui.about import changes, coverage, data, errata, freshness, head, measures, methods, releases
from ui.frame import html, links
from ui.frame.shell import view
from ui.parts import problems_form

v = view()
today = head.today()
html.heading(v.say("about.title"), head.sentence(v))
html.cards(head.figures(v, today))
html.show(head.contents(v))

head.section_title(v, "measures")
query = links.words(v.say("about.measures.search"), "q", placeholder=v.say("about.measures.example"))
measures.section(v, query, today)

head.section_title(v, "groups")
measures.groups(v)

head.section_title(v, "methods")
methods.panel(v)

head.section_title(v, "data")
parts = {
    "fresh": (":material/schedule:", partial(freshness.panel, v, today)),
    "cover": (":material/calendar_month:", partial(coverage.panel, v)),
    "changes": (":material/difference:", partial(changes.panel, v)),
    "releases": (":material/event:", partial(releases.panel, v, today)),
    "errata": (":material/edit_note:", partial(errata.panel, v)),
    "quarantine": (":material/block:", partial(data.quarantine, v)),
    "problems": (":material/flag:", partial(problems_form.everywhere, v)),
    "quality": (":material/rule:", partial(data.quality, v)),
    "warnings": (":material/warning:", partial(data.warnings, v)),
    "withheld": (":material/visibility_off:", partial(data.withheld, v)),
    "inflation": (":material/ssid_chart:", partial(data.dispersion, v)),
    "datasets": (":material/database:", partial(measures.by_dataset, v)),
}
for part, (icon, draw) in parts.items():
    with st.expander(
        v.say(f"about.part.{part}"),
        icon=icon,
        key=f"about_{part}",
        expanded=st.query_params.get("part") == part,
        on_change="rerun",
    ) as box:
        if box.open:
            draw()
