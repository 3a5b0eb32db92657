from datetime import UTC, datetime

from files.places import published_folder
from journal.audit import Recent
from ui.administration import audit_lines, head, kept, releases, roles, signed_in, works
from ui.frame import html
from ui.frame.shell import view

v = view()
data, now = published_folder().parent, datetime.now(UTC)
runs, log = head.Runs.of(data), Recent(data)
html.heading(v.say("page.administration"), head.sentence(v, runs))
html.cards(head.figures(v, data, runs, now))
if v.reader.may("release"):
    releases.section(v, data, now)
roles.section(v)
signed_in.section(v, log, now)
works.section(v, runs, now)
kept.section(v, data)
audit_lines.section(v, log, now)
