"""Pulling 2026 over real HTTP from the stand-in: figures, refusals, resumption."""

from __future__ import annotations

import argparse
import json
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import polars as pl
import pytest
import requests

from etl.portal import options, pull, replay
from etl.portal.archive import Item, Request, Run, read_items
from etl.portal.client import Blocked, Manners, PortalClient, user_agent
from etl.portal.endpoints import PATH, body_for
from etl.portal.rows import parse_run
from etl.portal.units import state_code
from etl.publishing.harvest import quarantine_rows
from files.faults import Fault
from files.places import HOME
from ranking.index_sensitivity import GROUPS
from ranking.tables import Measurements, Quarantine
from store.reference import reference_table
from tests.stand_in.recorded import Recorded, recorded_folder
from tests.stand_in.server import StandIn
from tests.stand_in.troubles import Trouble
from tests.stand_in.world import World

needs_recorded = pytest.mark.skipif(recorded_folder() is None, reason="the recorded replies are not at hand")
H44 = ["--year", "2026", "--province", "H44"]


def world(folder: Path | None) -> World:
    return World(reference_table("units"), reference_table("provinces"), Recorded(folder) if folder else None)


MADE_UP = world(None)
RECORDED = world(recorded_folder())


class Pull:
    """`python -m etl pull` in this process, with a publisher that only remembers."""

    def __init__(self, data: Path, base_url: str) -> None:
        self.data, self.base_url, self.published = data, base_url, []
        self.timeout = "10"

    def __call__(self, *words: str) -> int:
        parser = argparse.ArgumentParser()
        options.add_arguments(parser)
        common = ["--base-url", self.base_url, "--data", str(self.data), "--delay", "0", "0", "--timeout", self.timeout]
        return pull.run(parser.parse_args([*words, *common, "--tries", "2"]))

    @property
    def harvest(self):
        return self.published[-1]

    @property
    def rows(self) -> pl.DataFrame:
        return self.harvest.measurements

    @property
    def folder(self) -> Path:
        return max((self.data / "raw" / "portal").glob("*/run.json")).parent

    def remember(self, data, dataset, harvest, *, nature):
        self.published.append(harvest)
        return argparse.Namespace(id="remembered")


@pytest.fixture
def portal():
    with StandIn(MADE_UP) as stand_in:
        yield stand_in


@pytest.fixture
def ask(tmp_path, portal, monkeypatch):
    return _pull(tmp_path, portal, monkeypatch)


@pytest.fixture
def ask_recorded(tmp_path, monkeypatch):
    with StandIn(RECORDED) as stand_in:
        yield _pull(tmp_path, stand_in, monkeypatch)


def _pull(tmp_path, stand_in, monkeypatch) -> Pull:
    command = Pull(tmp_path, stand_in.base_url)
    monkeypatch.setattr("etl.publishing.publish.publish", command.remember)
    return command


def of(rows: pl.DataFrame, measure: str, level: str = "commune") -> pl.DataFrame:
    return rows.filter(measure=measure, level=level)


