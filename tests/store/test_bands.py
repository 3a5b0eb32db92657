"""The table of bands: what it must say."""

from __future__ import annotations

import pytest

from files.faults import Fault
from ranking.bands import BANDS
from store import bands


def test_the_bands_that_are_computed_are_there_the_good_side_first():
    assert list(bands.bands()) == list(BANDS)


def test_no_two_bands_look_alike():
    known = bands.bands().values()

    for looks in ([b.mark for b in known], [b.colour.light for b in known], [b.colour.dark for b in known]):
        assert len(set(looks)) == len(BANDS)


def test_words_and_site_follow_the_colour_unless_they_say_otherwise():
    band = bands.Band.model_validate(
        {"mark": "▲", "colour": {"light": "#111111", "dark": "#222222"}, "words": {"light": "#333333"}}
    )

    assert (band.ink.light, band.ink.dark) == ("#333333", "#222222")
    assert (band.site_fill.light, band.site_fill.dark) == ("#111111", "#222222")
    assert (band.site_ink.light, band.site_ink.dark) == ("#333333", "#222222")


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        (
            "above:\n",
            "better:\n",
            "data/bands.yaml: must have the entries above, alike, below, found better, alike, below",
        ),
        ("  mark: ▲\n", "", "data/bands.yaml, above, mark: the key is missing"),
        ('"#0B6E75"', '"teal"', "data/bands.yaml, above, colour.light: .*found 'teal'"),
    ],
)
def test_a_wrong_table_is_refused_with_its_place(tmp_path, old, new, complaint):
    path, text = tmp_path / "bands.yaml", bands.PATH.read_text(encoding="utf-8")
    path.write_text(text.replace(old, new, 1), encoding="utf-8")

    with pytest.raises(Fault, match=complaint):
        bands.read(path)
