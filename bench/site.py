"""The static site: how long the whole country takes, what pages weigh, how many requests a second nginx answers."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from bench import data_folder
from files.places import HOME
from press.site.command import build
from tests.pages.test_in_browser import free_port
from tests.replicas import temporary

Figure = tuple[str, float, str]
_CONF = HOME / "deploy" / "nginx-site.conf"
_CONNECTIONS = 64
TINY = {"dataset": "recorded", "only": ["12"], "seconds": 1}


def run(dataset: str = "simulated", only: Sequence[str] | None = None, seconds: int = 15) -> list[Figure]:
    """(name, value, unit) of each figure; those of nginx only where nginx and wrk are installed.

    `only`: some provinces; `seconds` of requests.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        data_folder.fill(folder / "data", dataset)
        with data_folder.reading(folder / "data"):
            return _figures(folder, dataset, only, seconds)


def _figures(folder: Path, dataset: str, only: Sequence[str] | None, seconds: int) -> list[Figure]:
    out = folder / "site"
    first, again = (build(out, dataset, only=only, processes=2) for _ in range(2))
    figures = [
        ("whole country, two processes", first.seconds, "s"),
        ("pages", first.pages, ""),
        ("the same again, nothing changed", again.seconds, "s"),
        ("files made once more then", again.made, ""),
        *_weights(out / "current"),
    ]
    missing = [name for name in ("nginx", "wrk") if not shutil.which(name)]
    if missing:
        print(f"  without {' and '.join(missing)} requests per second are not measured")
        return figures
    return figures + _requests(out / "current", folder, seconds)


def _weights(site: Path) -> list[Figure]:
    """Compressed kilobytes of the heaviest page of each kind."""
    kinds = {"commune": "don-vi/*.html.gz", "province": "tinh/*.html.gz", "other": "*.html.gz"}
    found = []
    for kind, pattern in kinds.items():
        sizes = [path.stat().st_size for path in [*site.glob(pattern), *site.glob(f"en/{pattern}")]]
        found.append((f"heaviest page, {kind}, compressed", max(sizes) / 1000, "kB"))
    style = sum(path.stat().st_size for path in site.glob("assets/s*.gz"))
    return [*found, ("style and script, compressed, cached", style / 1000, "kB")]


def _requests(site: Path, folder: Path, seconds: int) -> list[Figure]:
    """Commune pages asked for at random over loopback, compressed."""
    with nginx(site, folder) as port:
        script = folder / "pages.lua"
        codes = ",".join(f'"{path.stem}"' for path in sorted((site / "don-vi").glob("*.html")))
        script.write_text(
            f"local codes = {{{codes}}}\n"
            'request = function() return wrk.format("GET", "/don-vi/" .. codes[math.random(#codes)] .. ".html") end\n',
            encoding="utf-8",
        )
        command = ["wrk", "-t2", f"-c{_CONNECTIONS}", f"-d{seconds}s", "--latency", "-H", "Accept-Encoding: gzip"]
        said = subprocess.run(
            [*command, "-s", str(script), f"http://127.0.0.1:{port}"], capture_output=True, text=True, check=True
        ).stdout
    rate, errors = counted(said)
    return [("nginx, commune pages on loopback", rate, "requests/s"), ("nginx, errors", errors, "")]


def counted(said: str) -> tuple[float, int]:
    """Requests a second and errors, as wrk prints them."""
    lines = re.findall(r"(?:Non-2xx|Socket errors).*", said)
    errors = sum(int(number) for line in lines for number in re.findall(r"\b(\d+)\b", line.partition(":")[2]))
    return float(re.search(r"Requests/sec:\s+([\d.]+)", said)[1]), errors


@contextmanager
def nginx(site: Path, folder: Path) -> Iterator[int]:
    """The port of an nginx with the project's own configuration, but for port and folder, and without TLS."""
    port = free_port()
    own = re.sub(r"server \{\n    listen 80;.*?\n\}\n", "", _CONF.read_text(encoding="utf-8"), flags=re.DOTALL)
    own = re.sub(r"    (ssl_|listen \[::\]).*\n", "", own).replace("listen 443 ssl;", f"listen 127.0.0.1:{port};")
    own = own.replace("/var/www/gan-dan/current", str(site))
    user = "user root;\n" if os.geteuid() == 0 else ""
    conf = folder / "nginx.conf"
    conf.write_text(
        f"{user}worker_processes 2; daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log;\n"
        "events { worker_connections 1024; }\n"
        f"http {{ include /etc/nginx/mime.types; access_log off; {temporary(folder)}\n{own}\n}}\n",
        encoding="utf-8",
    )
    with subprocess.Popen(["nginx", "-p", str(folder), "-c", str(conf)], stderr=subprocess.DEVNULL) as server:
        try:
            _wait(port)
            yield port
        finally:
            server.terminate()


def _wait(port: int) -> None:
    for _ in range(100):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError(f"nginx does not answer on port {port}")
