"""The datasets that the app shows, for tests of pages: the recorded one and the simulated one.

The simulated country takes more than a minute, so it is built once for all workers and kept in pytest's cache under a
name made of all that it is built from: whatever changes there, it is built again.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterable, Iterator
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

import pytest
from filelock import FileLock
from packaging.requirements import Requirement

from etl.__main__ import main
from files.places import DATA, HOME
from tests.rooms import FLOORS, sources

_ELSEWHERE = {"published", "texts", "boundaries", "raw", "dossiers_store", "spark", "audit", "incoming"}
"""The folders of `data/` that a simulation does not read: what is published, pages' texts, what is not committed."""
_MOST_SECONDS = 900


def origins() -> list[Path]:
    """The files that can change the simulated dataset: code of `etl/` and of the floors below, and data files."""
    below = (room for room, floor in FLOORS.items() if floor < FLOORS["etl"])
    folders = (folder for folder in DATA.iterdir() if folder.is_dir() and folder.name not in _ELSEWHERE)
    files = (path for folder in folders for path in folder.rglob("*") if path.is_file())
    drawn = DATA.glob("simulated_*.parquet")
    return sorted([*sources("etl", *below), *DATA.glob("*.yaml"), *drawn, *files])


def digest_of(paths: Iterable[Path]) -> str:
    """A name for what stands in some files, for their places, for this Python and the versions of its packages."""
    lines = (HOME / "requirements.txt").read_text(encoding="utf-8").splitlines()
    names = [Requirement(line).name for line in lines if line]
    digest = sha256(repr([sys.version, *((name, version(name)) for name in names)]).encode())
    for path in paths:
        digest.update(f"\n{path} {path.stat().st_size}\n".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def copy_simulated(cache: Path, target: Path) -> None:
    """Copy the simulated dataset from `cache`; it is built there where it is missing, in place of older ones."""
    kept = cache / digest_of(origins())
    with FileLock(cache / "builder.lock", timeout=_MOST_SECONDS):
        if not kept.exists():
            for old in cache.iterdir():
                if old.is_dir():
                    shutil.rmtree(old)
            assert main(["simulate", "--data", str(cache / "half")]) == 0
            (cache / "half" / "published" / "simulated").rename(kept)
        shutil.copytree(kept, target)


@pytest.fixture(scope="session")
def published_datasets(tmp_path_factory, pytestconfig) -> Path:
    """A data folder with `recorded` as committed and `simulated` as `make run` builds it."""
    data = tmp_path_factory.mktemp("data")
    shutil.copytree(HOME / "data" / "published" / "recorded", data / "published" / "recorded")
    copy_simulated(pytestconfig.cache.mkdir("simulated"), data / "published" / "simulated")
    return data


@pytest.fixture(scope="module")
def app_data(published_datasets) -> Iterator[Path]:
    """The same, and the app reads it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GANDAN_DATA", str(published_datasets))
        yield published_datasets
