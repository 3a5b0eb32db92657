"""Colours and legend of the map, on four units that can be checked by hand."""

from __future__ import annotations

import polars as pl
import pytest

from display.drawing.palette import LIGHT
from display.maps.colouring import WAYS, Reader, coloured, legend
from display.words.text import Speaker
from ranking.bands import BANDS
from store.bands import bands
from store.reference import measures

READER = Reader(LIGHT, Speaker("vi"), "vi")
SHARE = measures()["on_time_share"]
DAYS = measures()["processing_days"]
ROWS = pl.DataFrame(
    {
        "unit_code": ["1", "2", "3", "4", "5"],
        "value": [90.0, 80.0, 95.0, None, None],
        "state": ["reported", "reported", "reported", "not_reported", "no_dossiers"],
        "tier": ["middle", "last", "first", None, None],
        "band": ["alike", "below", "above", None, None],
        "before": [90.0, 88.0, None, 70.0, None],
        "members": [1, 2, 5, 6, 14],
    }
)


@pytest.mark.parametrize("way", WAYS)
def test_every_unit_has_a_colour_and_words(way):
    looks = coloured(ROWS, SHARE, way, READER)

    assert set(looks.fills) == set(looks.texts) == {"1", "2", "3", "4", "5"}


@pytest.mark.parametrize("way", WAYS)
def test_the_legend_counts_every_unit_once(way):
    looks = coloured(ROWS, SHARE, way, READER)

    assert sum(int(words.rsplit("(", 1)[1].rstrip(")")) for _, words in legend(READER, looks)) == 5


def test_silences_have_greys_of_their_own():
    looks = coloured(ROWS, SHARE, "value", READER)

    assert looks.fills["4"] != looks.fills["5"]
    assert not {looks.fills["4"], looks.fills["5"]} & set(LIGHT.sequence)
    assert (looks.texts["4"], looks.texts["5"]) == ("chưa có báo cáo", "không phát sinh hồ sơ")


def test_the_highest_value_is_the_darkest():
    looks = coloured(ROWS, SHARE, "value", READER)

    assert LIGHT.sequence.index(looks.fills["3"]) > LIGHT.sequence.index(looks.fills["2"])


def test_bands_have_the_colours_of_the_table():
    looks = coloured(ROWS, SHARE, "band", READER)

    assert (looks.fills["3"], looks.fills["1"], looks.fills["2"]) == tuple(bands()[name].colour.light for name in BANDS)


def test_a_fall_is_ochre_where_more_is_better_and_teal_where_less_is():
    share, days = coloured(ROWS, SHARE, "change", READER), coloured(ROWS, DAYS, "change", READER)

    assert share.fills["2"] == LIGHT.warning
    assert days.fills["2"] == LIGHT.accent


def test_a_unit_without_an_earlier_figure_says_so():
    assert coloured(ROWS, SHARE, "change", READER).texts["3"] == "kỳ trước không có số để so"


def test_mergers_have_classes_of_one_to_seven_and_more():
    looks = coloured(ROWS, SHARE, "merged", READER)

    assert [words for _, words in legend(READER, looks)] == [
        "từ 7 đơn vị cũ (1)", "5–6 đơn vị cũ (2)", "2 đơn vị cũ (1)", "1 đơn vị cũ (1)"
    ]  # fmt: skip
    assert looks.fills["3"] == looks.fills["4"] != looks.fills["5"]


def test_two_periods_have_the_same_classes_and_both_counts():
    lower = ROWS.with_columns(value=pl.col("value") - 20)
    here, there = coloured(ROWS, SHARE, "fixed", READER, lower), coloured(lower, SHARE, "fixed", READER, ROWS)
    words = [words for _, words in legend(READER, here, there)]

    assert len(words) == len({text.rsplit(" (", 1)[0] for text in words})
    assert words[0].endswith("(2 · 0)")
    assert sum(int(text.rsplit("(", 1)[1].split(" · ")[0]) for text in words) == 5
    assert sum(int(text.rsplit(" · ", 1)[1].rstrip(")")) for text in words) == 5


def test_a_value_has_the_same_colour_in_both_periods():
    other = ROWS.with_columns(value=pl.Series([80.0, 60.0, 70.0, None, None]))
    here = coloured(ROWS, SHARE, "value", READER, other)
    there = coloured(other, SHARE, "value", READER, ROWS)

    assert here.fills["2"] == there.fills["1"]


def test_each_silence_is_named_in_the_legend_by_how_it_is_drawn():
    drawn = {words.split(" (")[0]: kind for kind, words in legend(READER, coloured(ROWS, SHARE, "tier", READER))}

    assert drawn["chưa có báo cáo"] == "silent-hatch"
    assert drawn["không phát sinh hồ sơ"] == "silent-outline"


def test_tiers_have_the_colours_of_the_picture():
    looks = coloured(ROWS, SHARE, "tier", READER)

    assert [looks.fills[code] for code in "321"] == [LIGHT.band(band) for band in ("above", "below", "alike")]
