"""The app as its users start it: a server of its own on a free port."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from files.places import HOME

_MOST_SECONDS = 120


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@contextmanager
def served(
    *options: str, port: int | None = None, before: Sequence[str] = (), script: str = "app.py", cwd: Path = HOME
) -> Iterator[str]:
    """The app, started as the README says but for `options`, on a free port; its address.

    `before`: the words of a command that starts another one; `script`, `cwd`: another app, and the folder whose
    settings it takes.
    """
    port = port or free_port()
    place = ["--server.port", str(port), "--server.address", "127.0.0.1", "--server.headless", "true"]
    command = [*before, sys.executable, "-m", "streamlit", "run", script, *place, *options]
    with subprocess.Popen(command, cwd=cwd, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            wait_for(f"http://127.0.0.1:{port}/_stcore/health")
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()


def wait_for(url: str) -> None:
    """Wait until an address answers: on a busy machine a server takes far longer to start than on an idle one."""
    until = time.monotonic() + _MOST_SECONDS
    while time.monotonic() < until:
        try:
            urllib.request.urlopen(url, timeout=5)
            return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError(url)


@pytest.fixture(scope="session")
def shared_app(published_datasets) -> Iterator[str]:
    """The address of one server on the datasets of the tests, for all files of a worker that only read."""
    with ExitStack() as stack:
        with pytest.MonkeyPatch.context() as patch:  # the tests that come between have data folders of their own
            patch.setenv("GANDAN_DATA", str(published_datasets))
            address = stack.enter_context(served())
        yield address
