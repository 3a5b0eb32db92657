"""The page about time: its parts open and closed, on recorded and on simulated figures."""

from __future__ import annotations

import re
from datetime import date
from types import SimpleNamespace

import plotly.graph_objects as go
import polars as pl
import pytest

from display.drawing import curves, spans
from display.drawing.curves import Place
from display.drawing.palette import LIGHT
from display.words.text import Speaker
from display.words.view import View
from ranking.periods import calendar_period
from ranking.process_limits import FEWEST_POINTS
from store import reference, snapshot
from tests.pages.test_pages import markup, open_page, select, words
from tests.ui.rankings.test_panels import view_of
from ui.parts import charts
from ui.time import channels, fields, grid, limit_chart, targets
from ui.time import limits as time_limits
from ui.time.grid import Cell
from ui.time.months import Pair
from ui.time.tables import Scale

PARTS = ("changes", "fields", "channels", "reached", "grid")
ALL_OPEN = dict.fromkeys(PARTS, "true")
NGHI_SON = "16654"


def open_time(dataset="simulated", **query):
    return open_page("online_filing", dataset=dataset, **query)


@pytest.fixture
def simulated(app_data):
    return View("en", Speaker("en"), snapshot.open_snapshot("simulated"), LIGHT)


def measure(name):
    return reference.measures()[name]


# --- all parts


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("scope", ["38", "VN"])
def test_every_part_opens_on_simulated_figures(app_data, language, scope):
    page = markup(open_time(province=scope, lang=language, **ALL_OPEN))

    assert page.count('class="gd-swing"') > 20
    assert 'class="gd-grid"' in page


@pytest.mark.parametrize("chosen", ["on_time_share", "processing_days", "received", "index_766", "open_overdue"])
def test_any_measure_can_take_the_place(app_data, chosen):
    assert "gd-grid" in markup(open_time(province="38", over=chosen, units=NGHI_SON, **ALL_OPEN))


def test_what_has_news_stands_open_and_closed_parts_are_not_computed(app_data):
    page = markup(open_time(province="38"))

    assert 'class="gd-swing"' in page
    assert 'class="gd-grid"' not in page
    assert 'class="gd-swing"' not in markup(open_time(province="38", changes="false"))


@pytest.mark.parametrize("language", ["vi", "en"])
def test_recorded_figures_say_why_each_part_is_empty(app_data, language):
    text = words(open_time("recorded", province="25", lang=language, **ALL_OPEN))

    said = {"vi": "Số này có trong biểu II.06", "en": "It stands in form II.06"}[language]
    assert text.count(said) >= 5
    assert "python -m" not in text


def test_a_measure_of_the_portal_is_completed_from_the_portal(app_data):
    text = words(open_time("recorded", province="25", over="clgq", **ALL_OPEN))

    assert text.count("Số này có trong số liệu của Cổng Dịch vụ công quốc gia.") == 3


# --- limits


def test_a_chosen_unit_is_measured_against_itself(app_data):
    app = open_time(province="38", units=NGHI_SON)
    text = words(app)
    assert re.search(r"Phường Nghi Sơn: tháng 8/2026 \d+,\d\s%", re.sub(r"</?b>", "", markup(app))), "in the sentence"
    assert re.search(r"<t[hd][^>]*>Phường Nghi Sơn</t[hd]>", markup(app)), "in the table"

    assert "khác thường so với chính Phường Nghi Sơn" in text
    assert "Phường Nghi Sơn đạt mục tiêu 80\u00a0% trong hầu như mọi tháng" in text


def test_no_unit_no_limits(app_data):
    assert "chính Phường" not in words(open_time(province="38"))


def test_of_several_units_the_reader_picks_one(app_data):
    text = words(open_time(province="38", units=f"{NGHI_SON},15007", limits="15007"))

    assert "chính Xã Tam Thanh" in text
    assert "chính Phường Nghi Sơn" not in text


def test_a_baseline_starts_at_the_merger_and_where_the_rules_change(simulated):
    chart = limit_chart.of_unit(simulated, measure("on_time_share"), NGHI_SON)
    limits = [month.point.limits for month in chart.months]
    starts = [chart.months[n].day for n in range(1, len(limits)) if limits[n] != limits[n - 1]]

    assert starts == [date(2025, 7, 1), date(2026, 1, 1)]


