"""Pulling 2025 over real HTTP from the stand-in's former gateway."""

from __future__ import annotations

import argparse

import polars as pl
import pytest

from etl.portal import pull_2025, replay
from etl.portal.client import Blocked
from files.faults import Fault
from ranking.index_sensitivity import GROUPS
from ranking.tables import Measurements
from store.reference import reference_table
from tests.etl.portal.test_pull import MADE_UP, RECORDED, needs_recorded
from tests.stand_in.server import StandIn
from tests.stand_in.troubles import Trouble

AN_GIANG = ["--year", "2025", "--province", "H01"]


class Pull:
    def __init__(self, data, stand_in, monkeypatch):
        self.data, self.stand_in, self.published = data, stand_in, []
        monkeypatch.setattr("etl.publishing.publish.publish", self.remember)

    def __call__(self, *words):
        parser = argparse.ArgumentParser()
        pull_2025.add_arguments(parser)
        common = ["--base-url", self.stand_in.base_url, "--data", str(self.data), "--delay", "0", "0", "--tries", "2"]
        return pull_2025.run(parser.parse_args([*words, *common]))

    @property
    def harvest(self):
        return self.published[-1]

    @property
    def rows(self) -> pl.DataFrame:
        return self.harvest.measurements

    def remember(self, data, dataset, harvest, *, nature):
        self.published.append(harvest)
        return argparse.Namespace(id="remembered")


@pytest.fixture(
    params=[pytest.param(RECORDED, id="recorded", marks=needs_recorded), pytest.param(MADE_UP, id="made up")]
)
def ask(request, tmp_path, monkeypatch):
    with StandIn(request.param) as stand_in:
        yield Pull(tmp_path, stand_in, monkeypatch)


@pytest.fixture
def ask_made_up(tmp_path, monkeypatch):
    with StandIn(MADE_UP) as stand_in:
        yield Pull(tmp_path, stand_in, monkeypatch)


def test_an_giang_has_102_communes_and_its_departments_apart(ask):
    assert ask(*AN_GIANG) == 0
    index = ask.rows.filter(measure="index_766")
    assert index.filter(level="commune").get_column("unit_code").n_unique() == 102
    assert index.filter(level="department").height == 15
    assert ask.harvest.quarantine.is_empty()


def test_total_equals_the_sum_of_its_groups(ask):
    ask(*AN_GIANG)
    scores = ask.rows.filter(level="commune").pivot("measure", index="unit_code", values="score")
    gap = (scores.get_column("index_766") - scores.select(pl.sum_horizontal(*GROUPS)).to_series()).abs().max()
    assert scores.height == 102 and gap < 0.011


def test_rows_keep_the_rules_of_the_table(ask):
    ask(*AN_GIANG)
    assert Measurements.is_valid(ask.rows, cast=True)
    assert ask.rows.get_column("series").unique().to_list() == ["766-2025"]


def test_all_provinces_stand_in_the_list(ask):
    assert ask("--year", "2025") == 0
    index = ask.rows.filter(measure="index_766")
    assert index.filter(level="province").height == 34
    assert index.filter(level="commune").height == 3321
    assert len(ask.stand_in.requests) == 35


@needs_recorded
def test_recorded_scores_of_a_commune(tmp_path, monkeypatch):
    with StandIn(RECORDED) as stand_in:
        ask = Pull(tmp_path, stand_in, monkeypatch)
        ask(*AN_GIANG)
    long_phu = reference_table("units").filter(province_code="91", name="Long Phú").item(0, "code")
    assert dict(ask.rows.filter(unit_code=long_phu).select("measure", "score").iter_rows()) == {
        "tdgq": 19.87, "mdhl": 18, "mdsh": 20.82, "tttt": 8.48, "clgq": 8.16, "ckmb": 18, "index_766": 93.33,
    }  # fmt: skip


def test_question_is_form_encoded_json(ask_made_up):
    ask_made_up(*AN_GIANG, "--month", "10")
    heard = ask_made_up.stand_in.requests[0]
    assert heard.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert (heard.body["p_nam"], heard.body["p_thang"], heard.body["p_quy"]) == ("2025", 10, 0)
    assert heard.body["p_tinh_id"] == 398126


@pytest.mark.parametrize(
    "words, kind",
    [(["--month", "10"], "month"), (["--quarter", "4"], "quarter"), (["--half", "2"], "half"), ([], "year")],
)
def test_each_kind_of_period(ask_made_up, words, kind):
    ask_made_up(*AN_GIANG, *words)
    assert ask_made_up.rows.get_column("period_kind").unique().to_list() == [kind]


def test_period_before_the_communes_of_today_is_refused(ask_made_up):
    with pytest.raises(Fault, match="01/07/2025"):
        ask_made_up(*AN_GIANG, "--month", "6")


def test_empty_period_publishes_nothing_and_says_so(ask_made_up, capsys):
    ask_made_up.stand_in.troubles.append(Trouble("empty"))
    assert ask_made_up(*AN_GIANG) == 1
    assert ask_made_up.published == [] and "is empty" in capsys.readouterr().err


def test_total_that_is_not_the_sum_goes_to_quarantine(ask_made_up):
    ask_made_up.stand_in.troubles.append(Trouble("wrong_total"))
    ask_made_up(*AN_GIANG)
    (row,) = ask_made_up.harvest.quarantine.to_dicts()
    assert (row["row"], row["column"], row["value"]) == (1, "TONG_SCORE", "1.5")
    assert ask_made_up.rows.filter(measure="index_766", state="not_reported").height == 1


def test_comma_in_a_number_goes_to_quarantine(ask_made_up):
    ask_made_up.stand_in.troubles.append(Trouble("text_number"))
    ask_made_up(*AN_GIANG)
    assert "with a point" in ask_made_up.harvest.quarantine.item(0, "reason")


def test_firewall_stops_the_run_and_it_goes_on_later(ask_made_up):
    ask_made_up.stand_in.troubles.append(Trouble("firewall", request=3))
    words = ["--year", "2025", "--province", "H01", "H44", "H26"]
    with pytest.raises(Blocked, match="2 of 3 parts are kept"):
        ask_made_up(*words)
    assert ask_made_up(*words) == 0
    assert [scope for _, scope in ask_made_up.stand_in.asked()] == ["H01", "H44", "H26", "H26"]


def test_replay_gives_the_same_harvest(ask_made_up):
    ask_made_up(*AN_GIANG)
    folder = max((ask_made_up.data / "raw" / "portal").glob("*/run.json")).parent
    harvest, complaints = replay.replayed(folder)
    assert complaints == [] and harvest.measurements.equals(ask_made_up.rows)
