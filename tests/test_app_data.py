"""The simulated dataset of the tests is kept between runs, but never longer than what it was made of."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from files.places import HOME
from tests import app_data


def test_whatever_a_simulation_loads_is_among_its_origins():
    script = (
        "import sys; from etl.simulation import command; from etl.publishing import publish; "
        "print(*(getattr(module, '__file__', None) or '' for module in [*sys.modules.values()]), sep='\\n')"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=HOME, capture_output=True, text=True, check=True)
    own = {Path(line) for line in done.stdout.splitlines() if line.startswith(str(HOME)) and "/.venv" not in line}

    assert own
    assert own <= set(app_data.origins())


def test_committed_data_is_among_the_origins_but_for_what_is_published_and_said():
    listed = subprocess.run(
        ["git", "ls-files", "data/*.yaml", "data/reference"], cwd=HOME, capture_output=True, text=True, check=True
    )
    committed = {HOME / name for name in listed.stdout.splitlines() if not name.startswith("data/texts/")}

    assert HOME / "data" / "simulated.yaml" in committed
    assert committed <= set(app_data.origins())


def test_a_changed_byte_and_another_name_make_another_dataset(tmp_path):
    one = tmp_path / "one.py"
    one.write_text("a = 1")
    before = app_data.digest_of([one])
    assert app_data.digest_of([one]) == before

    one.write_text("a = 2")
    changed = app_data.digest_of([one])
    renamed = app_data.digest_of([one.rename(tmp_path / "two.py")])
    assert len({before, changed, renamed}) == 3


def test_it_is_built_once_and_again_when_its_origins_have_changed(tmp_path, monkeypatch):
    built: list[str] = []

    def simulate(words: list[str]) -> int:
        folder = Path(words[-1]) / "published" / "simulated"
        folder.mkdir(parents=True)
        (folder / "current").write_text(str(len(built)))
        built.append(words[0])
        return 0

    (cache := tmp_path / "cache").mkdir()
    monkeypatch.setattr(app_data, "main", simulate)
    for number, digest in enumerate(["one", "one", "two"]):
        monkeypatch.setattr(app_data, "digest_of", lambda _, digest=digest: digest)
        app_data.copy_simulated(cache, tmp_path / f"copy {number}")

    assert [(tmp_path / f"copy {number}" / "current").read_text() for number in range(3)] == ["0", "0", "1"]
    assert built == ["simulate", "simulate"]
    assert sorted(path.name for path in cache.iterdir() if path.is_dir()) == ["half", "two"]
