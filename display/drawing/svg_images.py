"""SVG text as an image in a page's markup."""

from __future__ import annotations

import re
from html import escape
from urllib.parse import quote

_WORDS = re.compile(r'<title>.*?</title>| role="img"| aria-label="[^"]*"', re.DOTALL)
_PLAIN = " !$'()*+,-./:;=?@_~"
"""What an address within double quotes may hold as it is."""


def image(svg: str, alt: str, style: str = "") -> str:
    """SVG text as an image in a page's markup; an empty `alt` where words beside it say the same."""
    return f'<img class="{style}" alt="{escape(alt)}" src="{address(svg)}">'


def address(svg: str) -> str:
    """SVG text as the address of an image, in few letters: a table has hundreds. Its words go, an image has its own."""
    return f"data:image/svg+xml,{quote(_WORDS.sub('', svg).replace(chr(34), chr(39)), safe=_PLAIN)}"
