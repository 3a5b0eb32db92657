"""Data folders that a benchmark throws away: a dataset of its own in one, and what reads the other data meanwhile."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path

from etl.__main__ import main as etl
from files.places import published_folder
from store.snapshot import datasets


def fill(data: Path, dataset: str) -> None:
    """Put a dataset into the folder `data`: a copy of what is published here; the simulated one is built if need be."""
    if dataset in datasets():
        shutil.copytree(published_folder() / dataset, data / "published" / dataset)
        return
    if dataset != "simulated":
        raise FileNotFoundError(f"{published_folder() / dataset}: nothing is published there")
    with redirect_stdout(None):
        etl(["simulate", "--data", str(data)])


@contextmanager
def reading(data: Path) -> Iterator[None]:
    """Whatever is read within comes from the folder `data`."""
    before = os.environ.get("GANDAN_DATA")
    os.environ["GANDAN_DATA"] = str(data)
    try:
        yield
    finally:
        os.environ.pop("GANDAN_DATA")
        os.environ.update({"GANDAN_DATA": before} if before else {})
