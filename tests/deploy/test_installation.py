"""What is installed, and with which Python: the lock files, the choice of a Python, what make says to Streamlit."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from deploy import bom

PYTHONS = ("3.11", "3.12", "3.13")
LOCKS = {"requirements.lock.txt": ["requirements.txt"]}
LOCKS["requirements-postgres.lock.txt"] = [*LOCKS["requirements.lock.txt"], "requirements-postgres.txt"]
LOCKS["requirements-dev.lock.txt"] = [*LOCKS["requirements.lock.txt"], "requirements-dev.txt"]
_PIN = re.compile(r"([\w.-]+(?:\[[\w,-]+\])?==[\w.!+]+(?: ; [^\\]+)?) ((?:\\\n    --hash=sha256:[0-9a-f]{64} ?)+)\n")


@pytest.fixture
def home(pytestconfig) -> Path:
    return pytestconfig.rootpath


def wanted(home: Path, files: list[str]) -> list[Requirement]:
    lines = [line for file in files for line in (home / file).read_text(encoding="utf-8").splitlines()]
    return [Requirement(line) for line in lines if line and not line.startswith(("-r ", "#"))]


def pins(home: Path, lock: str) -> list[Requirement]:
    """What a lock names; AssertionError where it has a line that is neither a comment nor of a pin with its hashes."""
    text = (home / lock).read_text(encoding="utf-8")
    text = re.sub(r"^ *#.*\n", "", text, flags=re.MULTILINE)
    assert _PIN.sub("", text) == "", f"{lock}: a line has no hash, or is no pin"
    return [Requirement(found[1].strip()) for found in _PIN.finditer(text)]


def installed(home: Path, lock: str, python: str, system: str = "linux") -> dict[str, str]:
    """Versions by name, as pip takes them from a lock for a Python and a system."""
    place = {"python_version": python, "python_full_version": f"{python}.0", "sys_platform": system}
    place |= {"platform_python_implementation": "CPython", "implementation_name": "cpython"}
    here = [pin for pin in pins(home, lock) if pin.marker is None or pin.marker.evaluate(place)]
    assert len({canonicalize_name(pin.name) for pin in here}) == len(here), f"{lock}: two versions of one package"
    return {canonicalize_name(pin.name): str(pin.specifier).removeprefix("==") for pin in here}


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_satisfies_every_range(home, lock, python):
    found = installed(home, lock, python)

    for one in wanted(home, LOCKS[lock]):
        version = found.get(canonicalize_name(one.name))
        assert version, f"{lock}: {one.name} is missing; run make lock"
        assert one.specifier.contains(version, prereleases=True), f"{lock}: {one.name} {version}, not {one.specifier}"


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_place(home, lock):
    text = (home / lock).read_text(encoding="utf-8")

    assert "/" not in text and "@" not in text  # an address, a path of a machine; options of pip are no pins


@pytest.mark.parametrize("system", ["linux", "darwin", "win32"])
def test_tests_run_with_what_is_locked_for_run_time(home, system):
    for python in PYTHONS:
        service = installed(home, "requirements.lock.txt", python, system)
        assert service.items() <= installed(home, "requirements-dev.lock.txt", python, system).items()


def program(folder: Path, name: str, version: str) -> None:
    """A stand-in of Python: says a version, makes virtual environments; without a version it starts nothing."""
    fits = version in PYTHONS
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(
        f"""#!/bin/sh
