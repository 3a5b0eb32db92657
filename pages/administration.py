from datetime import UTC, datetime

from files.places import published_folder
from ui.administration import audit_lines, head, kept, releases, roles, signed_in, works
from ui.frame import html
from ui.frame.shell import view

v = view()
data, now = published_folder().parent, datetime.now(UTC)
html.heading(v.say("page.administration"), head.sentence(v, data))
html.cards(head.figures(v, data, now))
if v.reader.may("release"):
    releases.section(v, data, now)
roles.section(v)
signed_in.section(v, data, now)
works.section(v, data, now)
kept.section(v, data)
audit_lines.section(v, data, now)
