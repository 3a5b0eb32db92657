"""Where each file of the static site lies below its address."""

from __future__ import annotations

HOME, MISSING = "index.html", "404.html"
MEASURES, METHODS, DOWNLOADS = "chi-tieu.html", "phuong-phap.html", "tai-ve.html"


def in_language(path: str, language: str) -> str:
    """The path of a page in a language: Vietnamese at the top, English below `en/`."""
    return path if language == "vi" else f"en/{path}"


def unit_path(code: str) -> str:
    return f"don-vi/{code}.html"


def province_path(code: str) -> str:
    return f"tinh/{code}.html"


def picture_path(code: str) -> str:
    return f"anh/{code}.png"


def download_path(code: str) -> str:
    return f"tai-ve/gan-dan-{code}.zip"
