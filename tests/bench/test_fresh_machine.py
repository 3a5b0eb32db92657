"""The fresh machine itself needs a Debian of its own; whatever can be tried without one is tried here."""

from __future__ import annotations

import json
import re
import subprocess
import urllib.error
import urllib.request

import pytest
import yaml

from bench import fresh_machine
from display.words.text import Speaker
from etl.__main__ import COMMANDS
from files.places import HOME


def test_the_commands_of_the_page_are_run_in_its_order_with_the_names_of_the_trial():
    script = fresh_machine.commands("http://127.0.0.1:7/.well-known", "http://127.0.0.1:8")

    assert "certbot" not in script
    assert "example.vn" not in re.sub(r"sed .*\n", "", script)
    steps = ["git clone", "deploy/upgrade.sh", "GANDAN_PULL_URL=http://127.0.0.1:8", "etl boundaries", "access.yaml"]
    places = [script.index(step) for step in [*steps, "nginx-app.conf"]]
    assert places == sorted(places)
    assert "PROVIDER=http://127.0.0.1:7/.well-known" in script
    assert {*re.findall(r"-m etl (\S+)", script)} <= COMMANDS.keys()


def test_the_people_of_the_trial_are_in_the_example_and_know_the_titles_of_their_pages():
    example = yaml.safe_load((HOME / "deploy" / "access.example.yaml").read_text(encoding="utf-8"))
    known = {person["who"].partition("@")[0] for person in example["people"]}
    say = Speaker("vi")
    titles = {
        "chutich": say("rankings.title.commune", measure=""),
        "thanhtra": say("inspection.title.country"),
        "nhaplieu": say("page.imports"),
    }

    assert {*fresh_machine.PEOPLE, "quantri"} <= known
    assert all(titles[who].startswith(begin) for who, begin in fresh_machine.PEOPLE.items())
    assert "Trang này cần đăng nhập" in say("access.refused.title")


def test_the_stand_ins_answer():
    with fresh_machine.stand_ins() as (provider, portal):
        told = json.load(urllib.request.urlopen(provider, timeout=10))
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(f"{portal}/no-such-endpoint", timeout=10)

    assert told["authorization_endpoint"].endswith("/oauth2/authorize")
    assert refused.value.code == 404


def test_a_machine_is_prepared_from_its_base_with_the_repository_in_it(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(fresh_machine, "HOME", tmp_path / "repository")
    subprocess.run(["git", "init", "--quiet", tmp_path / "repository"], check=True)
    for folder in ("usr", "etc/ssl/certs", "srv"):
        (tmp_path / "machine" / "base" / folder).mkdir(parents=True)
    (tmp_path / ".config" / "pip").mkdir(parents=True)
    (tmp_path / ".config" / "pip" / "pip.conf").write_text("[global]\n")
    root = fresh_machine.prepared(tmp_path / "machine")

    assert (root / "srv" / "gan-dan.git" / "HEAD").exists()
    assert fresh_machine.NAME in (root / "etc" / "hosts").read_text()
    assert (root / "etc" / "pip.conf").read_text() == "[global]\n"


def test_a_machine_that_never_ran_is_off(tmp_path):
    fresh_machine.Machine(tmp_path).off()


def test_what_is_missing_is_said(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["fresh_machine", "--folder", str(tmp_path / "machine")])
    monkeypatch.setattr(
        fresh_machine.shutil, "which", lambda name: None if name == "debootstrap" else f"/usr/bin/{name}"
    )
    assert fresh_machine.main() == 1
    assert capsys.readouterr().err == "needs root and debootstrap\n"
    assert not (tmp_path / "machine").exists()


def test_waiting_ends(monkeypatch):
    monkeypatch.setattr(fresh_machine.time, "sleep", lambda _: None)
    assert fresh_machine.wait("nothing", lambda: True) < 1
    with pytest.raises(TimeoutError, match="waited 0 s for a replica"):
        fresh_machine.wait("a replica", lambda: False, seconds=0)


class Page:
    """A page whose title comes at once."""

    def reload(self):
        pass

    def wait_for_selector(self, selector, timeout):
        assert selector.startswith("h1")


@pytest.mark.parametrize(("answers", "fails"), [({"files answered 403": 10}, False), ({"files answered 204": 1}, True)])
def test_a_file_that_is_taken_from_the_hostile_client_ends_the_trial(monkeypatch, answers, fails):
    async def attack(address, seconds, pages, files, requests):
        assert (address, pages, files, requests) == ("https://127.0.0.1", *fresh_machine.HOSTILE)
        return answers

    monkeypatch.setattr(fresh_machine.hostile, "attack", attack)
    if fails:
        with pytest.raises(RuntimeError, match="files answered 204"):
            fresh_machine.beside_a_hostile_client(Page())
    else:
        assert "files answered 403 10" in fresh_machine.beside_a_hostile_client(Page())
