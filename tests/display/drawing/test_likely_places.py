"""The picture of likely ranks: well-formed, in order, legible without colour, small for a whole country."""

from __future__ import annotations

import re
from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from display.drawing.likely_frame import COLUMN, PHONE, Look
from display.drawing.likely_places import has_room, likely_places, on_paper
from display.drawing.palette import DARK, LIGHT
from display.words.places import ordered
from display.words.text import Speaker
from store.reference import measures
from tests.display.place_rows import frames, place, places, province
from tests.drawn import examples

SVG = "{http://www.w3.org/2000/svg}"
VI, EN = Speaker("vi"), Speaker("en")
SHARE, DAYS = measures()["on_time_share"], measures()["processing_days"]
LOOKS = [Look(), COLUMN, PHONE]


def drawn(rows: pl.DataFrame, look: Look = Look(), say: Speaker = EN, measure=SHARE) -> ElementTree.Element:  # noqa: B008
    return ElementTree.fromstring(likely_places(say, measure, "commune", rows, look))


def units(svg: ElementTree.Element) -> list[ElementTree.Element]:
    return sorted((g for g in svg.iter(f"{SVG}g") if g.get("data-unit")), key=lambda g: at(g)[0])


def at(group: ElementTree.Element) -> tuple[float, float]:
    x, y = map(float, group.get("data-at").split())
    return x, y


def texts(svg: ElementTree.Element) -> list[str]:
    return ["".join(text.itertext()) for text in svg.iter(f"{SVG}text")]


def country(of: int) -> pl.DataFrame:
    rng = np.random.default_rng(7)
    values = np.sort(100 - rng.gamma(2, 4, of))[::-1]
    middle = {"tier": "middle", "p_first": 0.3, "p_last": 0.3}
    return places(
        *(
            place(at, of, name=f"Phường Nguyễn Trãi {at}", value=v, value_low=v - 3, value_high=min(v + 3, 100))
            | (middle if at % 7 == 0 else {})
            for at, v in enumerate(values, 1)
        )
    )


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("of", [1, 2, 5, 20, 160])
def test_every_unit_is_a_dot_in_the_order_of_its_expected_rank(of, look):
    groups = units(drawn(province(of).sample(fraction=1, shuffle=True, seed=1), look))
    assert [group.get("data-unit") for group in groups] == [f"{25000 + n}" for n in range(1, of + 1)]
    assert [at(group)[1] for group in groups] == sorted(at(group)[1] for group in groups)


def test_each_dot_says_its_unit_and_has_its_interval():
    group = units(drawn(province(9)))[2]
    assert group.find(f"{SVG}title").text == "Xã 3: 97.0% · first third · about rank 3"
    upright = [
        path.get("d") for path in group.iter(f"{SVG}path") if re.fullmatch(r"M[\d.]+ [\d.]+V[\d.]+", path.get("d"))
    ]
    assert len(upright) == 1


def test_tiers_differ_by_shape_and_not_by_colour_alone():
    shapes = [group[-1] for group in units(drawn(province(9)))]
    kinds = [
        (shape.tag.removeprefix(SVG), shape.get("fill") == LIGHT.ground) for shape in (shapes[0], shapes[4], shapes[8])
    ]
    assert kinds == [("circle", False), ("circle", True), ("path", False)]


def test_the_head_counts_the_tiers_and_the_shades_cover_their_units():
    svg = drawn(province(9))
    assert texts(svg)[:3] == ["3 first third", "3 cannot be told apart", "3 last third"]
    shades = [path for path in svg if path.get("fill-opacity") == ".13"]
    edges = [[float(x) for x in re.findall(r"[MH](\d+\.?\d*)", shade.get("d"))] for shade in shades]
    xs = [at(group)[0] for group in units(svg)]
    inside = [[min(edge) < x < max(edge) for x in xs] for edge in edges]
    assert inside == [[n < 3 for n in range(9)], [n >= 6 for n in range(9)]]


def test_a_unit_of_the_middle_among_the_first_is_not_shaded():
    rows = places(
        *(place(n, 9, tier="middle" if n in (2, 4, 5, 6) else "first" if n < 4 else "last") for n in range(1, 10))
    )
    first = next(path for path in drawn(rows) if path.get("fill-opacity") == ".13")
    assert first.get("d").count("M") == 2


def test_middle_unit_and_target_are_lines_with_their_names():
    timely = SHARE.model_copy(update={"target": next(m.target for m in measures().values() if m.target)})
    value = timely.target.value
    rows = province(9).with_columns(pl.col("value") + value - 95)
    svg = drawn(rows, say=VI, measure=timely)
    assert any(words.startswith("Mục tiêu: ") for words in texts(svg))
    assert any(words.startswith("Xã ở giữa: ") for words in texts(svg))
    assert (
        sum(1 for path in svg if path.get("stroke-dasharray") in ("1 3", "6 3") and path.get("stroke") == LIGHT.ink)
        == 2
    )


