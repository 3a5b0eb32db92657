from html import escape

from ui.frame import html
from ui.frame.shell import view
from ui.imports import commands, corrections, objections, templates, upload
from ui.parts import problems_form

v = view()
html.heading(v.say("page.imports"), escape(v.say("imports.sentence")))
province = upload.choice(v)
templates.section(v, province)
upload.drop(v, province)
upload.understood(v)
objections.section(v, province)
problems_form.section(v, province)
corrections.section(v, province)
commands.section(v, province)