def test_the_open_month_has_no_point(simulated):
    chart = limit_chart.of_unit(simulated, measure("online_filing_share"), NGHI_SON)

    assert chart.months[-1].day == date(2026, 8, 1)


def test_special_months_are_told_apart_by_mark_and_word(simulated):
    chart = limit_chart.of_unit(simulated, measure("online_filing_share"), NGHI_SON)
    drawn = time_limits.figure(simulated, measure("online_filing_share"), chart)
    special = [trace for trace in drawn.data if trace.mode == "markers+text"]

    assert {(t.marker.symbol, t.text[0]) for t in special if t.text[0]} == {
        ("triangle-up", "high"), ("triangle-down", "low"),
    }  # fmt: skip
    assert len(special) == sum(bool(month.kind) for month in chart.months)


def test_limits_never_promise_more_than_all(simulated):
    chart = limit_chart.of_unit(simulated, measure("on_time_share"), NGHI_SON)
    table = time_limits.table(simulated, measure("on_time_share"), chart)

    assert all(row[4] == "–" or float(row[4].rstrip("%")) <= 100 for row in table)


def test_a_unit_of_few_months_says_so(app_data):
    text = words(open_time("recorded", province="25", over="on_time_share", units="07894", lang="en"))

    assert f"at least {FEWEST_POINTS} counted by the same rules" in text


# --- two months


def chosen_months(app):
    return tuple(select(app, key).value for key in ("from", "to"))


def test_two_months_start_a_year_apart(app_data):
    assert chosen_months(open_time(province="38")) == ("2025-08", "2026-08")


def test_where_the_rules_changed_the_earliest_comparable_month_counts(app_data):
    assert chosen_months(open_time(province="38", over="on_time_share")) == ("2026-01", "2026-08")


def test_both_months_come_from_the_link(app_data):
    app = open_time(province="38", **{"from": "2025-09", "to": "2026-03"}, changes="true")

    assert chosen_months(app) == ("2025-09", "2026-03")
    assert "từ tháng 9/2025 đến tháng 3/2026" in words(app)


def test_a_month_that_lies_after_the_other_is_not_taken(app_data):
    assert chosen_months(open_time(province="38", **{"from": "2026-03", "to": "2025-10"})) == ("2025-07", "2025-10")


def test_the_sentence_counts_everybody_once(app_data):
    text = words(open_time(province="38", changes="true", lang="en"))
    everybody = re.search(r"of (\d+) communes that can be compared", text)
    clear = re.search(r"(\d+) clearly rose, (\d+) clearly fell, and (\d+) cannot", text)
    left_out = re.search(r"in one of the months: (\d+)", text)

    assert sum(map(int, clear.groups())) == int(everybody[1])
    assert int(everybody[1]) + int(left_out[1]) == 166


def test_ten_up_and_ten_down_link_to_their_pages(app_data):
    page = markup(open_time(province="38", changes="true", lang="en"))

    assert page.count("./don-vi?dataset=simulated&amp;lang=en&amp;unit=") == 20


# --- fields


def field_rows(*days, series="a"):
    return pl.DataFrame({"period_start": list(days), "series": series, "field": "x"})


def test_fields_that_start_later_are_compared_from_there():
    rows = field_rows(date(2025, 9, 1), date(2026, 8, 1))
    pair = Pair(calendar_period("month", 2025, 8), calendar_period("month", 2026, 8), "form", "a")

    assert fields.two_months(rows, pair) == (
        calendar_period("month", 2025, 9), calendar_period("month", 2026, 8),
    )  # fmt: skip


def test_a_first_month_of_fields_has_no_earlier_one():
    assert fields.two_months(field_rows(date(2026, 8, 1)), None)[0] is None


def test_fields_are_those_of_the_chosen_unit(app_data):
    assert "Phường Nghi Sơn, tháng 8/2026, “Nộp trực tuyến” của 8 lĩnh vực" in words(
        open_time(province="38", units=NGHI_SON, fields="true")
    )


def test_a_measure_without_fields_names_those_that_have_them(app_data):
    assert "Chỉ tiêu có chia:" in words(open_time(province="38", over="index_766", fields="true"))


# --- channels


