"""A small published dataset around one commune, once for each file of tests here, and how a reader sees it."""

from __future__ import annotations

import pytest

from display.drawing.palette import LIGHT
from display.words.text import Speaker
from display.words.view import View
from store.snapshot import open_snapshot
from tests.conftest import _forget
from tests.unit_world import publish_world


def view_of(snapshot, language="en") -> View:
    return View(language, Speaker(language), snapshot, LIGHT)


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    data = tmp_path_factory.mktemp("unit")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GANDAN_DATA", str(data))
        _forget()
        publish_world(data, revised=True)
        yield open_snapshot("live", unreleased=True)
    _forget()
