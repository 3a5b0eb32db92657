from ui import html
from ui.shell import view

v = view()
html.heading(v.say("page.overview"), "")
