"""Two replicas of the app behind nginx with the project's own configuration, on ports of this machine."""

from __future__ import annotations

import os
import ssl
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from files.places import HOME
from tests.pages.test_in_browser import free_port

CONF = HOME / "deploy" / "nginx-app.conf"
FRUGAL = dict(
    line.split("=", 1)
    for line in (HOME / "deploy" / "replica.env").read_text(encoding="utf-8").splitlines()
    if "=" in line and not line.startswith("#")
)
"""The settings of memory and cores under which replicas run."""
PLAIN = ssl._create_unverified_context()


@dataclass
class Service:
    """nginx on a port of its own, and the replicas behind it by their ports; what a replica is started with."""

    address: str
    ports: tuple[int, int]
    environment: dict[str, str]
    options: tuple[str, ...] = ()
    replicas: dict[int, subprocess.Popen] = field(default_factory=dict)

    def start(self, port: int, home: Path = HOME) -> None:
        """`home`: where the version lies that is started."""
        place = ["--server.port", str(port), "--server.address", "127.0.0.1"]
        command = [sys.executable, "-m", "streamlit", "run", "app.py", *place, *self.options]
        self.replicas[port] = subprocess.Popen(
            command, cwd=home, env=os.environ | self.environment,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def wait(self, port: int) -> None:
        for _ in range(240):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/health/live", timeout=2)
                return
            except OSError:
                time.sleep(0.25)
        raise TimeoutError(port)

    def metric(self, port: int, start: str) -> float:
        """The sum of a replica's metrics whose lines begin so."""
        text = urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=30).read().decode()
        return sum(float(line.rsplit(" ", 1)[1]) for line in text.splitlines() if line.startswith(start))


@contextmanager
def running(
    folder: Path, *, options: tuple[str, ...] = (), ready: Callable[[str], None] | None = None, **environment: str
) -> Iterator[Service]:
    """A service that keeps its files in `folder`, over TLS with a certificate made for it.

    `options` go to `streamlit run`; `ready` is called with the address before anything is started.
    """
    port, plain, one, two = free_port(), free_port(), free_port(), free_port()
    own = Service(f"https://127.0.0.1:{port}", (one, two), FRUGAL | {"GANDAN_TLS": "yes", **environment}, options)
    if ready:
        ready(own.address)
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1",
         "-keyout", "privkey.pem", "-out", "fullchain.pem"],
        cwd=folder, check=True, capture_output=True,
    )  # fmt: skip
    for number in own.ports:
        own.start(number)
    program = subprocess.Popen(["nginx", "-c", str(_configured(folder, port, plain, own.ports)), "-g", "daemon off;"])
    try:
        for number in own.ports:
            own.wait(number)
        yield own
    finally:
        program.terminate()
        for replica in own.replicas.values():
            replica.kill()
        program.wait(20)


def temporary(folder: Path) -> str:
    """The lines by which nginx keeps its temporary files in `folder`."""
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    return " ".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)


def _configured(folder: Path, port: int, plain: int, ports: tuple[int, int]) -> Path:
    """The project's configuration with ports and folders of its own; nothing else is changed."""
    text = CONF.read_text(encoding="utf-8")
    for old, new in {
        "127.0.0.1:8501": f"127.0.0.1:{ports[0]}", "127.0.0.1:8502": f"127.0.0.1:{ports[1]}",
        "listen 443 ssl": f"listen 127.0.0.1:{port} ssl", "listen 80": f"listen 127.0.0.1:{plain}",
        "listen [::]:443 ssl;": "", "listen [::]:80;": "",
        "/etc/ssl/gan-dan": str(folder), "/var/cache/nginx/gan-dan": f"{folder}/cache",
        "Host $host": "Host $http_host",
    }.items():  # fmt: skip
        if old not in text:
            raise ValueError(f"{CONF.name} does not say {old!r}")
        text = text.replace(old, new)
    user = "user root;\n" if os.geteuid() == 0 else ""
    paths = temporary(folder)
    conf = folder / "nginx.conf"
    conf.write_text(
        f"{user}pid {folder}/pid; error_log {folder}/error.log;\nevents {{ worker_connections 1024; }}\n"
        f"http {{ access_log off; {paths}\n{text}\n}}\n",
        encoding="utf-8",
    )
    return conf
