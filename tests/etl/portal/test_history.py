"""All periods since a month in one command: what is asked and in which order, killed, refused, cut short, settled."""

from __future__ import annotations

import argparse
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from etl.__main__ import main
from etl.portal import command, history, settled
from etl.portal.client import Blocked
from files.faults import Fault
from files.places import HOME
from journal import pulls
from ranking.periods import parse
from store.reference import reference_table
from tests.stand_in.server import StandIn, asked_period
from tests.stand_in.troubles import Trouble
from tests.stand_in.world import World

FIFTH_OF_OCTOBER = datetime(2026, 10, 5, 3, tzinfo=UTC)
THREE = ["H35", "H12", "H18"]  # few communes each
PERIODS = [
    *("2026", "2026-09", "2026-Q3", "2026-08", "2026-07", "2026-06", "2026-Q2", "2026-05", "2026-04", "2026-03"),
    *("2026-Q1", "2026-02", "2026-01"),
]
A_DAY = timedelta(days=1)


@pytest.fixture
def portal():
    world = World(reference_table("units"), reference_table("provinces"))
    world.now = FIFTH_OF_OCTOBER
    with StandIn(world) as stand_in:
        yield stand_in


class History:
    """`python -m etl pull --since` in this process, by a clock that goes with the portal's; publishing is counted."""

    def __init__(self, data: Path, portal: StandIn, provinces: list[str]) -> None:
        self.data, self.portal, self.provinces, self.published = data, portal, provinces, []

    def __call__(self, *words: str, since: str = "2026-01") -> int:
        parser = argparse.ArgumentParser()
        command.add_arguments(parser)
        given = ["--since", since, *words, "--base-url", self.portal.base_url, "--data", str(self.data)]
        given += ["--province", *self.provinces] if self.provinces else []
        return history.run(
            parser.parse_args([*given, "--delay", "0", "0", "--tries", "1"]), lambda: self.portal.world.now
        )

    def asked(self) -> list[str]:
        """The periods asked for, in order, each once; and from now on what is asked next."""
        found = [asked_period(heard.endpoint, heard.body).id for heard in self.portal.requests]
        self.portal.requests.clear()
        return list(dict.fromkeys(found))

    def remember(self, data, dataset, harvest, *, nature):
        self.published.append(harvest)
        return argparse.Namespace(id="remembered")


@pytest.fixture
def pull(tmp_path, portal, monkeypatch):
    return _history(tmp_path, portal, monkeypatch, ["H35"])


@pytest.fixture
def pull_provinces(tmp_path, portal, monkeypatch):
    return _history(tmp_path, portal, monkeypatch, [])


def _history(tmp_path, portal, monkeypatch, provinces) -> History:
    pull = History(tmp_path, portal, provinces)
    monkeypatch.setattr("etl.publishing.publish.publish", pull.remember)
    real = settled.note
    monkeypatch.setattr(settled, "note", lambda *words: real(*words, now=portal.world.now))
    return pull


def questions(portal: StandIn) -> list[tuple[str, str, str]]:
    return [(heard.endpoint, heard.scope, asked_period(heard.endpoint, heard.body).id) for heard in portal.requests]


# The whole of it


@pytest.mark.parametrize(
    ("provinces", "since", "kills", "all_asked"),
    [
        (THREE[:1], "2026-08", (3, 20), 24),
        pytest.param(THREE, "2026-01", (9, 120), 286, marks=pytest.mark.slow),
    ],
    ids=["a month of one province", "three provinces since January"],
)
def test_killed_twice_no_question_is_asked_twice_and_the_figures_are_those_of_single_pulls(
    tmp_path, portal, provinces, since, kills, all_asked
):
    """The first kill is in the first period, the second one after some were published."""
    whole, single = tmp_path / "whole", tmp_path / "single"
    words = ["--province", *provinces, "--base-url", portal.base_url, "--delay", "0", "0"]
    for number in kills:
        portal.troubles.append(Trouble("stall", request=number, seconds=60))
        _killed_at(portal, number, ["--since", since, *words, "--data", str(whole)])
    unanswered = [questions(portal)[number - 1] for number in kills]

    done = _etl(["--since", since, *words, "--data", str(whole)])

    assert done.returncode == 0, done.stderr
    asked = Counter(questions(portal))
    assert len(asked) == all_asked
    assert {question for question, times in asked.items() if times > 1} == set(unanswered)
    periods = list(dict.fromkeys(period for _, _, period in questions(portal)))
    assert periods == [period for period in PERIODS if period in periods]
    assert len(periods) > 1
    assert (periods == PERIODS) == (since == "2026-01")
    assert "left in all, about" in done.stderr

    for period in map(parse, reversed(periods)):
        part = [] if period.kind == "year" else [f"--{period.kind}", _number(period)]
        assert main(["pull", "--year", "2026", *part, "--national", *words, "--data", str(single)]) == 0
    assert len(portal.requests) == 2 * all_asked + 2
    assert _figures(whole).equals(_figures(single))


