import streamlit as st

from ui import html, problems_form, transparency, unit_choice
from ui.shell import view

v = view()
head = st.container()
code = unit_choice.row(v)

if code is None:
    with head:
        html.heading(v.say("public.title"), "")
        unit_choice.how_to_choose(v)
else:
    with st.spinner(v.say("public.wait")):
        province, portrait = transparency.figures(v, code)
    with head:
        transparency.head(v, code, portrait)
        problems_form.notice(v, code)
    if portrait.answers:
        st.subheader(v.say("public.figures"), anchor=False)
        transparency.measures(v, code, portrait)
    st.subheader(v.say("public.online"), anchor=False)
    transparency.online(v, province, portrait)
transparency.chapters(v)
