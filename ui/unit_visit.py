"""What an inspector needs of one unit: what to ask there, what was found before, and the way to the plan."""

from __future__ import annotations

import streamlit as st

from ui import addresses, html, inspection_checklist, inspection_visits, unit_store
from ui.shell import View


def section(view: View, code: str) -> None:
    """The unit's own questions, its visits, and a link that puts it into a plan."""
    inspection_checklist.own(view, code)
    if not inspection_checklist.may_ask(view, code):
        return
    inspection_visits.history(view, inspection_visits.of_unit(view, code))
    html.caption(inspection_visits.internal(view))
    province = unit_store.unit(code)["province_code"]
    st.page_link(
        "pages/inspection.py", label=view.say("unit.visit.plan"), icon=":material/add_location:",
        query_params=addresses.query(view, province=province, plan=code, stop=code),
    )  # fmt: skip