def _killed_at(portal: StandIn, number: int, words: list[str]) -> None:
    process = subprocess.Popen([sys.executable, "-m", "etl", "pull", *words], cwd=HOME, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 120
    while len(portal.requests) < number and time.monotonic() < deadline and process.poll() is None:
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert len(portal.requests) == number


def _etl(words: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "etl", "pull", *words], cwd=HOME, capture_output=True, text=True)


def _number(period) -> str:
    return str((period.start.month - 1) // (3 if period.kind == "quarter" else 1) + 1)


def _figures(data: Path) -> pl.DataFrame:
    folder = data / "published" / "live"
    rows = pl.read_parquet(folder / (folder / "current").read_text().strip() / "measurements.parquet")
    return rows.drop("captured_at").sort(pl.all())


# Order and periods


def test_all_whole_periods_and_the_year_to_date_newest_first(pull):
    assert pull() == 0
    assert pull.asked() == PERIODS
    assert len(pull.published) == len(PERIODS)
    assert pulls.last(pull.data)["live"].ok


def test_a_period_that_ends_today_is_not_over():
    assert [p.id for p in history.periods(date(2026, 3, 1), date(2026, 4, 30))] == ["2026", "2026-03"]


def test_a_new_year_keeps_the_old_ones_parts():
    found = [period.id for period in history.periods(date(2026, 11, 1), date(2027, 2, 3))]
    assert found == ["2027", "2027-01", "2026-12", "2026", "2026-11"]


def test_provinces_only_asks_once_a_month(pull_provinces, portal):
    assert pull_provinces("--provinces-only") == 0
    assert [(heard.endpoint, heard.scope) for heard in portal.requests] == [("service-results", "VN")] * 9
    assert pull_provinces.asked() == [f"2026-0{month}" for month in range(9, 0, -1)]


# What is asked again


def test_what_was_asked_today_is_not_asked_again_but_the_next_day_is(pull, portal):
    pull()
    pull.asked()
    assert pull() == 0 and pull.asked() == []
    portal.world.now += A_DAY
    pull()
    assert set(pull.asked()) >= {"2026", "2026-09", "2026-Q3"}


def test_a_closed_period_is_settled_when_two_captures_agree(pull, portal):
    """On 5 October the months to August are over for 30 days; those to September from 30 October on."""
    for _ in range(2):
        pull()
        pull.asked()
        portal.world.now += A_DAY
    pull()
    assert set(pull.asked()) == {"2026", "2026-09", "2026-Q3"}
    portal.world.now = datetime(2026, 10, 30, 3, tzinfo=UTC)
    for expected in ({"2026", "2026-09", "2026-Q3"}, {"2026", "2026-09", "2026-Q3"}, {"2026", "2026-10"}):
        pull()
        assert set(pull.asked()) == expected
        portal.world.now += A_DAY


def test_a_figure_that_changes_is_asked_for_until_it_has_settled_anew(pull, portal):
    pull(since="2026-08")
    portal.world.now += A_DAY
    portal.world.seed += 1
    portal.world.answer.cache_clear()
    pull(since="2026-08")
    portal.world.now += A_DAY
    pull.asked()
    pull(since="2026-08")
    assert "2026-08" in pull.asked()
    portal.world.now += A_DAY
    pull(since="2026-08")
    assert "2026-08" not in pull.asked()


def test_fresh_asks_settled_ones_too(pull, portal):
    for _ in range(2):
        pull(since="2026-08")
        portal.world.now += A_DAY
    pull.asked()
    pull("--fresh", since="2026-08")
    assert set(pull.asked()) == {"2026", "2026-08", "2026-09"}


def test_another_dataset_and_another_source_have_captures_of_their_own(pull):
    pull()
    assert settled.captures(pull.data, "live", pull.portal.base_url)
    assert not settled.captures(pull.data, "trial", pull.portal.base_url)
    assert not settled.captures(pull.data, "live", "https://other.example")


def test_a_damaged_table_of_captures_is_named(pull):
    (pull.data / settled.NAME).write_bytes(b"no table")
    with pytest.raises(Fault, match=r"captures.parquet cannot be read.*remove it"):
        pull()


# Budget, time, refusals


def test_a_budget_is_kept_and_nothing_starves(pull, portal):
    """16 a night: the year may take half, and each night two periods more are asked for."""
    seen: set[str] = set()
    for _ in range(16):
        assert pull("--budget", "16") == 0
        assert len(portal.requests) <= 16
        seen |= set(pull.asked())
        portal.world.now += A_DAY
    assert seen >= set(PERIODS)


def test_no_province_is_begun_that_the_budget_does_not_reach(tmp_path, portal, monkeypatch):
    pull = _history(tmp_path, portal, monkeypatch, ["H35", "H12"])
    pull("--budget", "22", since="2026-09")
    assert Counter(scope for _, scope, _ in questions(portal)) == {"VN": 2, "H12": 14}
    portal.requests.clear()
    pull("--budget", "22", since="2026-09")
    assert Counter(scope for _, scope, _ in questions(portal)) == {"H35": 14}


def test_after_the_time_given_nothing_is_begun(pull, portal):
    assert pull("--until", "10:30") == 0  # it is 10:00 in Vietnam and the clock stands still
    assert pull.asked() == PERIODS
    late = history._moment("09:59", FIFTH_OF_OCTOBER)
    assert late == datetime(2026, 10, 6, 2, 59, tzinfo=UTC)


def test_the_time_is_asked_for_before_each_province(tmp_path, portal, monkeypatch):
    pull = _history(tmp_path, portal, monkeypatch, THREE)
    monkeypatch.setattr(history._Course, "too_late", lambda course: len(portal.requests) >= 6)
    assert pull() == 0
    assert Counter(scope for _, scope, _ in questions(portal)) == {"VN": 1, "H12": 7}
    assert len(pull.published) == 1


def test_a_firewall_page_stops_all_and_keeps_what_was_published(pull, portal):
    portal.troubles.append(Trouble("firewall", request=20))
    with pytest.raises(Blocked, match="2 periods before it were published"):
        pull()
    assert len(pull.published) == 2
    assert not pulls.last(pull.data)["live"].ok
    assert pull() == 0
    times = Counter(questions(portal))
    assert len(times) == 13 * 8 and [n for n in times.values() if n > 1] == [2]


def test_a_question_that_failed_is_asked_again_next_time(pull, portal):
    portal.troubles.append(Trouble("not_ok", request=3))
    assert pull() == 1
    failed = questions(portal)[2]
    assert len(pull.published) == len(PERIODS)
    portal.requests.clear()
    assert pull() == 0
    assert questions(portal) == [failed]


# Options


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ([], "give either --year"),
        (["--year", "2026", "--since", "2026-01"], "give either --year"),
        (["--since", "2026-01", "--month", "3"], "go with --year"),
        (["--year", "2026", "--budget", "100"], "go with --since"),
        (["--since", "2026-01", "--provinces-only", "--province", "H44"], "leave out --province"),
        (["--since", "2026-13"], "must be a month such as 2026-01"),
        (["--since", "2025-01"], "for 2025 use pull-2025"),
        (["--since", "2099-01"], "has not begun"),
        (["--since", "2026-01", "--budget", "3"], "must be at least 7"),
        (["--since", "2026-01", "--until", "25:00"], "must be a time such as 05:30"),
    ],
)
def test_options_that_make_no_sense_are_named(tmp_path, words, complaint):
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    with pytest.raises(Fault, match=complaint):
        command.run(parser.parse_args([*words, "--data", str(tmp_path), "--base-url", "http://127.0.0.1:9"]))
