"""Small line drawings beside the words of the public's page and site, in the colour of the text around them."""

from __future__ import annotations

_DRAWN = {
    "clock": '<circle cx="12" cy="12" r="8.5"/><path d="M12 7.2V12l3.4 2.1"/>',
    "screen": '<rect x="3.5" y="5" width="17" height="11.5" rx="1.5"/><path d="M9 20h6M12 16.5V20"/>',
    "calendar": '<rect x="4" y="5.5" width="16" height="14.5" rx="1.5"/><path d="M4 10h16M8.5 3.5v4M15.5 3.5v4"/>',
    "waiting": '<path d="M7 3.5h10M7 20.5h10M8 3.5c0 5 8 6 8 8.5s-8 3.5-8 8.5M16 3.5c0 5-8 6-8 8.5s8 3.5 8 8.5"/>',
    "payment": '<rect x="3.5" y="6" width="17" height="12" rx="1.5"/><path d="M3.5 10.2h17M7 14.5h4"/>',
    "folder": '<path d="M3.5 17.5V6.5h6l2 2.5h9v9.5H3.5z"/>',
    "list": '<path d="M8.5 6.5H20M8.5 12H20M8.5 17.5H20M4.5 6.5h.01M4.5 12h.01M4.5 17.5h.01"/>',
    "send": '<path d="M4 12l16-7.5-5.5 15.5-3.3-6.2z"/><path d="M11.2 13.8L20 4.5"/>',
    "speak": '<path d="M4 5.5h16v10.5h-8.5L7 20v-4H4z"/>',
    "limits": '<circle cx="12" cy="12" r="8.5"/><path d="M12 8v4.8M12 16h.01"/>',
}
NAMES = tuple(_DRAWN)


def icon(name: str, colour: str = "currentColor") -> str:
    """The icon as SVG text that a screen reader passes over: words beside it say the same."""
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" class="gd-line-icon" viewBox="0 0 24 24" width="24" height="24" '
        f'aria-hidden="true" fill="none" stroke="{colour}" stroke-width="1.7" stroke-linecap="round" '
        f'stroke-linejoin="round">{_DRAWN[name]}</svg>'
    )
