"""What `deploy/` holds: backup and restore, the nightly round, an upgrade and the way back, and what docs say of it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from bench.fresh_machine import commands
from etl.workbooks.read import FORM
from files import places as files_places
from journal import audit, database, site_wanted, visits
from tests.replicas import temporary
from tests.rooms import sources

HOME = files_places.HOME
DEPLOY = HOME / "deploy"


def run(*words: object, check: bool = True, **environment: str) -> subprocess.CompletedProcess[str]:
    known = os.environ | {"GANDAN_PYTHON": sys.executable} | environment
    return subprocess.run([*map(str, words)], cwd=HOME, env=known, capture_output=True, text=True, check=check)


def variables() -> set[str]:
    """The variables of the environment that the code and the scripts read."""
    places = [*sources(), *DEPLOY.glob("*.sh")]
    return {name for path in places for name in re.findall(r"\bGANDAN_[A-Z_]+\b", path.read_text(encoding="utf-8"))}


def test_the_table_of_the_environment_names_every_variable_and_no_other():
    page = (HOME / "docs" / "operations.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `(GANDAN_[A-Z_]+)`", page, re.MULTILINE)) == variables()


def test_the_example_sets_known_variables_only():
    named = set(re.findall(r"^(\w+)=", (DEPLOY / "env.example").read_text(encoding="utf-8"), re.MULTILINE))
    assert named <= variables()


def test_a_backup_is_restored_as_it_was(published, tmp_path):
    store_visit(published)
    audit.note(published, "a@b.vn", "export", file="x.csv")
    (published / "access.yaml").write_text("people: []\n")
    before = sorted(path.relative_to(published) for path in (published / "published").rglob("*") if path.is_file())
    file = Path(run("sh", DEPLOY / "backup.sh", published, tmp_path / "kept").stdout.strip())

    restored = tmp_path / "restored"
    run("sh", DEPLOY / "restore.sh", file, restored)
    for path in before:
        if path.suffix != ".lock":
            assert (restored / path).read_bytes() == (published / path).read_bytes()
    assert [line["act"] for line in audit.lines(restored)][-1] == "export"
    assert (restored / "access.yaml").read_text() == "people: []\n"
    assert (restored / "visits.db").exists()
    assert run(sys.executable, "-m", "etl", "status", "--data", restored).returncode == 0


def store_visit(data: Path) -> None:
    from datetime import date

    database._engine.cache_clear()
    visits.record(visits.Note("04792", date(2026, 9, 1), "Đoàn 1", "Đã xem sổ"), date(2026, 9, 2))


def test_a_damaged_backup_is_not_restored(published, tmp_path):
    file = Path(run("sh", DEPLOY / "backup.sh", published, tmp_path / "kept").stdout.strip())
    file.write_bytes(file.read_bytes()[:-20])
    done = run("sh", DEPLOY / "restore.sh", file, tmp_path / "restored", check=False)

    assert done.returncode == 1
    assert "checksum" in done.stderr
    assert not (tmp_path / "restored").exists()


def test_the_nightly_round_goes_on_where_a_part_fails_and_says_so(tmp_path):
    done = run(
        "sh", DEPLOY / "nightly.sh", check=False, GANDAN_DATA=str(tmp_path), GANDAN_PROVINCES="H44",
        GANDAN_PULL_URL="http://127.0.0.1:9", GANDAN_BACKUPS=str(tmp_path / "kept"), GANDAN_NIGHTLY_DATASET="trial",
    )  # fmt: skip

    assert done.returncode == 1
    assert "pull failed" in done.stderr
    assert "backup done" in done.stdout
    assert list((tmp_path / "kept").glob("gan-dan-*.tar.gz"))
    assert not (tmp_path / "published" / "trial" / "current").exists()


def test_the_static_site_is_built_again_only_where_something_asked_for_it(tmp_path):
    settings = {"GANDAN_DATA": str(tmp_path), "GANDAN_SITE": str(tmp_path / "site"), "GANDAN_PYTHON": "echo"}
    assert run("sh", DEPLOY / "site.sh", **settings).stdout == ""

    assert site_wanted.want(tmp_path)
    said = run("sh", DEPLOY / "site.sh", **settings).stdout
    assert said == f"-m etl site --out {tmp_path / 'site'} --data {tmp_path}\n"
    assert not (tmp_path / site_wanted.WANTED).exists()
    unit = (DEPLOY / "systemd" / "gan-dan-site.path").read_text(encoding="utf-8")
    assert f"PathExists=/var/lib/gan-dan/{site_wanted.WANTED}\n" in unit


@dataclass
class Place:
    """Where versions lie, and the repository they come from; replicas are started by a command that always succeeds."""

    folder: Path
    repository: Path

    def release(self, version: str) -> None:
        """Commit something on `main` and give it a tag."""
        (self.repository / "VERSION").write_text(version)
        name = ["-c", "user.name=t", "-c", "user.email=t@example.vn"]
        for words in (["add", "-A"], [*name, "commit", "-qm", version], ["tag", version]):
            run("git", "-C", self.repository, *words)

    def upgrade(self, *words: object, check: bool = True, script: Path = DEPLOY / "upgrade.sh", ports: str = " "):
        known = {"GANDAN_PLACE": str(self.folder), "GANDAN_PORTS": ports, "GANDAN_RESTART": "true "}
        return run("sh", script, *words, check=check, **known)

    def version(self, link: str = "current") -> str:
        return (self.folder / link / "VERSION").read_text()


@pytest.fixture
def place(tmp_path) -> Place:
    """A place with version v1 in service, and a repository that holds v2 as well."""
    place = Place(tmp_path / "place", tmp_path / "repository")
    (place.repository / ".streamlit").mkdir(parents=True)
    (place.repository / ".streamlit" / "config.toml").touch()
    (place.repository / "Makefile").write_text(".venv/bin/.ready:\n\tmkdir -p .venv/bin && touch $@\n")
    run("git", "init", "-q", "-b", "main", place.repository)
    place.release("v1")
    place.upgrade("main", place.repository)
    place.release("v2")
    return place


def test_an_upgrade_that_does_not_answer_goes_back_by_itself(place, tmp_path):
    impatient = tmp_path / "upgrade.sh"
    impatient.write_text((DEPLOY / "upgrade.sh").read_text(encoding="utf-8").replace("seq 60", "seq 1"))
    done = place.upgrade("v2", script=impatient, ports="9", check=False)

    assert done.returncode == 1
    assert place.version() == "v1"
    assert place.upgrade("--back", check=False).returncode == 1  # nothing but v1 was ever in service


def test_an_upgrade_and_the_way_back(place):
    place.upgrade("v2")  # from where the version in service is from
    assert (place.version(), place.version("previous")) == ("v2", "v1")
    place.upgrade("--back")
    assert place.version() == "v1"
    place.upgrade("--back")
    assert place.version() == "v2"


def test_a_branch_that_moved_on_is_another_version_and_two_are_kept(place):
    assert place.version() == "v1"
    place.upgrade("main")
    assert place.version() == "v2"
    assert "in service already" in place.upgrade("main").stdout

    place.release("v3")
    place.upgrade("main")
    assert (place.version(), place.version("previous")) == ("v3", "v2")
    assert len(list((place.folder / "releases").iterdir())) == 2


def test_a_version_that_is_not_there_changes_nothing(place):
    assert place.upgrade("v9", check=False).returncode != 0
    assert place.version() == "v1"
    assert len(list((place.folder / "releases").iterdir())) == 1


def test_a_version_that_cannot_be_set_up_changes_nothing(place):
    (place.repository / "Makefile").write_text(".venv/bin/.ready:\n\tfalse\n")
    place.release("v3")

    assert place.upgrade("v3", check=False).returncode != 0
    assert place.version() == "v1"


def test_nginx_takes_the_configurations_of_app_and_site_together(tmp_path):
    pair = ["-keyout", tmp_path / "privkey.pem", "-out", tmp_path / "fullchain.pem"]
    run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=t", *pair)
    text = "".join((DEPLOY / name).read_text(encoding="utf-8") for name in ("nginx-app.conf", "nginx-site.conf"))
    text = text.replace("/etc/ssl/gan-dan", str(tmp_path)).replace("/var/cache/nginx", str(tmp_path))
    own = f"pid {tmp_path}/pid; error_log {tmp_path}/log;\nevents {{}}\n"
    (tmp_path / "nginx.conf").write_text(f"{own}http {{ {temporary(tmp_path)} access_log off;\n{text}}}\n")

    said = run("nginx", "-t", "-c", tmp_path / "nginx.conf", check=False)
    assert said.returncode == 0, said.stderr
    assert "warn" not in said.stderr


def test_every_location_tells_a_replica_who_asks_and_for_what():
    """nginx takes over none of the outer headers into a location that sets one of its own."""
    text = (DEPLOY / "nginx-app.conf").read_text(encoding="utf-8")
    location = r"\n    location [^{\n]+\{([^}]*)\}"
    places = [re.sub(location, "", text), *re.findall(location, text)]
    passing = [place for place in places if "proxy_set_header" in place]

    assert len(passing) == 2
    for place in passing:
        assert {"Host", "X-Forwarded-For", "X-Forwarded-Proto"} <= set(re.findall(r"proxy_set_header (\S+)", place))


@pytest.mark.parametrize("name", sorted(path.name for path in (DEPLOY / "systemd").iterdir()))
def test_the_units_say_what_systemd_needs(name):
    text = (DEPLOY / "systemd" / name).read_text(encoding="utf-8")
    sections = re.findall(r"^\[(\w+)\]$", text, re.MULTILINE)

    assert sections[0] == "Unit"
    assert {"Service", "Timer", "Socket", "Path"} & set(sections)
    for program in re.findall(r"^ExecStart=\S+ (deploy/\S+)", text, re.MULTILINE):
        assert (HOME / program).exists()


def test_a_workbook_is_opened_in_a_unit_that_is_well_below_the_replica_and_is_given_no_secret():
    said = {
        name: (DEPLOY / "systemd" / f"gan-dan{name}").read_text(encoding="utf-8")
        for name in ("-box.socket", "-box@.service", "@.service")
    }
    unit = dict(re.findall(r"^(\w+)=(.*)$", said["-box@.service"], re.MULTILINE))
    place = re.search(r"^ListenStream=(\S+)$", said["-box.socket"], re.MULTILINE)

    assert "Accept=yes" in said["-box.socket"] and "SocketMode=0600" in said["-box.socket"]
    assert f"Environment=GANDAN_BOX={place[1]}\n" in said["@.service"]
    assert (
        FORM.memory / 2**20 < int(unit["MemoryMax"].removesuffix("M")) < 0.6 * 2048
        and "MemoryMax=2G" in said["@.service"]
    )
    assert FORM.seconds < int(unit["RuntimeMaxSec"]) < 60
    assert "EnvironmentFile" not in unit and "GANDAN" not in unit["Environment"]
    assert (unit["PrivateNetwork"], unit["StandardInput"], unit["StandardOutput"]) == ("yes", "socket", "socket")
    assert "/var/lib/gan-dan" in unit["InaccessiblePaths"] and "ReadWritePaths" not in unit


def test_the_compose_file_is_sound():
    content = yaml.safe_load((HOME / "compose.yaml").read_text(encoding="utf-8"))
    replicas = [name for name in content["services"] if name.startswith("app-")]

    assert len(replicas) == 2
    for name in replicas:
        assert f"{name}:8501" in " ".join(content["services"]["proxy"]["command"])


def test_what_the_containers_write_to_are_volumes_of_theirs():
    content = yaml.safe_load((HOME / "compose.yaml").read_text(encoding="utf-8"))
    mounted = {text.split(":")[1] for text in content["services"]["nightly"]["volumes"]}
    example = dict(
        line.split("=", 1) for line in (DEPLOY / "env.example").read_text(encoding="utf-8").splitlines() if "=" in line
    )

    assert {example["GANDAN_SITE"], example["GANDAN_BACKUPS"], "/data"} <= mounted
    made = (HOME / "Dockerfile").read_text(encoding="utf-8")
    assert all(f" {folder} " in made or f" {folder}\n" in made for folder in mounted)


def test_the_commands_of_the_operations_page_are_sound_and_what_they_name_is_there(tmp_path):
    page = (HOME / "docs" / "operations.md").read_text(encoding="utf-8")
    script = tmp_path / "commands.sh"
    script.write_text(commands("https://id.example.vn", "http://127.0.0.1:9"), encoding="utf-8")

    run("bash", "-n", script)
    for name in set(re.findall(r"\bdeploy/[\w.-]+[\w]", "\n".join(re.findall(r"```sh\n(.*?)```", page, re.DOTALL)))):
        assert (HOME / name).exists() or name in {
            "deploy/env",
            "deploy/names",
            "deploy/secrets.toml",
            "deploy/certificates",
        }


def test_scripts_are_sound_shell():
    for script in DEPLOY.glob("*.sh"):
        run("sh", "-n", script)
    assert shutil.which("nginx")


def test_every_dependency_is_explained_with_its_range():
    """`docs/dependencies.md` says of each package of requirements.txt what it is for; each has an upper bound."""
    wanted = re.findall(r"^([\w-]+)(\S+)$", (HOME / "requirements.txt").read_text(encoding="utf-8"), re.MULTILINE)
    table = (HOME / "docs" / "dependencies.md").read_text(encoding="utf-8")
    told = re.findall(r"^\| ([\w-]+) \| ([<>=]\S+) \| (.+) \| (.+) \|$", table, re.MULTILINE)

    assert {(name, bounds) for name, bounds, *_ in told} == set(wanted)
    assert all("<" in bounds for _, bounds in wanted)
