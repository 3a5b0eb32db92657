"""The static site: how long the whole country takes, what pages weigh, how many requests a second nginx answers."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path

from etl.__main__ import main as etl
from files.places import HOME
from press.site.command import build
from store import snapshot
from tests.replicas import temporary

Figure = tuple[str, float, str]
_CONF = HOME / "deploy" / "nginx-site.conf"
_SECONDS, _CONNECTIONS = 15, 64


def run() -> list[Figure]:
    """(name, value, unit) of each figure; those of nginx only where nginx and wrk are installed."""
    with tempfile.TemporaryDirectory() as folder, _data(Path(folder)):
        out = Path(folder) / "site"
        Path(folder).chmod(0o755)
        first, again = build(out, "simulated", processes=2), build(out, "simulated", processes=2)
        figures = [
            ("whole country, two processes", first.seconds, "s"),
            ("pages", first.pages, ""),
            ("the same again, nothing changed", again.seconds, "s"),
            ("files made anew then", again.made, ""),
            *_weights(out / "current"),
        ]
        missing = [name for name in ("nginx", "wrk") if not shutil.which(name)]
        if missing:
            print(f"  without {' and '.join(missing)} requests per second are not measured")
            return figures
        return figures + _requests(out / "current", Path(folder))


@contextmanager
def _data(folder: Path) -> Iterator[None]:
    """The data folder with the simulated dataset; one is built where there is none."""
    before = os.environ.get("GANDAN_DATA")
    if "simulated" not in snapshot.datasets():
        with redirect_stdout(None):
            etl(["simulate", "--data", str(folder / "data")])
        os.environ["GANDAN_DATA"] = str(folder / "data")
    yield
    os.environ.pop("GANDAN_DATA", None)
    os.environ.update({"GANDAN_DATA": before} if before else {})


def _weights(site: Path) -> list[Figure]:
    """Compressed kilobytes of the heaviest page of each kind."""
    kinds = {"commune": "don-vi/*.html.gz", "province": "tinh/*.html.gz", "other": "*.html.gz"}
    found = []
    for kind, pattern in kinds.items():
        sizes = [path.stat().st_size for path in [*site.glob(pattern), *site.glob(f"en/{pattern}")]]
        found.append((f"heaviest page, {kind}, compressed", max(sizes) / 1000, "kB"))
    style = sum(path.stat().st_size for path in site.glob("assets/s*.gz"))
    return [*found, ("style and script, compressed, cached", style / 1000, "kB")]


def _requests(site: Path, folder: Path) -> list[Figure]:
    """Commune pages asked for at random over loopback, compressed."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with _nginx(site, folder, port):
        script = folder / "pages.lua"
        codes = ",".join(f'"{path.stem}"' for path in sorted((site / "don-vi").glob("*.html")))
        script.write_text(
            f"local codes = {{{codes}}}\n"
            'request = function() return wrk.format("GET", "/don-vi/" .. codes[math.random(#codes)] .. ".html") end\n',
            encoding="utf-8",
        )
        command = ["wrk", "-t2", f"-c{_CONNECTIONS}", f"-d{_SECONDS}s", "--latency", "-H", "Accept-Encoding: gzip"]
        said = subprocess.run(
            [*command, "-s", str(script), f"http://127.0.0.1:{port}"], capture_output=True, text=True, check=True
        ).stdout
    errors = sum(int(number) for line in re.findall(r"(?:Non-2xx|Socket errors).*", said)
                 for number in re.findall(r"\b(\d+)\b", line.partition(":")[2]))  # fmt: skip
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", said)[1])
    return [("nginx, commune pages on loopback", rate, "requests/s"), ("nginx, errors", errors, "")]


@contextmanager
def _nginx(site: Path, folder: Path, port: int) -> Iterator[None]:
    """nginx with the project's own configuration, but for the port and the folder, and without TLS."""
    own = re.sub(r"server \{\n    listen 80;.*?\n\}\n", "", _CONF.read_text(encoding="utf-8"), flags=re.DOTALL)
    own = re.sub(r"    (ssl_|listen \[::\]).*\n", "", own).replace("listen 443 ssl;", f"listen 127.0.0.1:{port};")
    own = own.replace("/var/www/gan-dan/current", str(site))
    conf = folder / "nginx.conf"
    conf.write_text(
        f"worker_processes 2; daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log;\n"
        "events { worker_connections 1024; }\n"
        f"http {{ include /etc/nginx/mime.types; access_log off; {temporary(folder)}\n{own}\n}}\n",
        encoding="utf-8",
    )
    with subprocess.Popen(["nginx", "-p", str(folder), "-c", str(conf)], stderr=subprocess.DEVNULL) as server:
        try:
            _wait(port)
            yield
        finally:
            server.terminate()


def _wait(port: int) -> None:
    for _ in range(100):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError(f"nginx does not answer on port {port}")
