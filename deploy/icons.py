"""Cuts Streamlit's font of icons down to those that pages may draw: `static/icons/`.

After a new icon or a new version of Streamlit, with fonttools and brotli in an environment of their own:
    python3 -m venv .venv-icons && .venv-icons/bin/pip install "fonttools>=4.60" brotli
    .venv-icons/bin/python deploy/icons.py .venv/lib/python3.*/site-packages/streamlit/static/static
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from fontTools import subset, ttLib

HOME = Path(__file__).resolve().parents[1]
OUT = HOME / "static" / "icons"
NAME = re.compile(r":material/([a-z_0-9]+)")


def named(framework: Path) -> set[str]:
    """The icons that our code names, and the framework's own scripts."""
    ours = [path for room in ("ui", "pages", "display", "web") for path in (HOME / room).rglob("*.py")]
    return {
        name for path in [*ours, *framework.glob("js/*.js")] for name in NAME.findall(path.read_text(encoding="utf-8"))
    }


def ligatures(font: ttLib.TTFont) -> dict[str, str]:
    """The glyph of each icon by its name: the font draws it where the letters of the name follow each other."""
    letters = {glyph: chr(code) for code, glyph in font.getBestCmap().items()}
    found = {}
    for lookup in font["GSUB"].table.LookupList.Lookup:
        for table in (getattr(one, "ExtSubTable", one) for one in lookup.SubTable):
            for first, ways in getattr(table, "ligatures", {}).items():
                for way in ways:
                    glyphs = [first, *way.Component]
                    if all(glyph in letters for glyph in glyphs):
                        found["".join(letters[glyph] for glyph in glyphs)] = way.LigGlyph
    return found


def main(framework: Path) -> None:
    (source,) = framework.glob("media/MaterialSymbols-Rounded*.woff2")
    font = ttLib.TTFont(source)
    known = ligatures(font)
    names = sorted(named(framework) & known.keys())
    options = subset.Options(layout_closure=False, flavor="woff2", layout_features=["*"], hinting=False)
    cut = subset.Subsetter(options)
    cut.populate(glyphs=[known[name] for name in names], unicodes=sorted(map(ord, set("".join(names)))))
    cut.subset(font)
    subset.save_font(font, str(OUT / "material-symbols-rounded.woff2"), options)
    (OUT / "names.txt").write_text("\n".join(names) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
