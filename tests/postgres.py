"""A real PostgreSQL for tests: one server for as long as it is needed, a database of its own for each test."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path

import psycopg


def programs() -> Path | None:
    """The folder with PostgreSQL's own programs, the newest one."""
    found = shutil.which("initdb")
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name))
    return Path(found).parent if found else next(reversed(folders), None)


@contextmanager
def running(programs: Path, others: str = "") -> Iterator[str]:
    """The address of a server that lives until the end of the block; `others`: a network that it serves too."""
    folder = Path(tempfile.mkdtemp(prefix="gandan_postgres_"))  # pytest's own folders are closed to other users
    user, data = _not_as_root(folder), folder / "data"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    control, quiet = [*user, str(programs / "pg_ctl"), "-D", str(data)], {"stdout": subprocess.DEVNULL, "check": True}
    subprocess.run([*user, programs / "initdb", "-D", data, "-U", "gandan", "-A", "trust", "-E", "UTF8"], **quiet)
    if others:
        with (data / "pg_hba.conf").open("a", encoding="utf-8") as rules:
            rules.write(f"host all all {others} trust\n")
    heard = "*" if others else "127.0.0.1"
    options = f"-p {port} -c listen_addresses={heard} -c unix_socket_directories={folder} -c fsync=off"
    start = [*control, "-w", "-l", str(folder / "log"), "-o", options, "start"]
    subprocess.run(start, **quiet)
    address = f"postgresql://gandan@127.0.0.1:{port}/postgres"
    _STARTED[address] = start
    yield address
    subprocess.run([*control, "-m", "immediate", "stop"], **quiet)
    shutil.rmtree(folder)


def _not_as_root(folder: Path) -> list[str]:
    """PostgreSQL refuses to be started by root: what to put before a command, after giving the folder away."""
    if os.geteuid() != 0:
        return []
    shutil.chown(folder, "nobody")
    return ["setpriv", "--reuid=nobody", "--clear-groups", "--"]


_STARTED: dict[str, list[str]] = {}
"""How each server was started."""


def kill(server: str) -> None:
    """End a server as a power cut of its own would: nothing is written down any more."""
    with psycopg.connect(server) as connection:
        pid = int(connection.execute("SELECT pg_read_file('postmaster.pid')").fetchone()[0].split()[0])
        workers = [row[0] for row in connection.execute("SELECT pid FROM pg_stat_activity")]
    for process in (pid, *workers):
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)


def start_again(server: str) -> None:
    """Start a killed server again, once the last of its processes has let go of what they shared."""
    for _ in range(50):
        if subprocess.run(_STARTED[server], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0:
            return
        time.sleep(0.2)
    raise TimeoutError(server)


def new_database(server: str, test: str) -> str:
    """The address of an empty database, named after a test."""
    name = f"visits_{sha256(test.encode()).hexdigest()[:32]}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return f"{server.rpartition('/')[0]}/{name}"