[ -n "{version}" ] || exit 127
[ "$1" != -c ] || {{ echo {version}; exit {0 if fits else 1}; }}
mkdir -p "$3/bin" && cp "$0" "$3/bin/python" && cp "$0" "$3/bin/pip"
"""
    )
    (folder / name).chmod(0o755)


@pytest.fixture
def machine(tmp_path, home):
    """Runs a line of the shell where only the Pythons of a folder are to be found, and apt is not."""
    programs = tmp_path / "programs"
    programs.mkdir()
    for name in ("sh", "dirname", "mkdir", "cp", "rm"):
        (programs / name).symlink_to(next(Path(at, name) for at in ("/usr/bin", "/bin") if Path(at, name).exists()))

    def run(line: str, **pythons: str) -> subprocess.CompletedProcess[str]:
        for name, version in pythons.items():
            program(programs, name.replace("_", "."), version)
        own = {"PATH": str(programs), "PYENV_ROOT": str(tmp_path / "pyenv")}
        words = ["/bin/sh", "-c", line.format(folder=tmp_path / "made")]
        return subprocess.run(words, cwd=home, env=own, capture_output=True, text=True, check=False)

    return run


NEWEST = ". deploy/system.sh; newest_python"


def test_the_newest_python_that_runs_is_taken(machine):
    done = machine(NEWEST, python3_14="3.14", python3_13="", python3_12="3.12", python3_11="3.11", python3="3.14")
    assert done.stdout == "python3.12\n"


def test_a_python_without_its_version_in_its_name_will_do(machine):
    assert machine(NEWEST, python3="3.13").stdout == "python3\n"


def test_a_python_of_another_version_is_found_in_the_folder_of_pyenv(machine, tmp_path):
    for version in ("3.10", "3.11", "3.12"):
        program(tmp_path / "pyenv" / "versions" / f"{version}.1" / "bin", "python3", version)

    assert machine(f"{NEWEST} 3.12", python3="3.12").stdout.endswith("/versions/3.11.1/bin/python3\n")


@pytest.mark.parametrize("pythons", [{}, {"python3": "3.10"}, {"python3.13": ""}])
def test_without_a_python_that_fits_it_is_said_what_is_needed(machine, tmp_path, pythons):
    done = machine("sh deploy/venv.sh {folder}", **pythons)

    assert done.returncode == 1
    assert done.stderr.startswith("no Python 3.11 to 3.13 was found that runs")
    assert not (tmp_path / "made").exists()


@pytest.mark.parametrize(("named", "said"), [("python3.10", "is no Python 3.11 to 3.13"), ("python3.9", "is missing")])
def test_a_python_that_does_not_fit_is_refused_and_nothing_is_taken_away(machine, tmp_path, named, said):
    machine("sh deploy/venv.sh {folder}", python3_12="3.12", python3_10="3.10")
    done = machine(f"sh deploy/venv.sh {{folder}} {named}")

    assert done.returncode == 1
    assert said in done.stderr
    assert (tmp_path / "made" / "bin" / "python").exists()


def test_a_virtual_environment_that_fits_stays_and_another_is_made_again(machine, tmp_path):
    one = machine("sh deploy/venv.sh {folder} python3.11", python3_11="3.11", python3_13="3.13")
    assert "of Python 3.11" in one.stdout
    assert machine("sh deploy/venv.sh {folder}").stdout == ""  # a newer one is there, but nobody asked for it
    assert machine("sh deploy/venv.sh --fits {folder} python3.13").returncode == 1
    assert "of Python 3.13" in machine("sh deploy/venv.sh {folder} python3.13").stdout

    (tmp_path / "made" / "bin" / "python").unlink()  # as after an upgrade of the system
    assert machine("sh deploy/venv.sh --fits {folder}").returncode == 1
    assert "of Python 3.13" in machine("sh deploy/venv.sh {folder}").stdout


def test_a_second_virtual_environment_is_of_another_version(machine, tmp_path):
    machine("sh deploy/venv.sh {folder}", python3_13="3.13")
    second = "sh deploy/venv.sh --other-than {folder} {folder}-check"
    assert "other than 3.13 was found" in machine(second).stderr
    assert "the same version" in machine(f"{second} python3.13").stderr
    assert "of Python 3.11" in machine(second, python3_11="3.11").stdout


def test_the_versions_of_python_are_the_same_everywhere(home):
    project = tomllib.loads((home / "pyproject.toml").read_text(encoding="utf-8"))
    supported = SpecifierSet(project["project"]["requires-python"])

    assert [f"3.{minor}" for minor in range(20) if f"3.{minor}" in supported] == list(PYTHONS)
    assert project["tool"]["ruff"]["target-version"] == f"py{PYTHONS[0].replace('.', '')}"
    here = f"{sys.version_info.major}.{sys.version_info.minor}"
    ask = ["sh", "-c", f'. deploy/system.sh; python_version "{sys.executable}"']
    assert subprocess.run(ask, cwd=home, capture_output=True, text=True, check=True).stdout.strip() == here
    assert here in PYTHONS


def test_the_port_can_be_chosen(home):
    def said(*words: str) -> str:
        plain = {name: value for name, value in os.environ.items() if name not in ("PORT", "MAKEFLAGS", "MAKELEVEL")}
        command = ["make", "--no-print-directory", "-n", "run", *words]
        return subprocess.run(command, cwd=home, env=plain, capture_output=True, text=True, check=True).stdout

    assert "streamlit run app.py --server.port 8600\n" in said("PORT=8600")
    assert "--server.port" not in said()  # then Streamlit takes the next one where 8501 is in use


def test_the_bill_of_materials_is_that_of_the_lock_with_a_licence_of_each(home):
    """Where this fails: `make bom` after a change of the lock."""
    told = json.loads((home / "docs" / "bom.cdx.json").read_text(encoding="utf-8"))
    packages = {canonicalize_name(one["name"]): one for one in told["components"] if one["type"] == "library"}

    assert {name: one["version"] for name, one in packages.items()} == installed(home, "requirements.lock.txt", "3.11")
    assert all(one["licenses"] and one["hashes"] for one in packages.values())
    assert {one["ref"] for one in told["dependencies"]} <= {one["bom-ref"] for one in told["components"]} | {"gan-dan"}


def test_a_package_without_a_licence_or_outside_the_lock_is_named():
    one = {"type": "library", "name": "x", "version": "1", "bom-ref": "x==1", "purl": "pkg:pypi/x@1"}
    found = {"specVersion": "1.6", "components": [one], "dependencies": []}
    with pytest.raises(ValueError, match="no licence is known of x"):
        bom.bill(found, "x==1 \\\n    --hash=sha256:" + "0" * 64)
    with pytest.raises(ValueError, match="not in the lock: x"):
        bom.bill({**found, "components": [one | {"licenses": [{"license": {"id": "MIT"}}]}]}, "")