def test_without_dossiers_online_stands_against_the_rest(simulated, monkeypatch):
    counted = channels._months

    def coarse(view, name, place):
        if name in ("online_filing_share", "rest"):
            return counted(view, name, place)
        return pl.DataFrame(schema={"period_start": pl.Date, "n": pl.Float64, name: pl.Float64})

    monkeypatch.setattr(channels, "_months", coarse)
    found = channels.of_place(simulated, Place("province", "38", "Thanh Hóa"))

    assert found.names == ("online_filing_share", "rest")
    assert found.months.select(pl.sum_horizontal(found.names)).to_series().to_list() == pytest.approx(
        [100] * found.months.height
    )


def test_channels_that_the_dataset_knows_stand_apart(simulated, monkeypatch):
    def known(view, name, place):
        values = {"in_person_share": [30.0], "post_share": [10.0]}.get(name, [])
        days = [date(2026, 8, 1)] * len(values)
        return pl.DataFrame({"period_start": days, "n": [5.0] * len(values), name: values}, schema_overrides={
            "period_start": pl.Date, "n": pl.Float64, name: pl.Float64})  # fmt: skip

    monkeypatch.setattr(channels, "_months", known)
    monkeypatch.setattr(reference, "measures", lambda: dict.fromkeys(channels.MEASURES))

    found = channels.of_place(simulated, Place("province", "38", "Thanh Hóa"))
    assert found.names == ("in_person_share", "post_share")


def test_channels_belong_to_filing_only(app_data):
    assert "Theo kênh nộp" not in labels(open_time(province="38", over="processing_days"))
    assert "Theo kênh nộp" in labels(open_time(province="38"))


def labels(app):
    return " ".join(box.label for box in app.expander)


# --- time to a level


def test_the_level_starts_at_95_and_follows_the_link(app_data):
    assert "từ 95\u00a0% trở lên" in words(open_time(province="38", reached="true"))
    assert "từ 97,5\u00a0% trở lên" in words(open_time(province="38", reached="true", reach="97.5"))


@pytest.mark.parametrize("nonsense", ["abc", "nan", "-1", "101"])
def test_a_level_that_cannot_be_means_the_first_one(app_data, nonsense):
    assert "từ 95\u00a0% trở lên" in words(open_time(province="38", reached="true", reach=nonsense))


def test_a_measure_without_a_better_side_has_no_level(app_data):
    assert "không đặt mức phải đạt" in words(open_time(province="38", over="received", reached="true"))


def test_too_few_dossiers_are_no_month(simulated):
    months = targets.of_scope(simulated.snapshot, "online_filing_share", "form", "38")

    assert months.get_column("value").null_count() > 0
    assert months.get_column("period_start").max() == date(2026, 8, 1)


# --- small charts


def test_a_gap_lifts_the_pen():
    assert grid.path([0, 10, None, 10, 0], frozenset(), Scale(0, 10)) == "M2 33L31 3M89 3L118 33"


def test_other_rules_lift_the_pen():
    assert grid.path([0, 10, 0], frozenset({2}), Scale(0, 10)) == "M2 33L60 3M118 33h.1"


def test_a_lone_value_is_a_dot():
    assert grid.path([None, 10, None], frozenset(), Scale(0, 10)) == "M60 3h.1"


def test_values_beyond_the_scale_are_drawn_at_its_edge():
    assert grid.path([-5, 15], frozenset(), Scale(0, 10)) == "M2 33L118 3"


CELLS = [Cell("1", "Xã B", (1.0, 5.0)), Cell("2", "Xã Ă", (1.0, None)), Cell("3", "Xã C", (1.0, 9.0))]


@pytest.mark.parametrize(
    ("direction", "order", "names"),
    [("higher", "value", "CBĂ"), ("lower", "value", "BCĂ"), ("higher", "name", "ĂBC")],
)
def test_cells_stand_in_the_order_asked_for(direction, order, names):
    found = grid.in_order(SimpleNamespace(direction=direction), CELLS, order)

    assert "".join(cell.name[-1] for cell in found) == names


def test_the_grid_holds_every_commune_of_the_province(app_data):
    page = markup(open_time(province="38", grid="true"))

    assert page.count('<span class="gd-grid-name">') == 166
    assert len(page) < 200_000


def test_the_country_shows_its_provinces_and_leads_to_them(app_data):
    page = markup(open_time(province="VN", grid="true", lang="en"))

    assert page.count('<span class="gd-grid-name">') == 34
    assert "nop-truc-tuyen?dataset=simulated&amp;lang=en&amp;province=38" in page


