#!/bin/sh
# Tool:     typst 0.15.2 (Python package)
# Expected: a word across each page, as `page(foreground: …)`, has nothing to do with how a table is tagged, so a
#           table of several pages is as accessible with it as without: both compile under PDF/UA-1.
# Happens:  with a foreground, a table that goes over the end of a page is refused: "invalid table structure". A
#           table of one page passes, so the fault comes with the first long list.
# Way out:  `pdf.artifact` around the foreground, which is right for a watermark anyway.
# Seen:     2026-11, Python 3.11: plain: passes; foreground, one page: passes; foreground, several pages: PDF/UA-1
#           error: invalid table (Table) structure; artifact, several pages: passes
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
trap 'exit 1' HUP INT TERM
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check --no-compile typst==0.15.2
cd "$folder"
venv/bin/python - <<'PY'
import typst

SOURCE = """#set document(title: "List")
#set page(foreground: {foreground})
#table(columns: 2, table.header[A][B], ..range({rows}).map(n => ([#n], [x])).flatten())
"""


def tried(foreground: str, rows: int) -> str:
    source = SOURCE.format(foreground=foreground, rows=rows)
    try:
        typst.compile(source.encode(), pdf_standards="ua-1")
    except typst.TypstError as error:
        return str(error)
    return "passes"


found = {
    "plain": tried("none", 120),
    "foreground, one page": tried("[DRAFT]", 10),
    "foreground, several pages": tried("[DRAFT]", 120),
    "artifact, several pages": tried("pdf.artifact[DRAFT]", 120),
}
for name, said in found.items():
    print(f"{name}: {said}")
assert "invalid table" in found.pop("foreground, several pages"), "changed: a long table under a foreground"
assert set(found.values()) == {"passes"}, "changed: one of the others"
PY
