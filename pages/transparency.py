import streamlit as st

from store import units
from ui.frame import html
from ui.frame.shell import view
from ui.parts import pinned, problems_form, unit_choice
from ui.transparency import cards, counter

v = view()
head = st.container()
code = unit_choice.row(v)

if code is None:
    with head:
        html.heading(v.say("public.title"), "")
        unit_choice.how_to_choose(v)
else:
    v = pinned.on_period(v, units.known(code)["province_code"])
    with st.spinner(v.say("public.wait")):
        province, portrait = cards.figures(v, code)
    with head:
        cards.head(v, code, portrait)
        problems_form.notice(v, code)
    if portrait.answers:
        st.subheader(v.say("public.figures"), anchor=False)
        cards.measures(v, code, portrait)
    counter.section(v, portrait)
    st.subheader(v.say("public.online"), anchor=False)
    cards.online(v, province, portrait)
cards.chapters(v)
