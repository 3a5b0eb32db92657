"""Every benchmark runs, in its tiny form: what a benchmark measures is told by nobody else, so nobody would miss it."""

from __future__ import annotations

import math
import re
import shutil
import urllib.request
from pathlib import Path
from types import SimpleNamespace
from xml.etree import ElementTree

import pytest

from bench import __main__ as bench
from files.places import HOME

PARTS = {"data_folder", "fresh_machine", "growth_picture", "reader"}
"""What is no benchmark: what they are made of, and the fresh machine, which has tests of its own."""
BROWSED = {"browser", "maps", "tasks"}
SLOW = {"boundaries", "browser", "dossier_csv", "dossiers", "hostile", "load", "maps", "portal_faults", "tasks"}
SLOW |= {"upgrades", "wave"}
MARKS = {"browser": BROWSED, "slow": SLOW}
NAMES = [
    pytest.param(name, marks=[getattr(pytest.mark, mark) for mark, names in MARKS.items() if name in names])
    for name in bench.MODULES
    if name not in PARTS
]
TOLD = {
    "boundaries": {"approximate set: units": 3321, "approximate set: overlap (IoU), mean": 100},
    "dossiers": {"0.002 M dossiers: tables of polars that equal duckdb's": 5},
    "dossier_csv": {"tables of sums that equal duckdb's, of 5": 5},
    "hostile": {"calm: errors": 0, "beside the client: errors": 0, "client: files answered 403": 2},
    "load": {"readers at once": 3, "errors": 0, "their errors": 0, "their reruns": 10},
    "portal_faults": {"crashes without a sentence": 0, "wrong figures published": 0, "good figures lost": 0},
    "publish_faults": {"snapshots in service that were not whole": 0, "broken reads": 0},
    "upgrades": {"file: upgrade: refused": 0, "file: upgrade: lost": 0, "file: backup: lost": 0},
    "wave": {"visitors": 12, "their errors": 0, "leaders' errors": 0},
    "site": {"pages": 88, "files made once more then": 0},
}
"""Figures that are the same in every run: most of them say that nothing went wrong."""
MOST = {"site_import": {"this version: peak memory, median": 120}}
WRK = """Running 1s test @ http://127.0.0.1:18765/missing
  2 threads and 8 connections
  Latency Distribution
     50%  273.00us
     99%   41.90ms
  13567 requests in 1.04s, 1.53MB read
  Socket errors: connect 0, read 670, write 0, timeout 0
  Non-2xx or 3xx responses: 13567
Requests/sec:  13014.35
Transfer/sec:      1.46MB
"""


@pytest.fixture(scope="module", autouse=True)
def recorded(tmp_path_factory):
    """A data folder with the recorded dataset alone: none has more than that on a fresh clone."""
    data = tmp_path_factory.mktemp("data")
    shutil.copytree(HOME / "data" / "published" / "recorded", data / "published" / "recorded")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GANDAN_DATA", str(data))
        yield


@pytest.mark.parametrize("name", NAMES)
def test_a_benchmark_runs(name):
    module = bench.benchmark(name)
    figures = list(bench.figures(module, tiny=True))

    assert figures
    assert all(math.isfinite(value) and value >= 0 for _, value, _ in figures)
    found = {figure: pytest.approx(value) for figure, value, _ in figures}
    assert len(found) == len(figures), "two figures have one name"
    assert {figure: found.get(figure) for figure in TOLD.get(name, {})} == TOLD.get(name, {})
    assert not [figure for figure, value, _ in figures if value > MOST.get(name, {}).get(figure, math.inf)]
    assert MOST.get(name, {}).keys() <= found.keys()


@pytest.mark.parametrize("name", sorted(SLOW))
def test_a_slow_benchmark_can_be_begun(name):
    """It runs in `make check` alone; that it still finds all that it imports is seen here."""
    assert bench.benchmark(name)


@pytest.mark.parametrize("name", sorted(PARTS))
def test_whatever_has_a_run_is_among_the_benchmarks(name):
    assert bench.benchmark(name) is None