def test_a_target_far_away_is_named_with_an_arrow_and_squeezes_nothing():
    measure = SHARE.model_copy(update={"target": next(m.target for m in measures().values() if m.target)})
    far = measure.model_copy(update={"target": measure.target.model_copy(update={"value": 500.0})})
    assert any(
        words.startswith("Target: 500") and words.endswith("↑") for words in texts(drawn(province(9), measure=far))
    )


def test_extremes_and_my_unit_are_named():
    said = texts(drawn(province(160), replace(Look(), mine=("25080",)), VI))
    assert {"Xã 1", "Xã 160"} <= set(said)
    assert "Xã 80 20,0\u00a0% · hạng dự kiến 80" in said


def test_where_names_have_room_all_units_are_named():
    assert {f"Xã {n}" for n in range(1, 6)} <= set(texts(drawn(province(5))))


def test_an_outlier_stands_at_the_edge_and_does_not_squeeze_the_others():
    rows = places(*(place(n, 30, value=95 - n / 10, value_low=None, value_high=None) for n in range(1, 31)),
                  place(31, 31, value=5.0, value_low=None, value_high=None))  # fmt: skip
    groups = units(drawn(rows))
    apart = at(groups[29])[1] - at(groups[0])[1]
    assert apart > 60
    assert groups[-1][-1].tag == f"{SVG}path"


def test_without_an_interval_there_is_a_dot_and_no_upright():
    group = units(drawn(places(place(1, 3, value_low=None), place(2, 3))))[0]
    assert len(list(group)) == 3


@pytest.mark.parametrize("look", LOOKS)
def test_a_whole_country_fits_into_a_page(look):
    rows = country(3321)
    text = likely_places(VI, SHARE, "commune", rows, replace(look, mine=("26000",)))
    svg = ElementTree.fromstring(text)
    assert not has_room(rows, look)
    assert len(text.encode()) < 250_000
    assert units(svg) == []
    codes = ordered(rows).get_column("unit_code").to_list()
    assert svg.get("data-units").split("|") == codes
    assert len(svg.get("data-heights").split("|")) == len(svg.get("data-said").split("|")) == len(codes)
    assert any("hạng dự kiến 1.000" in words for words in texts(svg))


def test_a_province_is_small():
    assert len(likely_places(VI, SHARE, "commune", province(160)).encode()) < 100_000


def test_simulated_figures_say_so_in_the_picture():
    assert "Simulated (mô phỏng), not real figures." in texts(drawn(province(9), replace(Look(), simulated=True)))
    assert "Simulated (mô phỏng), not real figures." not in texts(drawn(province(9)))


def test_a_screen_reader_is_told_what_is_seen():
    svg = drawn(province(9))
    assert svg.get("role") == "img"
    assert svg.get("aria-label") == svg.find(f"{SVG}desc").text
    assert svg.find(f"{SVG}title").text == SHARE.name.en
    assert "9 communes: 3 in the first third" in svg.get("aria-label")


def test_the_dark_picture_has_the_dark_colours_and_paper_the_light_ones():
    text = likely_places(EN, SHARE, "commune", province(9), replace(Look(), palette=DARK))
    assert DARK.ink in text and LIGHT.ink not in text
    classes = set(re.findall(r"gd-(?:fill|stroke)-\w+", text))
    assert classes <= set(re.findall(r"gd-(?:fill|stroke)-\w+", on_paper()))
    assert DARK.ink not in on_paper()


def test_nothing_to_draw_draws_nothing():
    assert likely_places(EN, SHARE, "commune", places()) == ""
    assert likely_places(EN, SHARE, "commune", places(place(1, 1, expected=None))) == ""
    assert likely_places(EN, SHARE, "commune", places(place(1, 1, value=None))) == ""


@examples(60)
@given(frames(), st.sampled_from(LOOKS), st.sampled_from([SHARE, DAYS]), st.booleans())
def test_any_frame_is_drawn_whole(rows, look, measure, simulated):
    known = ordered(rows).drop_nulls("value")
    look = replace(look, mine=("00001",), simulated=simulated)
    text = likely_places(VI, measure, "commune", rows, look)
    assert bool(text) == bool(known.height)
    if not text:
        return
    svg = ElementTree.fromstring(text)
    groups = units(svg)
    assert [group.get("data-unit") for group in groups] == known.get_column("unit_code").to_list()
    assert all(0 < x < look.width and 0 < y < look.height for x, y in map(at, groups))
    assert "nan" not in re.sub(r"<(title|desc|text)[^>]*>[^<]*|aria-label=\"[^\"]*\"", "", text)