def units_of(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.filter(pl.col("level").is_in(["commune", "department"]))


def struck() -> str:
    """The commune of Phú Thọ that the stand-in's troubles befall."""
    communes = [child for child in MADE_UP.children(_phu_tho()) if child["level"] == "COMMUNE"]
    state_code = min(communes, key=lambda child: child["departmentId"])["departmentCode"]
    return reference_table("units").filter(state_code=state_code).item(0, "code")


def _phu_tho() -> str:
    return reference_table("provinces").filter(state_code="H44").item(0, "portal_id")


# What real replies hold


@needs_recorded
@pytest.mark.parametrize(
    "part, received, on_time",
    [([], 597_918, 528_684), (["--month", "8"], 184_513, 144_625), (["--quarter", "3"], 464_494, 403_016)],
    ids=["year", "August", "third quarter"],
)
def test_recorded_dossiers_add_up_to_the_province(ask_recorded, part, received, on_time):
    assert ask_recorded(*H44, *part) == 0
    units = units_of(ask_recorded.rows)
    assert units.filter(measure="received").get_column("numerator").sum() == received
    assert units.filter(measure="on_time_share").get_column("numerator").sum() == on_time
    assert of(ask_recorded.rows, "received", "province").item(0, "numerator") == received


@needs_recorded
def test_recorded_communes_match_and_departments_stay_apart(ask_recorded):
    ask_recorded(*H44)
    rows = ask_recorded.rows.filter(measure="received")
    assert rows.filter(level="commune").get_column("unit_code").n_unique() == 148
    assert rows.filter(level="department").height == 15
    assert ask_recorded.harvest.quarantine.is_empty()


@needs_recorded
def test_recorded_national_list_gives_the_country(ask_recorded):
    ask_recorded("--year", "2026")
    country = ask_recorded.rows.filter(level="country")
    assert country.filter(measure="index_766").item(0, "score") == 56.56
    online = country.filter(measure="online_filing_share")
    assert online.select("numerator", "denominator").row(0) == (11_122_091, 11_122_091 + 600_732)


@needs_recorded
def test_recorded_province_keeps_its_own_denominators(ask_recorded):
    ask_recorded(*H44, "--month", "8")
    assert of(ask_recorded.rows, "online_filing_share", "province").item(0, "denominator") == 152_595
    assert of(ask_recorded.rows, "on_time_share", "province").item(0, "denominator") == 184_513


# What every pull gives


def test_units_add_up_to_the_parent(ask, portal):
    ask(*H44)
    parent = MADE_UP.answer("dvc-progress-tree", _phu_tho(), options.whole_period(2026))["parent"]
    assert units_of(ask.rows).filter(measure="received").get_column("numerator").sum() == parent["totalReceived"]


def test_rows_keep_the_rules_of_the_table(ask):
    ask(*H44)
    assert Measurements.is_valid(ask.rows, cast=True)


def test_index_is_the_sum_of_its_groups(ask):
    ask(*H44)
    scores = ask.rows.filter(level="commune", state="reported").pivot("measure", index="unit_code", values="score")
    gap = (scores.get_column("index_766") - scores.select(pl.sum_horizontal(*GROUPS)).to_series()).abs().max()
    assert scores.height == 148 and gap < 0.011


def test_national_pull_has_every_commune_province_and_the_country(ask, portal):
    assert ask("--year", "2026") == 0
    index = ask.rows.filter(measure="index_766")
    assert dict(index.group_by("level").len().rows()) == {
        "commune": 3321, "department": 510, "province": 34, "country": 1,
    }  # fmt: skip
    assert len(portal.requests) == 239
    assert portal.most_at_once == 1


def test_open_year_is_to_date_by_the_portals_clock(ask):
    ask(*H44)
    ends = ask.rows.select("period_start", "period_end", "period_kind", "provisional").unique().rows()
    assert ends == [(date(2026, 1, 1), date(2026, 9, 26), "to_date", True)]


def test_closed_month_is_not_provisional(ask):
    ask(*H44, "--month", "8")
    assert ask.rows.select("period_end", "period_kind", "provisional").unique().rows() == [
        (date(2026, 8, 31), "month", False)
    ]


def test_satisfaction_is_asked_for_the_same_days(ask, portal):
    ask(*H44)
    body = next(heard.body for heard in portal.requests if heard.endpoint == "handling-satisfaction")
    assert (body["fromDate"], body["toDate"]) == ("2026-01-01", "2026-09-26")


def test_year_to_date_that_ends_with_a_quarter_is_one_period(ask, portal, monkeypatch):
    monkeypatch.setattr(MADE_UP, "now", MADE_UP.now.replace(month=3, day=31))
    ask(*H44)
    assert ask.rows.get_column("period_kind").unique().to_list() == ["to_date"]


def test_unit_without_dossiers_is_silent_but_received_none(ask):
    ask(*H44)
    idle = ask.rows.filter(unit_code="H44.15")
    state = dict(idle.select("measure", "state").iter_rows())
    assert state["received"] == state["ckmb"] == "reported"
    assert {state[name] for name in ("index_766", "on_time_share", "processing_days", "tdgq", "clgq", "mdsh")} == {
        "no_dossiers"
    }
    assert idle.filter(state="no_dossiers").get_column("score").null_count() == idle.filter(state="no_dossiers").height


def test_quality_says_what_was_copied_and_what_is_temporary(ask):
    ask(*H44)
    quality = of(ask.rows, "ckmb").get_column("quality").unique().to_list()
    assert quality == ["copied_from_province; TEMP_NATIONAL_REPORT_DENOMINATOR"]


def test_agent_names_the_project_and_a_contact(ask, portal, monkeypatch):
    monkeypatch.setenv("GANDAN_CONTACT", "mailto:ops@example.org")
    ask(*H44)
    agent = portal.requests[0].headers["User-Agent"]
    assert agent.startswith("GanDan/") and "mailto:ops@example.org" in agent


def test_a_contact_that_no_header_can_carry_is_refused(monkeypatch):
    monkeypatch.setenv("GANDAN_CONTACT", "Sở Nội vụ")
    with pytest.raises(Fault, match="GANDAN_CONTACT: found 'Sở Nội vụ'; right is an address without accents"):
        user_agent()


@pytest.mark.parametrize("words, complaint", [(["--month", "13"], "month 13"), (["--quarter", "0"], "quarter 0")])
def test_impossible_period_is_refused(ask, words, complaint):
    with pytest.raises(Fault, match=complaint):
        ask(*H44, *words)


def test_base_url_must_be_one(ask):
    ask.base_url = "dichvucong.gov.vn"
    with pytest.raises(Fault, match="must start with https://"):
        ask(*H44)


def test_period_that_has_not_begun_is_refused_by_the_portals_clock(ask):
    with pytest.raises(Fault, match=r"2026-10 has not begun.*26/09/2026"):
        ask(*H44, "--month", "10")


def test_all_pages_are_fetched(ask, portal):
    portal.page_limit = 50
    assert ask(*H44) == 0
    assert of(ask.rows, "mdsh").filter(state="reported").height == 148
    assert portal.asked().count(("dossier-digitized", "H44")) == 4


# What goes wrong on the wire


@pytest.mark.parametrize("kind", ["reset", "stall", "truncated", "broken", "not_ok", "too_many"])
def test_passing_trouble_is_tried_again(ask, portal, kind):
    ask.timeout = "1"
    portal.troubles.append(Trouble(kind, request=3, seconds=1.5, retry_after="0"))
    assert ask(*H44) == 0
    assert len(portal.requests) == 8
    assert of(ask.rows, "index_766").filter(state="reported").height == 148


@pytest.mark.parametrize("kind", ["firewall", "forbidden", "not_acceptable"])
def test_firewall_stops_the_run_at_once_and_publishes_nothing(ask, portal, kind):
    portal.troubles.append(Trouble(kind, request=4))
    with pytest.raises(Blocked, match=r"firewall.*Nothing was published\. 3 of 7 parts are kept in .*again"):
        ask(*H44)
    assert len(portal.requests) == 4 and ask.published == []


def test_support_id_is_passed_on(ask, portal):
    portal.troubles.append(Trouble("firewall", request=1))
    with pytest.raises(Blocked, match="support ID 1234567890123456789"):
        ask(*H44)


def test_silence_stops_the_run_after_three_requests(ask, portal):
    portal.troubles.append(Trouble("reset"))
    with pytest.raises(Blocked, match="3 requests in a row failed"):
        ask("--year", "2026")
    assert len(portal.requests) == 6 and ask.published == []


def test_long_retry_after_stops_the_run(ask, portal):
    portal.troubles.append(Trouble("too_many", request=2, retry_after="7200"))
    with pytest.raises(Blocked, match="wait 7200 s"):
        ask(*H44)


def test_retry_after_is_waited_for(portal):
    portal.troubles.append(Trouble("too_many", request=1, retry_after="17"))
    waits: list[float] = []
    body = body_for("transparency", options.whole_period(2026), date(2026, 9, 26), _phu_tho())
    client = PortalClient(Manners(delay=(0, 0)), sleep=waits.append)
    client.ask(Request(portal.base_url, f"{PATH}transparency", "transparency", "H44", body))
    assert 17 in waits


def test_persistent_429_stops_the_run(ask, portal):
    portal.troubles.append(Trouble("too_many", retry_after=None))
    with pytest.raises(Blocked, match="fewer requests"):
        ask(*H44)


def test_one_failed_endpoint_costs_only_its_own_figures(ask, portal):
    portal.troubles.append(Trouble("not_ok", endpoint="transparency", scope="H44"))
    assert ask("--year", "2026", "--province", "H44", "H01") == 1
    phu_tho = ask.rows.join(
        reference_table("units").filter(province_code="25"), left_on="unit_code", right_on="code", how="semi"
    )
    assert phu_tho.filter(measure="ckmb").is_empty()
    assert phu_tho.filter(measure="mdsh", state="reported").height == 148
    assert of(ask.rows, "ckmb").height == 102
    assert any("transparency of Phú Thọ" in warning for warning in ask.harvest.warnings)


def test_failed_part_alone_is_asked_again(ask, portal):
    portal.troubles.append(Trouble("not_ok", endpoint="transparency", times=2))
    assert ask(*H44) == 1
    portal.requests.clear()
    assert ask(*H44) == 0
    assert portal.asked() == [("transparency", "H44")]


def test_wrong_total_fails_that_endpoint(ask, portal):
    portal.troubles.append(Trouble("wrong_total", endpoint="dossier-digitized"))
    assert ask(*H44) == 1
    assert ask.rows.filter(measure="mdsh").is_empty()
    assert any("163 units on" in w and "170 are announced" in w for w in ask.harvest.warnings)


# Resumption


def test_killed_pull_asks_only_for_what_is_missing(ask, portal):
    portal.troubles.append(Trouble("stall", request=5, seconds=20))
    words = [*H44, "--base-url", portal.base_url, "--data", str(ask.data), "--delay", "0", "0"]
    process = subprocess.Popen([sys.executable, "-m", "etl", "pull", *words], cwd=HOME, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 120
    while len(portal.requests) < 5 and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    missing = portal.asked()[4:]
    portal.requests.clear()
    assert ask(*H44) == 0
    assert portal.asked()[: len(missing)] == missing and len(portal.requests) == 3
    assert of(ask.rows, "index_766").filter(state="reported").height == 148


def test_blocked_pull_is_gone_on_with(ask, portal):
    portal.troubles.append(Trouble("firewall", request=4))
    with pytest.raises(Blocked):
        ask(*H44)
    assert ask(*H44) == 0
    assert len(portal.requests) == 4 + 4


def test_damaged_reply_is_asked_again(ask, portal):
    portal.troubles.append(Trouble("firewall", request=4))
    with pytest.raises(Blocked):
        ask(*H44)
    damaged = next(ask.folder.glob("provide-online-tree.*.body"))
    damaged.write_bytes(damaged.read_bytes()[:100])
    portal.requests.clear()
    portal.troubles.clear()
    ask(*H44)
    assert ("provide-online-tree", "H44") in portal.asked() and len(portal.requests) == 5


def test_completed_pull_asks_everything_anew(ask, portal):
    ask(*H44)
    ask(*H44)
    assert len(portal.requests) == 14


def test_failed_publishing_asks_nothing_again(ask, portal, monkeypatch):
    with monkeypatch.context() as broken:
        broken.setattr(
            "etl.publishing.publish.publish", lambda *_, **__: (_ for _ in ()).throw(Fault("the disk is full"))
        )
        with pytest.raises(Fault, match="disk is full"):
            ask(*H44)
    assert ask(*H44) == 0
    assert len(portal.requests) == 7


# What goes wrong in what it says


def test_unit_missing_from_one_group_is_not_reported(ask, portal):
    portal.troubles.append(Trouble("missing_unit", endpoint="dossier-digitized"))
    ask(*H44)
    unit = ask.rows.filter(unit_code=struck())
    assert set(unit.filter(state="not_reported").get_column("measure")) == {
        "mdsh", "digitised_share", "e_result_share", "data_reuse_share",
    }  # fmt: skip
    assert "mdsh" in unit.filter(measure="index_766").item(0, "quality")


def test_null_figures_are_not_reported(ask, portal):
    portal.troubles.append(Trouble("null_figures", endpoint="dvc-progress-tree"))
    ask(*H44)
    unit = ask.rows.filter(unit_code=struck()).filter(
        pl.col("measure").is_in(["received", "on_time_share", "processing_days", "tdgq"])
    )
    assert unit.get_column("state").unique().to_list() == ["not_reported"]
    assert unit.select(pl.col("numerator", "denominator", "score").is_null().all()).row(0) == (True, True, True)


def test_zero_dossiers_are_no_worst_place(ask, portal):
    portal.troubles.append(Trouble("zero_dossiers"))
    ask(*H44)
    unit = ask.rows.filter(unit_code=struck())
    state = dict(unit.select("measure", "state").iter_rows())
    assert state["received"] == "reported" and state["index_766"] == state["tdgq"] == "no_dossiers"
    share = unit.filter(measure="on_time_share").select("numerator", "denominator", "score").row(0)
    assert share == (0, 0, None)


def test_unit_without_dossiers_may_be_absent_from_a_group(ask, portal):
    portal.troubles += [Trouble("zero_dossiers"), Trouble("missing_unit", endpoint="provide-online-tree")]
    ask(*H44)
    assert ask.rows.filter(unit_code=struck(), measure="clgq").item(0, "state") == "no_dossiers"


def test_zero_dossiers_are_known_without_the_progress_endpoint(ask, portal):
    portal.troubles.append(Trouble("not_ok", endpoint="dvc-progress-tree"))
    assert ask(*H44) == 1
    idle = ask.rows.filter(unit_code="H44.15")
    assert idle.filter(measure="index_766").item(0, "state") == "no_dossiers"
    assert idle.filter(measure="received").is_empty()


def test_decomposed_names_match(ask, portal):
    portal.troubles.append(Trouble("decomposed"))
    ask(*H44)
    assert ask.harvest.quarantine.is_empty()
    assert of(ask.rows, "received").filter(state="reported").height == 148


def test_unknown_commune_goes_to_quarantine(ask, portal):
    portal.troubles.append(Trouble("extra_commune"))
    ask(*H44)
    (row,) = ask.harvest.quarantine.to_dicts()
    assert "Hư Cấu" in row["value"] and "no commune of province 25" in row["reason"]
    assert of(ask.rows, "received").height == 148
    assert any("adds up to" in warning for warning in ask.harvest.warnings)


def test_two_rows_for_one_unit_leave_the_one_with_its_state_code(ask, portal):
    portal.troubles.append(Trouble("twice"))
    ask(*H44)
    assert "2 rows claim unit" in ask.harvest.quarantine.item(0, "reason")
    assert of(ask.rows, "received").filter(state="reported").height == 148


def test_text_in_place_of_a_number_goes_to_quarantine(ask, portal):
    portal.troubles.append(Trouble("text_number", endpoint="provide-online-tree"))
    ask(*H44)
    (row,) = ask.harvest.quarantine.to_dicts()
    assert row["column"] == "totalScore" and row["row"] > 15 and "must be a number, found str" in row["reason"]
    assert Quarantine.is_valid(quarantine_rows([row]), cast=True)
    clgq = ask.rows.filter(unit_code=struck(), measure="clgq")
    assert clgq.item(0, "state") == "not_reported"


def test_reply_about_another_province_is_left_out(ask, portal):
    portal.troubles.append(Trouble("wrong_parent", endpoint="dvc-progress-tree"))
    ask(*H44)
    assert ask.rows.filter(measure="received").is_empty()
    assert any("about 0000" in warning for warning in ask.harvest.warnings)


def test_empty_month_publishes_nothing_and_says_so(ask, portal, capsys):
    portal.troubles.append(Trouble("empty"))
    assert ask(*H44, "--month", "8") == 1
    assert ask.published == [] and "names no unit" in capsys.readouterr().err


def test_index_without_service_results_is_the_sum_of_all_six(ask, portal):
    portal.troubles.append(Trouble("missing_unit", endpoint="service-results"))
    ask(*H44)
    rows = of(ask.rows, "index_766").filter(pl.col("quality").str.starts_with("sum_of_groups"))
    assert rows.height == 1 and rows.item(0, "score") > 0


def test_total_that_is_not_the_sum_is_a_warning(ask, portal):
    portal.troubles.append(Trouble("zero_dossiers", endpoint="transparency"))
    ask(*H44)
    assert any("not the sum of the six groups in 1 units" in warning for warning in ask.harvest.warnings)


def test_unit_that_nobody_owes_has_neither_share_nor_score_of_payment(ask, portal):
    portal.troubles.append(Trouble("nothing_owed", endpoint="formality-online-payment-tree"))
    ask(*H44)
    share = ask.rows.filter(unit_code=struck(), measure="online_payment_share")
    assert share.select("state", "numerator", "denominator").row(0) == ("no_dossiers", 0, 0)
    assert ask.rows.filter(unit_code=struck(), measure="tttt").item(0, "state") == "no_dossiers"


def test_national_list_fills_what_a_province_does_not_say(ask, portal):
    portal.troubles.append(Trouble("null_parent", endpoint="transparency"))
    ask(*H44)
    assert of(ask.rows, "ckmb", "province").item(0, "state") == "not_reported"
    body = {"timeType": "year", "year": 2026, "departmentType": "ADMINISTRATIVE_UNIT"}
    asked = Request(portal.base_url, f"{PATH}service-results", "service-results", "VN", body, period="2026")
    items = [*read_items(ask.folder)[0], Item(asked, PortalClient().ask(asked))]
    rows = parse_run(items, reference_table("units"), reference_table("provinces")).measurements
    province = rows.filter(level="province", unit_code="25")
    assert province.filter(measure="ckmb").item(0, "source") == "portal:service-results"
    assert province.filter(measure="mdsh").item(0, "source") == "portal:dossier-digitized"


# Replay and the stand-in itself


def test_replay_gives_the_same_harvest(ask):
    ask(*H44)
    harvest, complaints = replay.replayed(ask.folder)
    assert complaints == []
    key = ["unit_code", "measure"]
    assert harvest.measurements.sort(key).equals(ask.rows.sort(key))


def test_part_of_the_units_is_taken_only_on_demand(ask):
    ask(*H44)
    items, _ = read_items(ask.folder)
    for number, item in enumerate(items):
        if item.request.endpoint == "dossier-digitized":
            content = item.content
            del content["data"]["evaluation"][20:]
            cut = type(item.reply)(201, {}, json.dumps(content).encode(), item.reply.fetched_at)
            items[number] = type(item)(item.request, cut)
    where = (reference_table("units"), reference_table("provinces"))
    day = Run(ask.folder).day
    assert parse_run(items, *where, day=day).measurements.filter(measure="mdsh").is_empty()
    assert (
        parse_run(items, *where, day=day, partial=True).measurements.filter(measure="mdsh", level="commune").height == 5
    )


@pytest.mark.parametrize(
    "text, code",
    [("H44.100", "H44.100"), ("000.00.00.H37", "H37"), ("000.00.12.H37", "H37.12"), ("25", None), (None, None)],
)
def test_state_codes_old_and_new(text, code):
    assert state_code(text) == code


def test_stand_in_refuses_get(portal):
    assert requests.get(f"{portal.base_url}/api/v1/reporting/evaluation/transparency", timeout=5).status_code == 405


def test_stand_in_answers_alike_twice(portal):
    body = {"timeType": "year", "year": 2026, "rootDepartmentId": _phu_tho()}
    url = f"{portal.base_url}/api/v1/reporting/evaluation/provide-online-tree"
    first, second = (requests.post(url, json=body, timeout=5) for _ in range(2))
    assert first.status_code == 201 and first.content == second.content


@needs_recorded
def test_made_up_replies_have_the_shape_of_recorded_ones():
    year, root = options.whole_period(2026), _phu_tho()
    for endpoint in ("dvc-progress-tree", "provide-online-tree", "formality-online-payment-tree"):
        real, made_up = (world.answer(endpoint, root, year) for world in (RECORDED, MADE_UP))
        assert set(made_up) == set(real)
        assert set(made_up["parent"]) == set(real["parent"])
        assert set(made_up["children"][0]) == set(real["children"][0])
