"""Which packing a browser takes, and that what was packed is what it was."""

from __future__ import annotations

import gzip

import brotli
import pytest

from web import packing


@pytest.mark.parametrize(
    ("accepted", "kind"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip", "gzip"),
        ("", ""),
        ("identity", ""),
        ("br;q=0, gzip;q=0.5", "gzip"),
        ("br;q=0.2, gzip;q=0.8", "gzip"),
        ("*", "br"),
        ("*;q=0", ""),
        ("br;q=0, *;q=0.1", "gzip"),
        ("GZIP;q=1.0", "gzip"),
        ("br;q=nonsense", ""),
    ],
)
def test_the_packing_is_one_that_the_browser_takes(accepted, kind):
    assert packing.chosen(accepted) == kind


def test_what_was_packed_is_what_it_was():
    body = "Đúng hạn ".encode() * 100
    assert brotli.decompress(packing.packed(body, "br")) == body
    assert gzip.decompress(packing.packed(body, "gzip")) == body
    assert len(packing.packed(body, "br", packing.AHEAD)) < len(body) / 5
