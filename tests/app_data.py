"""The datasets that the app shows, for tests of pages: the recorded one and the simulated one."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from etl.__main__ import main
from files.places import HOME


@pytest.fixture(scope="session")
def published_datasets(tmp_path_factory) -> Path:
    """A data folder with `recorded` as committed and `simulated` as `make run` builds it."""
    data = tmp_path_factory.mktemp("data")
    shutil.copytree(HOME / "data" / "published" / "recorded", data / "published" / "recorded")
    assert main(["simulate", "--data", str(data)]) == 0
    return data


@pytest.fixture(scope="module")
def app_data(published_datasets) -> Path:
    """The same, and the app reads it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GANDAN_DATA", str(published_datasets))
        yield published_datasets
