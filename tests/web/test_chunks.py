"""What every page needs is found with all that it imports."""

from __future__ import annotations

from web import chunks, packed


def test_imports_are_followed_and_what_the_page_names_is_left_out(tmp_path):
    scripts = tmp_path / "static" / "js"
    scripts.mkdir(parents=True)
    (tmp_path / "index.html").write_text('<script src="./static/js/index.1.js"></script>', encoding="utf-8")
    (scripts / "index.1.js").write_text("export{a}", encoding="utf-8")
    (scripts / "Html.2.js").write_text('import{a}from"./index.1.js";import"./pure.3.js";x()', encoding="utf-8")
    (scripts / "pure.3.js").write_text('import{b}from"./Html.2.js";', encoding="utf-8")
    (scripts / "Other.4.js").write_text("", encoding="utf-8")

    assert chunks.needed(tmp_path, ["Html"]) == ["Html.2.js", "pure.3.js"]
    assert chunks.links(["Html.2.js"]) == '<link rel="modulepreload" crossorigin href="./static/js/Html.2.js">'


def test_the_framework_has_them_all():
    names = chunks.needed(packed.framework())
    assert all(any(name.startswith(f"{start}.") for name in names) for start in chunks.ON_EVERY_PAGE)
    assert not any(name.startswith(("Plotly", "DeckGl", "DataFrame")) for name in names)
