"""Each script of findings/ has the form that its readers count on; none is run here."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

from files.places import HOME

FOLDER = HOME / "findings"
SCRIPTS = sorted(FOLDER.glob("*.sh"))
each_script = pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)


def _head(script: Path) -> dict[str, str]:
    """The fields of the comment at the top: `# Tool:     polars 2.1.0` and the lines that go on with it."""
    lines = script.read_text().splitlines()[1:]
    comment = "\n".join(lines[: next(i for i, line in enumerate(lines) if not line.startswith("#"))])
    fields = re.findall(r"^# ([A-Z][a-z ]+): +(.+(?:\n# {11}.+)*)", comment, re.MULTILINE)
    return {name: re.sub(r"\s*\n# +", " ", text) for name, text in fields}


def _packages(script: Path) -> list[str]:
    """What the script has pip install."""
    command = re.search(r"pip\" install ((?:.*\\\n)*.*)", script.read_text()).group(1).replace("\\\n", " ")
    return [word for word in command.split() if not word.startswith("-")]


def test_the_list_of_findings_is_that_of_the_folder():
    listed = re.findall(r"^\| \[([^]]+)\]\(\1\.sh\)", (FOLDER / "README.md").read_text(), re.MULTILINE)
    assert listed == [script.stem for script in SCRIPTS]


@each_script
def test_it_says_what_one_expects_what_happens_and_when_that_was_seen(script):
    head = _head(script)
    assert list(head)[:3] == ["Tool", "Expected", "Happens"]
    assert re.match(r"20\d\d-\d\d, (Python|Chromium) \d+[\d.]*: .", head["Seen"])


@each_script
def test_it_pins_what_it_installs_and_names_a_pinned_version(script):
    packages = _packages(script)
    assert [package for package in packages if not re.fullmatch(r"[a-z0-9-]+==\d+(\.\d+)+", package)] == []
    assert any(package.split("==")[1] in _head(script)["Tool"] for package in packages)


@each_script
def test_it_works_in_a_folder_of_its_own_and_takes_it_away(script):
    text = script.read_text()
    assert "folder=$(mktemp -d)" in text
    assert "trap 'rm -rf \"$folder\"' EXIT" in text
    assert re.findall(r"(?:/home|/root|/work|/tmp)/\S*|--(?:extra-)?index-url\S*", text) == []


@each_script
def test_the_shell_and_python_can_read_it(script):
    read = subprocess.run(["bash", "-n", str(script)], capture_output=True, text=True, check=False)
    assert (read.returncode, read.stderr) == (0, "")
    programs = re.findall(r"<<'PY'\n(.*?)^PY$", script.read_text(), re.DOTALL | re.MULTILINE)
    assert "assert " in "".join(programs)
    for program in programs:
        ast.parse(program)