def test_the_grid_can_be_read_as_a_table(app_data):
    text = words(open_time(province="38", grid="true", grid_form="table"))

    assert "Thấp nhất" in text
    assert "Xã Bát Mọt" in text


# --- the month that is not over


@pytest.mark.parametrize(("dataset", "scope"), [("recorded", "25"), ("simulated", "38")])
def test_no_line_joins_a_running_month_to_a_whole_one(app_data, dataset, scope):
    view, online = view_of(dataset), measure("online_filing_share")
    *_, whole, running = curves.lines(view, online, scope, [])

    assert running.days == [date(2026, 9, 1)] and running.goes_on
    assert whole.days[-1] == date(2026, 8, 1)
    assert curves.is_drawable([whole, running], pl.DataFrame())
    assert view.say("time.reading.open") in curves.reading(view, online, "25", [whole, running], pl.DataFrame())


def test_the_band_of_communes_ends_with_the_last_whole_month(app_data):
    found = curves.fan(view_of("simulated"), measure("online_filing_share"), "38")

    assert found.get_column("day").max() == date(2026, 8, 1)


def test_the_chart_in_words_goes_on_to_the_running_month(app_data):
    view, online = view_of("recorded"), measure("online_filing_share")
    text = curves.alt(view, online, curves.lines(view, online, "25", []))

    assert "98,9\u00a0%" in text and "98,5\u00a0%" in text


# --- longer periods, charts of the portal, and the axis


@pytest.fixture
def recorded(app_data):
    return View("en", Speaker("en"), snapshot.open_snapshot("recorded"), LIGHT)


def test_recorded_figures_answer_the_title_and_are_drawn(app_data):
    page = open_time("recorded", province="25", lang="en")
    said = markup(page)
    assert "98.6%" in said and "August 2026 98.9%" in said and "July 2026 98.9% (derived)" in said
    assert "98.0% (derived)" in said
    assert "fewer than two months" not in said


def test_periods_that_overlap_are_strokes_joined_to_nothing(recorded):
    online = reference.measures()["online_filing_share"]
    drawn = spans.spans(recorded, online, "25")
    assert [(stroke.name, stroke.days) for stroke in drawn] == [
        ("Whole country", [date(2026, 1, 1), date(2026, 9, 17)]),
        ("", [date(2026, 1, 1), date(2026, 6, 30)]),
    ]
    assert all(len(set(stroke.values)) == 1 and not stroke.goes_on for stroke in drawn)
    lines = curves.lines(recorded, online, "25", [])
    assert not any({day.month for day in line.days} >= {8, 9} for line in lines)
    whole = next(line for line in lines if len(line.days) == 2)
    assert "derived: " in whole.notes[0] and "derived" not in whole.notes[1]


def test_no_longer_period_is_drawn_over_months_that_are_known(recorded):
    assert spans.spans(recorded, reference.measures()["on_time_share"], "25") == []


def test_months_of_a_chart_say_whom_they_cover_and_stand_beside_no_commune(recorded):
    on_time = reference.measures()["on_time_share"]
    lines = curves.lines(recorded, on_time, "25", [])
    assert [len(line.days) for line in lines] == [8, 1, 8, 1]
    fan = curves.fan(recorded, on_time, "25")
    assert fan.is_empty()
    assert "Phú Thọ with its communes and departments" in curves.reading(recorded, on_time, "25", lines, fan)


def test_a_measure_of_services_never_speaks_of_dossiers(recorded):
    used = reference.measures()["online_services_used_share"]
    assert curves.headers(recorded, used)[3] == "Out of (services)"
    notes = [note for line in curves.lines(recorded, used, "25", []) for note in line.notes]
    assert any("out of 1,968 services" in note for note in notes)


@pytest.mark.parametrize("narrow", [False, True])
@pytest.mark.parametrize("months", [2, 9, 40])
def test_an_axis_names_each_month_once(narrow, months):
    figure, days = go.Figure(), [date(2023 + n // 12, n % 12 + 1, 1) for n in range(months)]
    charts.month_axis(figure, SimpleNamespace(narrow=narrow), charts.around(days))
    step = int(figure.layout.xaxis.dtick.removeprefix("M"))
    assert (step >= 1 and (months + 2) / step <= (5 if narrow else 13)) or step == 12
