from html import escape

from ui import html, imports, problems_form
from ui.shell import view

v = view()
html.heading(v.say("page.imports"), escape(v.say("imports.sentence")))
province = imports.choice(v)
imports.drop(v, province)
imports.understood(v)
problems_form.section(v, province)
