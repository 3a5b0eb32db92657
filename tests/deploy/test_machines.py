"""Two machines that share a folder and a PostgreSQL: what one does the other knows, and a cut line loses nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from streamlit.web.server.starlette.starlette_app_utils import create_signed_value

from etl.publishing.publish import publish
from files.places import HOME
from journal import place
from store.snapshot import open_snapshot
from tests import machines, postgres
from tests.deploy.test_replicas import numbered
from tests.machines import Machine
from tests.replicas import FRUGAL
from tests.served import wait_for

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not machines.possible(), reason=machines.NEEDS),
]
PORT, SECRET, COOKIE = 8501, "a-secret-of-the-tests-that-is-long-enough", "_streamlit_user"
ROLES = 'people:\n- {who: lan@phutho.vn, roles: [leader], provinces: ["25"]}\n'
SECRETS = f"""[auth]
redirect_uri = "http://gandan.example.vn/oauth2callback"
cookie_secret = "{SECRET}"
client_id = "gan-dan"
client_secret = "x"
server_metadata_url = "http://127.0.0.1:1/.well-known/openid-configuration"
"""
WITHIN_SECONDS = 10
NOTE = 'visits.record(visits.Note("04792", date(2026, 9, 1), "Đoàn 1", "Đã xem sổ"), date(2026, 9, 2)).id'


@pytest.fixture(scope="module")
def shared(tmp_path_factory) -> Path:
    """The folder that both machines see."""
    folder = tmp_path_factory.mktemp("shared")
    publish(folder, "live", numbered(0), nature="live")
    (folder / "access.yaml").write_text(ROLES, encoding="utf-8")
    (folder / "secrets.toml").write_text(SECRETS, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def both(shared) -> Iterator[list[Machine]]:
    """Two machines, on each of which a replica runs."""
    programs = postgres.programs()
    if programs is None:
        pytest.skip("no PostgreSQL on this machine: deploy/postgres.sh could not install one")
    with ExitStack() as opened:
        found = opened.enter_context(machines.made(2))
        server = opened.enter_context(postgres.running(programs, machines.ALL))
        for machine in found:
            own = _environment(machine, shared, server)
            command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(PORT)]
            command += ["--server.address", "0.0.0.0", "--secrets.files", str(shared / "secrets.toml")]
            replica = subprocess.Popen(
                machine.inside(*command), cwd=HOME, env=own, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
            opened.callback(replica.wait, 20)
            opened.callback(replica.kill)
        for machine in found:
            wait_for(f"http://{machine.address}:{PORT}/health")
        _SERVER.append(server)
        yield list(found)


_SERVER: list[str] = []


def _environment(machine: Machine, shared: Path, server: str) -> dict[str, str]:
    """What a machine is given: the folder, and the server by the address under which it is reached from there."""
    own = {"GANDAN_DATA": str(shared), place.URL: server.replace("127.0.0.1", machine.ours), "GANDAN_LOCAL": "no"}
    own["GANDAN_REQUESTS_PER_MINUTE"] = "100000"  # the readers here are one client
    return os.environ | FRUGAL | own


def done_there(machine: Machine, shared: Path, words: str) -> str:
    """What a Python on a machine says of an expression about the journal."""
    script = (
        "from datetime import date\nfrom journal import endings, visits\nfrom journal.database import VisitError\n"
        f"try:\n    print({words})\nexcept VisitError as error:\n    print(error.kind)\n"
    )
    command = machine.inside(sys.executable, "-c", script)
    own = _environment(machine, shared, _SERVER[0])
    return subprocess.run(command, cwd=HOME, env=own, capture_output=True, text=True, check=True).stdout.strip()


def ask(machine: Machine, path: str, **headers: str) -> tuple[int, bytes]:
    asked = urllib.request.Request(f"http://{machine.address}:{PORT}{path}", headers=headers)
    try:
        with urllib.request.urlopen(asked, timeout=30) as reply:
            return reply.status, reply.read()
    except urllib.error.HTTPError as error:
        return error.code, b""


def shown(machine: Machine) -> set[float]:
    """The numerators of one reply: every publish gives all communes the same one."""
    _, body = ask(machine, "/open/v1/measurements?dataset=live&measure=on_time_share&limit=100")
    return {row["numerator"] for row in json.loads(body)["rows"]}


def until(holds: Callable[[], bool]) -> float:
    """Seconds until it holds."""
    started = time.monotonic()
    while not holds():
        assert time.monotonic() - started < WITHIN_SECONDS
        time.sleep(0.05)
    return time.monotonic() - started


def test_a_publish_is_seen_by_all_within_ten_seconds_and_never_two_in_one_reply(both, shared):
    seen: dict[str, list[set[float]]] = {machine.name: [] for machine in both}
    stop = threading.Event()

    def read(machine: Machine) -> None:
        while not stop.is_set():
            seen[machine.name].append(shown(machine))

    readers = [threading.Thread(target=read, args=(machine,)) for machine in both]
    for reader in readers:
        reader.start()
    taken = []
    for number in range(1, 5):
        publish(shared, "live", numbered(number), nature="live")
        wanted = {500.0 + number}
        taken.append(until(lambda wanted=wanted: all(found and found[-1] == wanted for found in seen.values())))
    stop.set()
    for reader in readers:
        reader.join(60)

    print(f"a publish was seen by both machines within {max(taken):.2f} s")
    assert all(len(numerators) == 1 for found in seen.values() for numerators in found)
    assert all(len({tuple(one) for one in found}) >= 3 for found in seen.values())


def test_a_note_of_one_machine_is_read_at_the_other(both, shared):
    first, second = both
    kept = int(done_there(first, shared, NOTE))

    assert done_there(second, shared, f"visits.one({kept}).findings") == "Đã xem sổ"


def layer(snapshot: str) -> str:
    return (
        f"/layers/units.geojson?dataset=live&snapshot={snapshot}&measure=on_time_share&basis=portal&period=2026-08"
        "&scope=25&shape=symbol&language=vi&theme=light&seen=25"
    )


def test_a_sign_in_counts_at_both_machines_and_its_end_too_within_ten_seconds(both, shared, monkeypatch):
    monkeypatch.setenv("GANDAN_DATA", str(shared))
    known = {"email": "lan@phutho.vn", "email_verified": True, "aud": "gan-dan", "iat": int(time.time()) - 1}
    whole = known | {"origin": "http://gandan.example.vn", "is_logged_in": True, "provider": "default"}
    cookie = {"Cookie": f"{COOKIE}={create_signed_value(SECRET, COOKIE, json.dumps(whole)).decode()}"}
    path = layer(open_snapshot("live").manifest.id)
    assert [ask(machine, path, **cookie)[0] for machine in both] == [200, 200]
    assert [ask(machine, path)[0] for machine in both] == [403, 403]

    done_there(both[0], shared, 'endings.end("lan@phutho.vn", "admin@phutho.vn")')
    assert until(lambda: [ask(machine, path, **cookie)[0] for machine in both] == [403, 403]) < WITHIN_SECONDS


def test_a_machine_that_is_cut_off_from_the_database_says_so_and_goes_on_once_it_is_back(both, shared):
    first, second = both
    first.cut_off()
    assert done_there(first, shared, NOTE) == "unreachable"
    kept = int(done_there(second, shared, NOTE))
    first.connect()
    until(lambda: ask(first, "/health")[0] == 200)

    assert int(done_there(first, shared, NOTE)) > kept
    assert ask(first, "/minh-bach?dataset=live&unit=04792")[0] == 200