def test_the_growth_of_dossiers_is_drawn(tmp_path):
    from bench import growth_picture

    measured = {
        rows: [
            (f"{rows / 1e6:g} M dossiers: polars, processor time", rows / 1e6, "s"),
            (f"{rows / 1e6:g} M dossiers: duckdb, processor time", rows / 5e5, "s"),
            (f"{rows / 1e6:g} M dossiers: polars, peak memory", 400.0, "MiB"),
            (f"{rows / 1e6:g} M dossiers: one more day's export (84000 rows, 4 months)", 0.5, "s"),
        ]
        for rows in (1_000_000, 3_000_000)
    }
    growth_picture.write(measured, tmp_path / "growth.svg")
    drawn = ElementTree.parse(tmp_path / "growth.svg").getroot()
    lines = drawn.findall(".//{*}polyline")
    assert [line.get("points").count(",") for line in lines] == [2, 2, 2, 2]
    assert "ours 1 M 1.0 s, 3 M 3.0 s; DuckDB 1 M 2.0 s, 3 M 6.0 s" in drawn.find("{*}desc").text


def test_nginx_serves_a_site_with_the_projects_own_configuration(tmp_path):
    from bench import site

    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "index.html").write_text("<p>Xã</p>", encoding="utf-8")
    with site.nginx(tmp_path / "site", tmp_path) as port:
        reply = urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=10)
    assert reply.read().decode() == "<p>Xã</p>"
    assert reply.headers["x-content-type-options"] == "nosniff"


def test_requests_and_errors_are_read_from_what_wrk_prints():
    from bench import site

    assert site.counted(WRK) == (13014.35, 13567 + 670)
    assert site.counted(re.sub(r"  (Socket|Non).*\n", "", WRK)) == (13014.35, 0)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nonsense"], f"bench/ has no nonsense; it has {', '.join(bench.MODULES[:2])}, "),
        (["reader"], "bench/reader.py is no benchmark: it has no run()"),
    ],
)
def test_a_name_that_is_no_benchmark_is_refused(monkeypatch, capsys, words, said):
    monkeypatch.setattr("sys.argv", ["bench", *words])
    with pytest.raises(SystemExit):
        bench.main()
    assert said in capsys.readouterr().err


def test_the_command_prints_each_figure_with_its_unit(monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["bench", "--tiny", "rank_sets"])
    bench.main()
    title, *lines = capsys.readouterr().out.splitlines()
    assert title == "rank_sets: Time and memory of the rank sets of the whole country: 3,321 communes."
    assert re.fullmatch(r"  rank sets of 20 communes, marginal, time +\d\.\d\d s", lines[0])


def test_a_figure_over_its_budget_is_marked_and_ends_the_command_with_1(monkeypatch, capsys):
    module = SimpleNamespace(
        __doc__="Weighs.",
        BUDGETS={"large": 1.0, "small": 1.0},
        run=lambda: [("large", 2.0, "kB"), ("small", 1.0, "kB")],
    )
    monkeypatch.setattr(bench, "benchmark", lambda name: module)
    monkeypatch.setattr("sys.argv", ["bench", "maps"])
    with pytest.raises(SystemExit) as ended:
        bench.main()
    large, small = capsys.readouterr().out.splitlines()[1:]
    assert ended.value.code == 1
    assert large.endswith("2.00 kB   over 1")
    assert "over" not in small


def test_the_simulated_country_is_built_where_it_is_missing_and_no_other_dataset(tmp_path, monkeypatch):
    from bench import data_folder

    asked = []
    monkeypatch.setattr(data_folder, "etl", asked.append)
    data_folder.fill(tmp_path, "simulated")
    assert asked == [["simulate", "--data", str(tmp_path)]]
    with pytest.raises(FileNotFoundError, match="live: nothing is published there"):
        data_folder.fill(tmp_path, "live")


def test_what_a_data_folder_held_before_is_read_again_afterwards(tmp_path, monkeypatch):
    from bench import data_folder
    from files.places import published_folder

    before = published_folder()
    with data_folder.reading(tmp_path):
        assert published_folder() == tmp_path / "published"
    assert published_folder() == before
    monkeypatch.delenv("GANDAN_DATA")
    unset = published_folder()
    with data_folder.reading(Path("elsewhere")):
        pass
    assert published_folder() == unset
